"""`merge` over a workspace: the files it writes, what counts in them, closed rounds, the year before."""

from __future__ import annotations

import datetime as dt
import io
import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from lamtheo_xls.ledger import Decision, submission_id
from lamtheo_xls.register import Earlier
from lamtheo_xls.workspace.consolidating import consolidate
from lamtheo_xls.workspace.folder import Office, open_office

ROUND = "43-kh-duk_2027"
AS_OF = dt.date(2027, 2, 10)
Opened = Callable[..., AbstractContextManager[Office]]


@pytest.fixture(scope="module")
def collected(
    tmp_path_factory: pytest.TempPathFactory,
    make_office: Callable[..., Path],
    filled: Callable[..., Path],
    lamtheo: Callable[..., Any],
    rows_of_unit: Callable[..., list[dict[str, str]]],
) -> Path:
    """Four committees of three chi bộ: 1 and 2 in order, 3 to be mended, 4 silent; 1 had two models in 2026."""
    earlier = [
        Earlier(
            period="2026",
            unit="DU-1",
            values={"ten_chi_bo": "Chi bộ 1 Sở Số 1", "ten_mo_hinh": "Mô hình số 1 của Sở Số 1"},
        ),
        Earlier(period="2026", unit="DU-1", values={"ten_chi_bo": "Chi bộ 1 Sở Số 1", "ten_mo_hinh": "Thôi làm"}),
    ]
    office = make_office(tmp_path_factory.mktemp("merge") / "VP", earlier=earlier)
    ticks = ({"dang_trien_khai": "x", "moi": ""}, {"dang_trien_khai": "", "moi": "x"}, {"moi": "x"})
    filled(office, 1, rows=[row | tick for row, tick in zip(rows_of_unit(1), ticks, strict=True)])
    two = {"ten_chi_bo": "Chi bộ 1 Sở Số 2", "ten_mo_hinh": "=1+1", "thoi_gian": "Cả năm", "moi": "x"}
    filled(office, 2, rows=[two])
    filled(office, 3, rows=[{"ten_chi_bo": "Chi bộ 1 Sở Số 3", "ten_mo_hinh": "Thiếu đánh dấu", "thoi_gian": "Cả năm"}])
    assert lamtheo("collect", "-C", office, "--as-of", AS_OF).code == 0
    return office


@pytest.fixture
def office(collected: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(collected, tmp_path / "VP"))


@pytest.fixture
def opened(office: Path) -> Opened:
    @contextmanager
    def open_it(as_of: dt.date = AS_OF) -> Iterator[Office]:
        with open_office(office, round_id=ROUND, as_of=as_of, who="test") as it:
            yield it

    return open_it


def sheet_texts(path: Path, name: str) -> list[str]:
    book = openpyxl.load_workbook(io.BytesIO(path.read_bytes()))
    return [str(c.value) for row in book[name].iter_rows() for c in row if c.value is not None]


def test_what_is_written_and_said(office: Path, opened: Opened) -> None:
    """tong-hop/<round>/<table id>.xlsx with rows of the two that count; the others missing by code; one event."""
    with opened() as it:
        (told,) = consolidate(it, csv=False)
        events = [e for e in it.ledger.history(ROUND) if e.kind == "merged"]
    path = office / "tong-hop" / ROUND / "mau-02.xlsx"
    assert told == {
        "table": "mau-02",
        "file": str(path),
        "of": "units",
        "rows": 4,
        "counted": 2,
        "expected": 4,
        "nil": 0,
        "missing": ["DU-3", "DU-4"],
        "csv": None,
        "findings": [],
    }
    assert [(e.subject, dict(e.detail)) for e in events] == [
        ("table:mau-02", {"file": "mau-02.xlsx", "rows": 4, "counted": 2, "expected": 4})
    ]
    assert not list(path.parent.glob("*.csv"))
    assert "Tổng hợp từ 2/4 đơn vị, đến ngày 10/02/2027." in sheet_texts(path, "TRÌNH KÝ")
    away = sheet_texts(path, "CHƯA GỬI")
    assert away[away.index("Đảng ủy Sở Số 3") + 1] == "Cần sửa"
    assert away[away.index("Đảng ủy Sở Số 4") : away.index("Đảng ủy Sở Số 4") + 5] == [
        "Đảng ủy Sở Số 4",
        "Chưa gửi",
        "Đồng chí Lan 4",
        "0900000004",
        "28/02/2027",
    ]
    data = sheet_texts(path, "DỮ LIỆU")
    assert "=1+1" in data and "nhan-ve/tra loi 2.xlsx" in data


