"""Outlook's .msg: what it brings is told by the same rules as of any message, and a broken one is no fault of the run.

The files are written here by [MS-CFB] and [MS-OXMSG]: storages, streams and properties as Outlook lays them out.
"""

from __future__ import annotations

import datetime as dt
import itertools
import struct
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lamtheo_xls.intake import Received, gather, outlook, parts_of
from lamtheo_xls.intake.outlook import is_outlook, message_in

Tree = dict[str, "bytes | Tree"]
Value = str | bytes | int | dt.datetime
FREE, END, FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
SUBJECT, SENT, HEADERS, BY_NAME, BY_ADDRESS, DELIVERED = 0x0037, 0x0039, 0x007D, 0x0C1A, 0x0C1F, 0x0E06
BY_SMTP, MESSAGE_ID, REPLIES_TO, HTML, CLASS = 0x5D01, 0x1035, 0x1042, 0x1013, 0x001A
DATA, SHORT, METHOD, LONG, MIME, CONTENT_ID, FLAGS, DISPLAY = (
    0x3701,
    0x3704,
    0x3705,
    0x3707,
    0x370E,
    0x3712,
    0x3714,
    0x3001,
)


def compound(tree: Tree) -> bytes:
    """A compound file of version 3 with 512-byte sectors; streams below 4,096 bytes in the mini stream."""
    entries: list[list[int | str | bytes]] = [["Root Entry", 5, FREE, FREE, FREE, END, 0]]
    mini, mini_fat, big = bytearray(), [], []

    def lay(children: Tree) -> int:
        ids = []
        for name in sorted(children, key=lambda n: (len(n), n.upper())):
            child, id = children[name], len(entries)
            ids.append(id)
            if isinstance(child, dict):
                entries.append([name, 1, FREE, FREE, FREE, 0, 0])
                entries[id][4] = lay(child)
            else:
                entries.append([name, 2, FREE, FREE, FREE, END, len(child)])
                if len(child) >= 4096:
                    big.append((id, child))
                elif child:
                    count = -(-len(child) // 64)
                    entries[id][5] = len(mini_fat)
                    mini_fat.extend([*range(len(mini_fat) + 1, len(mini_fat) + count), END])
                    mini.extend(child.ljust(count * 64, b"\0"))
        for id, after in itertools.pairwise(ids):
            entries[id][3] = after
        return ids[0] if ids else FREE

    entries[0][4] = lay(tree)
    chains = [(None, struct.pack(f"<{len(mini_fat)}I", *mini_fat)), (0, bytes(mini)), *big]
    counts = [-(-len(data) // 512) for _, data in chains]
    directory = -(-len(entries) // 4)
    fats = 1
    while fats * 128 < fats + directory + sum(counts):
        fats += 1
    fat = [FAT] * fats + [*range(fats + 1, fats + directory), END]
    starts = []
    for count in counts:
        starts.append(len(fat) if count else END)
        fat += [*range(len(fat) + 1, len(fat) + count), END] if count else []
    fat += [FREE] * (fats * 128 - len(fat))
    for (id, data), start in zip(chains, starts, strict=True):
        if id is not None:
            entries[id][5:7] = [start, len(data)]
    out = bytearray(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16))
    out += struct.pack("<5H6x", 0x3E, 3, 0xFFFE, 9, 6) + struct.pack("<5I", 0, fats, fats, 0, 4096)
    out += struct.pack("<4I", starts[0], counts[0], END, 0)
    out += struct.pack("<109I", *range(fats), *[FREE] * (109 - fats)) + struct.pack(f"<{len(fat)}I", *fat)
    for name, kind, left, right, child, start, size in entries:
        raw = str(name).encode("utf-16-le") + b"\0\0"
        out += raw.ljust(64, b"\0") + struct.pack(
            "<HBB3I16x4x16xIQ", len(raw), kind, 1, left, right, child, start, size
        )
    out += bytes((directory * 4 - len(entries)) * 128)
    for (_, data), count in zip(chains, counts, strict=True):
        out += data.ljust(count * 512, b"\0")
    return bytes(out)


def properties(head: int, values: dict[int, Value], code_page: int = 0) -> Tree:
    """The streams of a message (`head` 32, within another one 24) or of an attachment (8)."""
    streams: Tree = {}
    told = bytearray(head)

    def tell(pid: int, kind: int, value: bytes) -> None:
        told.extend(struct.pack("<HHI", kind, pid, 6) + value.ljust(8, b"\0")[:8])

    for pid, value in values.items():
        if isinstance(value, int):
            tell(pid, 0x0003, struct.pack("<i", value))
        elif isinstance(value, dt.datetime):
            since = value - dt.datetime(1601, 1, 1, tzinfo=dt.UTC)
            tell(pid, 0x0040, struct.pack("<Q", round(since.total_seconds()) * 10**7))
        else:
            kind = 0x0102 if isinstance(value, bytes) else 0x001E if code_page else 0x001F
            raw = value if isinstance(value, bytes) else value.encode(f"cp{code_page}" if code_page else "utf-16-le")
            tell(pid, kind, struct.pack("<I", len(raw) + (0 if kind == 0x0102 else 2)))
            streams[f"__substg1.0_{pid:04X}{kind:04X}"] = raw
    if code_page:
        tell(0x3FFD, 0x0003, struct.pack("<i", code_page))
    return {"__properties_version1.0": bytes(told), **streams}


NAMED: Tree = {f"__substg1.0_000{i}0102": b"" for i in (2, 3, 4)}


def message(values: dict[int, Value], *attached: Tree, head: int = 32, code_page: int = 0) -> Tree:
    tree = properties(head, {CLASS: "IPM.Note", **values}, code_page)
    tree |= {f"__attach_version1.0_#{i:08X}": one for i, one in enumerate(attached)}
    return tree | ({"__nameid_version1.0": NAMED} if head == 32 else {})


def file(name: str, data: bytes, **more: Value) -> Tree:
    known = {"mime": MIME, "content_id": CONTENT_ID, "flags": FLAGS, "method": METHOD, "short": SHORT}
    values: dict[int, Value] = {METHOD: 1, DATA: data} | ({LONG: name} if name else {})
    return properties(8, values | {known[k]: v for k, v in more.items()})


def within(name: str, inner: Tree) -> Tree:
    return properties(8, {METHOD: 5, DISPLAY: name}) | {"__substg1.0_3701000D": inner}


TRANSPORT = """Received: from mx.tinh.example by mail.tinh.example;\r
 Wed, 24 Feb 2027 20:30:11 +0000\r
From: =?utf-8?B?Tmfhu41jIETGsMahbmc=?= <Duong@so.example>\r
Reply-To: vanthu@so.example\r
Subject: =?utf-8?B?TuG7mXAgYmnhu4N1?=\r
Message-ID: <out1@so.example>\r
In-Reply-To: <ours@tinh.example>\r
Content-Type: multipart/mixed; boundary="no longer true"\r
MIME-Version: 1.0\r
\r
"""


def taken(folder: Path, data: bytes, name: str = "thu.msg") -> list[Received]:
    (folder / name).write_bytes(data)
    return list(gather([folder], base=folder, stable_after=0.0))


def told(items: list[Received]) -> list[tuple[str, bytes | None, list[str]]]:
    return [(i.name, i.data, [f.code for f in i.findings]) for i in items]


def test_attachments_come_with_what_the_transport_said(tmp_path: Path) -> None:
    """Large and small ones, Vietnamese names, the picture the text shows left out, the fields it came with."""
    large = bytes(range(256)) * 64
    data = compound(
        message(
            {SUBJECT: "khác", HEADERS: TRANSPORT, HTML: b"<img src=cid:logo@x>"},
            file("Mẫu 02 - Đảng ủy.xlsx", b"PK small"),
            file("image001.png", b"\x89PNG", mime="image/png", content_id="logo@x"),
            file("lon.xlsx", large, mime="application/vnd.ms-excel"),
        )
    )
    items = taken(tmp_path, data)
    assert told(items) == [("thu.msg!Mẫu 02 - Đảng ủy.xlsx", b"PK small", []), ("thu.msg!lon.xlsx", large, [])]
    mail = items[0].mail
    assert mail is not None and items[0].day == dt.date(2027, 2, 25)
    assert (mail.sender, mail.name, mail.reply_to) == ("duong@so.example", "Ngọc Dương", "vanthu@so.example")
    assert (mail.message_id, mail.references) == ("<out1@so.example>", ("<ours@tinh.example>",))
    assert (mail.subject, mail.sent) == ("Nộp biểu", "2027-02-25T03:30:11+07:00")


def test_what_never_left_the_server_is_told_by_its_properties(tmp_path: Path) -> None:
    """Exchange writes no transport fields between its own mailboxes: sender, ids and times stand in properties."""
    sent = dt.datetime(2027, 2, 24, 16, 59, tzinfo=dt.UTC)
    values: dict[int, Value] = {
        SUBJECT: "Nộp biểu", BY_NAME: 'Bình "VP"', BY_ADDRESS: "/O=TINH/CN=BINH", BY_SMTP: "Binh@tinh.example",
        MESSAGE_ID: "<in1@tinh.example>", REPLIES_TO: "<ours@tinh.example>", SENT: sent,
        DELIVERED: sent + dt.timedelta(minutes=2),
    }  # fmt: skip
    (item,) = taken(tmp_path, compound(message(values, file("a.xlsx", b"PK"))))
    assert item.mail is not None and item.day == dt.date(2027, 2, 25)
    assert (item.mail.sender, item.mail.name) == ("binh@tinh.example", "Bình VP")
    assert (item.mail.message_id, item.mail.references) == ("<in1@tinh.example>", ("<ours@tinh.example>",))
    assert item.mail.sent == "2027-02-25T00:01:00+07:00" and item.mail.subject == "Nộp biểu"


def test_old_outlook_wrote_code_pages_and_short_names(tmp_path: Path) -> None:
    """Text of 8 bits in its code page; a name of eight letters where there is no long one; an unknown code page costs
    the words, never the attachments."""
    short = file("", b"PK", short="MAU02~1.XLS")
    data = compound(message({SUBJECT: "Tha\u0301ng", BY_SMTP: "a@so.example"}, short, code_page=1258))
    (item,) = taken(tmp_path, data)
    assert item.name == "thu.msg!MAU02~1.XLS" and item.mail is not None and item.mail.subject == "Tháng"
    strange = properties(32, {BY_SMTP: "a@so.example", 0x3FFD: 99_999})
    (item,) = taken(tmp_path, compound(strange | {"__attach_version1.0_#00000000": file("a.xlsx", b"PK")}))
    assert told([item]) == [("thu.msg!a.xlsx", b"PK", [])]


def test_messages_within_it_are_opened(tmp_path: Path) -> None:
    """A forwarded message, one in that, and a saved .msg attached as a file; skipped where it is our own letter."""
    ours = message({MESSAGE_ID: "<ours@tinh.example>"}, file("Mau02.xlsx", b"PK blank"), head=24)
    inner = message({MESSAGE_ID: "<in@so.example>"}, file("b.xlsx", b"PK b"), within("Của ta", ours), head=24)
    saved = compound(message({MESSAGE_ID: "<saved@so.example>"}, file("c.xlsx", b"PK c")))
    data = compound(message({HEADERS: TRANSPORT}, within("FW: biểu", inner), file("luu.msg", saved)))
    items = taken(tmp_path, data)
    assert told(items) == [
        ("thu.msg!FW: biểu!b.xlsx", b"PK b", []),
        ("thu.msg!FW: biểu!Của ta!Mau02.xlsx", b"PK blank", []),
        ("thu.msg!luu.msg!c.xlsx", b"PK c", []),
    ]
    assert {i.mail.message_id for i in items if i.mail} == {"<out1@so.example>"}
    raw = message_in(data)
    assert raw is not None
    envelope, rest = parts_of(raw, "thư", skip=lambda id: id == "<ours@tinh.example>")
    assert [i.name for i in rest] == ["thư!FW: biểu!b.xlsx", "thư!luu.msg!c.xlsx"]
    assert envelope.message_ids == ("<in@so.example>", "<ours@tinh.example>", "<saved@so.example>")


def test_what_is_not_in_it_is_told(tmp_path: Path) -> None:
    """A link to a file elsewhere, an encrypted message, one that brings nothing."""
    link = file("Mau02.xlsx", b"", method=7)
    assert told(taken(tmp_path, data := compound(message({}, link, file("a.xlsx", b"PK"))))) == [
        ("thu.msg!a.xlsx", b"PK", []),
        ("thu.msg", data, ["file.mail_linked"]),
    ]
    sealed = file("smime.p7m", b"0\x80", mime="application/pkcs7-mime")
    assert told(taken(tmp_path, data := compound(message({}, sealed)))) == [("thu.msg", data, ["file.mail_encrypted"])]
    assert told(taken(tmp_path, data := compound(message({SUBJECT: "x"})))) == [("thu.msg", data, ["file.mail_bare"])]


def test_a_message_signed_in_the_clear_is_opened(tmp_path: Path) -> None:
    """Outlook keeps it whole, as one attachment of type multipart/signed."""
    whole = (
        b'Content-Type: multipart/signed; boundary="s"\r\n\r\n--s\r\nContent-Type: application/octet-stream;'
        b" name=Mau02.xlsx\r\n\r\nPK signed\r\n--s\r\nContent-Type: application/pkcs7-signature\r\n\r\nx\r\n--s--\r\n"
    )
    items = taken(tmp_path, compound(message({}, file("smime.p7m", whole, mime="multipart/signed"))))
    assert told(items) == [("thu.msg!smime.p7m!Mau02.xlsx", b"PK signed", [])]


def test_it_is_known_by_its_content(tmp_path: Path) -> None:
    """Whatever its name; a workbook of the old kind with a message drawn into it stays a workbook."""
    data = compound(message({}, file("a.xlsx", b"PK")))
    assert is_outlook(data, "thu.dat") and told(taken(tmp_path, data, "thu.dat"))[0][0] == "thu.dat!a.xlsx"
    workbook = compound({"Workbook": b"\x09\x08" * 300, "MBD01": message({}, file("a.xlsx", b"PK"))})
    assert not is_outlook(workbook, "bieu.xls") and not is_outlook(b"PK", "thu.msg")


def test_a_broken_one_is_told_and_the_rest_goes_on(tmp_path: Path) -> None:
    """Cut short anywhere, where its reader would give half of an attachment: the file stands with file.mail_unread. An
    attachment without its streams is an empty file, which the reader of files tells."""
    data = compound(message({HEADERS: TRANSPORT}, file("a.xlsx", bytes(9000))))
    (tmp_path / "b.msg").write_bytes(compound(message({}, file("b.xlsx", b"PK b"))))
    for size in range(2048, len(data), 512):
        items = taken(tmp_path, data[:size], "a.msg")
        assert told(items) == [("a.msg", data[:size], ["file.mail_unread"]), ("b.msg!b.xlsx", b"PK b", [])]
    hollow = compound({"__properties_version1.0": b""} | {"__attach_version1.0_#00000000": {}})
    assert told(taken(tmp_path, hollow, "a.msg"))[0] == ("a.msg!tep-1", b"", [])


def test_a_reader_that_never_ends_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The guard's bounds hold for .msg too: a child that spins is given up, and the next file is read."""
    from lamtheo_xls.workbook.read import guarded

    spins = "import sys; sys.stdout.buffer.write(b'+'); sys.stdout.flush()\nwhile True: pass"
    budget = guarded.Budget(processor=0.3, waiting=20.0)
    guard = guarded.Guard((sys.executable, "-c", spins), budget)
    monkeypatch.setattr(outlook, "_guard", lambda process: guard)
    data = compound(message({}, file("a.xlsx", b"PK")))
    try:
        assert told(taken(tmp_path, data)) == [("thu.msg", data, ["file.mail_unread"])]
    finally:
        guard.close()


WHOLE = compound(
    message({HEADERS: TRANSPORT}, file("a.xlsx", b"PK"), within("x", message({}, file("b.xlsx", b"PK"), head=24)))
)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(8, len(WHOLE) - 1), st.integers(0, 255)), min_size=1, max_size=8))
def test_damage_never_raises(changes: list[tuple[int, int]]) -> None:
    """Any bytes of it overwritten: a message, or None."""
    raw = bytearray(WHOLE)
    for at, value in changes:
        raw[at] = value
    found = message_in(bytes(raw))
    assert found is None or parts_of(found, "thư")[1] is not None
