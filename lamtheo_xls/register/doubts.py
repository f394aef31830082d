"""Sheet SOÁT LẠI: what an import guessed or left out, one row each, with a link to the unit or person it is about."""

from __future__ import annotations

from collections.abc import Sequence

from lamtheo_xls.findings import Finding, gravest_first, mend, message, say
from lamtheo_xls.register.model import Person, Register, Unit
from lamtheo_xls.register.pen import HEAD_ROW, Pen, done
from lamtheo_xls.register.sheets import sheet_name

_WIDTHS = (("number", 6), ("old_place", 16), ("code", 30), ("name", 36), ("what", 58), ("mend", 44), ("done", 10))


def write_doubts(pen: Pen, register: Register, doubts: Sequence[Finding]) -> None:
    """Adds the sheet. Warnings come first, then each in the order of the old list; args `ma`, `ten_tep` say of what."""
    source = next((dict(f.args)["ten_tep"] for f in doubts if "ten_tep" in dict(f.args)), "")
    told = {"ten_tep": source, "trang": sheet_name("units"), "trang_nguoi": sheet_name("people")}
    sheet = pen.sheet("doubts", len(_WIDTHS), landscape=True, **told)
    for place, (id, width) in enumerate(_WIDTHS):
        pen.text(sheet, HEAD_ROW, place, say(f"register.doubts.{id}"), pen.head(required=False))
        done(sheet.set_column(place, place, width))
    pen.height(sheet, HEAD_ROW, 34)
    listed: tuple[tuple[str, Sequence[Unit | Person]], ...] = (("people", register.people), ("units", register.units))
    rows = {
        one.code: (sheet_name(table), number, one.name)
        for table, ones in listed
        for number, one in enumerate(ones, start=HEAD_ROW + 2)
    }
    centred, plain = pen.format(border=1, border_color="#A6A6A6", align="center"), pen.cell("text")
    link = pen.format(border=1, border_color="#A6A6A6", font_color="#0563C1", underline=1)
    ordered = gravest_first(doubts)
    for number, doubt in enumerate(ordered, start=1):
        row = HEAD_ROW + number
        strong = pen.format(border=1, border_color="#A6A6A6", text_wrap=True, bold=doubt.severity != "info")
        wide = max(len(message(doubt)) / 54, len(mend(doubt)) / 41)
        pen.height(sheet, row, 16 * (1 + int(wide)) + 4)
        done(sheet.write_number(row, 0, number, centred))
        pen.text(sheet, row, 1, doubt.place.cell or "", centred)
        code = dict(doubt.args).get("ma", "")
        if code in rows:
            where, target, name = rows[code]
            done(
                sheet.write_url(
                    row, 2, f"internal:'{where}'!A{target}", link, code, say("register.doubts.go", trang=where)
                )
            )
            pen.text(sheet, row, 3, name, plain)
        else:
            done(sheet.write_blank(row, 2, None, plain))
            done(sheet.write_blank(row, 3, None, plain))
        pen.text(sheet, row, 4, message(doubt), strong)
        pen.text(sheet, row, 5, mend(doubt), plain)
        done(sheet.write_blank(row, 6, None, centred))
    last = HEAD_ROW + len(ordered)
    done(sheet.data_validation(HEAD_ROW + 1, 6, last, 6, {"validate": "list", "source": [say("register.yes.write")]}))
    sheet.freeze_panes(HEAD_ROW + 1, 0)
    done(sheet.autofilter(HEAD_ROW, 0, last, len(_WIDTHS) - 1))
    done(sheet.repeat_rows(HEAD_ROW))
