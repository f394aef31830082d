"""Owns how formulas reach open cells: between locked ones, so that an input that is cut out leaves them whole."""

from __future__ import annotations

from lamtheo_xls.workbook.layout import Layout, Spot, column_letters


class Fences:
    """Ranges that begin and end on locked cells: an input cut out from between them leaves them whole."""

    def __init__(self, layout: Layout) -> None:
        self._open = {
            (row, column)
            for c in layout.cells
            if c.kind == "input"
            for row in range(c.at.row, c.to.row + 1)
            for column in range(c.at.column, c.to.column + 1)
        }
        self._areas = tuple(layout.areas.values())

    def around(self, spot: Spot) -> tuple[int, int]:
        """First and last row of the range that reaches the input at `spot`."""
        for area in self._areas:
            if area.key_row < spot.row < area.end_row:
                return area.key_row, area.end_row
        first = last = spot.row
        while (first, spot.column) in self._open:
            first -= 1
        while (last, spot.column) in self._open:
            last += 1
        return first, last

    def own(self, spot: Spot) -> str:
        """The input of the formula's own row."""
        first, last = self.around(spot)
        c = column_letters(spot.column)
        return f"INDEX(${c}${first}:${c}${last},ROW()-ROW(${c}${first})+1)"

    def fixed(self, spot: Spot, sheet: str = "") -> str:
        """The input at `spot`, seen from anywhere; a locked cell as it is."""
        if spot not in self._open:
            return f"{sheet}${column_letters(spot.column)}${spot.row}"
        first, last = self.around(spot)
        c = column_letters(spot.column)
        return f"INDEX({sheet}${c}${first}:${c}${last},{spot.row - first + 1})"


def literal(words: str) -> str:
    """A string literal of a formula (at most 255 characters in Excel)."""
    if len(words) > 255:
        raise ValueError("a string literal of a formula holds at most 255 characters")
    return '"' + words.replace('"', '""') + '"'
