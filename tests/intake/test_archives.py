"""Zips as people send them, and as nobody should: members as bytes, the rest as findings on the zip."""

import io
import struct
import tracemalloc
import unicodedata
import zipfile
import zlib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lamtheo_xls.findings import message
from lamtheo_xls.intake import Limits, gather
from lamtheo_xls.intake.archives import unpack

WORKBOOK = "[Content_Types].xml"


def zipped(*members: tuple[str | zipfile.ZipInfo, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, data in members:
            info = zipfile.ZipInfo(name, (2027, 2, 24, 8, 15, 30)) if isinstance(name, str) else name
            info.compress_type = method
            archive.writestr(info, data)
    return out.getvalue()


def raw_named(name: bytes, data: bytes, flag: int = 0, extra: bytes = b"") -> bytes:
    """A zip of one stored member whose name is exactly these bytes."""
    sum_, size = zlib.crc32(data), len(data)
    local = struct.pack("<4s5H3L2H", b"PK\x03\x04", 20, flag, 0, 0, 0, sum_, size, size, len(name), len(extra))
    body = local + name + extra + data
    central = struct.pack(
        "<4s6H3L5H2L", b"PK\x01\x02", 20, 20, flag, 0, 0, 0, sum_, size, size, len(name), len(extra), 0, 0, 0, 0, 0
    )
    central += name + extra
    return body + central + struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 1, 1, len(central), len(body), 0)


def workbook(text: str = "x", method: int = zipfile.ZIP_DEFLATED) -> bytes:
    return zipped((WORKBOOK, b"<Types/>"), ("xl/workbook.xml", text.encode()), method=method)


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    return tmp_path


def taken(inbox: Path, data: bytes, name: str = "a.zip", **limits: int) -> list[tuple[str, list[str]]]:
    (inbox / name).write_bytes(data)
    found = gather([inbox], base=inbox, stable_after=0.0, limits=Limits(**limits))
    return [(r.name, [f.code for f in r.findings]) for r in found]


def test_members_come_instead_of_the_zip(inbox: Path) -> None:
    """In order of name, folders and the system's own left out, with the time the zip gives."""
    data = zipped(
        ("thư mục/", b""), ("b.xlsx", b"hai"), ("thư mục/a.jpg", b"mot"), ("__MACOSX/._b.xlsx", b""), ("~$b.xlsx", b"")
    )
    (inbox / "a.zip").write_bytes(data)
    found = list(gather([inbox], base=inbox, stable_after=0.0))
    assert [(r.name, r.data, r.modified, r.findings) for r in found] == [
        ("a.zip!b.xlsx", b"hai", "2027-02-24T08:15:30", ()),
        ("a.zip!thư mục/a.jpg", b"mot", "2027-02-24T08:15:30", ()),
    ]


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_a_workbook_is_a_zip_too_and_is_told_from_an_archive_by_its_contents(inbox: Path, method: int) -> None:
    """Whatever the names: a workbook called .zip stays one, an archive called .xlsx is opened, stored or packed, also
    when what is stored in it is itself a workbook."""
    assert taken(inbox, workbook(method=method), "biểu.zip") == [("biểu.zip", [])]
    (inbox / "biểu.zip").unlink()
    late = zipped(("docs.txt", b"x"), (WORKBOOK, b"<Types/>"), method=method)
    assert taken(inbox, late, "muon.xlsx") == [("muon.xlsx", [])]
    (inbox / "muon.xlsx").unlink()
    assert taken(inbox, zipped(("mimetype", b"application/x"), method=method), "a.ods") == [("a.ods", [])]
    (inbox / "a.ods").unlink()
    packed = zipped(("x.xlsx", workbook(method=method)), method=method)
    assert taken(inbox, packed, "goi.xlsx") == [("goi.xlsx!x.xlsx", [])]
    (inbox / "goi.xlsx").unlink()
    assert taken(inbox, packed) == [("a.zip!x.xlsx", [])]


def test_a_damaged_workbook_is_handed_on_and_a_damaged_zip_is_told(inbox: Path) -> None:
    """What cannot be read as a zip goes by its name."""
    assert taken(inbox, workbook()[:-30], "cut.xlsx") == [("cut.xlsx", [])]
    (inbox / "cut.xlsx").unlink()
    assert taken(inbox, b"PK\x03\x04" + b"\0" * 60, "cut.xlsx") == [("cut.xlsx", [])]
    (inbox / "cut.xlsx").unlink()
    assert taken(inbox, zipped(("a.xlsx", b"x"))[:-30]) == [("a.zip", ["file.archive_damaged"])]
    assert taken(inbox, b"<html>") == [("a.zip", [])]


def test_an_archive_in_an_archive_is_opened_once(inbox: Path) -> None:
    """Once nested is life; twice is told."""
    inner = zipped(("c.xlsx", b"ba"))
    assert taken(inbox, zipped(("b.zip", inner), ("a.xlsx", b"mot"))) == [
        ("a.zip!a.xlsx", []),
        ("a.zip!b.zip!c.xlsx", []),
    ]
    deep = zipped(("b.zip", zipped(("c.zip", inner), ("d.xlsx", b"bon"))))
    assert taken(inbox, deep) == [("a.zip!b.zip!d.xlsx", []), ("a.zip", ["file.archive_nested"])]


@pytest.mark.parametrize(
    "name", ["../a.xlsx", "b/../../a.xlsx", "/etc/a.xlsx", "C:\\a.xlsx", "c:a.xlsx", "..\\a.xlsx", "\\\\may\\a.xlsx"]
)
def test_a_member_that_leads_out_is_not_taken(inbox: Path, name: str) -> None:
    """Upwards, absolute, with a drive: the finding names it, the good ones are taken, nothing is written anywhere."""
    (inbox / "nhan").mkdir()
    info = zipfile.ZipInfo("x")
    info.filename = name
    data = zipped((info, b"x"), ("tot.xlsx", b"y"))
    assert taken(inbox / "nhan", data) == [("a.zip!tot.xlsx", []), ("a.zip", ["file.archive_path"])]
    assert [p.name for p in inbox.rglob("*")] == ["nhan", "a.zip"]


def test_a_member_whose_name_ends_early_for_some_is_not_taken(inbox: Path) -> None:
    """A NUL in a name."""
    assert taken(inbox, raw_named(b"a.xlsx\0.exe", b"x")) == [("a.zip", ["file.archive_path"])]


def test_two_members_of_one_name_are_not_taken(inbox: Path) -> None:
    """Readers disagree which is meant; also when only the composition of the letters differs."""
    name = "Mẫu.xlsx"
    with pytest.warns(UserWarning, match="Duplicate name"):
        data = zipped(("a.xlsx", b"1"), ("a.xlsx", b"2"), ("b.xlsx", b"3"))
    assert taken(inbox, data) == [("a.zip!b.xlsx", []), ("a.zip", ["file.archive_duplicate"])]
    decomposed = zipped((name, b"1"), (unicodedata.normalize("NFD", name), b"2"))
    assert taken(inbox, decomposed) == [("a.zip", ["file.archive_duplicate"])]


def test_an_encrypted_member_is_told_and_the_others_are_taken(inbox: Path) -> None:
    """The flag says so; nothing asks for a password."""
    data = bytearray(zipped(("a.xlsx", b"bi mat"), ("b.xlsx", b"ro")))
    data[6] |= 1
    central = data.index(b"PK\x01\x02")
    data[central + 8] |= 1
    assert taken(inbox, bytes(data)) == [("a.zip!b.xlsx", []), ("a.zip", ["file.archive_encrypted"])]


def test_bombs_are_not_opened(inbox: Path) -> None:
    """By ratio, by size, by what all members come to, by their number."""
    zeros = zipped(("a.xlsx", b"\0" * (5 << 20)), ("b.xlsx", b"x"))
    bomb = [("a.zip!b.xlsx", []), ("a.zip", ["file.archive_bomb"])]
    assert taken(inbox, zeros) == bomb
    assert taken(inbox, zeros, ratio=10_000) == [("a.zip!a.xlsx", []), ("a.zip!b.xlsx", [])]
    assert taken(inbox, zipped(("a.xlsx", b"12345"), ("b.xlsx", b"1")), member_bytes=4) == bomb
    assert taken(inbox, zipped(("a.xlsx", b"123"), ("b.xlsx", b"123")), total_bytes=5) == [
        ("a.zip!a.xlsx", []),
        ("a.zip", ["file.archive_bomb"]),
    ]
    many = zipped(*((f"{i}.xlsx", b"") for i in range(20)))
    assert taken(inbox, many, entries=19) == [("a.zip", ["file.archive_bomb"])]
    assert taken(inbox, many, directory_bytes=100) == [("a.zip", ["file.archive_bomb"])]


def test_a_member_that_holds_more_than_it_says_is_not_taken(inbox: Path) -> None:
    """The declared size is never believed beyond the check sum."""
    data = bytearray(zipped(("a.xlsx", b"\0" * 100_000)))
    central = data.index(b"PK\x01\x02")
    struct.pack_into("<I", data, central + 24, 10)
    struct.pack_into("<I", data, 22, 10)
    assert taken(inbox, bytes(data)) == [("a.zip", ["file.archive_damaged"])]


def test_a_directory_of_millions_is_not_read(inbox: Path) -> None:
    """Memory stays small before anything of it is believed, also behind the 64-bit record."""
    entry = struct.pack("<4s6H3L5H2L", b"PK\x01\x02", 20, 20, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0) + b"a"
    central, n = entry * 200_000, 200_000
    wide = struct.pack("<4sQ2H2L4Q", b"PK\x06\x06", 44, 45, 45, 0, 0, n, n, len(central), 4)
    find = struct.pack("<4sLQL", b"PK\x06\x07", 0, 4 + len(central), 1)
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0)
    small = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 1, 1, len(entry), 4, 0)
    for tail in (wide + find + end, wide + find + small):
        (inbox / "a.zip").write_bytes(b"PK\x03\x04" + central + tail)
        with (inbox / "a.zip").open("rb") as file:
            tracemalloc.start()
            found = next(unpack(file, "a.zip", "", Limits()))
            peak = tracemalloc.get_traced_memory()[1]
            tracemalloc.stop()
        assert [f.code for f in found.findings] == ["file.archive_bomb"]
        assert peak < 4 * len(central)


