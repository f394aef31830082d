"""The one catalogue: `messages/*.toml` hold the findings by phase, `messages/words_*.toml` all other words.

A finding's table has: severity (error|warning|info), state (what a received file becomes, where the code decides
that alone: unknown|refused|to_fix), label (the short Vietnamese word on the status screen), message (Vietnamese:
where, what, quoted; `{name}` is filled from the finding's args, `{o}` is the cell, `{trang}` the sheet, `{gia_tri}`
the value), mend (Vietnamese: what to do) and meaning (English, for engineers).
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from string import Formatter
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lamtheo_xls.findings.finding import Finding

SEVERITIES = ("error", "warning", "info")
_FOLDER = Path(__file__).parent / "messages"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What the catalogue says of one code."""

    code: str
    severity: str
    message: str
    meaning: str
    mend: str = ""
    label: str = ""
    state: str = ""
    source: str = ""


class _Gap(Formatter):
    """Leaves `{name}` standing where no argument was given, so a message never breaks on a missing one."""

    def get_value(self, key: int | str, args: Any, kwargs: Any) -> Any:
        return kwargs.get(str(key), "{" + str(key) + "}")


_fill = _Gap()


@cache
def entries() -> Mapping[str, Entry]:
    """Every finding code with its entry, in file order; a code is `<file stem>.<table name>`."""
    found: dict[str, Entry] = {}
    for path in sorted(_FOLDER.glob("*.toml")):
        if path.stem.startswith("words_"):
            continue
        for name, table in tomllib.loads(path.read_text("utf-8")).items():
            code = f"{path.stem}.{name}"
            found[code] = Entry(code=code, **table)
    return found


@cache
def words(room: str) -> Mapping[str, Any]:
    """The words of one room (`words_<room>.toml`), as nested tables."""
    return tomllib.loads((_FOLDER / f"words_{room}.toml").read_text("utf-8"))


def say(key: str, **args: object) -> str:
    """The words at `room.table.key`, filled: say("cli.collect.done", n=3). Unknown keys raise KeyError."""
    room, *path = key.split(".")
    value: Any = words(room)
    for step in path:
        value = value[step]
    return _fill.vformat(value, (), args) if args else str(value)


def entry(code: str) -> Entry:
    """The entry of `code`; KeyError is our bug."""
    return entries()[code]


def message_of(code: str, args: Mapping[str, str]) -> str:
    return _fill.vformat(entry(code).message, (), args)


def mend_of(code: str, args: Mapping[str, str]) -> str:
    return _fill.vformat(entry(code).mend, (), args)


def _args(f: Finding) -> dict[str, str]:
    return {
        "o": f.place.cell or "",
        "trang": f.place.sheet or "",
        "gia_tri": _short(f.value or ""),
        "duong_dan": f.place.path or "",
        **dict(f.args),
    }


def _short(text: str, limit: int = 80) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= limit else flat[: limit - 1] + "…"


def message(f: Finding) -> str:
    """The finding in Vietnamese: where, what, quoted."""
    return _fill.vformat(entry(f.code).message, (), _args(f))


def mend(f: Finding) -> str:
    """What the reader should do about it, in Vietnamese; '' where the message says it all."""
    return _fill.vformat(entry(f.code).mend, (), _args(f))


def label(code: str) -> str:
    """The short word for the status screen."""
    return entry(code).label
