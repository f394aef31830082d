"""Who stands behind each consolidated table of a workspace: asked, answered, awaited, let off; signed copies."""

from __future__ import annotations

import datetime as dt
import io
import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from lamtheo_xls.ledger import Counted, Decision, SignedCopy, submission_id
from lamtheo_xls.register import Person, Register, Round, Unit, write_register
from lamtheo_xls.workspace.consolidating import consolidate
from lamtheo_xls.workspace.folder import Office, make_workspace, open_office

PLAN, GUIDANCE = "43-kh-duk", "hd-btgtu-2024"
AS_OF = dt.date(2027, 3, 5)
Opened = Callable[..., AbstractContextManager[Office]]


def unit(code: str, name: str, order: int, kind: str, parent: str = "") -> Unit:
    return Unit(
        code=code, name=name, short_name=name, order=order, kind=kind, parent=parent, contact="Lan", phone="0900"
    )


def person(code: str, unit: str, group: str = "dang_vien", *roles: str) -> Person:
    return Person(code=code, name=f"Nguyễn Văn {code}", unit=unit, group=group, roles=roles, phone=f"09{code}")


UNITS = (
    unit("DU", "Đảng ủy Sở Y tế", 1, "dang_uy_co_so"),
    unit("DU1", "Chi bộ Khám bệnh", 1, "chi_bo_truc_thuoc", "DU"),
    unit("CB", "Chi bộ Thanh tra", 2, "chi_bo_co_so"),
    unit("CK", "Chi bộ Kho bạc", 3, "chi_bo_co_so"),
    unit("XA", "Đảng ủy xã Tân An", 4, "dang_uy_xa_phuong"),
    unit("T1", "Chi bộ thôn 1", 1, "chi_bo_thon", "XA"),
)
PEOPLE = (
    person("A", "CB", "dang_vien", "nguoi_dung_dau"),
    person("B", "CB"),
    person("C", "T1"),
    person("D", "T1"),
    person("E", "T1", "dang_vien", "cap_uy_vien"),
    person("F", "CK", "tu_nguyen"),
    person("G", "CK", "tu_nguyen"),
)


@pytest.fixture
def opened(tmp_path: Path) -> Opened:
    """A workspace of both programmes for 2027, nothing issued."""
    rounds = tuple(Round(programme=p, period="2027", opens=dt.date(2027, 1, 15)) for p in (PLAN, GUIDANCE))
    office = {"co_quan": "Đảng ủy các cơ quan tỉnh", "cap_tren": "Đảng bộ tỉnh", "dia_danh": "Lam Giang"}
    register = Register(units=UNITS, people=PEOPLE, rounds=rounds, office=office)
    source = tmp_path / "danh-sach.xlsx"
    source.write_bytes(write_register(register, programmes=((PLAN, "x"), (GUIDANCE, "y"))))
    root = tmp_path / "VP"
    make_workspace(
        root, programme_ids=(PLAN, GUIDANCE), period="2027", register=source, key=b"k" * 32, as_of=dt.date(2027, 1, 20)
    )

    @contextmanager
    def open_it(programme: str = PLAN, as_of: dt.date = AS_OF) -> Iterator[Office]:
        with open_office(root, round_id=f"{programme}_2027", as_of=as_of, who="test") as it:
            yield it

    return open_it


def take_in(it: Office, *sent: Counted) -> None:
    """The returns as if they had been collected."""
    for one in sent:
        name = f"{one.submission.id} {one.submission.state}"
        sha = it.ledger.put(name.encode())
        record = replace(one.submission, id=submission_id(sha), sha256=sha, round=it.round.id)
        it.ledger.record_submissions([record])


def tables(it: Office) -> dict[str, dict[str, Any]]:
    return {told["table"]: told for told in consolidate(it, csv=True)}


def rows(told: dict[str, Any], sheet: str) -> list[tuple[Any, ...]]:
    book = openpyxl.load_workbook(io.BytesIO(Path(told["file"]).read_bytes()))
    found = [tuple(v for v in row if v is not None) for row in book[sheet].iter_rows(values_only=True)]
    return [row for row in found if row]


def plan(return_of: Callable[..., Counted], unit: str, name: str, part: str = "1", **more: Any) -> Counted:
    fields = {"ten_mo_hinh": name, "thoi_gian": "Cả năm", "moi": "x"}
    return return_of("mau-01", unit, fields=fields, part=part, **more)


