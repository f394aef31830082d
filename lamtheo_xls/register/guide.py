"""Sheet HƯỚNG DẪN of danh-sach.xlsx: how to use the file, and the lists its drop-downs offer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from lamtheo_xls.findings import say, words
from lamtheo_xls.register.model import Register
from lamtheo_xls.register.pen import HEAD_ROW, LINE, REACH, Pen, done
from lamtheo_xls.register.sheets import groups, kinds, roles, sheet_name
from lamtheo_xls.text import nfc

_FIRST = 2
"""Row of the first line, from 0."""
Lines = tuple[tuple[str, str], ...]


class Choices:
    """What each kind of column offers. Labels hold commas, so a drop-down is a range of sheet HƯỚNG DẪN or ĐƠN VỊ."""

    def __init__(
        self,
        register: Register,
        programmes: Sequence[tuple[str, str]],
        forms: Mapping[str, Sequence[tuple[str, str]]],
    ) -> None:
        offered = {
            id: say("register.guide.form_of", bieu=label, bo=programme)
            for programme, _ in programmes
            for id, label in forms.get(programme, ())
        }
        self.blocks: dict[str, Lines] = {
            "kind": _told("kinds"),
            "group": _told("groups"),
            "roles": _told("roles"),
            "programme": tuple(programmes),
            "form": tuple(offered.items()),
        }
        self._units = len(register.units)
        self._rows: dict[str, tuple[int, int]] = {}
        row = _FIRST + len(words("register")["guide"]["lines"]) + 1
        for id, lines in self.blocks.items():
            if lines:
                self._rows[id] = (row + 2, row + 1 + len(lines))
                row += len(lines) + 3

    def rows(self, id: str) -> tuple[int, int]:
        """First and last row of a list on HƯỚNG DẪN, from 0."""
        return self._rows[id]

    def source(self, id: str) -> str | list[str]:
        """What a drop-down of that kind offers; '' for nothing."""
        if id == "yes":
            return [say("register.yes.write")]
        if id in ("parent", "unit"):
            area = f"$A${HEAD_ROW + 2}:$A${HEAD_ROW + 1 + self._units + REACH}"
            return f"={area}" if id == "parent" else f"='{sheet_name('units')}'!{area}"
        if id not in self._rows:
            return ""
        first, last = self._rows[id]
        return f"='{sheet_name('guide')}'!$A${first + 1}:$A${last + 1}"


def _told(table: str) -> Lines:
    """Labels of a list with what each means."""
    labels = {"kinds": kinds, "groups": groups, "roles": roles}[table]()
    told = words("register")["guide_about"]
    return tuple((label, told.get(id, "")) for id, label in labels.items())


def write_guide(pen: Pen, lists: Choices) -> None:
    """Adds the sheet: its lines, then each list with what its entries mean."""
    sheet = pen.sheet("guide", 2, landscape=False)
    done(sheet.set_column(0, 0, 32))
    done(sheet.set_column(1, 1, 64))
    text = pen.format(text_wrap=True, valign="top")
    for row, line in enumerate(words("register")["guide"]["lines"], start=_FIRST):
        done(sheet.merge_range(row, 0, row, 1, "", text))
        pen.text(sheet, row, 0, line, text)
        pen.height(sheet, row, LINE * (1 + len(line) // 104) + 6)
    for id, lines in lists.blocks.items():
        if not lines:
            continue
        first, _ = lists.rows(id)
        pen.text(sheet, first - 2, 0, say(f"register.guide_lists.{id}"), pen.format(bold=True))
        pen.text(sheet, first - 1, 0, say("register.guide.write"), pen.head(required=False))
        pen.text(sheet, first - 1, 1, say("register.guide.means"), pen.head(required=False))
        for row, (entry, means) in enumerate(lines, start=first):
            pen.text(sheet, row, 0, nfc(entry), pen.cell("text"))
            pen.text(sheet, row, 1, means, pen.cell("text"))
            pen.height(sheet, row, LINE * (1 + max(len(means) // 76, len(entry) // 36)) + 4)
