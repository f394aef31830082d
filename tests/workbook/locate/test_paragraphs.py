"""Forms with paragraphs as they come back: saved by other programs, rows put in and taken out, keys or labels gone."""

from __future__ import annotations

import datetime as dt
import io
import os
import shutil
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from lamtheo_xls.definitions import bundled, load_folder
from lamtheo_xls.definitions.model import Form
from lamtheo_xls.workbook.identity import Issued
from lamtheo_xls.workbook.layout import Layout, Spot, lay_out
from lamtheo_xls.workbook.read.locate import Located, locate
from lamtheo_xls.workbook.read.printed import printed_text_stands
from lamtheo_xls.workbook.read.reader import read_returned
from lamtheo_xls.workbook.read.reading import Reading, Sheet
from lamtheo_xls.workbook.write.panel import Filled
from lamtheo_xls.workbook.write.stamp import prepare_base, stamp

KEY = b"k" * 32
CREATED = dt.datetime(2027, 1, 5, 8, 0)
CONTEXT = {
    "cap_tren": "Đảng bộ UBND tỉnh",
    "don_vi": "Chi bộ Văn phòng",
    "ten_don_vi": "Chi bộ Văn phòng",
    "nam": "2027",
    "nhan_bao_cao": "Đảng ủy UBND tỉnh",
    "dia_danh": "Vĩnh Long",
    "han": "trước ngày 25/02/2027",
    "quyen_han_ky": "T/M CHI BỘ",
    "chuc_vu_ky": "BÍ THƯ",
    "ky_hieu": "CB",
    "ho_ten": "Nguyễn Thị Minh Khai",
    "lanh_dao": "x",
}
FORMS = ("mau-01", "mau-03", "ke-hoach-ca-nhan")


@dataclass(frozen=True)
class Paper:
    """One form, filled by its unit, as it was issued."""

    form: Form
    layout: Layout
    filled: Filled
    data: bytes

    def located(self, data: bytes | Reading) -> Located:
        reading = read_returned(data) if isinstance(data, bytes) else data
        assert not reading.findings
        return locate(reading, self.form, self.layout)

    def said(self, data: bytes | Reading) -> tuple[dict[str, str], dict[str, list[str]]]:
        """What is read where things are located: fields, and the paragraphs of each table that say something."""
        found = self.located(data)
        assert found.sheet is not None
        cells = found.sheet.cells

        def text(spot: tuple[int, int]) -> str:
            cell = cells.get(spot)
            value = "" if cell is None else cell.value
            return f"{value:g}" if isinstance(value, float) else str(value)

        fields = {id: text(spot) for id, spot in found.fields.items() if text(spot)}
        tables = {
            id: [t for row in found.rows[id] if (t := text((row.sheet_row, found.columns[id]["doan"])))]
            for id in found.columns
        }
        return fields, tables

    @property
    def truth(self) -> tuple[dict[str, str], dict[str, list[str]]]:
        """What was filled in."""
        rows = {t.id: [r["doan"] for r in self.filled.rows[t.id] if r] for t in self.form.tables}
        return {id: text for id, text in self.filled.fields.items() if text}, rows


def filling(form: Form) -> Filled:
    """Every field and every second row, each with words of its own."""
    own = {f.id: f"Ô {f.id}" for f in form.fields}
    own |= {f.id: "x" for f in form.fields if f.type == "tick"} | {"mo_hinh_thu": "2"}
    fields = {f.id: own[f.id] for f in form.fields}
    rows = {
        t.id: tuple({"doan": f"Phần {t.id}, đoạn {i}."} if i % 2 == 0 else {} for i in range(t.rows_minimum))
        for t in form.tables
    }
    return Filled(fields=fields, rows=rows)


def paper(id: str) -> Paper:
    bundle, findings = load_folder(bundled("hd-btgtu-2024" if id == "ke-hoach-ca-nhan" else "43-kh-duk"))
    assert bundle is not None, findings
    form = bundle.forms[id]
    rows = {t.id: t.rows_minimum for t in form.tables}
    issued = Issued(
        serial=7,
        assignment=f"{id}_2027_CB01",
        round="thu_2027",
        form=id,
        version=form.version,
        unit="CB01",
        person=None,
        period="2027",
        part="",
        rows=rows,
    )
    base = prepare_base(form, rows, context_common=CONTEXT, groups=("Nhóm khác",), created=CREATED)
    filled = filling(form)
    return Paper(form, lay_out(form, rows), filled, stamp(base, issued, KEY, CONTEXT, (), filled))


@pytest.fixture(scope="module")
def papers() -> dict[str, Paper]:
    return {id: paper(id) for id in FORMS}