def test_an_archive_without_files_is_told(inbox: Path) -> None:
    """An empty zip, and one of folders only."""
    assert taken(inbox, zipped()) == [("a.zip", ["file.archive_empty"])]
    assert taken(inbox, zipped(("thư mục/", b""))) == [("a.zip", ["file.archive_empty"])]


def test_unusual_packing_is_told(inbox: Path) -> None:
    """bzip2 and LZMA members: nobody's Windows makes them, and they can burst."""
    for method in (zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA):
        assert taken(inbox, zipped(("a.xlsx", b"x"), method=method)) == [("a.zip", ["file.archive_damaged"])]


VIETNAMESE = "Mẫu 02 – Đảng ủy Sở Tài chính.xlsx"


@pytest.mark.parametrize(
    ("raw", "flag", "extra", "name"),
    [
        (VIETNAMESE.encode(), 0x800, b"", VIETNAMESE),
        (unicodedata.normalize("NFD", VIETNAMESE).encode(), 0x800, b"", VIETNAMESE),
        (VIETNAMESE.encode(), 0, b"", VIETNAMESE),
        (b"Ba\xd2ng t\xf4\xd2ng h\xf5\xf2p.xlsx", 0, b"", "Bảng tổng hợp.xlsx"),
        (b"caf\x8e.xlsx", 0, b"", "cafÄ.xlsx"),
        (b"thu muc\\a.xlsx", 0, b"", "thu muc/a.xlsx"),
        (
            b"M?u.xlsx",
            0,
            struct.pack("<HHBL", 0x7075, 5 + len("Mẫu.xlsx".encode()), 1, zlib.crc32(b"M?u.xlsx"))
            + "Mẫu.xlsx".encode(),
            "Mẫu.xlsx",
        ),
        (b"M?u.xlsx", 0, struct.pack("<HHBL", 0x7075, 9, 1, 12345) + b"x.ex", "M?u.xlsx"),
        (b"a\r\nb.xlsx", 0, b"", "a��b.xlsx"),
    ],
)
def test_names_are_read_as_the_sender_saw_them(inbox: Path, raw: bytes, flag: int, extra: bytes, name: str) -> None:
    """UTF-8 by flag, by the Unicode path field, by trying; else Vietnamese Windows; else as the format says."""
    assert taken(inbox, raw_named(raw, b"x", flag, extra)) == [(f"a.zip!{name}", [])]


