"""Sheet THƯ: what becomes of each letter is shown, and what a person rules of it is done – once."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from lamtheo_xls.ledger import Ledger, LetterRecord, open_ledger
from lamtheo_xls.workspace.letters.refusals import WITHDRAWN, reason_of, reason_words

D = dt.date
ROUND = "43-kh-duk_2027"
AS_OF = D(2027, 2, 10)
ADDRESSES = {f"DU-{n}": (f"so{n}@example.vn",) for n in range(1, 5)}
"""As the register has them."""


@pytest.fixture
def office(tmp_path: Path, make_office: Callable[..., Path]) -> Path:
    return make_office(tmp_path / "VP")


@contextmanager
def ledger_of(office: Path) -> Iterator[Ledger]:
    with open_ledger(office / ".lamtheo") as ledger:
        yield ledger


def letter(ledger: Ledger, unit: str, *, kind: str = "issue", state: str = "ready", **more: Any) -> LetterRecord:
    data = f"{kind} {unit} {more.get('key', '')}".encode()
    sha = ledger.put(data)
    ledger.flush()
    record = LetterRecord(
        **{
            "key": f"{kind}:unit:{unit}:x",
            "message_id": f"<{sha[:32]}@vp.example>",
            "kind": kind,
            "rounds": (ROUND,),
            "addresses": ADDRESSES.get(unit, (f"{unit.lower()}@so.example",)),
            "recipients": (f"unit:{unit}",),
            "subject": "Biểu mẫu",
            "items": {"assignments": (f"mau-02_2027_{unit}",)},
            "sha256": sha,
            "made_on": D(2027, 2, 9),
            "state": state,
            **more,
        }
    )
    (made,) = ledger.queue_letters((record,))
    return made


def went(ledger: Ledger, made: LetterRecord, *states: str, reply: str = "") -> LetterRecord:
    """The letter taken through those states."""
    for hour, state in enumerate(states):
        made = ledger.move_letter(
            made.id,
            state,
            as_of=AS_OF,
            moment=f"2027-02-10T09:{hour:02}:00",
            reply=reply if state == states[-1] else "",
            tried=state == "sending",
        )
    return made


@pytest.fixture
def posted(office: Path) -> Path:
    """Five letters: one sent, one in doubt, one refused, one returned, one as a draft."""
    with ledger_of(office) as ledger:
        went(ledger, letter(ledger, "DU-1"), "sending", "sent", reply="250 2.0.0 Ok: queued")
        went(ledger, letter(ledger, "DU-2"), "sending", "in_doubt")
        went(ledger, letter(ledger, "DU-3"), "sending", "failed", reply="550 5.1.1 <du-3@so.example>: User unknown")
        went(ledger, letter(ledger, "DU-4"), "sending", "sent", "bounced", reply="552 5.2.2 Mailbox full")
        letter(ledger, "CB-TT", state="drafted", file="thu-gui/01.eml")
    return office


def states(office: Path) -> dict[str, str]:
    with ledger_of(office) as ledger:
        return {x.recipients[0].removeprefix("unit:"): x.state for x in ledger.letters()}


def status(lamtheo: Callable[..., Any], office: Path, as_of: str = "2027-02-10") -> Any:
    said = lamtheo("status", "-C", office, "--as-of", as_of)
    assert said.code == 0, said.err
    return said


def rows(office: Path) -> list[dict[str, Any]]:
    page = openpyxl.load_workbook(office / "theo-doi.xlsx")["THƯ"]
    heads = [c.value for c in page[4]]
    return [dict(zip(heads, (c.value for c in row), strict=True)) for row in page.iter_rows(min_row=5)]


def type_in(office: Path, who: str, cells: Mapping[str, str | None]) -> None:
    path = office / "theo-doi.xlsx"
    book = openpyxl.load_workbook(path)
    page = book["THƯ"]
    at = {c.value: c.column for c in page[4]}
    row = next(r for r in range(5, page.max_row + 1) if page.cell(r, at["Gửi cho"]).value == who)
    for head, text in cells.items():
        page.cell(row, at[head]).value = text
    book.save(path)


def faults(office: Path) -> list[str]:
    page = openpyxl.load_workbook(office / "theo-doi.xlsx")["LỖI"]
    return [row[6].value for row in page.iter_rows(min_row=4) if row[1].value == "(văn phòng)"]


def test_an_office_without_mail_sees_neither_sheet(office: Path, lamtheo: Callable[..., Any]) -> None:
    """THƯ and LIÊN HỆ are there only where there is anything to show."""
    status(lamtheo, office)
    names = openpyxl.load_workbook(office / "theo-doi.xlsx").sheetnames
    assert names == ["TỔNG QUAN", "BẢN KÝ", "TỆP NHẬN", "LỖI", "LỊCH SỬ", "_ds"]


def test_letters_that_wait_for_a_person_come_first_in_plain_words(posted: Path, lamtheo: Callable[..., Any]) -> None:
    """In doubt, refused, returned – with the server's reason in words and what to do – then the others."""
    status(lamtheo, posted)
    shown = [(r["Gửi cho"], r["Biểu"], r["Tình trạng"], r["Cần làm"]) for r in rows(posted)]
    assert shown == [
        (
            "ĐU Sở Số 2",
            "Mẫu số 02",
            "Chưa rõ đã đến chưa",
            "Gọi 0900000002: đã nhận được thì chọn Thư đã đến, chưa thì chọn Gửi lại.",
        ),
        (
            "ĐU Sở Số 3",
            "Mẫu số 02",
            "Không gửi được: không có hộp thư này",
            "Gọi 0900000003 xin địa chỉ đúng, sửa trong danh-sach.xlsx rồi chạy 2-GUI.",
        ),
        (
            "ĐU Sở Số 4",
            "Mẫu số 02",
            "Bị trả lại: hộp thư người nhận đã đầy",
            "Gọi 0900000004 nhờ dọn hộp thư, rồi chọn Gửi lại; hoặc gửi cách khác rồi chọn Thư đã đến.",
        ),
        ("ĐU Sở Số 1", "Mẫu số 02", "Đã gửi 10/02/2027 09:01", None),
        (
            "CB Thanh tra",
            "Mẫu số 02",
            "Bản nháp: thu-gui/01.eml",
            "Mở tệp ấy trong phần mềm thư rồi bấm Gửi; gửi xong chọn Thư đã đến.",
        ),
    ]
    page = openpyxl.load_workbook(posted / "theo-doi.xlsx")["TỔNG QUAN"]
    assert page["A6"].value == "Thư cần xem 3"


