"""What was issued: serial numbers once each, records whole, the latest per assignment."""

import datetime as dt
import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest

from lamtheo_xls.findings import World
from lamtheo_xls.ledger import IssueRecord, Ledger, open_ledger
from lamtheo_xls.workbook.identity import SERIAL_LIMIT, Issued
from lamtheo_xls.workbook.write.panel import Filled

ROUND = "43-kh-duk_2027"


def issue(serial: int, unit: str, fingerprint: str = "f", round: str = ROUND, part: str = "") -> IssueRecord:
    return IssueRecord(
        issued=Issued(
            serial=serial,
            assignment=f"mau-02_{round[-4:]}_{unit}",
            round=round,
            form="mau-02",
            version=1,
            unit=unit,
            person=None,
            period=round[-4:],
            part=part,
            rows={"mo_hinh": 12},
        ),
        code=f"LT-{serial}",
        context={"ten_don_vi": "Đảng ủy Sở Tài chính", "nam": "2027"},
        children=("Chi bộ Văn phòng", "Chi bộ Thanh tra"),
        prefilled=Filled(
            fields={"ten_mo_hinh": "Tiết kiệm điện"},
            rows={"mo_hinh": ({"ten_mo_hinh": "=1+1", "thoi_gian": "Cả năm"},), "viec": ({},)},
        ),
        file=f"bieu-gui/{round}/mau-02_{unit}.xlsx",
        sha256="ab" * 32,
        fingerprint=fingerprint,
        issued_on=dt.date(2027, 1, 5),
        carried="0123456789abcdef0123" if part else "",
    )


def test_serials_are_given_once(folder: Path) -> None:
    """Also over runs; beyond 25 bits is an error, never a repetition."""
    with open_ledger(folder, create=True) as ledger:
        assert list(ledger.next_serials(3)) == [1, 2, 3]
    with open_ledger(folder) as ledger:
        assert list(ledger.next_serials(2)) == [4, 5]
        with pytest.raises(OverflowError):
            ledger.next_serials(SERIAL_LIMIT)
        assert list(ledger.next_serials(1)) == [6]


def test_what_is_recorded_is_read_back(ledger: Ledger) -> None:
    """Every field, the newest of each assignment first in mind, older ones found by their serial."""
    first, second, other = issue(1, "B"), issue(2, "A"), issue(3, "B", "neu")
    last_year = issue(4, "A", round="43-kh-duk_2026")
    assert ledger.record_issued(iter([first, second, other, last_year])) == 4
    assert ledger.issued_of_round(ROUND) == (second, other)
    assert ledger.issued(1) == first
    assert ledger.issued(99) is None
    assert ledger.issued_for("mau-02_2027_B") == other
    assert ledger.issued_for("mau-02_2027_C") is None
    assert [(e.kind, e.subject) for e in ledger.history(ROUND)] == [
        ("issued", "assignment:mau-02_2027_B"),
        ("issued", "assignment:mau-02_2027_A"),
        ("issued", "assignment:mau-02_2027_B"),
    ]


def test_each_part_has_its_own_latest_workbook(ledger: Ledger) -> None:
    """Parts stand side by side in their order (10 after 9); the newest of each is the one to mend."""
    parts = [issue(n, "A", part=str(n)) for n in (1, 2, 9, 10)]
    newer = issue(11, "A", "neu", part="2")
    ledger.record_issued([*parts, newer])
    assert ledger.issued_of_round(ROUND) == (parts[0], newer, parts[2], parts[3])
    assert ledger.issued_for("mau-02_2027_A", "2") == newer
    assert ledger.issued_for("mau-02_2027_A", "3") is None
    assert ledger.issued_parts("mau-02_2027_A") == {"1": parts[0], "2": newer, "9": parts[2], "10": parts[3]}
    assert ledger.issued_parts("mau-02_2027_B") == {}
    assert ledger.issued_for("mau-02_2027_A") == newer
    assert [s.part for s in ledger.standing_of_round(ROUND)] == ["1", "2", "9", "10"]


def test_the_first_day_of_each_version_is_known(ledger: Ledger) -> None:
    """From it the days run in which the older version is still taken."""
    first = issue(1, "A")
    newer = replace(first, issued=replace(first.issued, serial=2, version=2), issued_on=dt.date(2027, 2, 1))
    later = replace(newer, issued=replace(newer.issued, serial=3), issued_on=dt.date(2027, 2, 9))
    ledger.record_issued([first, later, newer])
    assert ledger.first_issued_on(ROUND) == {
        ("mau-02", 1): dt.date(2027, 1, 5),
        ("mau-02", 2): dt.date(2027, 2, 1),
    }
    assert ledger.first_issued_on("43-kh-duk_2026") == {}


def test_a_serial_used_twice_records_nothing(ledger: Ledger) -> None:
    """All or none."""
    ledger.record_issued([issue(1, "A")])
    with pytest.raises(sqlite3.IntegrityError):
        ledger.record_issued([issue(2, "B"), issue(1, "C")])
    assert ledger.issued(2) is None and len(ledger.history()) == 1


def test_every_assignment_issued_stands_on_the_screen(ledger: Ledger) -> None:
    """Missing ones are as visible as those that came."""
    ledger.record_issued([issue(1, "B"), issue(2, "A")])
    assert [(s.assignment, s.latest, s.counted, s.late) for s in ledger.standing_of_round(ROUND)] == [
        ("mau-02_2027_A", None, None, False),
        ("mau-02_2027_B", None, None, False),
    ]


def test_the_key_is_made_once_and_for_its_owner_only(ledger: Ledger, folder: Path) -> None:
    """Never replaced; missing or empty is one clear World."""
    with pytest.raises(World) as missing:
        ledger.key()
    assert missing.value.code == "world.key_missing"
    ledger.create_key(b"\x00\r\n\x1a" * 8)
    assert ledger.key() == b"\x00\r\n\x1a" * 8
    with pytest.raises(World) as twice:
        ledger.create_key(b"other")
    assert twice.value.code == "world.key_exists"
    assert ledger.key() == b"\x00\r\n\x1a" * 8
    if hasattr(__import__("os"), "geteuid"):
        assert (folder / "key").stat().st_mode & 0o777 == 0o600


def test_settings_and_the_demo_flag_stay(folder: Path) -> None:
    """Over runs; an unknown one is None, and none can touch the ledger's own counters."""
    with open_ledger(folder, create=True) as ledger:
        assert ledger.setting("mat_khau") is None and not ledger.is_demo
        ledger.set_setting("mat_khau", "bí mật")
        ledger.set_setting("serial", "7")
        ledger.mark_as_demo()
        assert list(ledger.next_serials(1)) == [1]
    with open_ledger(folder) as ledger:
        assert ledger.setting("mat_khau") == "bí mật" and ledger.setting("serial") == "7" and ledger.is_demo
