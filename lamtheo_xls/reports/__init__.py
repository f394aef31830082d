"""Owns the workbooks the office reads: status, feedback, consolidated tables; and writing them safely."""
