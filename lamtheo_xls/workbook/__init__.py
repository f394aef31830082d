"""Owns workbooks as files: where everything lies (layout) and whose they are; beneath it `write` and `read`."""
