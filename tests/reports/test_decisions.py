"""What staff wrote in theo-doi.xlsx comes back as decisions, by the hidden ids."""

from __future__ import annotations

import datetime as dt
import io
import unicodedata
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lamtheo_xls.findings import Finding, mend, message, say
from lamtheo_xls.reports.board import FILE_DECISIONS, LINE_DECISIONS
from lamtheo_xls.reports.decisions import DecisionSheet, keep_typed, read_decisions
from lamtheo_xls.reports.status import StatusLine, summarise, write_status
from lamtheo_xls.text import nfc

D = dt.date
HEAD, DECISION, DETAIL, NOTE = 8, 9, 10, 11


def _edited(data: bytes, edit: Callable[[Any], None]) -> bytes:
    """theo-doi.xlsx as staff leave it: `edit` gets the openpyxl workbook."""
    book = openpyxl.load_workbook(io.BytesIO(data))
    edit(book)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _codes(findings: tuple[Finding, ...]) -> list[tuple[str, str | None, str | None]]:
    return [(f.code, f.place.sheet, f.place.cell) for f in findings]


def _with_decision(round_: dict[str, Any], row: int, **cells: str) -> dict[str, Any]:
    lines = list(round_["lines"])
    lines[row] = replace(lines[row], **cells)
    return round_ | {"lines": tuple(lines)}


def test_what_is_written_is_read_back(round_: dict[str, Any]) -> None:
    """Every row with its ids, decision, detail and note; nothing is lost and nothing invented."""
    sheet, findings = read_decisions(write_status(**round_), round_["units"])
    assert findings == ()
    assert sheet.readable
    assert [(r.assignment, r.submission, r.text, r.detail, r.note) for r in sheet.lines] == [
        (line.assignment, line.submission, line.decision, line.detail, line.note) for line in round_["lines"]
    ]
    assert [(r.submission, r.text, r.assigned, r.note) for r in sheet.files] == [("f1", "", "", ""), ("f2", "", "", "")]
    ruled = {r.assignment: (r.kind, r.date, r.cell) for r in sheet.lines if r.kind}
    assert ruled == {
        "mau-02_2027_U2": ("enter", None, "I10"),
        "mau-02_2027_U6": ("extend", D(2027, 3, 5), "I14"),
    }


@pytest.mark.parametrize("kind", LINE_DECISIONS)
def test_every_decision_on_an_assignment_is_known_by_its_word(round_: dict[str, Any], kind: str) -> None:
    """The words of the drop-down, also in capitals, in NFD, without accents, with stray spaces."""
    word = say(f"ledger.decision.{kind}")
    plain = "".join(c for c in unicodedata.normalize("NFD", word.replace("Đ", "D")) if not unicodedata.combining(c))
    for text in (
        word,
        word.upper(),
        f"  {word.lower()} ",
        unicodedata.normalize("NFD", word),
        plain.replace(" ", "  "),
    ):
        data = write_status(**_with_decision(round_, 0, decision=text, detail="05/03/2027"))
        sheet, findings = read_decisions(data, round_["units"])
        assert (sheet.lines[0].kind, findings) == (kind, ()), text
        assert sheet.lines[0].date == (D(2027, 3, 5) if kind in ("extend", "signed") else None)


@pytest.mark.parametrize("kind", FILE_DECISIONS)
def test_every_decision_on_a_file_is_known_by_its_word(round_: dict[str, Any], kind: str) -> None:
    """With the unit chosen beside it; «xác nhận» with a unit assigns the file to it."""
    files = (replace(round_["files"][0], decision=say(f"ledger.decision.{kind}"), assigned="ĐU Sở Y tế"),)
    sheet, findings = read_decisions(write_status(**round_ | {"files": files}), round_["units"])
    assert findings == ()
    assert (sheet.files[0].kind, sheet.files[0].unit) == ("assign" if kind == "confirm" else kind, "U4")


