"""Outlook's .msg: the message in it as raw bytes, read in a process of its own that may fail, loop or die.

Its reader takes the file's word for everything; the guard that foreign workbooks are read under bounds its time and
memory. What comes back is a message like any other, so that one set of rules tells what is an attachment.
"""

from __future__ import annotations

import atexit
import dataclasses
import os
import sys
from functools import cache
from typing import TYPE_CHECKING

from lamtheo_xls.workbook.read.sniff import sniff

if TYPE_CHECKING:
    from lamtheo_xls.workbook.read.guarded import Guard

_OLE2 = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_PROPERTIES = "__properties_version1.0\0".encode("utf-16-le")
COMMAND = (sys.executable, "-P", "-W", "ignore", "-m", "lamtheo_xls.intake.outlook_child")


def is_outlook(data: bytes, name: str) -> bool:
    """Whether the bytes are an .msg. Where an Office document lies in one, or one in a document, the name decides."""
    if not data.startswith(_OLE2) or _PROPERTIES not in data:
        return False
    return sniff(data) == "msg" or name.lower().endswith(".msg")


def message_in(data: bytes) -> bytes | None:
    """The message as its bytes went over the wire, as far as the .msg still knows; None where it cannot be read.
    World where no process can be started."""
    from lamtheo_xls.workbook.read.gate import LIMITS, Refused

    try:
        return _guard(os.getpid()).ask("msg", data, dataclasses.replace(LIMITS, file_bytes=len(data)), ())
    except Refused:
        return None


@cache
def _guard(process: int) -> Guard:
    """The guard of this process; a process forked from it makes its own."""
    from lamtheo_xls.workbook.read.guarded import Guard

    guard = Guard(COMMAND)
    atexit.register(guard.close)
    return guard
