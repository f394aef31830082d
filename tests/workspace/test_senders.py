"""Who sent a return by mail: a sender nobody of its unit is known by is shown on TỆP NHẬN, and changes nothing else."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import openpyxl
import pytest

DAY = ("--as-of", "2027-02-10")
FAULTY = [{"ten_chi_bo": "Chi bộ 1 Sở Số 1", "ten_mo_hinh": "Thiếu thời gian", "moi": "x"}]
UNKNOWN = "Người gửi chưa có trong danh sách"


@pytest.fixture
def office(tmp_path: Path, make_office: Callable[..., Path]) -> Path:
    return make_office(tmp_path / "VP")


@pytest.fixture
def mail_in(filled: Callable[..., Path]) -> Callable[..., Path]:
    """`mail_in(office, unit, sender)`: what unit number `unit` filled, as a message saved into nhan-ve/."""

    def put(office: Path, unit: int, sender: str, **more: Any) -> Path:
        book = filled(office, unit, **more)
        message = EmailMessage()
        message["From"], message["To"], message["Subject"] = sender, "bieu@vp.example", "Gửi biểu"
        message["Message-ID"] = f"<{unit}.{len(sender)}@mail.example>"
        message["Date"] = "Tue, 09 Feb 2027 08:00:00 +0700"
        message.set_content("Xin gửi biểu.")
        kind = "vnd.openxmlformats-officedocument.spreadsheetml.sheet"
        message.add_attachment(book.read_bytes(), maintype="application", subtype=kind, filename=f"{unit}.xlsx")
        book.unlink()
        target = book.with_name(f"{unit} {len(sender)}.eml")
        target.write_bytes(message.as_bytes())
        return target

    return put


def run(lamtheo: Callable[..., Any], office: Path, *verbs: str) -> Any:
    for verb in verbs:
        said = lamtheo(verb, "-C", office, *DAY)
        assert said.code == 0, said.err
    return json.loads(lamtheo("status", "-C", office, *DAY, "--json").out)


def files(office: Path) -> list[dict[str, Any]]:
    page = openpyxl.load_workbook(office / "theo-doi.xlsx")["TỆP NHẬN"]
    heads = [c.value for c in page[3]]
    return [dict(zip(heads, (c.value for c in row), strict=True)) for row in page.iter_rows(min_row=4)]


def type_in(office: Path, sheet: str, first_row: int, has: str, cells: dict[str, str]) -> None:
    path = office / "theo-doi.xlsx"
    book = openpyxl.load_workbook(path)
    page = book[sheet]
    at = {c.value: c.column for c in page[first_row]}
    row = next(r[0].row for r in page.iter_rows(min_row=first_row + 1) if any(has in str(c.value) for c in r))
    for head, text in cells.items():
        page.cell(row, at[head]).value = text
    book.save(path)


def register_mail(office: Path, code: str, address: str) -> None:
    path = office / "danh-sach.xlsx"
    book = openpyxl.load_workbook(path)
    for page in book:
        for row in page.iter_rows():
            if any(c.value == code for c in row):
                head = next(r for r in page.iter_rows() if any(str(c.value or "").startswith("Thư điện tử") for c in r))
                column = next(c.column for c in head if str(c.value or "").startswith("Thư điện tử"))
                page.cell(row[0].row, column).value = address
                out = io.BytesIO()
                book.save(out)
                path.write_bytes(out.getvalue())
                return
    raise AssertionError(code)


def state_of(now: Any, unit: str) -> str:
    return str(next(a["state"] for a in now["assignments"] if a["unit"] == unit))


def test_from_its_own_address_nothing_is_said(
    office: Path, lamtheo: Callable[..., Any], mail_in: Callable[..., Path]
) -> None:
    """Capitals make no other mailbox."""
    mail_in(office, 1, "Đồng chí Lan <So1@Example.VN>")
    now = run(lamtheo, office, "collect")
    assert (state_of(now, "DU-1"), files(office)) == ("accepted", [])


def test_a_sender_nobody_knows_is_shown_and_the_return_counts(
    office: Path, lamtheo: Callable[..., Any], mail_in: Callable[..., Path]
) -> None:
    """Taken, counted, shown with the address and whose it seems; no «tệp chưa rõ», no word to send back. The same
    domain is no excuse for another mailbox."""
    mail_in(office, 1, "la@example.vn")
    mail_in(office, 2, "ai.do@gmail.example", rows=[FAULTY[0] | {"ten_chi_bo": "Chi bộ 1 Sở Số 2"}])
    now = run(lamtheo, office, "collect")
    assert (state_of(now, "DU-1"), state_of(now, "DU-2")) == ("accepted", "to_fix")
    shown = [(r["Người gửi"], r["Là gì"], r["Lời nhắn để gửi lại"], r["Có thể của"]) for r in files(office)]
    assert shown == [
        ("la@example.vn", UNKNOWN, None, "ĐU Sở Số 1"),
        ("ai.do@gmail.example", UNKNOWN, None, "ĐU Sở Số 2"),
    ]
    page = openpyxl.load_workbook(office / "theo-doi.xlsx")["TỔNG QUAN"]
    assert page["C5"].value == "Không có tệp chưa rõ"


def test_the_address_of_another_unit_is_named(
    office: Path, lamtheo: Callable[..., Any], mail_in: Callable[..., Path]
) -> None:
    mail_in(office, 1, "so3@example.vn")
    run(lamtheo, office, "collect")
    assert [(r["Là gì"], r["Có thể của"]) for r in files(office)] == [("Người gửi thuộc ĐU Sở Số 3", "ĐU Sở Số 1")]


@pytest.mark.parametrize("cells", [{"Xử lý": "Xác nhận"}, {"Gán cho đơn vị": "ĐU Sở Số 1"}])
def test_a_word_on_the_sender_settles_it_and_nothing_else(
    office: Path, lamtheo: Callable[..., Any], mail_in: Callable[..., Path], cells: dict[str, str]
) -> None:
    """«Xác nhận» (or the unit itself chosen): the row goes and stays away; a faulty return is no better for it, and who
    said so stands in the history."""
    mail_in(office, 1, "ai.do@gmail.example", rows=FAULTY)
    run(lamtheo, office, "collect")
    type_in(office, "TỆP NHẬN", 3, "ai.do", cells)
    for _ in range(2):
        now = run(lamtheo, office)
        assert (state_of(now, "DU-1"), files(office)) == ("to_fix", [])
    page = openpyxl.load_workbook(office / "theo-doi.xlsx")["LỊCH SỬ"]
    told = [(r[1].value, r[2].value) for r in page.iter_rows(min_row=4) if "Xác nhận" in str(r[2].value)]
    (line,) = told
    assert line[0] == "ĐU Sở Số 1" and line[1].startswith("Xử lý: Xác nhận – ") and "ai.do@gmail.example" in line[1]


def test_the_address_written_into_the_register_settles_it(
    office: Path, lamtheo: Callable[..., Any], mail_in: Callable[..., Path]
) -> None:
    """Several in one cell are several addresses."""
    mail_in(office, 1, "ai.do@gmail.example")
    run(lamtheo, office, "collect")
    assert len(files(office)) == 1
    register_mail(office, "DU-1", "so1@example.vn; AI.DO@gmail.example")
    run(lamtheo, office)
    assert files(office) == []


def test_the_return_taken_as_it_is_asks_nothing_of_its_sender(
    office: Path, lamtheo: Callable[..., Any], mail_in: Callable[..., Path]
) -> None:
    """Who ruled on the return itself has looked at it."""
    mail_in(office, 1, "ai.do@gmail.example", rows=FAULTY)
    run(lamtheo, office, "collect")
    type_in(office, "TỔNG QUAN", 8, "ĐU Sở Số 1", {"Xử lý": "Nhận nguyên trạng"})
    now = run(lamtheo, office)
    assert (state_of(now, "DU-1"), files(office)) == ("accepted", [])


def test_the_same_file_from_a_known_address_as_well(
    office: Path, lamtheo: Callable[..., Any], mail_in: Callable[..., Path]
) -> None:
    """Forwarded by a stranger, sent by the unit itself too: nothing to ask."""
    first = mail_in(office, 1, "ai.do@gmail.example")
    data = first.read_bytes().replace(b"ai.do@gmail.example", b"so1@example.vn")
    first.with_name("again.eml").write_bytes(data)
    run(lamtheo, office, "collect")
    assert files(office) == []


def test_given_to_another_unit_it_is_that_units(
    office: Path, lamtheo: Callable[..., Any], mail_in: Callable[..., Path]
) -> None:
    """The row can say more than yes: the file is given to whom it really is."""
    mail_in(office, 1, "so3@example.vn")
    run(lamtheo, office, "collect")
    type_in(office, "TỆP NHẬN", 3, "so3@", {"Gán cho đơn vị": "ĐU Sở Số 3"})
    now = run(lamtheo, office)
    assert (state_of(now, "DU-1"), state_of(now, "DU-3")) == ("missing", "accepted")
    (row,) = files(office)
    assert (row["Gán cho đơn vị"], row["Người gửi"]) == ("ĐU Sở Số 3", "so3@example.vn")
