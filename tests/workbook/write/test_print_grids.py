"""BẢN IN of forms of grids: long texts in several columns, several tables, words and fields between them."""

import datetime as dt
import json
import os
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from lamtheo_xls.definitions.model import Block, Field, Table
from lamtheo_xls.workbook.identity import Issued
from lamtheo_xls.workbook.layout import address, lay_out
from lamtheo_xls.workbook.lines import BLANK
from lamtheo_xls.workbook.write.panel import Filled, plan_panel, starting
from lamtheo_xls.workbook.write.printout import plan_print, print_rules
from lamtheo_xls.workbook.write.stamp import prepare_base, stamp

PYTHON = "/usr/bin/python3"  # the system's own, for which LibreOffice's UNO bridge is made
LONG = "Thực trạng của mô hình: " + "cán bộ, đảng viên tiết kiệm điện, giấy in, văn phòng phẩm; " * 7 + "hết."
ROWS = {"nguoi": 3, "moc": 2, "ghi": 2}


@pytest.fixture
def printed(sheaves):
    """What the lines below the heads show, by column; and the plan's place."""

    def show(form, layout, filled, context):
        filled = starting(form, context, filled)
        plan = plan_print(form, layout)
        values = plan.values(filled, context, "", plan_panel(form, layout).values(filled, context))
        place = plan.place
        lines = [
            [str(values[row, column]) for column in range(1, place.columns + 1)]
            for row in range(place.first_row, place.last_row + 1)
        ]
        while lines and not any(lines[-1]):
            lines.pop()
        return lines, values, place

    return show


def test_long_texts_go_on_over_many_lines(sheaves, printed):
    """Two models with five hundred characters in two columns: every word, one record below the other, then the end."""
    sheaf = sheaves["mo-hinh-tieu-bieu"]
    layout = sheaf.layout()
    row = {
        "ten_mo_hinh": "Nụ cười công sở",
        "dia_chi": "Phường 1",
        "thuc_trang": LONG,
        "muc_tieu": LONG[:200],
        "noi_dung": "x",
    }
    assert len(LONG) > 400
    lines, values, place = printed(sheaf.form, layout, Filled(rows={"mo_hinh": (row, {}, row)}), sheaf.context)
    second = next(i for i, line in enumerate(lines) if line[0] == "2")
    end = next(i for i, line in enumerate(lines) if "T/M ĐẢNG BỘ" in line[place.sign_column - 1])
    for record in (lines[:second], lines[second:end]):
        assert [" ".join(filter(None, (line[c] for line in record))) for c in (1, 2, 3, 4)] == [
            row[c].strip() for c in ("ten_mo_hinh", "dia_chi", "thuc_trang", "muc_tieu")
        ]
    assert values[place.overflow_row, 1] == "" and place.columns == 5


def test_all_rows_as_long_as_they_may_be_have_room(sheaves, printed):
    """Both grids of the guidance, every printed text at its limit."""
    for id in ("mo-hinh-tieu-bieu", "nhiem-vu-dot-pha"):
        sheaf = sheaves[id]
        table = sheaf.form.tables[0]
        row = {c.id: ("chữ nghĩa " * 60)[: c.max_length] for c in table.columns if c.printed}
        filled = Filled(rows={table.id: (row,) * sheaf.rows[table.id]})
        _, values, place = printed(sheaf.form, sheaf.layout(), filled, sheaf.context)
        assert values[1, place.hint_column].startswith("Khi in")


def test_the_signature_stands_in_the_middle_of_a_column_that_stands_left(sheaves, printed):
    """Blanks move it there; the texts of the table above it stay left."""
    sheaf = sheaves["mo-hinh-tieu-bieu"]
    row = {"ten_mo_hinh": "A", "dia_chi": "B", "thuc_trang": "C", "muc_tieu": "D"}
    filled = Filled(fields={"nguoi_ky": "Nguyễn Văn An"}, rows={"mo_hinh": (row,)})
    lines, _, place = printed(sheaf.form, sheaf.layout(), filled, sheaf.context)
    assert place.aligns[place.sign_column] == "left"
    column = [line[place.sign_column - 1] for line in lines]
    assert column[0] == "C"
    signature = [text for text in column[1:] if text]
    assert [text.strip(BLANK) for text in signature] == ["T/M ĐẢNG BỘ", "BÍ THƯ", "Nguyễn Văn An"]
    before = [len(text) - len(text.lstrip(BLANK)) for text in signature]
    assert before[1] > before[2] > 8 and before[1] > before[0] > 8


