"""A letter as bytes: read back it is what it was, and nothing in it becomes a header."""

from __future__ import annotations

import datetime as dt
import email
import email.policy
import re
from dataclasses import replace
from email.header import decode_header, make_header
from email.message import EmailMessage

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from lamtheo_xls.mail.letters import draft_bytes, letter_bytes, message_id, safe_names, subject_token
from lamtheo_xls.mail.model import Attachment, Letter

LETTER = Letter(
    sender="bieu@tinh.example",
    sender_name="Đảng ủy Ủy ban nhân dân tỉnh",
    to=("vanphong@so-tai-chinh.example", "an.nguyen@so-tai-chinh.example"),
    subject="Gửi biểu năm 2027 – Chi bộ Sở Tài chính [LTB 43-kh-duk_2027 CB017]",
    text="Kính gửi: Chi bộ Sở Tài chính\n\n- Mẫu số 02\n  Hạn gửi: trước ngày 15/12/2027",
    message_id="<0123456789abcdef0123456789abcdef@tinh.example>",
    date=dt.datetime(2027, 2, 1, 9, 30, tzinfo=dt.timezone(dt.timedelta(hours=7))),
    attachments=(
        Attachment(name="mau-02_2027_SO-TAI-CHINH.xlsx", data=b"PK\x03\x04" + bytes(range(256)) * 9),
        Attachment(name="mau-03_2027_SO-TAI-CHINH.xlsx", data=b"PK\x03\x04 two"),
    ),
)
VIETNAMESE = st.text("aăâbcdđeêghiklmnoôơpqrstuưvxyạảãáàậẩẫấầđĐẢỦỴ «»–—“”[]()=?_.,;:<>@\"'\\/0123456789", max_size=300)
ANY = st.text(st.characters(codec="utf-8"), max_size=300)
ATOM = st.from_regex(r"[a-z0-9]{1,12}([._+-][a-z0-9]{1,12}){0,3}", fullmatch=True)
LABEL = st.from_regex(r"[a-z0-9]([a-z0-9]{0,10}[a-z0-9])?", fullmatch=True)
ADDRESS = st.builds("{}@{}.{}".format, ATOM, LABEL, LABEL)