def moved(
    paper: Paper, place: Callable[[int, int], tuple[int, int] | None], more: Mapping[tuple[int, int], str] | None = None
) -> Reading:
    """The return with every cell of the filled sheet put where `place` says; None drops it."""
    reading = read_returned(paper.data)
    sheets = []
    for sheet in reading.sheets:
        if sheet.name == paper.form.sheet:
            cells = {at: cell for (row, column), cell in sheet.cells.items() if (at := place(row, column))}
            some = next(iter(cells.values()))
            for at, text in (more or {}).items():
                cells[at] = some._replace(value=text, kind="text", formula=False)
            merges = tuple(
                (*one, *two)
                for top, left, bottom, right in sheet.merges
                if (one := place(top, left)) and (two := place(bottom, right))
            )
            sheet = replace(sheet, cells=cells, merges=merges)
        sheets.append(sheet)
    return replace(reading, sheets=tuple(sheets))


def codes(paper: Paper, data: bytes | Reading) -> list[str]:
    found = paper.located(data)
    return [f.code for f in (*found.findings, *printed_text_stands(found, CONTEXT))]


@pytest.mark.parametrize("id", FORMS)
def test_as_issued_everything_stands(papers: dict[str, Paper], id: str) -> None:
    """No finding, nothing moved, every field and paragraph read where it was laid."""
    own = papers[id]
    found = own.located(own.data)
    assert (found.moved, found.fields) == (False, own.layout.fields)
    assert codes(own, own.data) == []
    fields, rows = own.said(own.data)
    locked = {f.id for f in own.form.fields if f.locked}
    assert ({k: v for k, v in fields.items() if k not in locked}, rows) == (
        {k: v for k, v in own.truth[0].items() if k not in locked},
        own.truth[1],
    )


@pytest.mark.parametrize("id", FORMS)
@pytest.mark.parametrize("count", [1, 3])
def test_rows_put_in_anywhere_lose_nothing(papers: dict[str, Paper], id: str, count: int) -> None:
    """Blank rows above, between and inside the tables: everything is read where it now stands, nothing is stray."""
    own = papers[id]
    last = own.layout.print_area[1].row
    for at in range(1, last + 2, 1 if count == 1 else 7):
        shifted = moved(own, lambda r, c, at=at: (r + count if r >= at else r, c))  # type: ignore[misc]
        assert own.said(shifted) == own.said(own.data), at
        assert set(codes(own, shifted)) <= {"structure.rows_changed"}, at


@pytest.mark.parametrize("id", FORMS)
def test_a_row_put_into_a_table_belongs_to_it(papers: dict[str, Paper], id: str) -> None:
    """A paragraph typed into an inserted row counts, in its place; one info."""
    own = papers[id]
    table = own.form.tables[2].id
    at = own.layout.areas[table].first_row + 1
    longer = moved(own, lambda r, c: (r + 1 if r >= at else r, c), {(at, 1): "Đoạn chen vào."})
    fields, rows = own.said(longer)
    assert fields == own.said(own.data)[0]
    assert rows == own.truth[1] | {table: [own.truth[1][table][0], "Đoạn chen vào.", *own.truth[1][table][1:]]}
    assert codes(own, longer) == ["structure.rows_changed"]


@pytest.mark.parametrize("id", FORMS)
def test_rows_taken_out_are_tolerated(papers: dict[str, Paper], id: str) -> None:
    """A blank row and a filled one deleted: the rest is read, one info a table."""
    own = papers[id]
    gone = [own.layout.areas[t.id].first_row + i for i, t in enumerate(own.form.tables[:2])]
    shorter = moved(own, lambda r, c: None if r in gone else (r - sum(g < r for g in gone), c))
    fields, rows = own.said(shorter)
    first = own.form.tables[0].id
    assert fields == own.said(own.data)[0]
    assert rows == own.truth[1] | {first: own.truth[1][first][1:]}
    assert codes(own, shorter) == ["structure.rows_changed"] * 2


@pytest.mark.parametrize("id", FORMS)
@pytest.mark.parametrize("at", [1, 2, 3])
def test_a_column_put_in_is_found(papers: dict[str, Paper], id: str, at: int) -> None:
    """Before the page, between page and labels, between label and input."""
    own = papers[id]
    wider = moved(own, lambda r, c: (r, c + 1 if c >= at else c))
    assert own.said(wider) == own.said(own.data)
    assert set(codes(own, wider)) <= {"structure.columns_changed"}


@pytest.mark.parametrize("id", FORMS)
def test_without_keys_labels_lead_the_way(papers: dict[str, Paper], id: str) -> None:
    """Hidden columns and rows left behind, as when only what is visible was copied; rows put in above: all is read."""
    own = papers[id]
    hidden = {a.key_row for a in own.layout.areas.values()}
    last = own.layout.helper_columns["message"]
    for more in (0, 2):
        bare = moved(
            own, lambda r, c, m=more: None if c > last or r in hidden else (r - sum(h < r for h in hidden) + m, c)
        )  # type: ignore[misc]
        fields, rows = own.said(bare)
        assert fields == own.said(own.data)[0]
        assert rows == own.truth[1]
        assert set(codes(own, bare)) <= {"structure.rows_changed"}


