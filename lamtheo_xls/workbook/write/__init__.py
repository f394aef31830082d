"""Owns workbooks that leave: the filled sheet with its check panel, BẢN IN, the base and the copies stamped from it."""