def test_star_and_date_stand_in_the_header(sheaves, printed):
    """«*» below the organisation, nothing lost where the form has no line of a number."""
    sheaf = sheaves["nhiem-vu-dot-pha"]
    _, values, _ = printed(sheaf.form, sheaf.layout(), Filled(fields={"dia_danh_ngay": "Ngày 1"}), sheaf.context)
    head = [values.get((row, 1)) for row in range(1, 4)]
    assert head[head.index("*") - 1] == sheaf.context["don_vi"].upper()
    assert "Ngày 1" in [v for (row, _), v in values.items() if row == 3]


def test_a_form_without_a_post_has_none(sheaves, printed):
    """The source signs «T/M …» and a name: «Nơi nhận:» stands where it stood, no line is lost."""
    sheaf = sheaves["nhiem-vu-dot-pha"]
    form = replace(sheaf.form, closing=replace(sheaf.form.closing, post=""), body=(Block(kind="table", id="nhiem_vu"),))
    form = replace(form, fields=tuple(f for f in form.fields if f.id != "chuc_vu_ky"))
    filled = Filled(fields={"nguoi_ky": "Nguyễn Văn An"}, rows={"nhiem_vu": ({"noi_dung": "Một việc"},)})
    lines, _, place = printed(form, lay_out(form, sheaf.rows), filled, sheaf.context)
    right = [line[place.sign_column - 1].strip(BLANK) for line in lines]
    assert [text for text in right if text] == ["T/M ĐẢNG BỘ", "Nguyễn Văn An"]
    assert len(right) - right.index("T/M ĐẢNG BỘ") >= 5
    assert any("Nơi nhận:" in line for line in lines)


# -- a form with more than one table --------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def mixed(sheaves):
    """Three tables that share columns: numbered or not, texts over numbers, dates over texts; words and fields."""

    def column(id, type="text", width=60, **more):
        return Field(id=id, label=id.capitalize(), short=id, type=type, width=width, **more)

    def table(id, columns, label="", minimum=2):
        return Table(
            id=id,
            number_label=label,
            columns=columns,
            rows_from=None,
            rows_extra=0,
            rows_minimum=minimum,
            explanation="",
        )

    form = sheaves["nhiem-vu-dot-pha"].form
    extra = (
        Field(id="ngay_hop", label="Ngày họp:", short="ngày họp", type="date"),
        Field(id="ngay_xong", label="Ngày xong:", short="ngày xong", type="date"),
    )
    return replace(
        form,
        id="hon-hop",
        sheet="HỖN HỢP",
        fields=(*form.fields, *extra),
        tables=(
            table("nguoi", (column("ten"), column("sinh", "date", 40), column("so", "integer", 40)), "STT"),
            table("moc", (column("viec"), column("ten_moc", width=60), column("han", "date", 40)), "TT"),
            table("ghi", (column("ma"), column("dong", max_length=300), column("dau", "tick"))),
        ),
        body=(
            Block(kind="heading", text="I. Người"),
            Block(kind="field", id="ngay_hop"),
            Block(kind="table", id="nguoi"),
            Block(kind="heading", text="II. Mốc"),
            Block(kind="text", text="Các mốc thực hiện trong năm {nam} của đơn vị."),
            Block(kind="hint", text="Ghi mốc."),
            Block(kind="table", id="moc"),
            Block(kind="field", id="ngay_xong"),
            Block(kind="table", id="ghi"),
        ),
        rules=(),
        examples=(),
    )