def test_each_unit_owes_one_of_the_forms(opened: Opened, return_of: Callable[..., Counted]) -> None:
    """The bloc's models: the committee owes Mẫu 02 and its own plan is no row; chi bộ cơ sở owe their plans (S1.15)."""
    model = {"ten_chi_bo": "Chi bộ Khám bệnh", "ten_mo_hinh": "Giảm chờ", "thoi_gian": "Cả năm", "moi": "x"}
    with opened() as it:
        take_in(
            it,
            return_of("mau-02", "DU", table="mo_hinh", rows=[model]),
            plan(return_of, "DU", "Của riêng đảng ủy"),
            plan(return_of, "CB", "Tiếp dân"),
            plan(return_of, "CB", "tiếp dân", "2", received=dt.date(2027, 3, 2)),
        )
        told = tables(it)["mau-02"]
    assert (told["of"], told["rows"], told["counted"], told["expected"], told["missing"]) == ("units", 2, 2, 3, ["CK"])
    csv = Path(told["csv"]).read_text("utf-8-sig")
    assert csv.count("Tiếp dân") == 1 and "Của riêng đảng ủy" not in csv and "o_ten_mo_hinh" in csv
    away = rows(told, "CHƯA GỬI")
    assert (1, "Chi bộ Kho bạc", "Mẫu số 01", "Quá hạn", "Lan", "0900", "28/02/2027") in away
    said = [r[0] for r in rows(told, "SỐ LIỆU")]
    assert "Có 1 đơn vị gửi sau hạn: Chi bộ Thanh tra." in said, "its second part came in March"


def test_a_part_that_cannot_be_used_is_named(opened: Opened, return_of: Callable[..., Counted]) -> None:
    """One plan of two is in the table; the other, to be mended, stands on CHƯA GỬI with its part."""
    faulty = plan(return_of, "CB", "Thiếu thời gian", "2")
    with opened() as it:
        take_in(it, plan(return_of, "CB", "Tiếp dân"))
        take_in(it, replace(faulty, submission=replace(faulty.submission, state="to_fix")))
        told = tables(it)["mau-02"]
    assert told["rows"] == 1 and told["missing"] == ["DU", "CK"]
    found = next(r for r in rows(told, "CHƯA GỬI") if "Chi bộ Thanh tra" in r)
    assert found[1:4] == ("Chi bộ Thanh tra", "Mẫu số 01", "Cần sửa")
    assert found[-1] == "Phần 2; phần khác đã có trong bảng"


def test_nothing_to_report_is_an_answer(opened: Opened, return_of: Callable[..., Counted]) -> None:
    """A unit's own «không phát sinh» on results: expected, not missing, no row; said on the sheet to be signed."""
    with opened() as it:
        take_in(
            it,
            return_of("mau-03", "CB", fields={"khong_phat_sinh": "x"}, nil=True),
            return_of("mau-03", "DU", fields={"ten_mo_hinh": "x", "ket_qua_chinh": "y", "nhan_rong": "x"}, part="1"),
        )
        told = tables(it)["ket-qua-mo-hinh"]
    assert (told["rows"], told["counted"], told["nil"], told["missing"]) == (1, 1, 1, ["CK"])
    assert ("II", "Chi bộ Thanh tra", "Không phát sinh") in rows(told, "TRÌNH KÝ")
    assert any(r[1:4] == ("Chi bộ Thanh tra", "Không phát sinh", "Lan") for r in rows(told, "CHƯA GỬI"))
    assert rows(told, "CÓ THỂ NHÂN RỘNG")[3][:3] == (1, "Đảng ủy Sở Y tế", "x")


