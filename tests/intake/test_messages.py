"""Messages: what they bring under which name, from whom and when; whatever was done to them, an answer in bounded time.

Each `corpus/<name>.eml` has beside it `<name>.txt`: what must come of it. Adding a test is adding two files.
"""

import base64
import datetime as dt
import io
import os
import time
import tracemalloc
import unicodedata
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lamtheo_xls.intake import LIMITS, Envelope, Limits, Received, gather, parts_of
from lamtheo_xls.intake.mime import Bounds, parts_in

CORPUS = Path(__file__).parent / "corpus"
OURS = ("<ours-1@tinh.example>", "<ours-2@tinh.example>")


def dumped(envelope: Envelope, items: tuple[Received, ...]) -> str:
    """One line for each fact, and for each file its name, findings and first bytes."""
    mail = envelope.mail
    lines = [
        f"from: {mail.sender} ({mail.name})",
        f"reply to: {mail.reply_to}",
        f"id: {mail.message_id}",
        f"subject: {mail.subject}",
        f"sent: {mail.sent}",
        f"day: {envelope.day}",
        f"answers: {' '.join(mail.references)}",
        f"automatic: {'yes' if mail.automatic else 'no'}",
        f"within: {' '.join(envelope.message_ids)}",
    ]
    for item in items:
        codes = " ".join(f"{f.code} {f.value!r}" for f in item.findings)
        lines.append(f"file: {item.name} | {codes or (item.data or b'')[:60]!r}")
    return "\n".join(line.rstrip() for line in lines) + "\n"


@pytest.mark.parametrize("path", sorted(CORPUS.glob("*.eml")), ids=lambda p: p.stem)
def test_corpus(path: Path) -> None:
    """Shapes as Gmail, Outlook, Thunderbird, Zimbra and Apple Mail write them, and as broken programs do."""
    envelope, items = parts_of(path.read_bytes(), "thư", skip=OURS.__contains__)
    found, expected = dumped(envelope, items), path.with_suffix(".txt")
    if os.environ.get("UPDATE"):
        expected.write_text(found, "utf-8", newline="\n")
    assert found == expected.read_text("utf-8")
    assert all(item.mail == envelope.mail and item.day == envelope.day for item in items)


def test_corpus_is_whole() -> None:
    """Every message has its expectation and the other way round."""
    messages, expected = ({p.stem for p in CORPUS.glob(f"*.{ending}")} for ending in ("eml", "txt"))
    assert messages == expected and len(messages) > 40


HEAD = b"From: ngan@so.example\nSubject: Bieu\nMessage-ID: <m@so.example>\n"
MIXED = HEAD + b"Content-Type: multipart/mixed; boundary=b\n\n"


def attached(name: str, data: bytes, kind: str = "application/octet-stream") -> bytes:
    coded = base64.encodebytes(data)
    return b"--b\nContent-Type: %b; name=%b\nContent-Transfer-Encoding: base64\n\n%b" % (
        kind.encode(),
        name.encode(),
        coded,
    )


def told(data: bytes, name: str = "thư", limits: Limits = LIMITS) -> list[tuple[str, bytes | None, list[str]]]:
    return [(i.name, i.data, [f.code for f in i.findings]) for i in parts_of(data, name, limits)[1]]


