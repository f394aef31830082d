"""What the sheets of a consolidated table are about, and how they name it: nouns, names, shares, the line of holes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from lamtheo_xls.definitions import period_label
from lamtheo_xls.definitions.model import Consolidated, Field
from lamtheo_xls.findings import say
from lamtheo_xls.findings.catalogue import words
from lamtheo_xls.merge import Roll
from lamtheo_xls.reports.board import date_words

_NAMES = 15
"""So many names at most in a sentence; the sheets have them all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What the words are about: the forms' labels, the columns, names by code, the period, the dates."""

    label: str
    """«Mẫu số 02», of several forms «Mẫu số 02, Mẫu số 01»."""
    columns: tuple[Field, ...]
    names: Mapping[str, str]
    """Unit code – or person key – → name, in the office's order."""
    noun: str
    """What a row is called: «mô hình»."""
    verb: str
    """What units do with it: «đăng ký», «báo cáo»."""
    who: str
    """«đơn vị» or «người»."""
    other: str
    """«nơi» or «người»: of names cut short, what the others are."""
    period: str
    as_of: dt.date
    closed_on: dt.date | None
    forms: Mapping[str, str]
    """Form id → label, of the table's sources."""
    cells: bool = False
    """Rows come from single fields: DỮ LIỆU names the cell of each value."""

    @property
    def several(self) -> bool:
        """Rows come from more than one form, so that a sheet must say from which."""
        return len(self.forms) > 1

    @property
    def day(self) -> str:
        return date_words(self.closed_on or self.as_of)

    @property
    def common(self) -> dict[str, object]:
        """What many a sentence names."""
        return {
            "gi": self.noun,
            "lam": self.verb,
            "ai": self.who,
            "bieu": self.label,
            "ky": period_label(self.period),
        }

    def name(self, code: str) -> str:
        return self.names.get(code, code)

    def listed(self, codes: Iterable[str]) -> str:
        """Names, cut short where there are many."""
        return several([self.name(c) for c in codes], self.other)

    def column(self, id: str) -> Field:
        return next(c for c in self.columns if c.id == id)


def noun_of(table: Consolidated) -> str:
    """What a row of the table is called."""
    return _own(words("merge")["nouns"], table)


def verb_of(table: Consolidated) -> str:
    """What units do with it."""
    return _own(words("merge")["verbs"], table)


def _own(said: Mapping[str, str], table: Consolidated) -> str:
    """The word of this table, or of the form's table it has its columns from."""
    return said.get(table.id) or said.get(table.table) or said["row"]


def several(names: Sequence[str], other: str) -> str:
    """«A; B; C», of very many the first ones and how many `other` («nơi», «người») there are."""
    text = "; ".join(names[:_NAMES])
    rest = len(names) - _NAMES
    return say("merge.sentences.and_more", ten=text, n=rest, gi=other) if rest > 0 else text


def percent(n: float, of: float) -> str:
    """«58,3%»; «0%» of nothing."""
    if not of:
        return "0%"
    return f"{100 * n / of:.1f}".replace(".", ",").replace(",0", "") + "%"


def number_words(n: float) -> str:
    """A sum as an office writes it: 1.250 and 12,5."""
    text = f"{n:,.2f}".rstrip("0").rstrip(".") if isinstance(n, float) else f"{n:,}"
    return text.replace(",", " ").replace(".", ",").replace(" ", ".")


def holes_line(roll: Roll, told: Told, *, people: bool = False) -> str:
    """«Tổng hợp từ 27/31 đơn vị, đến ngày 25/02/2027.» – what is not in the table, in one line; of people «27/31 người»
    and how many volunteers."""
    more = say("merge.signed.holes_nil", n=len(roll.silent), ai=told.who) if roll.silent else ""
    if roll.beyond:
        more += say(f"merge.signed.holes_{'voluntary' if people else 'beyond'}", n=len(roll.beyond))
    key = "merge.signed.holes_closed" if told.closed_on else "merge.signed.holes"
    return say(key, co=len(roll.present), tong=len(roll.expected), ai=told.who, them=more, ngay=told.day)