def parsed(data: bytes) -> EmailMessage:
    message = email.message_from_bytes(data, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    assert message.defects == [] and all(part.defects == [] for part in message.walk())
    return message


def header_of(data: bytes, name: str) -> str:
    """A header by the older decoder of the standard library, which knows RFC 2047 and nothing more."""
    raw = email.message_from_bytes(data, policy=email.policy.compat32)[name]
    return str(make_header(decode_header(re.sub(r"\r\n(?=[ \t])", "", raw))))


def text_of(message: EmailMessage, kind: str) -> str:
    body = message.get_body((kind,))
    assert body is not None
    content = body.get_content()
    assert isinstance(content, str)
    return content.replace("\r\n", "\n")


def test_letter_reads_back_whole() -> None:
    """Sender with name, recipients, Vietnamese subject, both bodies, date, attachments with their names and kind."""
    message = parsed(letter_bytes(LETTER))
    (sender,) = message["From"].addresses
    assert (sender.display_name, sender.addr_spec) == ("Đảng ủy Ủy ban nhân dân tỉnh", "bieu@tinh.example")
    assert [a.addr_spec for a in message["To"].addresses] == list(LETTER.to)
    assert [a.addr_spec for a in message["Reply-To"].addresses] == ["bieu@tinh.example"]
    assert str(message["Subject"]) == LETTER.subject
    assert message["Date"].datetime == LETTER.date
    assert message["Message-ID"] == LETTER.message_id
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["X-Auto-Response-Suppress"] == "OOF, AutoReply"
    assert message.get_content_type() == "multipart/mixed"
    kinds = [part.get_content_type() for part in message.iter_parts()]
    workbook = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    assert kinds == ["multipart/alternative", workbook, workbook]
    assert text_of(message, "plain") == LETTER.text + "\n"
    assert "<strong>Mẫu số 02</strong>" in text_of(message, "html")
    assert [(p.get_filename(), p.get_content()) for p in message.iter_attachments()] == [
        (a.name, a.data) for a in LETTER.attachments
    ]
    assert [p["Content-Type"].params["name"] for p in message.iter_attachments()] == [
        a.name for a in LETTER.attachments
    ]


def test_same_letter_same_bytes() -> None:
    """Nothing of clock or chance is in a letter; another Message-ID gives other boundaries."""
    assert letter_bytes(LETTER) == letter_bytes(replace(LETTER))
    other = letter_bytes(replace(LETTER, message_id="<other@tinh.example>"))
    fences = [set(re.findall(rb'boundary="([^"]+)"', data)) for data in (letter_bytes(LETTER), other)]
    assert len(fences[0]) == len(fences[1]) == 2 and not fences[0] & fences[1]


def test_without_attachments_there_is_no_paper_clip() -> None:
    """A letter of text alone is multipart/alternative."""
    message = parsed(letter_bytes(replace(LETTER, attachments=())))
    assert message.get_content_type() == "multipart/alternative"
    assert [p.get_content_type() for p in message.iter_parts()] == ["text/plain", "text/html"]


def test_answer_stands_in_its_thread() -> None:
    """In-Reply-To, References each once and in order, auto-replied; what is no Message-ID is left out."""
    answer = replace(
        LETTER,
        answer=True,
        in_reply_to="<c@don-vi.example>",
        references=("<a@don-vi.example>", "<b@tinh.example> <c@don-vi.example>", "nonsense", "<a@don-vi.example>"),
    )
    message = parsed(letter_bytes(answer))
    assert message["In-Reply-To"] == "<c@don-vi.example>"
    assert message["References"].split() == ["<a@don-vi.example>", "<b@tinh.example>", "<c@don-vi.example>"]
    assert message["Auto-Submitted"] == "auto-replied"


def test_a_long_thread_is_no_long_line() -> None:
    """Hundreds of references stay within the lines of RFC 5322."""
    thread = tuple(f"<{n:040}@don-vi.example>" for n in range(300))
    data = letter_bytes(replace(LETTER, references=thread))
    assert parsed(data)["References"].split() == list(thread)
    assert max(map(len, data.split(b"\r\n"))) <= 998


@settings(max_examples=150, deadline=None, derandomize=True)
@given(subject=ANY | VIETNAMESE, name=ANY | VIETNAMESE, text=ANY | VIETNAMESE, data=st.binary(max_size=400))
@example(
    subject="a\r\nBcc: x@y.example", name='x"\r\nBcc: x@y.example\r\n\r\n', text="a\rb\r\nc\n.\n..\nFrom x\n", data=b""
)
@example(subject="=?utf-8?q?a?=", name="=?utf-8?q?a?=", text="=\n=20\t \n \n--=_a_\n", data=b"--=_m_\r\n")
@example(subject=" ", name="\u2028\ud7ff\x00", text="\u2028\x85\x0b\x0c\x1c", data=b"\r\n.\r\n")
def test_whatever_is_written_is_read(subject: str, name: str, text: str, data: bytes) -> None:
    """Subject (a control character is a space), name (spaces in one), text, attachment come back; lines are short."""
    attached = (Attachment(name="a.xlsx", data=data),)
    letter = replace(LETTER, subject=subject, sender_name=name, text=text, attachments=attached)
    raw = letter_bytes(letter)
    message = parsed(raw)
    assert header_of(raw, "Subject") == in_one_line(subject)
    assert str(message["Subject"]) == in_one_line(subject)
    shown = " ".join(in_one_line(name).split())
    if shown:
        assert header_of(raw, "From") == f"{shown} <bieu@tinh.example>"
        # Python before 3.13 puts a space between the encoded words of a name (gh-92081); mail programs do not.
        read = message["From"].addresses[0].display_name
        assert read.replace(" ", "") == shown.replace(" ", "")
        if all(len(word.encode()) < 39 for word in shown.split(" ")):
            assert read.replace("  ", " ") == shown
    assert [a.addr_spec for a in message["From"].addresses] == ["bieu@tinh.example"]
    assert "Bcc" not in message
    lines = text.replace("\r\n", "\n").replace("\r", "\n").rstrip("\n") + "\n"
    assert text_of(message, "plain") == lines
    assert [p.get_content() for p in message.iter_attachments()] == [data]
    assert raw.isascii() and raw.endswith(b"\r\n")
    head, _, body = raw.partition(b"\r\n\r\n")
    assert all(len(line) <= 78 for line in head.split(b"\r\n"))
    assert all(len(line) <= 80 for line in body.split(b"\r\n"))
    assert b"\n" not in raw.replace(b"\r\n", b"") and b"\r" not in raw.replace(b"\r\n", b"")


def in_one_line(text: str) -> str:
    return re.sub("[\x00-\x1f\x7f-\x9f\u2028\u2029]", " ", text)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(addresses=st.lists(ADDRESS, min_size=1, max_size=6, unique=True))
def test_recipients_read_back(addresses: list[str]) -> None:
    """However many addresses a mailbox has, each is read back."""
    message = parsed(letter_bytes(replace(LETTER, to=tuple(addresses))))
    assert [a.addr_spec for a in message["To"].addresses] == addresses


@pytest.mark.parametrize(
    "address",
    [
        *("", "a", "a@", "@b.example", "a..b@c.example", ".a@b.example", "a b@c.example", "<a@b.example>"),
        *("a@b.example\r\nBcc: c@d.example", "a@b.example, c@d.example", "a\n@b.example", "a@-\n.example"),
        *('"a"@b.example', "ả@b.example", f"a@{'b' * 70}.example"),
    ],
)
def test_no_address_brings_a_header(address: str) -> None:
    """What is no plain address is refused in From and To alike."""
    for letter in (replace(LETTER, sender=address), replace(LETTER, to=("a@b.example", address))):
        with pytest.raises(ValueError, match="address"):
            letter_bytes(letter)


def test_a_domain_with_diacritics_is_written_in_ascii() -> None:
    """RFC 5891: văn-phòng.example goes as xn--…"""
    to = parsed(letter_bytes(replace(LETTER, to=("a@văn-phòng.example",))))["To"].addresses[0]
    assert to.domain == "văn-phòng.example".encode("idna").decode()


@pytest.mark.parametrize(
    "id", ["", "a@b.example", "<a@b.example>\r\nBcc: c@d.example", "<a b@c.example>", "<ả@b.example>"]
)
def test_no_message_id_brings_a_header(id: str) -> None:
    """A Message-ID is one, or the letter is not made."""
    with pytest.raises(ValueError, match="Message-ID"):
        letter_bytes(replace(LETTER, message_id=id))


@settings(max_examples=150, deadline=None, derandomize=True)
@given(names=st.lists(ANY | VIETNAMESE | st.just("mau-02.xlsx"), max_size=6))
@example(
    names=["a.xlsx\r\nX: y", 'a";x="b.xlsx', "../../a.xlsx", "Mẫu 02 – Bảng tổng hợp.xlsx", "", "a" * 90 + ".xlsx"]
)
@example(names=["a" * 70 + ".xlsx", "a" * 80 + ".xlsx", "A" * 75 + ".XLSX"])
def test_attachment_names_are_plain(names: list[str]) -> None:
    """Names are short ASCII, no two the same to Windows, and never cut up (RFC 2231)."""
    safe = safe_names(names)
    assert len(safe) == len(names) == len({n.lower() for n in safe})
    assert all(re.fullmatch(r"[A-Za-z0-9._()+-]{1,60}", n) for n in safe)
    raw = letter_bytes(replace(LETTER, attachments=tuple(Attachment(name=n, data=b"x") for n in names)))
    assert tuple(p.get_filename() for p in parsed(raw).iter_attachments()) == safe
    assert b"name*" not in raw


def test_issued_names_stay_as_they_are() -> None:
    """The names of issued workbooks are fit already; long and Vietnamese ones keep their ending."""
    assert safe_names(["mau-02_2027_DU-SO-TAI-CHINH_2.xlsx"]) == ("mau-02_2027_DU-SO-TAI-CHINH_2.xlsx",)
    assert safe_names(["Mẫu 02 – Đảng ủy.xlsx"] * 2) == ("Mau-02-Dang-uy.xlsx", "Mau-02-Dang-uy_2.xlsx")
    assert safe_names(["x" * 80 + ".xlsx"]) == ("x" * 55 + ".xlsx",)


def test_draft_opens_ready_to_send() -> None:
    """Marked unsent; sender, recipients, subject, bodies and attachments stay; what sending gives is gone."""
    answer = replace(LETTER, answer=True, in_reply_to="<c@don-vi.example>", references=("<c@don-vi.example>",))
    letter = letter_bytes(answer)
    draft = draft_bytes(letter)
    was, now = parsed(letter), parsed(draft)
    assert now["X-Unsent"] == "1"
    gone = {"Message-ID", "Date", "Auto-Submitted", "X-Auto-Response-Suppress"}
    assert set(now.keys()) == set(was.keys()) - gone | {"X-Unsent"}
    assert all(str(now[name]) == str(was[name]) for name in set(was.keys()) - gone)
    assert draft.partition(b"\r\n\r\n")[2] == letter.partition(b"\r\n\r\n")[2]
    assert draft_bytes(draft) == draft


def test_message_id_is_fixed_and_not_to_be_guessed() -> None:
    """The same key gives the same id; another key, secret or office another."""
    id = message_id("issue:CB017:abc", b"secret", "Bieu@Tinh.example")
    assert re.fullmatch(r"<[0-9a-f]{32}@tinh\.example>", id)
    assert id == message_id("issue:CB017:abc", b"secret", "Bieu@Tinh.example")
    others = {
        message_id("issue:CB017:abd", b"secret", "bieu@tinh.example"),
        message_id("issue:CB017:abc", b"Secret", "bieu@tinh.example"),
        message_id("issue:CB017:abc", b"secret", "bieu@huyen.example"),
    }
    assert len(others) == 3 and id not in others


def test_subject_token() -> None:
    """`[LTB <round> <CODE>]`, of one line and one pair of brackets whatever the code is."""
    assert subject_token("43-kh-duk_2027", "CB017") == "[LTB 43-kh-duk_2027 CB017]"
    assert subject_token("43-kh-duk_2027", "") == "[LTB 43-kh-duk_2027]"
    assert subject_token("43-kh-duk_2027", "CB]\r\n[017") == "[LTB 43-kh-duk_2027 CB 017]"