def zipped(*members: tuple[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in members:
            archive.writestr(zipfile.ZipInfo(name, (2027, 2, 1, 8, 0, 0)), data)
    return out.getvalue()


def test_our_own_letter_is_skipped_with_all_in_it() -> None:
    """By its Message-ID, whether it is the message itself or lies in one; the id is told all the same."""
    inner = (
        b"From: office@tinh.example\nMessage-ID: <ours@tinh.example>\nContent-Type: multipart/mixed; boundary=o\n\n"
        b"--o\nContent-Type: application/octet-stream; name=Mau02.xlsx\n\nPK blank\n"
        b"--o\nContent-Type: message/rfc822\n\nFrom: x@so.example\nMessage-ID: <deep@so.example>\n\nx\n--o--"
    )
    data = MIXED + b"--b\nContent-Type: message/rfc822\n\n" + inner + b"\n" + attached("a.xlsx", b"PK") + b"--b--\n"
    whole, items = parts_of(data, "thư")
    assert whole.message_ids == ("<ours@tinh.example>", "<deep@so.example>")
    assert [i.name for i in items] == ["thư!thu-1.eml!Mau02.xlsx", "thư!a.xlsx"]
    some, items = parts_of(data, "thư", skip=lambda id: id == "<ours@tinh.example>")
    assert some.message_ids == ("<ours@tinh.example>",) and [i.name for i in items] == ["thư!a.xlsx"]
    assert parts_of(inner, "thư", skip=lambda id: id == "<ours@tinh.example>")[1] == ()


def test_our_own_letter_in_the_inbox_is_skipped_too(tmp_path: Path) -> None:
    """Saved as it is, it brings nothing; in a message that a unit answered with, the answer alone is taken."""
    ours = MIXED + attached("Mau02.xlsx", b"PK blank") + b"--b--"
    answer = (
        HEAD.replace(b"m@", b"n@") + b"Content-Type: multipart/mixed; boundary=a\n\n--a\nContent-Type: message/rfc822"
    )
    answer += b"\n\n" + ours + b"\n--a\nContent-Type: application/octet-stream; name=Mau02.xlsx\n\nPK filled\n--a--"
    (tmp_path / "a.eml").write_bytes(ours)
    (tmp_path / "b.eml").write_bytes(answer)
    found = gather([tmp_path], base=tmp_path, stable_after=0.0, skip=lambda id: id == "<m@so.example>")
    assert [(i.name, i.data, [f.code for f in i.findings]) for i in found] == [
        ("a.eml", ours, ["file.mail_bare"]),
        ("b.eml!Mau02.xlsx", b"PK filled", []),
    ]


def test_a_zip_in_a_message_is_opened_with_what_it_holds() -> None:
    """Names in it, the message's own time, the message as source; a message in the zip too; what cannot be taken is
    told of the zip."""
    eml = HEAD.replace(b"m@", b"n@") + b"Content-Type: application/octet-stream; name=c.xlsx\n\nPK c"
    archive = zipped(("Chi bộ 1/a.xlsx", b"PK a"), ("thu.eml", eml), ("../x.xlsx", b"PK x"))
    data = b"Date: Wed, 24 Feb 2027 23:30:00 +0000\n" + MIXED + attached("bieu.zip", archive) + b"--b--"
    envelope, items = parts_of(data, "thư")
    assert [(i.name, i.data, [f.code for f in i.findings]) for i in items] == [
        ("thư!bieu.zip!Chi bộ 1/a.xlsx", b"PK a", []),
        ("thư!bieu.zip!thu.eml!c.xlsx", b"PK c", []),
        ("thư!bieu.zip", archive, ["file.archive_path"]),
    ]
    assert {i.mail for i in items} == {envelope.mail} and envelope.message_ids == ("<n@so.example>",)
    assert [i.modified for i in items[:2]] == ["2027-02-25T06:30:00", "2027-02-25T06:30:00.000001"]


def test_of_two_versions_in_one_message_the_further_down_is_the_later() -> None:
    """However many there are, and never later than what came a second after."""
    text = b"Date: Wed, 24 Feb 2027 23:30:%02d +0000\n" + MIXED + attached("a.xlsx", b"PK") * 300 + b"--b--"
    times = [[i.modified for i in parts_of(text % second, "thư")[1]] for second in (0, 1)]
    assert len(times[0]) == 300 and sorted({*times[0], *times[1]}) == [*times[0], *times[1]]


def test_pictures_the_text_shows_are_left_out_and_others_kept() -> None:
    """A logo small or referred to is no return; a photo is one, of the wrong kind."""

    def related(picture: bytes, more: bytes = b"") -> bytes:
        return (
            HEAD + b"Content-Type: multipart/related; boundary=b\n\n--b\nContent-Type: text/html\n\n"
            b"<img src='CID:shown@x'>\n--b\nContent-Type: image/jpeg; name=anh.jpg\n"
            + more
            + b"\n"
            + picture
            + b"\n--b--"
        )

    photo = b"\xff\xd8\xff" + bytes(70_000)
    assert told(related(b"\xff\xd8\xff logo")) == []
    assert told(related(photo, b"Content-ID: <shown@x>\nContent-Disposition: attachment\n")) == []
    assert told(related(photo, b"Content-ID: <other@x>\n")) == [("thư!anh.jpg", photo, [])]
    assert told(related(b"\xff\xd8", b"Content-Disposition: attachment\n")) == [("thư!anh.jpg", b"\xff\xd8", [])]


def test_three_hundred_attachments_all_come() -> None:
    """One name for all of them, each once, in their order."""
    data = MIXED + b"".join(attached("Mau02.xlsx", b"PK %d" % i) for i in range(300)) + b"--b--"
    found = told(data)
    assert [d for _, d, _ in found] == [b"PK %d" % i for i in range(300)]
    assert [n for n, _, _ in found[:2]] == ["thư!Mau02.xlsx", "thư!Mau02 (2).xlsx"] and len(
        {n for n, _, _ in found}
    ) == 300


def test_a_message_of_30_mb_is_taken_quickly_and_lightly() -> None:
    """Nothing of it is held twice over: its attachment, and the piece it is decoded from."""
    content = os.urandom(1 << 20) * 22
    data = MIXED + attached("Mau02.xlsx", content) + b"--b--"
    assert len(data) > 30_000_000
    tracemalloc.start()
    begun = time.perf_counter()
    (found,) = told(data)
    took, most = time.perf_counter() - begun, tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert found == ("thư!Mau02.xlsx", content, [])
    assert took < 5 and most < 3 * len(data)


@pytest.mark.parametrize(
    ("limits", "names"),
    [
        ({"parts": 3}, ["a.xlsx", "b.xlsx"]),
        ({"depth": 0}, []),
        ({"head_bytes": 90}, ["a.xlsx", "b.xlsx", "c.xlsx"]),
        ({"mail_bytes": 9}, ["a.xlsx", "b.xlsx"]),
    ],
)
def test_what_passes_a_limit_is_told_with_the_message(limits: dict[str, int], names: list[str]) -> None:
    """What was taken before stays; the message itself stands for the rest."""
    data = HEAD + b"Content-Type: multipart/mixed; boundary=b\nX-Long: 1\n\n"
    data += b"".join(attached(f"{n}.xlsx", b"PK " + n.encode()) for n in "abc") + b"--b--"
    found = told(data, limits=replace(LIMITS, **limits))
    assert [n for n, _, c in found if not c] == [f"thư!{n}" for n in names]
    assert found[-1] == ("thư", data, ["file.mail_too_much"])


def test_messages_within_messages_end_somewhere() -> None:
    """Eight levels are looked into; what lies deeper is told, zips on the way counted in."""

    def wrapped(levels: int) -> bytes:
        data = HEAD + b"Content-Type: application/octet-stream; name=a.xlsx\n\nPK"
        for _ in range(levels):
            data = HEAD + b"Content-Type: message/rfc822\n\n" + data
        return data

    assert told(wrapped(7))[0][1:] == (b"PK", []) and len(told(wrapped(7))) == 1
    assert told(wrapped(8)) == [("thư", wrapped(8), ["file.mail_nested"])]

    def in_zips(levels: int) -> bytes:
        data = wrapped(0)
        for _ in range(levels):
            data = MIXED + attached("z.zip", zipped(("t.eml", data))) + b"--b--"
        return data

    assert [d for _, d, _ in told(in_zips(3))] == [b"PK"]
    assert told(in_zips(4)) == [("thư", in_zips(4), ["file.mail_nested"])]


def deep(levels: int) -> bytes:
    parts = (b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (i, i) for i in range(levels))
    return HEAD + b"".join(parts) + b"\n" + b"x\n" * 500_000


HOSTILE = {
    "a thousand levels of parts": deep(1000),
    "one boundary at every level": MIXED + b"--b\nContent-Type: multipart/mixed; boundary=b\n\n" * 50_000,
    "a thousand messages in messages": HEAD + b"Content-Type: message/rfc822\n\n" * 1000,
    "400,000 fields": HEAD + b"X-A: b\n" * 400_000 + b"\n",
    "one field of 10 MB": HEAD + b"To: " + b"(" * 10_000_000 + b"\n\n",
    "nested comments": b"From: " + b"(" * 1900 + b"a@so.example\nSubject: x\n\n",
    "open quotes": HEAD + b"Content-Type: application/octet-stream" + b';a="' * 60_000 + b"\n\n",
    "pieces of one number": HEAD + b"Content-Type: application/octet-stream" + b"; a*0*=x" * 30_000 + b"\n\n",
    "encoded words without end": b"From: a@so.example\nSubject: " + b"=?utf-8?B?" * 20_000 + b"\n\n",
    "lines like a boundary": MIXED + b"--b\n" * 3_000_000,
    "almost a boundary": MIXED + b"--b" * 3_000_000,
    "no boundary, lines like one": HEAD + b"Content-Type: multipart/mixed\n\n" + (b"--a" + b" " * 60 + b"\n") * 200_000,
    "references to nothing": HEAD + b"Content-Type: text/html\n\n" + b"cid:" * 3_000_000,
    "base64 of nothing": HEAD + b"Content-Transfer-Encoding: base64\nContent-Type: image/png\n\n" + b"\0=A" * 3_000_000,
    "30,000 attachments": MIXED + b"--b\nContent-Type: application/x; name=a.xlsx\n\nPK\n" * 30_000,
    "nothing but NUL": bytes(10_000_000),
    "lines of old Macs": b"From: a@so.example\r" * 500_000,
    "half a character": b"From: \xe1\xba <\xff\xfe@so.example>\nSubject: =?utf-8?Q?=E1?=\nTo: \x80\n\n",
}


@pytest.mark.parametrize("data", HOSTILE.values(), ids=HOSTILE)
def test_hostile_messages_end_in_a_value_soon(data: bytes) -> None:
    """The standard library's parser takes seconds to minutes over some of these, or recurses until it fails. The bound
    is many times what they take on an idle machine."""
    begun = time.perf_counter()
    envelope, items = parts_of(data, "thư")
    assert time.perf_counter() - begun < 5
    assert len(items) <= LIMITS.parts + 1
    assert all(i.data is not None and i.mail == envelope.mail for i in items)


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(sorted(CORPUS.glob("*.eml"))), st.data())
def test_damage_never_raises(path: Path, data: st.DataObject) -> None:
    """Bytes of real shapes struck out, doubled and overwritten anywhere: always a value, with names fit to be shown."""
    raw = bytearray(path.read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        at, size = data.draw(st.integers(0, len(raw))), data.draw(st.integers(0, 200))
        raw[at : at + size] = data.draw(st.one_of(st.binary(max_size=20), st.just(bytes(raw[at : at + size]) * 2)))
    _, items = parts_of(bytes(raw), "thư")
    for item in items:
        assert item.name.isprintable() and unicodedata.is_normalized("NFC", item.name)


NAMES = st.text(
    st.characters(codec="utf-8", exclude_categories=("C", "Z"), exclude_characters='/\\"'), min_size=1, max_size=60
)


@settings(max_examples=60, deadline=None)
@given(NAMES, st.binary(max_size=300))
def test_what_the_library_writes_is_read_back(name: str, content: bytes) -> None:
    """Any name and any bytes, as EmailMessage packs them (RFC 2231, RFC 2047)."""
    name = unicodedata.normalize("NFC", f"Mẫu {name}.xlsx")
    letter = EmailMessage()
    letter["From"] = "Ngân <ngan@so.example>"
    letter["Subject"] = "Nộp biểu"
    letter.set_content("Em gửi.")
    letter.add_attachment(content, maintype="application", subtype="octet-stream", filename=name)
    envelope, items = parts_of(letter.as_bytes(), "thư")
    assert [(i.name, i.data) for i in items] == [(f"thư!{name}", content)]
    assert (envelope.mail.name, envelope.mail.subject) == ("Ngân", "Nộp biểu")


Leaf = tuple[str, str, bytes]
"""Content type, file name, decoded bytes."""


def library_leaves(message: EmailMessage) -> Iterator[Leaf]:
    """The parts without parts of their own, as the standard library's parser cuts them."""
    for part in message.walk():
        if not part.is_multipart():
            content = part.get_payload(decode=True)
            assert isinstance(content, bytes)
            yield part.get_content_type(), part.get_filename(""), content


def own_leaves(data: bytes, start: int = 0, end: int | None = None) -> Iterator[Leaf]:
    for part in parts_in(data, Bounds(parts=500, head_bytes=1 << 16, depth=20), start, end):
        if part.kind == "message/rfc822":
            yield from own_leaves(data, part.start, part.end)
        else:
            yield part.kind, part.name, part.content()


LINES = st.lists(st.sampled_from(["", "--", "--b", "----", "Content-Type: text/plain", "Từ: x", " a", "="]), max_size=6)


@st.composite
def messages(draw: st.DrawFn, depth: int = 3) -> EmailMessage:
    """Sound messages: texts and files in every encoding, parts within parts, messages within messages."""
    message = EmailMessage()
    kind = draw(st.sampled_from(["text", "file", "parts", "message"] if depth else ["text", "file"]))
    if kind == "text":
        subtype, way = draw(st.sampled_from(["plain", "html", "csv"])), draw(st.sampled_from(["8bit", "base64", "qp"]))
        cte = way.replace("qp", "quoted-printable")
        message.set_content("\n".join(draw(LINES)) + "\n", subtype=subtype, charset="utf-8", cte=cte)
    elif kind == "file":
        cte = draw(st.sampled_from(["base64", "quoted-printable"]))
        name = draw(st.none() | st.builds("Mẫu {}.xlsx".format, st.integers(0, 9)))
        message.set_content(draw(st.binary(max_size=99)), "application", "octet-stream", cte=cte, filename=name)
    else:
        parts = draw(st.lists(messages(depth=depth - 1), min_size=1, max_size=3 if kind == "parts" else 1))
        of_parts = draw(st.sampled_from(["multipart/mixed", "multipart/related", "multipart/alternative"]))
        message["Content-Type"] = of_parts if kind == "parts" else "message/rfc822"
        for part in parts:
            message.attach(part)
    return message


@settings(max_examples=120, deadline=None)
@given(messages(), st.sampled_from([policy.default, policy.SMTP]))
def test_sound_messages_are_cut_as_the_library_cuts_them(message: EmailMessage, written: policy.EmailPolicy) -> None:
    """The same parts of the same kinds under the same names with the same bytes, in the same order."""
    message["From"] = "ngan@so.example"
    data = message.as_bytes(policy=written)
    parsed = message_from_bytes(data, policy=policy.default)
    assert all(part.defects == [] for part in parsed.walk())
    assert list(own_leaves(data)) == list(library_leaves(parsed))


def test_sound_messages_of_the_corpus_are_cut_alike_too() -> None:
    """Those in which the library finds no defect, as Gmail, Outlook and the others write them; but for reports of
    delivery and links, whose fields the library takes for parts."""
    sound = 0
    for path in sorted(CORPUS.glob("*.eml")):
        data = path.read_bytes()
        parsed = message_from_bytes(data, policy=policy.default)
        kinds = {part.get_content_type() for part in parsed.walk() if part.get_content_maintype() == "message"}
        if kinds <= {"message/rfc822"} and all(part.defects == [] for part in parsed.walk()):
            ours = [(kind, content) for kind, _, content in own_leaves(data)]
            assert ours == [(kind, content) for kind, _, content in library_leaves(parsed)], path.name
            sound += 1
    assert sound > 20


@pytest.mark.parametrize(
    ("fields", "automatic"),
    [
        ("", False),
        ("Auto-Submitted: no", False),
        ("Auto-Submitted: auto-replied; owner=x", True),
        ("Auto-Submitted: auto-generated", True),
        ("X-Auto-Response-Suppress: All", False),
        ("X-Auto-Response-Suppress: OOF, AutoReply", False),
        ("Precedence: bulk", True),
        ("Precedence: first-class", False),
        ("List-Unsubscribe: <https://list.example/u>", True),
        ("Return-Path: <>", True),
        ("Return-Path: <ngan@so.example>", False),
        ("X-Autoreply: yes", True),
        ("Content-Type: multipart/report; boundary=x", True),
    ],
)
def test_automatic_mail_is_known(fields: str, automatic: bool) -> None:
    """RFC 3834: whatever says of itself that a program or a list wrote it; Exchange's wish for silence does not."""
    data = f"{fields}\n".lstrip() + "From: ngan@so.example\nSubject: x\n\nx"
    assert parts_of(data.encode(), "thư")[0].mail.automatic is automatic


@pytest.mark.parametrize(
    "sender",
    ["MAILER-DAEMON@so.example", "postmaster@so.example", "no-reply@so.example", "noreply@so.example",
     "do-not-reply@so.example", "owner-chibo@so.example", "chibo-request@so.example", "list-bounces@so.example"],
)  # fmt: skip
def test_robots_are_known_by_name(sender: str) -> None:
    """The names RFC 3834 gives, and those of our days; a person's is none of them."""
    assert parts_of(f"From: {sender}\nSubject: x\n\n".encode(), "thư")[0].mail.automatic
    assert not parts_of(b"From: noreplynguyen@so.example\nSubject: x\n\n", "thu")[0].mail.automatic


def test_the_day_is_that_of_the_server_in_vietnam() -> None:
    """The topmost Received line; 17:00 UTC is the next day there, wherever this machine stands."""

    def day(moment: str) -> dt.date | None:
        return parts_of(f"Received: by mx; {moment}\nFrom: a@so.example\n\n".encode(), "thư")[0].day

    assert day("Wed, 24 Feb 2027 16:59:59 +0000") == dt.date(2027, 2, 24)
    assert day("Wed, 24 Feb 2027 17:00:00 +0000 (UTC)") == dt.date(2027, 2, 25)
    assert day("Wed, 24 Feb 2027 23:59:59 -0000") == dt.date(2027, 2, 25)
    assert day("hom qua") is None and day("Fri, 31 Dec 9999 23:00:00 -0700") is None


def test_a_saved_message_in_the_inbox_gives_what_it_brings(tmp_path: Path) -> None:
    """Known by its content whatever it is called, with day and source; html in it does not hide it; one that brings
    nothing is told; a text that only looks a little like one is left to the reader."""
    received = b"Received: by mail.tinh.example; Wed, 24 Feb 2027 20:30:11 +0000\n"
    html = b"--b\nContent-Type: text/html\n\n<html><body>x</body></html>\n"
    (tmp_path / "a.eml").write_bytes(received + MIXED + html + attached("Mau02.xlsx", b"PK") + b"--b--")
    (tmp_path / "b.dat").write_bytes(received + MIXED + attached("Mau02.xlsx", b"PK b") + b"--b--")
    (tmp_path / "c.eml").write_bytes(HEAD + b"\nKinh gui")
    (tmp_path / "d.txt").write_bytes(b"Subject: ghi chu\n\nx")
    (tmp_path / "e.zip").write_bytes(zipped(("thu.eml", MIXED + attached("Mau02.xlsx", b"PK e") + b"--b--")))
    (tmp_path / "f.eml").write_bytes(MIXED + attached("winmail.dat", b"", "application/ms-tnef") + b"--b--")
    found = list(gather([tmp_path], base=tmp_path, stable_after=0.0))
    assert [(i.name, [f.code for f in i.findings], i.day, i.mail.sender if i.mail else "") for i in found] == [
        ("a.eml!Mau02.xlsx", [], dt.date(2027, 2, 25), "ngan@so.example"),
        ("b.dat!Mau02.xlsx", [], dt.date(2027, 2, 25), "ngan@so.example"),
        ("c.eml", ["file.mail_bare"], None, ""),
        ("d.txt", [], None, ""),
        ("e.zip!thu.eml!Mau02.xlsx", [], None, "ngan@so.example"),
        ("f.eml", ["file.winmail"], None, "ngan@so.example"),
    ]