@pytest.mark.parametrize(
    ("detail", "date"),
    [
        ("05/03/2027", D(2027, 3, 5)),
        ("5.3.2027", D(2027, 3, 5)),
        ("đến hết ngày 5-3-2027, đã báo Bí thư", D(2027, 3, 5)),
        ("2027-03-05", D(2027, 3, 5)),
        (dt.datetime(2027, 3, 5), D(2027, 3, 5)),
        (46451, D(2027, 3, 5)),
    ],
)
def test_an_extension_takes_its_date_however_it_was_typed(
    round_: dict[str, Any], detail: object, date: dt.date
) -> None:
    """Text in the usual shapes, a real date, and a date pasted without its format."""

    def edit(book: Any) -> None:
        page = book["TỔNG QUAN"]
        page.cell(HEAD + 1, DECISION).value = "Gia hạn"
        page.cell(HEAD + 1, DETAIL).value = detail
        if not isinstance(detail, str):
            page.cell(HEAD + 1, DETAIL).number_format = "dd/mm/yyyy" if isinstance(detail, dt.date) else "General"

    sheet, findings = read_decisions(_edited(write_status(**round_), edit), round_["units"])
    assert (sheet.lines[0].kind, sheet.lines[0].date, findings) == ("extend", date, ())
    assert sheet.lines[0].detail == ("05/03/2027" if not isinstance(detail, str) else detail)


def test_the_date_may_stand_in_the_decision_cell(round_: dict[str, Any]) -> None:
    """«Gia hạn đến 05/03/2027» needs no second cell."""
    data = write_status(**_with_decision(round_, 0, decision="gia hạn đến 05/03/2027"))
    sheet, findings = read_decisions(data, round_["units"])
    assert (sheet.lines[0].kind, sheet.lines[0].date, findings) == ("extend", D(2027, 3, 5), ())


@pytest.mark.parametrize("detail", ["", "tuần sau", "31/02/2027", "5/3", "từ 01/03/2027 đến 05/03/2027"])
def test_an_extension_without_one_clear_date_rules_nothing(round_: dict[str, Any], detail: str) -> None:
    """No date, an impossible one, no year, two dates: a finding at the detail cell, and no extension."""
    sheet, findings = read_decisions(write_status(**_with_decision(round_, 0, decision="Gia hạn", detail=detail)))
    assert _codes(findings) == [("set.decision_date_missing", "TỔNG QUAN", "J9")]
    assert (sheet.lines[0].kind, sheet.lines[0].understood, sheet.lines[0].text) == ("", False, "Gia hạn")
    assert f"«{detail}»" in message(findings[0]) and mend(findings[0])


def test_a_signed_copy_needs_no_date_but_an_unreadable_one_is_said(round_: dict[str, Any]) -> None:
    """«Đã nhận bản ký» alone holds; a detail that is no date is pointed at and the decision still taken."""
    sheet, findings = read_decisions(write_status(**_with_decision(round_, 0, decision="Đã nhận bản ký")))
    assert (sheet.lines[0].kind, sheet.lines[0].date, findings) == ("signed", None, ())
    data = write_status(**_with_decision(round_, 0, decision="Đã nhận bản ký", detail="hôm qua"))
    sheet, findings = read_decisions(data)
    assert (sheet.lines[0].kind, sheet.lines[0].date) == ("signed", None)
    assert _codes(findings) == [("set.decision_date_unreadable", "TỔNG QUAN", "J9")]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("chắc được", "set.decision_unknown"),
        ("Xác nhận nhé", "set.decision_unknown"),
        ("không", "set.decision_unknown"),
        ("Gán cho đơn vị", "set.decision_not_here"),
    ],
)
def test_a_word_not_understood_is_a_finding_at_its_cell(round_: dict[str, Any], text: str, code: str) -> None:
    """Quoted, with its address; nothing is ruled and what was typed is kept for the next sheet."""
    sheet, findings = read_decisions(write_status(**_with_decision(round_, 2, decision=text)))
    assert _codes(findings) == [(code, "TỔNG QUAN", "I11")]
    assert f"«{text}»" in message(findings[0])
    assert (sheet.lines[2].kind, sheet.lines[2].understood, sheet.lines[2].text) == ("", False, text)


@pytest.mark.parametrize("text", ["ĐU Sở Y tế", "Đảng ủy Sở Y tế", "U4", "u4 ", "đu sở y tế", "Đảng bộ Sở Y tế"])
def test_a_file_goes_to_the_unit_named(round_: dict[str, Any], text: str) -> None:
    """Short name, full name or code; choosing the unit is enough."""
    files = (replace(round_["files"][0], assigned=text, note="của anh Tú"),)
    sheet, findings = read_decisions(write_status(**round_ | {"files": files}), round_["units"])
    assert (sheet.files[0].kind, sheet.files[0].unit, sheet.files[0].note) == ("assign", "U4", "của anh Tú")
    assert (sheet.files[0].assigned, findings) == (text.strip(), ())