def test_signed_copies_beside_soft_ones(opened: Opened, return_of: Callable[..., Counted]) -> None:
    """Who sent both counts among the signed ones, with number and date on DỮ LIỆU; who sent the soft one is listed."""
    copy = SignedCopy(on=dt.date(2027, 3, 1), number="12-KH/CB", signer="Lê Văn Bình")
    with opened() as it:
        take_in(it, plan(return_of, "CB", "Tiếp dân"), plan(return_of, "CK", "Heo đất"))
        subject = "assignment:mau-01_2027_CB"
        it.ledger.decide([Decision(subject=subject, kind="signed", as_of=AS_OF, detail=copy.detail, round=it.round.id)])
        told = tables(it)["mau-02"]
    away = rows(told, "CHƯA GỬI")
    at = away.index(("III. Đã có trong bảng, mới gửi bản mềm, chờ bản ký (1 đơn vị)",))
    assert away[at + 2][1:4] == ("Chi bộ Kho bạc", "Mẫu số 01", "Chờ bản ký")
    assert any("12-KH/CB, 01/03/2027, Lê Văn Bình" in r for r in rows(told, "DỮ LIỆU"))
    assert "Đã nhận bản ký của 1 đơn vị; còn 1 đơn vị mới gửi bản mềm: Chi bộ Kho bạc." in [
        r[0] for r in rows(told, "SỐ LIỆU")
    ]


def test_people_asked_volunteers_and_those_let_off(opened: Opened, return_of: Callable[..., Counted]) -> None:
    """Members of village cells who are no committee members owe nothing (S3.15), volunteers are never awaited (S3.16);
    both count when they send. A leader's second copy is told (S3.22)."""

    def own(code: str, unit: str, **more: Any) -> Counted:
        return return_of("ke-hoach-ca-nhan", unit, person=code, programme=GUIDANCE, **more)

    deed = {"loai_viec_1": "Việc nêu gương, dám nghĩ, dám làm"}
    with opened(GUIDANCE) as it:
        take_in(it, own("A", "CB", fields=deed), own("C", "T1"), own("F", "CK"))
        told = tables(it)["ke-hoach-ca-nhan"]
    assert (told["of"], told["rows"], told["counted"], told["expected"]) == ("people", 3, 1, 3)
    assert told["missing"] == ["CB.B", "T1.E"]
    signed = rows(told, "TRÌNH KÝ")
    assert [r for r in signed if isinstance(r[0], int)] == [
        (1, "Chi bộ Thanh tra", 2, 1, 1, 0, 1, 1, 1, 0),
        (2, "Chi bộ Kho bạc", 0, 0, 0, 1, 0, 0, 0, 0),
        (3, "Chi bộ thôn 1", 1, 0, 1, 1, 1, 0, 0, 0),
    ]
    assert ("Tổng hợp từ 1/3 người và 2 người tự nguyện gửi, đến ngày 05/03/2027.",) in signed
    away = rows(told, "CHƯA GỬI")
    assert next(r for r in away if "Nguyễn Văn B" in r)[1:6] == (
        "Nguyễn Văn B",
        "Chi bộ Thanh tra",
        "Chưa gửi",
        "Lan",
        "09B",
    )
    let_off = next(r for r in away if "Không phải gửi" in r)
    assert let_off[1:3] == ("Nguyễn Văn D", "Chi bộ thôn 1") and "thôn, tổ dân phố" in let_off[-1]
    assert not any("Nguyễn Văn G" in r for r in away), "a volunteer who sent nothing is not awaited"
    assert next(r for r in rows(told, "DANH SÁCH") if "Nguyễn Văn A" in r)[-1].startswith("cấp ủy cấp trên")


def test_tables_nobody_owes_are_left_out(opened: Opened) -> None:
    """Tables whose forms are owed by nobody and of which nothing came are not written."""
    with opened() as it:
        units = tuple(u for u in it.register.units if u.code == "XA")
        assert consolidate(replace(it, register=replace(it.register, units=units)), csv=False) == ()
        assert set(tables(it)) == {"mau-02", "ket-qua-mo-hinh"}


def test_the_command_says_every_table(opened: Opened, lamtheo: Callable[..., Any]) -> None:
    """`merge --json`: a line for each table with what it is of."""
    with opened(GUIDANCE) as it:
        root = it.root
    said = lamtheo("merge", "-C", root, "--round", f"{GUIDANCE}_2027", "--as-of", AS_OF, "--json")
    assert said.code == 0, said.err
    lines = [json.loads(line) for line in said.out.splitlines()]
    assert [(x["table"], x["of"]) for x in lines] == [
        ("nhiem-vu-dot-pha", "units"),
        ("mo-hinh-tieu-bieu", "units"),
        ("ke-hoach-ca-nhan", "people"),
    ]
