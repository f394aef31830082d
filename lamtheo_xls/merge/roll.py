"""Who was asked and who answered: the units (or people) behind a consolidated table, in the office's order."""

from __future__ import annotations

from dataclasses import dataclass


def person_key(unit: str, person: str) -> str:
    """How a person is named among others: no code holds a dot."""
    return f"{unit}.{person}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Roll:
    """Units by where they stand, by code; in a table of people, people by `person_key`.

    `expected`: those that owe (excused ones, volunteers and those released stand outside); `counted`: those with a
    return that counts, whether they owe or not; `late`: those of them that came after their date.
    """

    expected: tuple[str, ...] = ()
    counted: tuple[str, ...] = ()
    nil: tuple[str, ...] = ()
    excused: tuple[str, ...] = ()
    late: tuple[str, ...] = ()
    signed: tuple[str, ...] = ()
    """Those whose signed copy is in, of all from whom one is asked."""
    unsigned: tuple[str, ...] = ()
    """Those of the counted from whom a signed copy is asked and not in: only the soft one came."""

    @property
    def present(self) -> tuple[str, ...]:
        """Units that owe and count."""
        counted = set(self.counted)
        return tuple(c for c in self.expected if c in counted)

    @property
    def silent(self) -> tuple[str, ...]:
        """Units that owe and have nothing to report («không phát sinh»)."""
        nil = set(self.nil) - set(self.counted)
        return tuple(c for c in self.expected if c in nil)

    @property
    def missing(self) -> tuple[str, ...]:
        """Units that owe and are not in the table: expected = present + silent + missing."""
        answered = {*self.counted, *self.nil}
        return tuple(c for c in self.expected if c not in answered)

    @property
    def beyond(self) -> tuple[str, ...]:
        """Units that count though nothing is owed (excused since, or ended within the round)."""
        expected = set(self.expected)
        return tuple(c for c in self.counted if c not in expected)