def test_arrived_and_again_do_what_they_say(posted: Path, lamtheo: Callable[..., Any]) -> None:
    """«Thư đã đến»: counts as sent. «Gửi lại»: waits to be sent, the same letter. The words leave their cells, and who
    ruled what stands in the history."""
    status(lamtheo, posted)
    type_in(posted, "ĐU Sở Số 2", {"Xử lý": "Thư đã đến", "Ghi chú": "Đã gọi, đồng chí Lan nhận rồi"})
    type_in(posted, "ĐU Sở Số 3", {"Xử lý": "gui lai"})
    type_in(posted, "ĐU Sở Số 4", {"Xử lý": "Gửi lại"})
    type_in(posted, "CB Thanh tra", {"Xử lý": "Thư đã đến"})
    status(lamtheo, posted)
    assert states(posted) == {"DU-1": "sent", "DU-2": "sent", "DU-3": "ready", "DU-4": "ready", "CB-TT": "sent"}
    after = {r["Gửi cho"]: (r["Tình trạng"], r["Xử lý"], r["Ghi chú"]) for r in rows(posted)}
    assert after["ĐU Sở Số 2"] == ("Đã đến (văn phòng ghi 10/02/2027)", None, "Đã gọi, đồng chí Lan nhận rồi")
    assert after["ĐU Sở Số 3"] == ("Chờ gửi lại", None, None)
    assert faults(posted) == []
    page = openpyxl.load_workbook(posted / "theo-doi.xlsx")["LỊCH SỬ"]
    told = [(r[1].value, r[2].value) for r in page.iter_rows(min_row=4)]
    assert ("ĐU Sở Số 3", "Xử lý: Gửi lại – so3@example.vn") in told
    with ledger_of(posted) as ledger:
        ruled = {s: d.kind for s, d in ledger.standing(ROUND).items() if s.startswith("letter:")}
    assert sorted(ruled.values()) == ["again", "again", "arrived", "arrived"]


