"""Hard recalculation by LibreOffice: every cached value is the true one, and the panel lives on after cut and paste.

One start of LibreOffice for the whole module: all its files are queued first, then judged.
"""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from lamtheo_xls.workbook.layout import address
from lamtheo_xls.workbook.write.panel import Filled, plan_panel, starting, verdict_of
from lamtheo_xls.workbook.write.printout import plan_print

PYTHON = "/usr/bin/python3"  # the system's own, for which LibreOffice's UNO bridge is made
SEEDS = range(8)
ROWS = 11


def _can_run():
    if not (shutil.which("soffice") and Path(PYTHON).exists()):
        return False
    return subprocess.run([PYTHON, "-c", "import uno"], capture_output=True, check=False).returncode == 0


@pytest.fixture(scope="module")
def layout(desk):
    return desk.layout(ROWS)


def typed_in(layout, filled):
    """The filling as keystrokes: place → text, blanks for what the form had prefilled."""
    area = layout.areas["mo_hinh"]
    out = {f"MẪU 02!{address(*layout.fields[id])}": text for id, text in filled.fields.items()}
    for i, row in enumerate(filled.rows["mo_hinh"]):
        out |= {f"MẪU 02!{address(area.first_row + i, area.columns[id])}": text for id, text in row.items()}
    return out


@pytest.fixture(scope="module")
def recalculated(desk, filling, row, layout, every_kind, tmp_path_factory):
    """Name of the job → what LibreOffice makes of it."""
    if not _can_run():
        if os.environ.get("CI"):
            pytest.fail("LibreOffice with its Python bridge is needed here")
        pytest.skip("no LibreOffice with its Python bridge on this machine")
    folder = tmp_path_factory.mktemp("lo")
    jobs, names = [], []

    def add(name, data, **more):
        path = folder / f"{len(jobs)}.xlsx"
        path.write_bytes(data)
        jobs.append({"file": str(path), **more})
        names.append(name)

    for kind, data in every_kind.items():
        add(kind, data)
    blank = desk.stamped(ROWS)
    for seed in SEEDS:
        filled = filling(seed, ROWS)
        add(f"stamped {seed}", desk.stamped(ROWS, filled))
        add(f"typed {seed}", blank, set=typed_in(layout, filled))
    rows = tuple(row(i) for i in range(3))
    three = desk.stamped(ROWS, Filled(rows={"mo_hinh": rows}))
    add("cut", three, cut=[["MẪU 02", "D15", "D20"], ["MẪU 02", "C16", "C17"]], show=["MẪU 02!D15", "MẪU 02!D20"])
    add("errors", blank, set={"MẪU 02!B15": "Chi bộ A1"}, formula={"MẪU 02!C15": "=NA()", "MẪU 02!D15": "=1/0"})
    add("shared chosen", desk.stamped(9, shared=True), set={"MẪU 02!C4": "Đảng ủy Sở Công Thương"})
    script = Path(__file__).with_name("office.py")
    done = subprocess.run([PYTHON, str(script)], input=json.dumps(jobs), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return dict(zip(names, json.loads(done.stdout), strict=True))


def cached_values(book):
    return {
        f"{sheet.title}!{c.coordinate}": "" if c.value is None else c.value
        for sheet in book.worksheets
        for row in sheet.iter_rows()
        for c in row
    }


def plain(value):
    """openpyxl leaves `_x005F_` in cached values as it stands."""
    return value.replace("_x005F_", "_") if isinstance(value, str) else value


def test_every_cached_value_is_the_true_one(desk, opened, filling, recalculated, every_kind):
    """Of every kind of workbook, blank and prefilled with sound and faulty rows: recalculating changes nothing."""
    judged = {kind: every_kind[kind] for kind in every_kind}
    judged |= {f"stamped {seed}": desk.stamped(ROWS, filling(seed, ROWS)) for seed in SEEDS}
    for name, data in judged.items():
        cached = cached_values(opened(data, cached=True))
        found = recalculated[name]["cells"]
        assert len(found) > 250
        assert found == {k: plain(cached[k]) for k in found}, name


def test_panel_and_python_agree_on_what_is_typed(desk, filling, layout, recalculated):
    """A blank workbook filled in LibreOffice: panel and BẢN IN show what Python says of the same filling."""
    panel, printed = plan_panel(desk.form, layout), plan_print(desk.form, layout)
    for seed in SEEDS:
        filled = starting(desk.form, desk.context, filling(seed, ROWS))
        values = panel.values(filled)
        shown = printed.values(filled, desk.context, "", values)
        expected = {f"MẪU 02!{address(*at)}": v for at, v in values.items()}
        expected |= {f"BẢN IN!{address(*at)}": v for at, v in shown.items()}
        found = recalculated[f"typed {seed}"]["cells"]
        assert {k: found[k] for k in expected} == expected, seed
        assert found["MẪU 02!A2"] == verdict_of(desk.form, layout, filled).text


def test_cut_and_paste_does_not_break_the_panel(recalculated):
    """D15 cut to D20 and C16 to C17: no error anywhere, and the panel sees both where they now stand."""
    job = recalculated["cut"]
    assert job["texts"] == {"MẪU 02!D15": "", "MẪU 02!D20": "Cả năm 2027"}
    cells = job["cells"]
    assert not [k for k, v in cells.items() if isinstance(v, str) and v.startswith(("#", "Err"))]
    assert cells["MẪU 02!I15"] == "D15 thiếu thời gian"
    assert cells["MẪU 02!I16"] == "C16 thiếu tên mô hình"
    assert cells["MẪU 02!I17"] == ""
    assert cells["MẪU 02!I20"].startswith("B20 thiếu tên chi bộ; C20 thiếu tên mô hình; E20 chưa đánh dấu x")
    assert cells["MẪU 02!A2"] == "CHƯA XONG – CÒN 5 CHỖ: D15 thiếu thời gian; …"
    printed = [(cells[f"BẢN IN!A{row}"], cells[f"BẢN IN!D{row}"]) for row in range(11, 30)]
    assert [p for p in printed if p[0]] == [("1", ""), *((n, "Cả năm 2027") for n in "234")]


def test_an_error_in_an_input_stays_there(recalculated):
    """#N/A and #DIV/0! in inputs count as filled; the panel itself shows no error."""
    cells = recalculated["errors"]["cells"]
    panel = {k: v for k, v in cells.items() if k.startswith("MẪU 02!") and k not in ("MẪU 02!C15", "MẪU 02!D15")}
    assert not [k for k, v in panel.items() if isinstance(v, str) and v.startswith("#")]
    assert panel["MẪU 02!I15"] == "E15 chưa đánh dấu x (đang triển khai hoặc mô hình mới)"


def test_the_shared_workbook_takes_its_head_from_the_unit_chosen(recalculated):
    """The organisation line and BẢN IN follow the drop-down «Đơn vị»."""
    cells = recalculated["shared chosen"]["cells"]
    assert cells["MẪU 02!A6"] == cells["BẢN IN!A2"] == "ĐẢNG ỦY SỞ CÔNG THƯƠNG"
    assert cells["MẪU 02!A2"] == "CHƯA XONG – CÒN 1 CHỖ: B16 cần điền ít nhất 1 dòng"
