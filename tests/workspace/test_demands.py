"""Demands of the sources that show where an office works: to whom things go, what units ask, the office's own dates."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from lamtheo_xls.register import Person, Register, Round, Unit, write_register

AS_OF = ("--as-of", "2027-02-10")
M1, M3 = "mau-01_2027_DU-SO-SO-1.xlsx", "mau-03_2027_DU-SO-SO-1.xlsx"


def words_to_paste(office: Path) -> list[str]:
    (path,) = (office / "bieu-gui").rglob("loi-nhan-zalo.txt")
    return path.read_text("utf-8-sig").splitlines()


def page_of(office: Path, sheet: str) -> list[list[Any]]:
    book = openpyxl.load_workbook(office / "theo-doi.xlsx")
    return [[c.value for c in row] for row in book[sheet].iter_rows()]


def to_say(office: Path, assignment: str) -> str:
    """What stands in «Cần nói» beside the assignment."""
    rows = page_of(office, "TỔNG QUAN")
    heads = next(r for r in rows if r[0] == "TT")
    (row,) = (r for r in rows if r[heads.index("lamtheo.assignment")] == assignment)
    return str(row[heads.index("Cần nói")] or "")


def test_addressee_and_receiving_desk_are_both_told(tmp_path: Path, make_office: Callable[..., Path]) -> None:
    """«gửi về Ban Thường vụ (qua Ban Tuyên giáo)» (S1.16, S1.26): one line where it is the same of every form."""
    office = make_office(tmp_path / "VP", committees=1, every_form=True)
    told = words_to_paste(office)
    assert "Gửi về Đảng ủy các cơ quan tỉnh (qua Ban Tuyên giáo và Dân vận)." in told
    assert [line for line in told if line.startswith("Gửi về")] == told[-2:-1]
    assert "" not in told


def test_a_personal_plan_goes_to_the_persons_own_cell(tmp_path: Path, lamtheo: Callable[..., Any]) -> None:
    """The guidance's collective forms go to the office's addressee, personal plans to the cell (S3.21); the office's
    address for mail stands below."""
    source = tmp_path / "danh-sach.xlsx"
    register = Register(
        people=(Person(code="P1", name="Lê Thị Hoa", unit="CS", group="dang_vien"),),
        units=(Unit(code="CS", name="Chi bộ Tài chính", short_name="CB TC", order=1, kind="chi_bo_co_so"),),
        office={"co_quan": "Thành ủy Mẫu", "nhan_bao_cao": "Ban Tuyên giáo Thành ủy", "thu_nhan": "btg@example.vn"},
        rounds=(Round(programme="hd-btgtu-2024", period="2024"),),
    )
    source.write_bytes(write_register(register, programmes=(("hd-btgtu-2024", "x"),)))
    day = ("--as-of", "2024-01-20")
    office = tmp_path / "TU"
    said = lamtheo("new", office, "--programme", "hd-btgtu-2024", "--period", "2024", "--register", source, *day)
    assert said.code == 0, said.err
    assert lamtheo("issue", "-C", office, *day).code == 0
    told = words_to_paste(office)
    assert told[-4:] == [
        "Gửi về:",
        "- Mẫu 01, Mẫu 02: Ban Tuyên giáo Thành ủy.",
        "- Mẫu 03: chi bộ nơi sinh hoạt, công tác.",
        "Hộp thư nhận biểu: btg@example.vn.",
    ]


@pytest.fixture
def office(tmp_path: Path, make_office: Callable[..., Path]) -> Path:
    return make_office(tmp_path / "VP", committees=1, every_form=True)


def test_what_a_unit_asks_of_the_office_is_seen(
    office: Path, lamtheo: Callable[..., Any], type_into: Callable[..., Path], plan_of: Callable[..., dict[str, str]]
) -> None:
    """«nếu có phát sinh vướng mắc, kịp thời báo cáo» (S1.25, S3.28): what the unit wrote in the general cell stands in
    «Cần nói», of an accepted return as of one to be mended; words that answer a warning stand at the warning alone."""
    trouble = "Chi bộ mới tách, chưa rõ\nmô hình cũ do ai báo cáo."
    type_into(office, M1, "mot.xlsx", plan_of("Tiết kiệm điện", giai_trinh_chung=trouble))
    assert lamtheo("run", "-C", office, *AS_OF).code == 0
    shown = "Đơn vị ghi: “Chi bộ mới tách, chưa rõ mô hình cũ do ai báo cáo”."
    assert to_say(office, "mau-01_2027_DU-1").endswith(shown)
    long = "Xin hướng dẫn thêm. " * 20
    type_into(office, M1, "hai.xlsx", plan_of("Một việc tốt", part=2, thoi_gian="", giai_trinh_chung=long))
    assert lamtheo("run", "-C", office, *AS_OF).code == 0
    both = to_say(office, "mau-01_2027_DU-1")
    assert shown.removesuffix(".") in both and both.endswith("thêm.…”.") and len(both) < 500
    year = plan_of("Một việc tốt", part=2, thoi_gian="Cả năm 2031", giai_trinh_chung="Mô hình dài hạn.")
    type_into(office, M1, "hai-moi.xlsx", year)
    assert lamtheo("run", "-C", office, *AS_OF).code == 0
    assert "Mô hình dài hạn" not in to_say(office, "mau-01_2027_DU-1")
    answered = [row for row in page_of(office, "LỖI") if "Đơn vị giải trình: Mô hình dài hạn." in row]
    assert len(answered) == 1


def test_why_there_is_nothing_to_report_is_seen(
    office: Path, lamtheo: Callable[..., Any], type_into: Callable[..., Path]
) -> None:
    """«Không phát sinh» with a word why: both on the screen."""
    type_into(office, M3, "khong.xlsx", {"khong_phat_sinh": "x", "giai_trinh_chung": "Chi bộ mới thành lập."})
    assert lamtheo("run", "-C", office, *AS_OF).code == 0
    assert to_say(office, "mau-03_2027_DU-1") == "Đơn vị ghi: “Chi bộ mới thành lập”."


def test_the_offices_own_dates_stand_beside_the_forms(
    tmp_path: Path, make_office: Callable[..., Path], lamtheo: Any
) -> None:
    """Sơ kết 02/2023 (S1.20) on THEO BIỂU of that year's round, with the days left; owed by nobody."""
    rounds = (Round(programme="43-kh-duk", period="2023", opens=dt.date(2023, 1, 5)),)
    office = make_office(tmp_path / "VP", committees=1, rounds=rounds, every_form=True, issue=False)
    (now,) = lamtheo("status", "-C", office, "--round", "43-kh-duk_2023", "--as-of", "2023-02-20", "--json").lines
    assert {a["form"] for a in now["assignments"]} == {"mau-01", "mau-02", "mau-03"}
    (row,) = (r for r in page_of(office, "THEO BIỂU") if str(r[1]).startswith("Sơ kết"))
    assert row[1:4] == ["Sơ kết 03 năm thực hiện Kết luận số 01-KL/TW", "tháng 02/2023", "còn 8 ngày"]