def test_a_word_is_good_once(posted: Path, lamtheo: Callable[..., Any]) -> None:
    """The same sheet read again – held open in Excel, or kept aside – resends nothing, though the letter has failed
    once more meanwhile; typed anew on the new sheet it does."""
    status(lamtheo, posted)
    type_in(posted, "ĐU Sở Số 3", {"Xử lý": "Gửi lại"})
    ruled = (posted / "theo-doi.xlsx").read_bytes()
    status(lamtheo, posted)
    with ledger_of(posted) as ledger:
        record = next(x for x in ledger.letters("ready"))
        went(ledger, record, "sending", "failed", reply="550 5.1.1 User unknown")
    for _ in range(2):
        (posted / "theo-doi.xlsx").write_bytes(ruled)
        status(lamtheo, posted)
        assert states(posted)["DU-3"] == "failed"
        assert faults(posted) == []
    type_in(posted, "ĐU Sở Số 3", {"Xử lý": "Gửi lại"})
    status(lamtheo, posted)
    assert states(posted)["DU-3"] == "ready"


def test_what_the_sheet_did_not_know_is_told_and_not_done(posted: Path, lamtheo: Callable[..., Any]) -> None:
    """A letter settled after the sheet was written is not sent again by what was typed there."""
    status(lamtheo, posted)
    type_in(posted, "ĐU Sở Số 2", {"Xử lý": "Gửi lại"})
    with ledger_of(posted) as ledger:
        went(ledger, ledger.letters("in_doubt")[0], "sent", reply="found in the mailbox")
    status(lamtheo, posted)
    assert states(posted)["DU-2"] == "sent"
    assert faults(posted) == [
        "Trang THƯ, ô I5: «Gửi lại» ghi cho thư lúc chưa cập nhật; nay thư đã sang tình trạng khác nên chưa làm gì."
    ]
    status(lamtheo, posted)
    assert faults(posted) == []


@pytest.mark.parametrize(
    ("who", "words", "code"),
    [
        ("ĐU Sở Số 1", "Gửi lại", "không dùng được với thư ở tình trạng này"),
        ("CB Thanh tra", "Gửi lại", "không dùng được với thư ở tình trạng này"),
        ("ĐU Sở Số 2", "Gửi qua Zalo", "không có trong các việc xử lý"),
        ("ĐU Sở Số 2", "Gia hạn", "không dùng được ở trang này"),
    ],
)
def test_what_cannot_be_done_stays_where_it_was_typed(
    posted: Path, lamtheo: Callable[..., Any], who: str, words: str, code: str
) -> None:
    """A word nobody knows, or one the letter's state does not allow, does nothing, is told at its cell, and stays
    there until it is mended – however often the sheet is read."""
    status(lamtheo, posted)
    before = states(posted)
    type_in(posted, who, {"Xử lý": words})
    for _ in range(2):
        status(lamtheo, posted)
        assert states(posted) == before
        (told,) = faults(posted)
        assert code in told and f"«{words}»" in told
        assert next(r["Xử lý"] for r in rows(posted) if r["Gửi cho"] == who) == words
    type_in(posted, who, {"Xử lý": None})
    status(lamtheo, posted)
    assert faults(posted) == []


