"""The issued Mẫu 02 as text, one line a cell, so that a change of anything a clerk sees is seen in review.

LAMTHEO_UPDATE=1 pytest … writes the golden text anew.
"""

import os
from pathlib import Path

GOLDEN = Path(__file__).parent / "golden"


def dump(book, cached):
    """sheet, cell, value (= formula → cached), locked?, format, look, validation: one line each."""
    for sheet in book.worksheets:
        yield f"== {sheet.title} ({sheet.sheet_state}) in {sheet.print_area} heads {sheet.print_title_rows}"
        yield f"   page {sheet.page_setup.orientation} {sheet.page_setup.paperSize} footer {sheet.oddFooter.left.text}"
        yield f"   freeze {sheet.freeze_panes} merges {' '.join(sorted(map(str, sheet.merged_cells.ranges)))}"
        for area in sheet.conditional_formatting:
            yield from (f"   when {area.sqref} {rule.formula[0]}" for rule in area.rules)
        for each in sheet.data_validations.dataValidation:
            yield f"   takes {each.sqref} {each.type} {each.formula1} {each.errorStyle} | {each.prompt} | {each.error}"
        for row in sheet.iter_rows():
            for c in row:
                if c.value is None and c.protection.locked:
                    continue
                value = "" if c.value is None else repr(c.value)
                if c.data_type == "f":
                    value = f"{c.value} → {cached[sheet.title][c.coordinate].value!r}"
                lock = "locked" if c.protection.locked else "OPEN"
                font = f"{c.font.sz:g}{'b' if c.font.b else ''}{'i' if c.font.i else ''}"
                yield f"{sheet.title}!{c.coordinate} | {value} | {lock} | {c.number_format} | {font}"


def test_the_issued_form_is_as_reviewed(desk, opened):
    """Three rows, nothing prefilled: every cell, format, drop-down and rule."""
    data = desk.stamped(3)
    text = "\n".join(dump(opened(data), opened(data, cached=True))) + "\n"
    golden = GOLDEN / "mau-02.txt"
    if os.environ.get("LAMTHEO_UPDATE"):
        golden.parent.mkdir(exist_ok=True)
        golden.write_text(text, "utf-8")
    assert golden.read_text("utf-8") == text