ADVICE = [
    ("mau-01", "hợp lý, khoa học, thực chất, dễ thực hiện, có sức lan tỏa"),
    ("mau-01", "phân biệt với các phong trào thi đua khác"),
    ("mau-01", "việc đột phá, điều nổi cộm, bức xúc cần giải quyết"),
    ("mau-01", "gắn với phong trào thi đua yêu nước"),
    ("mau-01", "khó khăn, vướng mắc cần hướng dẫn"),
    ("mau-03", "có số liệu so sánh, chứng minh cụ thể"),
    ("nhiem-vu-dot-pha", "mang tính đột phá"),
    ("nhiem-vu-dot-pha", "thiết thực, hiệu quả, sát thực tế"),
    ("nhiem-vu-dot-pha", "khó khăn, vướng mắc cần hướng dẫn"),
    ("mo-hinh-tieu-bieu", "nêu gương, dám nghĩ, dám làm, dám chịu trách nhiệm của tổ chức, cán bộ, đảng viên"),
    ("ke-hoach-ca-nhan", "dám đương đầu với khó khăn, thử thách và dám hành động vì lợi ích chung"),
    ("ke-hoach-ca-nhan", "phù hợp với chức trách, nhiệm vụ"),
    ("ke-hoach-ca-nhan", "nộp cho chi bộ nơi sinh hoạt, công tác"),
]
"""What the documents advise and no program can judge, by the form that says it."""


@pytest.fixture(scope="module")
def said_by_issued(
    tmp_path_factory: pytest.TempPathFactory, make_office: Callable[..., Path], people_office: Callable[..., Path]
) -> dict[str, str]:
    """Everything that one issued workbook of each form says: its cells and the messages of its inputs."""
    folder = tmp_path_factory.mktemp("loi-khuyen")
    offices = make_office(folder / "VP", committees=1, every_form=True), people_office(folder / "TU")
    said = {}
    for path in (p for office in offices for p in sorted((office / "bieu-gui").rglob("*.xlsx"))):
        form = path.name.partition("_")[0]
        if form not in said:
            book = openpyxl.load_workbook(path)
            texts = [str(c.value) for sheet in book for row in sheet.iter_rows() for c in row if c.value]
            texts += [v.prompt or "" for sheet in book for v in sheet.data_validations.dataValidation]
            said[form] = "\n".join(texts)
    return said


@pytest.mark.parametrize(("form", "advice"), ADVICE)
def test_what_the_documents_advise_is_said_where_people_write(
    said_by_issued: dict[str, str], form: str, advice: str
) -> None:
    """S1.5, S1.25, S1.38, S1.39, S3.11, S3.17, S3.21, S3.28, S3.37, S3.38: in the workbook a unit or person gets."""
    assert advice in said_by_issued[form]