def test_a_run_cut_short_between_the_word_and_the_deed_is_finished(posted: Path, lamtheo: Callable[..., Any]) -> None:
    """The decision recorded, the letter not yet moved: the next run moves it, and only once."""
    status(lamtheo, posted)
    type_in(posted, "ĐU Sở Số 2", {"Xử lý": "Gửi lại"})
    from lamtheo_xls.ledger import Decision

    stamp = next(r["lamtheo.stamp"] for r in rows(posted) if r["Gửi cho"] == "ĐU Sở Số 2")
    with ledger_of(posted) as ledger:
        record = ledger.letters("in_doubt")[0]
        ledger.decide(
            [Decision(subject=record.subject_of, kind="again", as_of=AS_OF, detail={"of": stamp}, round=ROUND)]
        )
    ruled = (posted / "theo-doi.xlsx").read_bytes()
    status(lamtheo, posted)
    assert states(posted)["DU-2"] == "ready"
    with ledger_of(posted) as ledger:
        went(ledger, ledger.letters("ready")[0], "sending", "in_doubt")
    (posted / "theo-doi.xlsx").write_bytes(ruled)
    status(lamtheo, posted)
    assert states(posted)["DU-2"] == "in_doubt"


def test_a_letter_whose_sending_was_cut_short_is_in_doubt_before_anybody_notes_it(
    office: Path, lamtheo: Callable[..., Any]
) -> None:
    """Killed while its content was on the way: shown and ruled on as in doubt, also by the sheet written before the
    next run of sending noted it."""
    with ledger_of(office) as ledger:
        went(ledger, letter(ledger, "DU-1"), "sending")
    status(lamtheo, office)
    assert rows(office)[0]["Tình trạng"] == "Chưa rõ đã đến chưa"
    type_in(office, "ĐU Sở Số 1", {"Xử lý": "Gửi lại"})
    with ledger_of(office) as ledger:
        ledger.doubt_interrupted(as_of=AS_OF, moment="2027-02-10T10:00:00")
    status(lamtheo, office)
    assert states(office) == {"DU-1": "ready"}


def test_a_letter_that_another_took_the_place_of_waits_for_nobody(posted: Path, lamtheo: Callable[..., Any]) -> None:
    """The same went out in a later letter: the one that failed needs nobody, unless that one fails as well."""
    with ledger_of(posted) as ledger:
        failed = ledger.letters("failed")[0]
        later = letter(ledger, "DU-3", key=f"{failed.key}#2", addresses=("moi@so.example",))
    status(lamtheo, posted)

    def of_unit() -> list[tuple[str, str | None]]:
        return [(r["Tình trạng"], r["Cần làm"]) for r in rows(posted) if r["Gửi cho"] == "ĐU Sở Số 3"]

    refused = "Không gửi được: không có hộp thư này"
    assert of_unit() == [
        (refused, "Đã có thư khác thay thư này; không phải làm gì."),
        ("Chờ gửi", "Chạy 2-GUI để gửi."),
    ]
    with ledger_of(posted) as ledger:
        went(ledger, later, "sending", "failed", reply="550 5.1.1 User unknown")
    status(lamtheo, posted)
    call = "Gọi 0900000003 xin địa chỉ đúng, sửa trong danh-sach.xlsx rồi chạy 2-GUI."
    assert of_unit() == [(refused, call), (refused, call)]


def test_who_has_sent_the_form_is_asked_nothing_of_the_letter(
    posted: Path, lamtheo: Callable[..., Any], filled: Callable[..., Path]
) -> None:
    """The return is here and counts: whether the letter arrived is no question any more."""
    filled(posted, 2)
    lamtheo("collect", "-C", posted, "--as-of", "2027-02-10")
    status(lamtheo, posted)
    of_unit = next(r for r in rows(posted) if r["Gửi cho"] == "ĐU Sở Số 2")
    assert (of_unit["Tình trạng"], of_unit["Cần làm"]) == (
        "Chưa rõ đã đến chưa",
        "Đã xong biểu ấy; không phải làm gì.",
    )
    assert openpyxl.load_workbook(posted / "theo-doi.xlsx")["TỔNG QUAN"]["A6"].value == "Thư cần xem 2"