@pytest.mark.parametrize("id", FORMS)
def test_cut_and_paste_of_keys_goes_to_a_person(papers: dict[str, Paper], id: str) -> None:
    """The row of a field that took another field's place: key and label disagree, and neither is believed."""
    own = papers[id]
    one, two = (own.layout.fields[f.id] for f in own.form.fields[2:4])
    key = own.layout.key_column
    other = {one.row: two.row, two.row: one.row}
    crossed = moved(own, lambda r, c: (other.get(r, r), c) if c == key else (r, c))
    found = own.located(crossed)
    assert {f.code for f in found.findings} == {"structure.keys_disagree"}
    missing = {id for id, spot in own.layout.fields.items() if id not in found.fields}
    assert missing == {id for id, spot in own.layout.fields.items() if spot in (one, two)}


@pytest.mark.parametrize("id", FORMS)
def test_what_is_added_beside_the_form_is_stray(papers: dict[str, Paper], id: str) -> None:
    """Words beside a paragraph, below the form and over a heading are each said once, at their cell."""
    own = papers[id]
    area = own.layout.areas[own.form.tables[1].id]
    heading = next(p.at for p in own.layout.flow if p.role == "heading")
    below = own.layout.print_area[1].row + 4
    notes = {(area.first_row, 2): "xem thêm", (below, 1): "ghi chú cuối trang", tuple(heading): "Mục của tôi"}
    found = list(printed_text_stands(own.located(moved(own, lambda r, c: (r, c), notes)), CONTEXT))
    assert sorted((f.code, f.place.cell) for f in found) == [
        ("structure.locked_text", f"A{heading.row}"),
        ("structure.stray_text", f"A{below}"),
        ("structure.stray_text", f"B{area.first_row}"),
    ]


def test_what_the_office_wrote_is_watched(papers: dict[str, Paper]) -> None:
    """The mark of a leader wiped: the altered text is said at its cell."""
    own = papers["ke-hoach-ca-nhan"]
    spot = own.layout.fields["lanh_dao"]
    wiped = moved(own, lambda r, c: None if Spot(r, c) == spot else (r, c))
    found = list(printed_text_stands(own.located(wiped), CONTEXT))
    assert [(f.code, f.place.cell) for f in found] == [("structure.locked_text", f"C{spot.row}")]


def test_headings_alone_do_not_make_another_sheet_the_form(papers: dict[str, Paper]) -> None:
    """A copy of BẢN IN as text bears headings, but the sheet with the keys is the one that is read."""
    own = papers["mau-01"]
    reading = read_returned(own.data)
    main = next(s for s in reading.sheets if s.name == own.form.sheet)
    words = {(i, 1): c for i, (at, c) in enumerate(sorted(main.cells.items()), start=1) if at[1] == 1}
    texts = {
        at: c._replace(formula=False) for at, c in words.items() if isinstance(c.value, str) and "." not in c.value
    }
    copy = Sheet(name="Sheet1", state="visible", cells=texts)
    assert own.said(replace(reading, sheets=(copy, *reading.sheets))) == own.said(own.data)


# -- saved by other programs ---------------------------------------------------------------------------------------


def by_openpyxl(data: bytes, _: Path) -> bytes:
    book: Any = openpyxl.load_workbook(io.BytesIO(data))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def by_libreoffice(data: bytes, folder: Path) -> bytes:
    return converted(data, folder, ["soffice", f"-env:UserInstallation=file://{folder}/profile", "--headless"])


def by_gnumeric(data: bytes, folder: Path) -> bytes:
    return converted(data, folder, ["ssconvert"])


def converted(data: bytes, folder: Path, program: list[str]) -> bytes:
    if not shutil.which(program[0]):
        if os.environ.get("CI"):
            pytest.fail(f"{program[0]} is needed here")
        pytest.skip(f"{program[0]} is not on this machine")
    source, target = folder / "gui.xlsx", folder / "ra" / "gui.xlsx"
    source.write_bytes(data)
    target.parent.mkdir(exist_ok=True)
    more = ["--convert-to", "xlsx:Calc MS Excel 2007 XML", "--outdir", str(target.parent), str(source)]
    order = more if program[0] == "soffice" else ["-T", "Gnumeric_Excel:xlsx2", str(source), str(target)]
    subprocess.run([*program, *order], check=True, capture_output=True, timeout=120)
    return target.read_bytes()


@pytest.mark.parametrize("id", FORMS)
@pytest.mark.parametrize("program", [by_openpyxl, by_libreoffice, by_gnumeric])
def test_saved_by_another_program_all_is_read(
    papers: dict[str, Paper], program: Callable[[bytes, Path], bytes], id: str, tmp_path: Path
) -> None:
    """Keys, fields and paragraphs stand where they were, and no printed text is altered."""
    own = papers[id]
    saved = program(own.data, tmp_path)
    assert own.said(saved) == own.said(own.data)
    assert not own.located(saved).moved
    assert codes(own, saved) == []