def test_a_unit_not_known_or_not_named_is_a_finding(round_: dict[str, Any]) -> None:
    """At «Gán cho đơn vị» of that row; a word of the other sheet at its own cell."""
    first, second = round_["files"]
    files = (
        replace(first, assigned="Sở Văn hóa"),
        replace(second, decision="Gán cho đơn vị"),
        replace(second, submission="f3", decision="Gia hạn"),
    )
    sheet, findings = read_decisions(write_status(**round_ | {"files": files}), round_["units"])
    assert _codes(findings) == [
        ("set.decision_unit_unknown", "TỆP NHẬN", "G4"),
        ("set.decision_unit_missing", "TỆP NHẬN", "G5"),
        ("set.decision_not_here", "TỆP NHẬN", "I6"),
    ]
    assert [(f.kind, f.unit, f.understood) for f in sheet.files] == [("", "", False)] * 3


def test_a_name_two_units_share_names_neither(round_: dict[str, Any]) -> None:
    """Only the drop-down's own words, with the code, tell them apart."""
    units = tuple(
        replace(u, name="Chi bộ 1", short_name="CB 1") if u.code in ("U2", "U5") else u for u in round_["units"]
    )
    for text, unit in (("CB 1", ""), ("CB 1 (U5)", "U5")):
        files = (replace(round_["files"][0], assigned=text),)
        sheet, findings = read_decisions(write_status(**round_ | {"units": units, "files": files}), units)
        assert sheet.files[0].unit == unit
        assert [f.code for f in findings] == ([] if unit else ["set.decision_unit_unknown"])


def test_sorted_rows_inserted_lines_and_a_moved_column_are_read_right(round_: dict[str, Any]) -> None:
    """Rows are known by their hidden id, columns by their heads: staff may sort, push down, add a column, rename."""

    def edit(book: Any) -> None:
        page = book["TỔNG QUAN"]
        page.cell(HEAD + 3, DECISION).value = "Không tổng hợp"
        rows = [[c.value for c in row] for row in page.iter_rows(min_row=HEAD + 1)]
        for row, values in enumerate(reversed(rows), start=HEAD + 1):
            for column, value in enumerate(values, start=1):
                page.cell(row, column).value = value
                if isinstance(value, str):
                    page.cell(row, column).data_type = "s"  # openpyxl would take «=…» for a formula
        page.insert_rows(3, 2)
        page.insert_cols(3)
        page.title = "Theo dõi của chị Lan"

    sheet, findings = read_decisions(_edited(write_status(**round_), edit), round_["units"])
    assert findings == ()
    assert [r.assignment for r in sheet.lines] == [line.assignment for line in reversed(round_["lines"])]
    ruled = {r.assignment: r.kind for r in sheet.lines if r.kind}
    assert ruled == {"mau-02_2027_U2": "enter", "mau-02_2027_U3": "exclude", "mau-02_2027_U6": "extend"}
    assert {r.assignment: r.note for r in sheet.lines if r.note} == {"mau-02_2027_U5": "=1+1 hẹn chiều thứ Sáu"}
    assert [f.submission for f in sheet.files] == ["f1", "f2"]


def test_rows_copied_or_added_by_hand_rule_nothing(round_: dict[str, Any]) -> None:
    """A line without an id, and a copy that says something else: findings, the first row counts."""

    def edit(book: Any) -> None:
        page = book["TỔNG QUAN"]
        page.cell(HEAD + 9, DECISION).value = "Xác nhận"
        for column in range(1, 14):
            page.cell(HEAD + 10, column).value = page.cell(HEAD + 2, column).value
        page.cell(HEAD + 10, DECISION).value = "Không phải gửi"

    sheet, findings = read_decisions(_edited(write_status(**round_), edit), round_["units"])
    assert _codes(findings) == [
        ("set.decision_row_unknown", "TỔNG QUAN", "I17"),
        ("set.decision_twice", "TỔNG QUAN", "I18"),
    ]
    assert [r.kind for r in sheet.lines if r.assignment == "mau-02_2027_U2"] == ["enter"]


def test_a_backup_copy_of_the_sheet_does_not_speak(round_: dict[str, Any]) -> None:
    """«TỔNG QUAN (2)» is somebody's copy: the sheet with the usual name counts."""

    def edit(book: Any) -> None:
        copy = book.copy_worksheet(book["TỔNG QUAN"])
        copy.cell(HEAD + 1, DECISION).value = "Không phải gửi"
        book.move_sheet(copy, -5)

    sheet, findings = read_decisions(_edited(write_status(**round_), edit), round_["units"])
    assert (sheet.lines[0].kind, sheet.lines[0].sheet, findings) == ("", "TỔNG QUAN", ())


