"""Owns workbooks as files: layout, writing, stamping, the gate and the reader, identity marks."""