def test_against_the_register_when_the_ledger_has_no_year_before(office: Path, opened: Opened) -> None:
    """Sheet NĂM TRƯỚC: one of two models kept; unit 2, of which nothing is known, stays out of it."""
    with opened() as it:
        (told,) = consolidate(it, csv=False)
    said = [t for t in sheet_texts(Path(told["file"]), "SỐ LIỆU") if t.startswith("So với năm 2026")]
    assert said == [
        "So với năm 2026, tính trên 1 đơn vị có số liệu cả hai kỳ: 2 mô hình năm 2026, 3 mô hình năm 2027, "
        "tăng 1 (50%); 1 mô hình tiếp tục; 2 mô hình chưa có ở năm 2026; 1 mô hình không đăng ký nữa."
    ]


def test_against_the_round_before_when_the_ledger_has_it(
    opened: Opened, counted_of: Callable[..., Any], rows_of_unit: Callable[..., list[dict[str, str]]]
) -> None:
    """What counted in 2026 goes before NĂM TRƯỚC: unit 1 had the same three models then."""
    with opened() as it:
        sha = it.ledger.put(b"2026")
        before = counted_of("DU-1", rows_of_unit(1), period="2026").submission
        it.ledger.record_submissions([replace(before, id=submission_id(sha), sha256=sha)])
        (told,) = consolidate(it, csv=False)
    said = [t for t in sheet_texts(Path(told["file"]), "SỐ LIỆU") if t.startswith("So với năm 2026")]
    assert said == [
        "So với năm 2026, tính trên 1 đơn vị có số liệu cả hai kỳ: 3 mô hình năm 2026, 3 mô hình năm 2027, "
        "không tăng, không giảm; 3 mô hình tiếp tục."
    ]


def test_again_changes_nothing(office: Path, opened: Opened) -> None:
    """The same day the same bytes: no second event; with --csv only the .csv is new."""
    with opened() as it:
        consolidate(it, csv=False)
        before = (office / "tong-hop" / ROUND / "mau-02.xlsx").read_bytes()
        consolidate(it, csv=False)
        assert len([e for e in it.ledger.history(ROUND) if e.kind == "merged"]) == 1
        (told,) = consolidate(it, csv=True)
    assert (office / "tong-hop" / ROUND / "mau-02.xlsx").read_bytes() == before
    assert Path(told["csv"]).read_bytes().decode("utf-8-sig").count('"DU-') == 4


def test_decisions_keep_nil_excused_and_missing_apart(opened: Opened) -> None:
    """Không phát sinh stays expected and is not missing; không phải gửi leaves the expected; both with their note."""
    with opened() as it:
        subject = "assignment:mau-02_2027_DU-{}"
        it.ledger.decide(
            [
                Decision(subject=subject.format(3), kind="nil", as_of=AS_OF, round=ROUND),
                Decision(subject=subject.format(4), kind="excuse", as_of=AS_OF, round=ROUND),
            ]
        )
        it.ledger.set_notes({subject.format(4): "Mới thành lập"}, as_of=AS_OF, round=ROUND)
        (told,) = consolidate(it, csv=False)
    assert (told["counted"], told["expected"], told["nil"], told["missing"]) == (2, 3, 1, [])
    path = Path(told["file"])
    signed = sheet_texts(path, "TRÌNH KÝ")
    assert "Tổng hợp từ 2/3 đơn vị (1 đơn vị không phát sinh), đến ngày 10/02/2027." in signed
    assert signed[signed.index("Đảng ủy Sở Số 3") + 1] == "Không phát sinh"
    away = sheet_texts(path, "CHƯA GỬI")
    assert "Không còn đơn vị nào." in away and "Mới thành lập" in away