def test_saved_again_by_libreoffice_it_reads_the_same(round_: dict[str, Any], office: Callable[[bytes], bytes]) -> None:
    """Decisions, details, notes and ids survive LibreOffice."""
    files = (replace(round_["files"][0], assigned="ĐU Sở Y tế", note="- gạch đầu dòng"), round_["files"][1])
    data = write_status(**_with_decision(round_, 0, decision="Gia hạn", detail="05/03/2027") | {"files": files})
    assert read_decisions(office(data), round_["units"]) == read_decisions(data, round_["units"])


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04 cut", b"%PDF-1.7", b"\xff\xd8\xff\xe0 photo"])
def test_a_file_that_is_no_workbook_gives_a_finding_and_no_rows(data: bytes) -> None:
    """Never raises; nothing may be concluded from the rows that are not there."""
    sheet, findings = read_decisions(data)
    assert sheet == DecisionSheet(readable=False)
    assert [f.code for f in findings] == ["set.status_unreadable"]


def test_a_view_only_copy_put_in_its_place_is_not_taken_for_decisions(round_: dict[str, Any]) -> None:
    """It has no ids: unreadable, rather than every decision withdrawn."""
    sheet, findings = read_decisions(write_status(**round_, view_only=True))
    assert (sheet.readable, [f.code for f in findings]) == (False, ["set.status_unreadable"])


def test_words_not_understood_and_reasons_go_back_into_their_cells(round_: dict[str, Any]) -> None:
    """The next sheet shows them where they were typed, to be mended there; what stands recorded is not overwritten."""
    blank = tuple(replace(line, decision="", detail="", note="") for line in round_["lines"])
    typed = (
        replace(blank[0], decision="Gia hạn", detail="tuần sau"),
        replace(blank[1], decision="Không phải gửi", detail="mới sáp nhập"),
        replace(blank[2], decision="Đã nhận bản ký", detail="19/02/2027"),
        *blank[3:],
    )
    files = (replace(round_["files"][0], assigned="ĐU Sở 9"), round_["files"][1])
    sheet, findings = read_decisions(write_status(**round_ | {"lines": typed, "files": files}), round_["units"])
    assert [f.code for f in findings] == ["set.decision_date_missing", "set.decision_unit_unknown"]
    recorded = (
        blank[0],
        replace(blank[1], decision="Không phải gửi"),
        replace(blank[2], decision="Đã nhận bản ký", detail="18/02/2027"),
        *blank[3:],
    )
    lines, kept = keep_typed(recorded, round_["files"], sheet)
    assert [(line.decision, line.detail) for line in lines[:4]] == [
        ("Gia hạn", "tuần sau"),
        ("Không phải gửi", "mới sáp nhập"),
        ("Đã nhận bản ký", "18/02/2027"),
        ("", ""),
    ]
    assert [(f.assigned, f.decision) for f in kept] == [("ĐU Sở 9", ""), ("", "")]
    assert keep_typed(recorded, files, DecisionSheet()) == (recorded, files)


_TYPED = st.text("aăđếỡừỰ ồZx019=+-@'\"<>&%/\\_:;*?[](){}#$,.…–“”\u0323\U0001f600\n\xa0", max_size=40)


@settings(derandomize=True, max_examples=40, deadline=None)
@given(note=_TYPED, detail=_TYPED)
def test_whatever_staff_type_in_a_note_comes_back(note: str, detail: str) -> None:
    """Notes survive the next run: write, read, write, read gives the same text (formulas, signs and all)."""
    line = StatusLine(
        assignment="mau-02_2027_U1", unit="U", unit_short="U", form="Mẫu 02", state="missing", words="Chưa gửi",
        note=note, detail=detail,
    )  # fmt: skip
    common: dict[str, Any] = {
        "title": "T", "as_of": D(2027, 2, 25), "files": (), "history": (), "deadline": None, "units": (),
        "created": D(2027, 2, 25), "summary": summarise([line]),
    }  # fmt: skip
    first = read_decisions(write_status(lines=[line], **common))[0].lines[0]
    again = replace(line, note=first.note, detail=first.detail)
    second = read_decisions(write_status(lines=[again], **common))[0].lines[0]
    assert (second.note, second.detail) == (first.note, first.detail)
    assert (first.note, first.detail) == (nfc(note), nfc(detail))