def test_a_letter_is_not_sent_again_to_an_address_the_register_gave_up(
    posted: Path, lamtheo: Callable[..., Any]
) -> None:
    """The next `send` writes to the new address by itself; the old one is spared a second copy."""
    with ledger_of(posted) as ledger:
        went(ledger, letter(ledger, "DU-1", kind="reminder", addresses=("cu@so.example",)), "sending", "in_doubt")
    status(lamtheo, posted)
    path = posted / "theo-doi.xlsx"
    book = openpyxl.load_workbook(path)
    book["THƯ"]["I8"].value = "Gửi lại"
    assert book["THƯ"]["D8"].value == "cu@so.example"
    book.save(path)
    status(lamtheo, posted)
    with ledger_of(posted) as ledger:
        assert [x.addresses for x in ledger.letters("in_doubt")] == [("so2@example.vn",), ("cu@so.example",)]
    assert faults(posted) == [
        "Trang THƯ, ô I8: «Gửi lại» chưa dùng, vì danh-sach.xlsx không còn ghi địa chỉ cu@so.example."
    ]
    assert rows(posted)[3]["Xử lý"] is None


def test_one_address_of_several_was_refused(office: Path, lamtheo: Callable[..., Any]) -> None:
    """The letter went to the others: sent, and the address to look at is named."""
    with ledger_of(office) as ledger:
        made = letter(ledger, "DU-1", addresses=("so1@example.vn", "Cu@example.vn"))
        reply = "250 2.0.0 Ok – không gửi được đến cu@example.vn (550 5.1.1 User unknown)"
        went(ledger, made, "sending", "sent", reply=reply)
    status(lamtheo, office)
    assert [(r["Tình trạng"], r["Cần làm"]) for r in rows(office)] == [
        ("Đã gửi 10/02/2027 09:01; không gửi được đến Cu@example.vn", "Soát lại địa chỉ ấy trong danh-sach.xlsx.")
    ]


@pytest.mark.parametrize("kind", ["delayed", "failed"])
def test_what_servers_told_of_a_letter_stands_in_the_history(
    posted: Path, lamtheo: Callable[..., Any], kind: str
) -> None:
    """Notices that change nothing of the letter are told beside whom it is for."""
    with ledger_of(posted) as ledger:
        record = ledger.letters("sent")[0]
        ledger.record_event(kind, record.subject_of, as_of=AS_OF, round=ROUND, detail={"reply": "4.4.1", "to": []})
    status(lamtheo, posted)
    page = openpyxl.load_workbook(posted / "theo-doi.xlsx")["LỊCH SỬ"]
    told = {r[2].value: r[1].value for r in page.iter_rows(min_row=4) if "Máy chủ thư báo" in str(r[2].value)}
    assert list(told.values()) == ["ĐU Sở Số 1"]


def test_a_letter_taken_back_before_it_went_asks_nothing(office: Path, lamtheo: Callable[..., Any]) -> None:
    """It waited until nobody needed it: shown as such, also in the history; nothing for anybody to do."""
    with ledger_of(office) as ledger:
        went(ledger, letter(ledger, "DU-1"), "failed", reply=WITHDRAWN)
    status(lamtheo, office)
    assert [(r["Tình trạng"], r["Cần làm"]) for r in rows(office)] == [("Thôi không gửi (không cần nữa)", None)]
    book = openpyxl.load_workbook(office / "theo-doi.xlsx")
    assert book["TỔNG QUAN"]["A6"].value is None
    assert "Thư: gửi biểu – thôi không gửi (không cần nữa) (so1@example.vn)" in {
        r[2].value for r in book["LỊCH SỬ"].iter_rows(min_row=4)
    }