def test_as_is_counts_and_says_why(opened: Opened) -> None:
    """«Nhận nguyên trạng» brings the faulty return in; DỮ LIỆU says why it counts, SỐ LIỆU that a mark is missing."""
    with opened() as it:
        standing = next(s for s in it.ledger.standing_of_round(ROUND) if s.assignment.endswith("DU-3"))
        assert standing.latest is not None
        it.ledger.decide(
            [
                Decision(
                    subject="assignment:mau-02_2027_DU-3",
                    kind="as_is",
                    as_of=AS_OF,
                    bound_to=standing.latest.id,
                    round=ROUND,
                )
            ]
        )
        (told,) = consolidate(it, csv=False)
    assert told["rows"] == 5 and told["missing"] == ["DU-4"]
    assert "Nhận nguyên trạng" in sheet_texts(Path(told["file"]), "DỮ LIỆU")
    assert "Có 1 mô hình chưa đánh dấu đúng một cột." in sheet_texts(Path(told["file"]), "SỐ LIỆU")


def test_a_closed_round_stays_as_it_was(
    office: Path, opened: Opened, filled: Callable[..., Path], lamtheo: Callable[..., Any]
) -> None:
    """What comes after closing is not in the table; a later merge gives the same bytes as one on the day."""
    with opened(dt.date(2027, 3, 1)) as it:
        it.ledger.close_round(ROUND, as_of=dt.date(2027, 3, 1))
        consolidate(it, csv=False)
    path = office / "tong-hop" / ROUND / "mau-02.xlsx"
    closed = path.read_bytes()
    filled(office, 4)
    args = ("-C", office, "--round", ROUND, "--as-of", "2027-04-15")
    assert lamtheo("collect", *args).code == 0
    path.unlink()
    said = lamtheo("merge", *args, "--json")
    assert json.loads(said.out)["missing"] == ["DU-3", "DU-4"]
    assert path.read_bytes() == closed
    assert "Tổng hợp từ 2/4 đơn vị, số liệu chốt ngày 01/03/2027." in sheet_texts(path, "TRÌNH KÝ")


def test_a_target_open_in_excel_is_written_beside(office: Path, opened: Opened) -> None:
    """The dated copy marked CHỈ XEM is named in what is told, and the finding says so."""
    folder = office / "tong-hop" / ROUND
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "~$mau-02.xlsx").write_bytes(b"x")
    with opened() as it:
        (told,) = consolidate(it, csv=False)
    assert Path(told["file"]).name == "mau-02_CHI-XEM_2027-02-10.xlsx"
    assert [f["code"] for f in told["findings"]] == ["set.target_open"]
    assert not (folder / "mau-02.xlsx").exists()


def test_a_unit_that_ended_stays_with_what_it_sent(opened: Opened) -> None:
    """A committee that ended within the round owes nothing any more; its models are still there, said as such."""
    with opened() as it:
        units = tuple(replace(u, valid_to=dt.date(2027, 2, 5)) if u.code == "DU-2" else u for u in it.register.units)
        (told,) = consolidate(replace(it, register=replace(it.register, units=units)), csv=False)
    assert (told["counted"], told["expected"], told["rows"]) == (1, 3, 4)
    line = "Tổng hợp từ 1/3 đơn vị và 1 đơn vị khác đã gửi, đến ngày 10/02/2027."
    assert line in sheet_texts(Path(told["file"]), "TRÌNH KÝ")
