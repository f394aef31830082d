"""theo-doi.xlsx: the office's screen."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import openpyxl
import pytest

from lamtheo_xls.definitions.model import Deadline
from lamtheo_xls.findings import finding
from lamtheo_xls.ledger import SignedCopy
from lamtheo_xls.register.model import Unit
from lamtheo_xls.reports import styles
from lamtheo_xls.reports.decisions import read_decisions
from lamtheo_xls.reports.status import (
    Choice,
    FormLine,
    MilestoneLine,
    Summary,
    counts_words,
    deadline_words,
    state_words,
    summarise,
    unit_labels,
    write_status,
)

D = dt.date


def _page(data: bytes, sheet: str) -> Any:
    return openpyxl.load_workbook(io.BytesIO(data))[sheet]


def test_the_overview_is_the_screen_users_imagine(
    round_: dict[str, Any], dump: Callable[[bytes, str], str], golden: Callable[[str, str], None]
) -> None:
    """Heading, deadline, counts, today, one row per assignment; only the yellow columns open (domain/F)."""
    golden("tong-quan.txt", dump(write_status(**round_), "TỔNG QUAN"))


def test_files_findings_and_history_stand_on_sheets_of_their_own(
    round_: dict[str, Any], dump: Callable[[bytes, str], str], golden: Callable[[str, str], None]
) -> None:
    """Each received file to look at, each finding with its cell and mend, each event."""
    data = write_status(**round_)
    golden("trang-khac.txt", "\n".join(dump(data, name) for name in ("TỆP NHẬN", "LỖI", "LỊCH SỬ")))


def test_what_the_office_wrote_and_was_not_understood_opens_the_sheet_of_findings(round_: dict[str, Any]) -> None:
    """Whoever works by double-click sees no terminal: the cell and the mend stand on LỖI."""
    own = (finding("set.decision_unit_unknown", sheet="TỆP NHẬN", cell="G4", value="ĐU Sở 9"),)
    page = _page(write_status(**round_, office_findings=own), "LỖI")
    assert [c.value for c in page[4]] == [
        1, "(văn phòng)", "Lưu ý", "TỆP NHẬN", "G4", "ĐU Sở 9",
        "Trang TỆP NHẬN, ô G4: «ĐU Sở 9» không phải tên hay mã của một đơn vị trong danh sách.",
        "Chọn đơn vị trong danh sách của ô.", None,
    ]  # fmt: skip
    assert page["B5"].value == "ĐU Sở Tài chính"


def test_a_decision_is_not_said_twice(round_: dict[str, Any]) -> None:
    """What stands in Xử lý and Chi tiết is left out of «Cần nói»; a decision no longer shown there is said."""
    line = replace(round_["lines"][0], tell="", decision="Gia hạn", detail="05/03/2027", standing="Gia hạn 05/03/2027")
    page = _page(write_status(**round_ | {"lines": (line, replace(line, decision="", detail=""))}), "TỔNG QUAN")
    assert [page["H9"].value, page["H10"].value] == [None, "Đã ghi: Gia hạn 05/03/2027."]


def test_the_same_inputs_give_the_same_bytes(round_: dict[str, Any]) -> None:
    """No clock is read (promise 9)."""
    assert write_status(**round_) == write_status(**round_)


@pytest.fixture
def whole(round_: dict[str, Any]) -> dict[str, Any]:
    """The invented round with two forms, a person, a document, a milestone and choices for files."""
    lines = list(round_["lines"])
    lines[0] = replace(lines[0], form="Mẫu 03 (hd)", person="Lê Thị Hoa", copy=SignedCopy(), signed=False)
    lines[2] = replace(
        lines[2], copy=SignedCopy(on=D(2027, 2, 13), number="=12-KH/ĐU", dated=D(2027, 2, 10), way="Zalo")
    )
    lines[4] = replace(lines[4], form="Văn bản", name="Kế hoạch củng cố, nâng cao chất lượng mô hình")
    later = Deadline(
        on_time=D(2027, 12, 14), late_from=D(2027, 12, 16), accept_until=None, text="trước ngày 15/12/2027"
    )
    forms = tuple(
        FormLine(label=label, plain=label, name="Tên biểu", deadline=due, summary=summarise(found))
        for label, due, found in (("Mẫu 02", round_["deadline"], lines[1:]), ("Mẫu 03 (hd)", later, lines[:1]))
    )
    choices = (
        Choice(unit="U1", label="Mẫu 03 – Lê Thị Hoa", assignment="a", form="f"),
        Choice(unit="U2", label="Mẫu 02", assignment="b", form="f"),
        Choice(unit="U2", label="Mẫu 02 – bản ký", assignment="b", signed=True, form="f"),
    )
    milestones = (MilestoneLine(label="Sơ kết 03 năm", deadline=later),)
    more = {"lines": tuple(lines), "forms": forms, "choices": choices, "milestones": milestones}
    return round_ | more


def test_several_forms_people_and_signed_copies_have_their_sheets(
    whole: dict[str, Any], dump: Callable[[bytes, str], str], golden: Callable[[str, str], None]
) -> None:
    """THEO BIỂU counts each form and shows the office's own dates; BẢN KÝ has a row for each signed copy owed; the name
    of a person stands beside the unit; the heading names the date that comes next."""
    data = write_status(**whole)
    golden("nhieu-bieu.txt", "\n".join(dump(data, name) for name in ("THEO BIỂU", "BẢN KÝ")))
    page = _page(data, "TỔNG QUAN")
    assert [page.cell(8, c).value for c in range(1, 6)] == ["TT", "Đơn vị", "Cá nhân", "Biểu", "Tình trạng"]
    assert page["A2"].value == "Hạn: trong tháng 02/2027 (28/02 là Chủ nhật), còn 3 ngày – Mẫu 02"
    assert page["C9"].value == "Lê Thị Hoa"
    assert _page(data, "LỖI")["B4"].value == "Lê Thị Hoa – ĐU Sở Tài chính"
    assert _page(data, "_ds")["H1"].value == "Mẫu 03 – Lê Thị Hoa"


def test_every_sheet_survives_libreoffice(whole: dict[str, Any], office: Callable[[bytes], bytes]) -> None:
    """Saved again there: decisions, signed copies and marks read the same, and nothing was changed."""
    data = office(write_status(**whole))
    sheet, findings = read_decisions(data, whole["units"])
    assert findings == () and sheet.signed == ()
    assert [line.changed for line in sheet.lines] == [False] * len(whole["lines"])
    assert [f.changed for f in sheet.files] == [False] * len(whole["files"])


def test_every_part_is_valid(
    round_: dict[str, Any], whole: dict[str, Any], faults_of: Callable[[bytes], list[str]]
) -> None:
    """The parts fit ISO/IEC 29500, with lines and files and without any."""
    assert faults_of(write_status(**round_)) == []
    assert faults_of(write_status(**whole)) == []
    assert faults_of(write_status(**whole, view_only=True)) == []
    empty = round_ | {"lines": (), "files": (), "history": (), "summary": Summary(), "units": (), "deadline": None}
    assert faults_of(write_status(**empty)) == []


def test_typed_text_is_never_a_formula_or_a_number(round_: dict[str, Any]) -> None:
    """«=1+1», a phone number with its zero, a file called =cmd: text in, text out (promise 8)."""
    data = write_status(**round_)
    book = openpyxl.load_workbook(io.BytesIO(data))
    assert [c.coordinate for page in book for row in page.iter_rows() for c in row if c.data_type == "f"] == []
    overview = book["TỔNG QUAN"]
    assert (overview["K13"].value, overview["K13"].data_type) == ("=1+1 hẹn chiều thứ Sáu", "s")
    assert (overview["G13"].value, overview["G13"].number_format) == ("0905000123", "@")
    assert book["TỆP NHẬN"]["B5"].value == "=cmd.xlsx"


def test_a_view_only_copy_holds_nothing_to_read_back(round_: dict[str, Any]) -> None:
    """No decision column, no hidden id, nothing open; it says CHỈ XEM."""
    data = write_status(**round_, view_only=True)
    book = openpyxl.load_workbook(io.BytesIO(data))
    texts = [str(c.value) for page in book for row in page.iter_rows() for c in row if c.value is not None]
    assert not [t for t in texts if t in ("Xử lý", "Chi tiết", "Gán cho đơn vị") or t.startswith("lamtheo.")]
    assert not [t for t in texts if t.startswith("mau-02_2027")]
    assert [c.coordinate for p in book for r in p.iter_rows() for c in r if not c.protection.locked] == []
    assert texts[0].startswith("CHỈ XEM — ĐĂNG KÝ MÔ HÌNH NĂM 2027")


def test_several_forms_get_a_column_that_names_them(round_: dict[str, Any]) -> None:
    """One form heads its state column itself; with two, every row says which form it is about."""
    lines = round_["lines"]
    data = write_status(**round_ | {"lines": (replace(lines[0], form="Mẫu 01"), *lines[1:])})
    page = _page(data, "TỔNG QUAN")
    assert [page.cell(8, c).value for c in range(1, 5)] == ["TT", "Đơn vị", "Biểu", "Tình trạng"]
    assert [page.cell(r, 3).value for r in (9, 10)] == ["Mẫu 01", "Mẫu 02"]


def test_sheets_are_locked_without_a_password_and_filters_stay_free(round_: dict[str, Any]) -> None:
    """A seat-belt: filter, widths and heights are allowed, nothing asks for a password."""
    book = openpyxl.load_workbook(io.BytesIO(write_status(**round_)))
    for page in book:
        assert page.protection.sheet and page.protection.password is None
        assert not page.protection.autoFilter and not page.protection.formatColumns
    assert book["_ds"].sheet_state == "hidden"


def test_counts_add_up(round_: dict[str, Any]) -> None:
    """expected = accepted + nil + to_fix + missing; excused outside, late and signed beside (DESIGN §7)."""
    s = round_["summary"]
    assert s == Summary(
        expected=7, accepted=2, nil=1, to_fix=1, missing=3, wrong_form=1, overdue=1, excused=1, late=1, signed=1,
        signed_due=7, call=2, unclear_files=2,
    )  # fmt: skip
    assert s.expected == s.accepted + s.nil + s.to_fix + s.missing
    assert summarise(()) == Summary()


@pytest.mark.parametrize(
    ("as_of", "expected"),
    [
        (D(2027, 2, 25), "Hạn: trong tháng 02/2027 (28/02 là Chủ nhật), còn 3 ngày"),
        (D(2027, 2, 28), "Hạn: trong tháng 02/2027 (28/02 là Chủ nhật), hôm nay là ngày cuối"),
        (D(2027, 3, 2), "Hạn: trong tháng 02/2027 (28/02 là Chủ nhật), đã qua 2 ngày"),
    ],
)
def test_days_left_are_said_in_words(as_of: dt.date, expected: str) -> None:
    """Before, on and after the last day; a Sunday is named."""
    on = Deadline(on_time=D(2027, 2, 28), late_from=D(2027, 3, 1), accept_until=None, text="trong tháng 02/2027")
    assert deadline_words(on, as_of) == expected


def test_a_working_day_and_a_last_day_of_acceptance_are_said() -> None:
    """Friday is only dated; «nhận đến» follows where returns are taken in longer."""
    on = Deadline(
        on_time=D(2027, 2, 26), late_from=D(2027, 2, 27), accept_until=D(2027, 3, 10), text="trước ngày 27/02/2027"
    )
    words = "Hạn: trước ngày 27/02/2027 (hết ngày 26/02), còn 1 ngày; nhận đến 10/03/2027"
    assert deadline_words(on, D(2027, 2, 25)) == words


def test_zeros_that_say_nothing_are_left_out() -> None:
    """«Phải gửi 30: …» as in domain/F."""
    first, second = counts_words(
        Summary(expected=30, accepted=19, to_fix=4, missing=7, wrong_form=1, excused=1, signed=15, signed_due=30)
    )
    assert first == "Phải gửi 30: Hợp lệ 19, Cần sửa 4, Chưa đúng biểu 1, Chưa gửi 6"
    assert second == "Không phải gửi 1  ·  Bản ký 15/30"


def test_states_have_the_words_of_the_design() -> None:
    """DESIGN §2."""
    assert state_words("accepted") == "Hợp lệ"
    assert state_words("accepted", late=True) == "Hợp lệ (muộn)"
    assert state_words("accepted", mending=True) == "Hợp lệ (đang sửa)"
    assert state_words("missing", overdue=True) == "Quá hạn"
    assert [state_words(s) for s in ("to_fix", "wrong_form", "missing", "nil", "excused")] == [
        "Cần sửa", "Chưa đúng biểu", "Chưa gửi", "Không phát sinh", "Không phải gửi",
    ]  # fmt: skip


def test_two_units_of_one_short_name_are_told_apart_in_the_drop_down() -> None:
    """The code follows the name only where it is needed."""
    units = [
        Unit(code=c, name=n, short_name=n, order=1, kind="k") for c, n in (("A", "CB 1"), ("B", "CB 1"), ("C", "CB 2"))
    ]
    assert dict(unit_labels(units)) == {"A": "CB 1 (A)", "B": "CB 1 (B)", "C": "CB 2"}


def test_five_thousand_lines_stay_quick_and_whole(round_: dict[str, Any]) -> None:
    """Every line of a large round has its row, its id and its drop-down."""
    line = round_["lines"][0]
    lines = tuple(replace(line, assignment=f"mau-02_2027_{i}", findings=()) for i in range(5_000))
    data = write_status(**round_ | {"lines": lines, "summary": summarise(lines)})
    book = openpyxl.load_workbook(io.BytesIO(data), read_only=True)
    ids = [row[0] for row in book["TỔNG QUAN"].iter_rows(min_row=9, min_col=12, max_col=12, values_only=True)]
    assert ids == [line.assignment for line in lines]
    book.close()


def test_a_refused_write_raises_instead_of_vanishing() -> None:
    """XlsxWriter returns -2 for a string of 32,768 characters; `put` does not let that pass, `clip` makes it fit."""
    out = styles.Book(created=D(2027, 1, 1), title="t")
    sheet = out.add_sheet("s")
    with pytest.raises(ValueError, match="refused"):
        styles.put(sheet, 1, 1, "x" * 32_768, out.formats["cell"])
    with pytest.raises(ValueError, match="refused"):
        styles.put(sheet, 1_048_577, 1, "x", out.formats["cell"])
    assert len(styles.clip("x" * 40_000)) == styles.TEXT_LIMIT
    out.to_bytes()