def test_a_letter_to_many_names_a_few(office: Path, lamtheo: Callable[..., Any]) -> None:
    """One mailbox for many units: three are named, and how many others; forms are counted."""
    units = ("DU-1", "DU-2", "DU-3", "DU-4", "CB-TT")
    with ledger_of(office) as ledger:
        letter(
            ledger,
            "DU-1",
            recipients=tuple(f"unit:{u}" for u in units),
            items={"assignments": tuple(f"mau-02_2027_{u}" for u in units)},
        )
    status(lamtheo, office)
    assert (rows(office)[0]["Gửi cho"], rows(office)[0]["Biểu"]) == (
        "ĐU Sở Số 1; ĐU Sở Số 2; ĐU Sở Số 3 và 2 nơi khác",
        "Mẫu số 02 (5)",
    )


def test_an_answer_to_a_stranger_shows_the_address(office: Path, lamtheo: Callable[..., Any]) -> None:
    """Nobody of the register, no round: the address stands for the name."""
    with ledger_of(office) as ledger:
        letter(ledger, "X", kind="receipt", recipients=(), rounds=(), items={}, addresses=("ai-do@gmail.example",))
    status(lamtheo, office)
    assert [(r["Gửi cho"], r["Loại thư"], r["Biểu"]) for r in rows(office)] == [
        ("ai-do@gmail.example", "Biên nhận", None)
    ]


def test_letters_of_rounds_long_over_are_not_shown(office: Path, lamtheo: Callable[..., Any]) -> None:
    with ledger_of(office) as ledger:
        letter(ledger, "DU-1", rounds=("43-kh-duk_2026",), made_on=D(2026, 2, 1))
        letter(ledger, "X", kind="receipt", recipients=(), rounds=(), items={}, made_on=D(2026, 2, 1))
    status(lamtheo, office)
    assert "THƯ" not in openpyxl.load_workbook(office / "theo-doi.xlsx").sheetnames


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        ("550 5.1.1 <a@b.example>: Recipient address rejected: User unknown in local recipient table", "no_mailbox"),
        ("550 No such user here", "no_mailbox"),
        ("550-5.1.1 The email account that you tried to reach does not exist.", "no_mailbox"),
        ("5.1.2 Host or domain name not found", "no_domain"),
        ("5.4.4 Host or domain name not found. Name service error for name=so.exmaple type=A", "no_domain"),
        ("553 5.1.3 Invalid address format", "bad_address"),
        ("552 5.2.2 Mailbox full", "full"),
        ("552 Requested mail action aborted: exceeded storage allocation", "full"),
        ("452 4.2.2 The email account is over quota", "full"),
        ("552 5.3.4 Message size exceeds fixed limit", "too_big"),
        ("554 5.7.1 Spam message rejected", "spam"),
        ("550 Blocked by policy, see http://mail.example/1.1.1", "spam"),
        ("554 Transaction failed", "spam"),
        ("4.4.1 (delivery expired): connect to 192.0.2.1[192.0.2.1]:25: Connection timed out", "unreachable"),
        ("451 4.3.0 Try again later", "busy"),
        ("421 Too many connections", "busy"),
        ("503 Bad sequence of commands", ""),
        ("Refused from 10.5.1.1 for good", ""),
        ("", ""),
    ],
)
def test_common_codes_have_plain_words(reply: str, reason: str) -> None:
    """What servers say is told in words a clerk can act on; addresses of machines are no codes."""
    assert reason_of(reply) == reason


def test_what_is_not_commonly_known_is_quoted() -> None:
    assert reason_words("503 Bad\r\nsequence") == "máy chủ thư trả lời “503 Bad sequence”"
    assert reason_words("503 " + "x" * 200) == f"máy chủ thư trả lời “503 {'x' * 116}…”"
    assert reason_words("") == "máy chủ thư không nói lý do"
    assert reason_words("Mất kết nối giữa chừng.") == "mất kết nối giữa chừng", "our own words need no quotes"


def test_programs_read_status_as_before(posted: Path, lamtheo: Callable[..., Any]) -> None:
    """Letters change nothing of what `status --json` counts."""
    said = lamtheo("status", "-C", posted, "--as-of", "2027-02-10", "--json")
    now = json.loads(said.out)
    assert (now["expected"], now["missing"]) == (4, 4)