def test_a_name_that_claims_utf8_and_is_not_ends_as_a_finding(inbox: Path) -> None:
    """The library refuses the whole directory."""
    assert taken(inbox, raw_named(b"\xff\xfe.xlsx", b"x", 0x800)) == [("a.zip", ["file.archive_damaged"])]


def test_many_stopped_members_make_one_finding_for_each_reason(inbox: Path) -> None:
    """Readable: the first three names and how many."""
    data = zipped(*((f"../{i}.xlsx", b"x") for i in range(5)))
    (inbox / "a.zip").write_bytes(data)
    (found,) = gather([inbox], base=inbox, stable_after=0.0)
    assert found.data == data
    assert "../0.xlsx; ../1.xlsx; ../2.xlsx … (5)" in message(found.findings[0])


def test_a_zip_that_changes_while_it_is_read_is_told(inbox: Path) -> None:
    """What was taken of it is taken; the zip is looked at again by the next run."""
    path = inbox / "a.zip"
    path.write_bytes(zipped(("a.xlsx", b"1"), ("b.xlsx", b"2")))
    found = gather([inbox], base=inbox, stable_after=0.0)
    names = [next(found).name]
    with path.open("ab") as file:
        file.write(b"them")
    rest = list(found)
    assert names + [r.name for r in rest] == ["a.zip!a.xlsx", "a.zip!b.xlsx", "a.zip"]
    assert [f.code for f in rest[-1].findings] == ["file.unstable"]


GOOD = zipped(("a.xlsx", b"mot" * 50), ("b/c.xlsx", b"hai" * 50), ("d.zip", zipped(("e.xlsx", b"ba"))))


@settings(derandomize=True, max_examples=150, deadline=None)
@given(st.lists(st.tuples(st.integers(0, len(GOOD) - 1), st.integers(0, 255)), max_size=6), st.integers(0, len(GOOD)))
def test_whatever_is_broken_nothing_is_raised(changes: list[tuple[int, int]], cut: int) -> None:
    """Bytes changed and cut anywhere: members with their true bytes, or findings."""
    data = bytearray(GOOD)
    for at, value in changes:
        data[at] = value
    whole = {b"mot" * 50, b"hai" * 50, b"ba"}
    for found in unpack(io.BytesIO(bytes(data[:cut] if cut > 30 else data)), "a.zip", "", Limits()):
        assert found.data in whole or found.name.endswith(".zip")
        assert found.data is not None
