"""What came by mail: where each copy is from, once; which messages were gone through, as the server numbers them."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import pytest

from lamtheo_xls.ledger import Arrival, Ledger, MailSource, SeenMessage, SubmissionRecord, open_ledger

ROUND = "43-kh-duk_2027"
DAY = dt.date(2027, 2, 22)
BOX = "thu-nhan@mail.example"
LETTER = MailSource(
    message_id="<1@don-vi.example>",
    sender="chibo1@don-vi.example",
    name="Chi bộ 1",
    reply_to="bithu@don-vi.example",
    subject="Nộp Mẫu 02",
    sent="2027-02-21T16:30:00+07:00",
    references=("<a@co-quan.example>", "<b@co-quan.example>"),
    automatic=True,
)


def arrive(ledger: Ledger, data: bytes, file: str, mail: MailSource | None = None, *, day: int = 1) -> Arrival:
    arrival = Arrival(sha256=ledger.put(data), file=file, received=dt.date(2027, 2, day), mail=mail)
    ledger.record_arrivals([arrival], as_of=DAY)
    return arrival


def test_where_a_copy_is_from_is_kept_once(ledger: Ledger) -> None:
    """Every field; the first word on a copy stands; each place has its own; what came in a folder has none."""
    one = arrive(ledger, b"mot", "thu 21-02-2027 a!bieu.xlsx", LETTER)
    arrive(ledger, b"mot", "thu 21-02-2027 a!bieu.xlsx", MailSource(message_id="", sender="khac@x.example"))
    arrive(ledger, b"mot", "nhan-ve/bieu.xlsx")
    two = arrive(ledger, b"mot", "thu 22-02-2027 b!bieu.xlsx", MailSource(message_id="", sender="b@x.example"))
    copies = ledger.mailed_copies()
    assert [(c.file, c.mail.sender) for c in copies] == [
        (one.file, "chibo1@don-vi.example"),
        (two.file, "b@x.example"),
    ]
    assert copies[0].mail == LETTER and copies[0].as_of == DAY and copies[0].submission == one.sha256[:20]
    assert ledger.mailed_copies(DAY) == copies and ledger.mailed_copies(DAY + dt.timedelta(days=1)) == ()


def test_a_copy_known_from_a_folder_learns_where_else_it_came_from(ledger: Ledger) -> None:
    """The same bytes at the same place, later with a message: noted then."""
    arrive(ledger, b"mot", "a.eml!bieu.xlsx")
    arrive(ledger, b"mot", "a.eml!bieu.xlsx", LETTER)
    assert [c.mail for c in ledger.mailed_copies()] == [LETTER]


def test_where_it_is_from_never_changes_what_counts(tmp_path: Path, record: Callable[..., SubmissionRecord]) -> None:
    """Two ledgers, the same files, one with and one without provenance: the same order, states and counting."""
    told = []
    for name, mail in (("voi", LETTER), ("khong", None)):
        with open_ledger(tmp_path / name, create=True) as ledger:
            for data, file, day in ((b"mot", "a!1.xlsx", 3), (b"hai", "b!1.xlsx", 2), (b"mot", "c!1.xlsx", 1)):
                arrival = Arrival(sha256=ledger.put(data), file=file, received=dt.date(2027, 2, day), mail=mail)
                for one in ledger.record_arrivals([arrival], as_of=DAY):
                    ledger.record_submissions([record(ledger, data, day=one.received.day, file=one.file)])
            told.append((ledger.dump(ROUND), [(e.kind, e.subject) for e in ledger.history()]))
            assert len(ledger.mailed_copies()) == (3 if mail else 0)
    assert told[0] == told[1]
    assert len(told[0][0]["counting"]) == 1


def test_half_a_character_in_a_header_is_no_obstacle(ledger: Ledger) -> None:
    """What broken headers leave (lone surrogates) is kept as '?', in sources and messages."""
    broken = MailSource(
        message_id="<\udce1@x>", sender="a\udcff@x.example", name="Chi b\udce1", references=("<\udce1>",)
    )
    arrive(ledger, b"mot", "a!1.xlsx", broken)
    (copy,) = ledger.mailed_copies()
    assert (copy.mail.message_id, copy.mail.sender, copy.mail.name) == ("<?@x>", "a?@x.example", "Chi b?")
    ledger.note_messages([seen(1, message_id="<\udce1@x>")])
    assert ledger.seen_messages(BOX, "INBOX", 7)[1].message_id == "<?@x>"


def seen(uid: int, **more: object) -> SeenMessage:
    values: dict[str, object] = {"account": BOX, "folder": "INBOX", "validity": 7, "uid": uid, "kind": "taken"}
    return SeenMessage(**(values | more))  # type: ignore[arg-type]


def test_messages_are_known_by_account_folder_and_numbering(ledger: Ledger) -> None:
    """With another UIDVALIDITY, folder or account the same uid is another message."""
    known = [seen(1, message_id="<1@x>"), seen(4294967295, message_id="<2@x>", kind="bounce")]
    others = [seen(1, validity=8), seen(1, folder="Báo cáo"), seen(1, account="khac@mail.example", message_id="<3@x>")]
    ledger.note_messages([*known, *others])
    assert ledger.seen_messages(BOX, "INBOX", 7) == {m.uid: m for m in known}
    assert ledger.seen_messages(BOX, "INBOX", 8) == {1: others[0]}
    assert ledger.seen_messages(BOX, "Báo cáo", 7) == {1: others[1]}
    assert ledger.seen_messages(BOX, "INBOX", 9) == {}
    assert ledger.seen_ids(BOX) == {"<1@x>": "taken", "<2@x>": "bounce"}
    assert ledger.seen_ids("khac@mail.example") == {"<3@x>": "taken"}
    assert (
        ledger.seen_ids(BOX, "khong-co") == {} and ledger.seen_ids(BOX, "INBOX").items() <= ledger.seen_ids(BOX).items()
    )


def test_a_message_noted_again_learns_and_forgets_nothing(ledger: Ledger) -> None:
    """`marked` stays, a Message-ID stays where the second note has none, another kind is taken over."""
    ledger.note_messages([seen(1, message_id="<1@x>"), seen(2, kind="other")])
    ledger.note_messages([seen(1, marked=True)])
    ledger.note_messages([seen(1), seen(2, kind="own")])
    assert ledger.seen_messages(BOX, "INBOX", 7) == {
        1: seen(1, message_id="<1@x>", marked=True),
        2: seen(2, kind="own"),
    }


@pytest.mark.parametrize("order", [("taken", "other"), ("other", "taken")])
def test_of_two_messages_with_one_id_taken_outweighs(ledger: Ledger, order: tuple[str, str]) -> None:
    """Whatever order the folders were gone through in."""
    ledger.note_messages([seen(i, message_id="<1@x>", kind=kind) for i, kind in enumerate(order)])
    assert ledger.seen_ids(BOX) == {"<1@x>": "taken"}


def test_messages_are_noted_all_or_none(ledger: Ledger) -> None:
    """A fault in the second leaves no first."""
    with pytest.raises(AttributeError):
        ledger.note_messages([seen(1), None])  # type: ignore[list-item]
    assert ledger.seen_messages(BOX, "INBOX", 7) == {}