FILLED = Filled(
    fields={"ngay_hop": "2027-02-03", "ngay_xong": "2027-11-30", "nguoi_ky": "Nguyễn Văn An"},
    rows={
        "nguoi": ({"ten": "Lan", "sinh": "1990-05-04", "so": "12"}, {}, {"ten": "Hùng " * 20, "sinh": "1985-12-31"}),
        "moc": ({}, {"viec": "Sơ kết", "ten_moc": "43000", "han": "2027-06-30"}),
        "ghi": ({"dong": "x " * 140, "dau": "x"}, {"dong": "hai\ndòng"}),
    },
)


def test_several_tables_close_up(sheaves, mixed, printed):
    """Each table has its numbers from 1, its heads, its dates; words and fields stand between, hints nowhere."""
    layout = lay_out(mixed, ROWS)
    lines, values, place = printed(mixed, layout, FILLED, sheaves["nhiem-vu-dot-pha"].context)
    assert lines[0][:4] == ["1", "Lan", "04/05/1990", "12"]
    assert lines[1][:3] == ["2", "Hùng " * 5 + "Hùng", "31/12/1985"]
    flat = [" | ".join(filter(None, (c.strip(BLANK) for c in line))) for line in lines]
    order = ["II. Mốc", "TT | Viec | Ten_moc | Han", "1 | Sơ kết | 43000 | 30/06/2027"]
    at = [flat.index(text) for text in order]
    assert at == sorted(at) and at[0] > 2
    assert "Ngày xong: | 30/11/2027" in flat and "Ma | Dong | Dau" in flat and "hai dòng" in flat
    assert not any("Ghi mốc" in text for text in flat)
    words = " ".join(flat[at[0] + 1 : at[1]])
    assert words == "Các mốc thực hiện trong năm 2027 của đơn vị."
    heads = {v for (row, _), v in values.items() if row < place.first_row}
    assert "03/02/2027" in heads and "I. Người" in heads


def test_each_table_has_its_rules(mixed):
    """Data rows and heads of all three are drawn, of the later ones only over their own columns."""
    layout = lay_out(mixed, ROWS)
    rules = print_rules(mixed, layout)
    assert [style for style, _, _ in rules].count("cf.grid") == 3
    assert [(style, span) for style, _, span in rules if style == "cf.head"] == [
        ("cf.head", (1, 4)),
        ("cf.head", (1, 3)),
    ]
    assert {span for style, _, span in rules if style == "cf.grid"} == {(1, 4), (1, 3)}


def _can_run():
    if not (shutil.which("soffice") and Path(PYTHON).exists()):
        return False
    return subprocess.run([PYTHON, "-c", "import uno"], capture_output=True, check=False).returncode == 0


def test_its_cached_values_are_the_true_ones(sheaves, mixed, printed, tmp_path):
    """Stamped with that filling: LibreOffice recalculates the same, and draws no error."""
    if not _can_run():
        if os.environ.get("CI"):
            pytest.fail("LibreOffice with its Python bridge is needed here")
        pytest.skip("no LibreOffice with its Python bridge on this machine")
    context = sheaves["nhiem-vu-dot-pha"].context
    base = prepare_base(mixed, ROWS, context_common=context, groups=(), created=dt.datetime(2027, 1, 5), password="")
    issued = Issued(serial=1, assignment="a", round="r", form=mixed.id, version=mixed.version, unit="U", person=None,
                    period="2027", part="", rows=ROWS)  # fmt: skip
    path = tmp_path / "hon-hop.xlsx"
    path.write_bytes(stamp(base, issued, b"k" * 32, context, (), FILLED))
    script = Path(__file__).with_name("office.py")
    jobs = json.dumps([{"file": str(path)}])
    done = subprocess.run([PYTHON, str(script)], input=jobs, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)[0]["cells"]
    _, values, _ = printed(mixed, lay_out(mixed, ROWS), FILLED, context)
    expected = {f"BẢN IN!{address(*at)}": v for at, v in values.items()}
    assert len(expected) > 300
    different = {k: (found.get(k), v) for k, v in expected.items() if found.get(k) != v}
    assert not different
