"""What the tests of the writing side share: Mẫu 02, invented units and fillings, the ways a workbook is made."""

from __future__ import annotations

import datetime as dt
import io
import random
import re
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import openpyxl
import pytest
from openpyxl.workbook import Workbook

from lamtheo_xls.definitions import bundled, load_folder
from lamtheo_xls.definitions.model import Field, Form
from lamtheo_xls.workbook.identity import Issued
from lamtheo_xls.workbook.layout import Layout, lay_out
from lamtheo_xls.workbook.write.panel import NOTHING, Filled
from lamtheo_xls.workbook.write.stamp import Base, prepare_base, stamp
from lamtheo_xls.workbook.write.template import write_workbook

Row = Mapping[str, str]
KEY = b"a key for tests, nothing more..."
CREATED = dt.datetime(2027, 1, 5, 8, 0)
CONTEXT = {
    "cap_tren": "Đảng bộ UBND tỉnh",
    "don_vi": "Đảng ủy Sở Tài chính",
    "ten_don_vi": "Đảng ủy Sở Tài chính",
    "nam": "2027",
    "ky": "2027",
    "co_quan": "Đảng ủy Khối",
    "nhan_bao_cao": "Đảng ủy Khối",
    "dau_moi": "Ban Tuyên giáo Đảng ủy Khối",
    "dia_danh": "Vĩnh Long",
    "han": "trong tháng 02/2027",
    "quyen_han_ky": "T/M ĐẢNG ỦY",
    "chuc_vu_ky": "BÍ THƯ",
    "nguoi_ky": "",
}
PERSON = {
    "thay_mat": "T/M ĐẢNG BỘ",
    "ky_hieu": "ĐU",
    "ho_ten": "Nguyễn Thị Minh Khai",
    "ngay_sinh": "12/03/1980",
    "don_vi_cong_tac": "Văn phòng Ủy ban nhân dân phường Long Châu, tỉnh Vĩnh Long, bộ phận tiếp nhận và trả kết quả",
    "chuc_vu_dang": "Phó Bí thư chi bộ",
    "chuc_vu_chinh_quyen": "",
    "lanh_dao": "x",
    "gui_them": "Gửi thêm 1 bản cho Đảng ủy phường Long Châu.",
}
"""What the context of the other forms has besides."""
OTHERS = (
    ("43-kh-duk", "mau-01"),
    ("43-kh-duk", "mau-03"),
    ("hd-btgtu-2024", "nhiem-vu-dot-pha"),
    ("hd-btgtu-2024", "mo-hinh-tieu-bieu"),
    ("hd-btgtu-2024", "ke-hoach-ca-nhan"),
)
CHILDREN = ("Chi bộ Văn phòng", "Chi bộ Thanh tra", "Chi bộ Quản lý ngân sách", "Chi bộ Tin học & Thống kê")
UNITS = ("Đảng ủy Sở Tài chính", "Đảng ủy Sở Công Thương", "Chi bộ Thanh tra tỉnh")


@dataclass(frozen=True)
class Desk:
    """The ways Mẫu 02 is made, for one unit."""

    form: Form
    groups: tuple[str, ...]
    context: Mapping[str, str]
    children: tuple[str, ...]
    key: bytes
    bases: dict[tuple[int, bool], Base] = field(default_factory=dict)

    def layout(self, rows: int, *, shared: bool = False) -> Layout:
        return lay_out(self.form, {"mo_hinh": rows}, shared=shared)

    def issued(self, rows: int, *, shared: bool = False) -> Issued:
        return Issued(
            serial=4711,
            assignment="mau-02_2027_chung" if shared else "mau-02_2027_STC",
            round="43-kh-duk_2027",
            form="mau-02",
            version=self.form.version,
            unit="" if shared else "STC",
            person=None,
            period="2027",
            part="",
            rows={"mo_hinh": rows},
        )

    def base(self, rows: int, *, shared: bool = False) -> Base:
        if (rows, shared) not in self.bases:
            self.bases[rows, shared] = prepare_base(
                self.form,
                {"mo_hinh": rows},
                context_common=self.context,
                groups=self.groups,
                created=CREATED,
                password="khoa",
                shared=shared,
                units=UNITS if shared else (),
            )
        return self.bases[rows, shared]

    def stamped(self, rows: int, filled: Filled = NOTHING, *, shared: bool = False) -> bytes:
        children = () if shared else self.children
        base = self.base(rows, shared=shared)
        return stamp(base, self.issued(rows, shared=shared), self.key, self.context, children, filled)

    def written(
        self,
        rows: int,
        filled: Filled = NOTHING,
        *,
        shared: bool = False,
        marks: Mapping[tuple[int, int], str] | None = None,
        front: Sequence[tuple[str, str, str]] = (),
    ) -> bytes:
        return write_workbook(
            self.form,
            self.layout(rows, shared=shared),
            self.context,
            issued=self.issued(rows, shared=shared),
            key=self.key,
            children=() if shared else self.children,
            groups=self.groups,
            units=UNITS if shared else (),
            values=filled,
            marks=marks,
            front=front,
            password="khoa",
            created=CREATED,
        )

    def feedback(self) -> bytes:
        """A workbook sent back with two cells to mend."""
        rows = (good_row(0), {"ten_chi_bo": "Chi bộ Thanh tra", "ten_mo_hinh": "Nụ cười công sở"})
        first = self.layout(9).areas["mo_hinh"].first_row
        return self.written(
            9,
            Filled(rows={"mo_hinh": rows}),
            marks={(first + 1, 4): "Thiếu thời gian thực hiện.", (first + 1, 5): "Chưa đánh dấu x."},
            front=(
                (f"D{first + 1}", "Thiếu thời gian thực hiện.", "Ghi thời gian, ví dụ: cả năm 2027."),
                (f"E{first + 1}", "Chưa đánh dấu x vào cột nào.", "Đánh dấu x vào một trong hai cột."),
                ("", "Biểu gửi sau hạn.", ""),
            ),
        )


@dataclass(frozen=True)
class Sheaf:
    """The ways one of the other forms is made, as large as the form says."""

    form: Form
    groups: tuple[str, ...]
    context: Mapping[str, str]
    bases: dict[bool, Base] = field(default_factory=dict)

    @property
    def rows(self) -> dict[str, int]:
        return {t.id: t.rows_minimum for t in self.form.tables}

    def layout(self, *, shared: bool = False) -> Layout:
        return lay_out(self.form, self.rows, shared=shared)

    def issued(self, *, shared: bool = False) -> Issued:
        return Issued(
            serial=815,
            assignment=f"{self.form.id}_2027_STC",
            round="thu_2027",
            form=self.form.id,
            version=self.form.version,
            unit="" if shared else "STC",
            person=None,
            period="2027",
            part="1" if self.form.parts == "many" else "",
            rows=self.rows,
        )

    def stamped(self, filled: Filled = NOTHING, *, shared: bool = False, **context: str) -> bytes:
        if shared not in self.bases:
            self.bases[shared] = prepare_base(
                self.form,
                self.rows,
                context_common=self.context,
                groups=self.groups,
                created=CREATED,
                password="khoa",
                shared=shared,
                units=UNITS if shared else (),
            )
        context = {**self.context, **context}
        return stamp(self.bases[shared], self.issued(shared=shared), KEY, context, CHILDREN, filled)

    def written(
        self,
        filled: Filled = NOTHING,
        *,
        marks: Mapping[tuple[int, int], str] | None = None,
        front: Sequence[tuple[str, str, str]] = (),
    ) -> bytes:
        return write_workbook(
            self.form,
            self.layout(),
            self.context,
            issued=self.issued(),
            key=KEY,
            children=CHILDREN,
            groups=self.groups,
            values=filled,
            marks=marks,
            front=front,
            password="khoa",
            created=CREATED,
        )

    def feedback(self) -> bytes:
        """A workbook sent back with a field and a row of a table to mend."""
        layout = self.layout()
        spots = [next(iter(layout.fields.values()))]
        spots += [(a.first_row, column) for a in layout.areas.values() for column in tuple(a.columns.values())[:1]][:1]
        return self.written(
            random_answers(self.form, 7),
            marks={tuple(spot): "Xin bổ sung chỗ này." for spot in spots},
            front=(("A5", "Thiếu nội dung.", "Viết thêm một đoạn."), ("", "Biểu gửi sau hạn.", "")),
        )


def random_answers(form: Form, seed: int) -> Filled:
    """Any form filled by chance: blank, sound and faulty cells, texts at and over their limits."""
    dice = random.Random(f"{form.id} {seed}")

    def answer(f: Field) -> str:
        kind = dice.random()
        if kind < 0.3:
            return ""
        if f.type == "tick":
            return "x"
        if f.type == "integer":
            return dice.choice(("1", "7", "0", "100", "-3", "hai", "2.5", "007", "1 000"))
        if f.choices and kind < 0.8:
            return dice.choice(f.choices)
        if kind < 0.45:
            return dice.choice(_ODD)
        if kind < 0.55 and f.max_length:
            return "dài " * (f.max_length // 4 + dice.choice((-1, 0, 1)))
        words = ("Mỗi tuần một việc tốt", "Học tập phong cách gần dân, trọng dân, vì dân.", "Cả năm")
        return " ".join(dice.choices(words, k=dice.choice((1, 1, 2, 12))))

    fields = {f.id: answer(f) for f in form.fields if not f.locked and dice.random() < 0.7}
    for id in re.findall(r"\{=(\w+)\}", form.head.number):
        if id in fields:  # the word printed before it typed again
            fields[id] = ("số", "Số ", " SỐ:  ", "số: ")[seed % 4] + fields[id]
    rows = {
        t.id: tuple(
            {c.id: text for c in t.columns if (text := answer(c))} if dice.random() < 0.6 else {}
            for _ in range(dice.randrange(t.rows_minimum + 1))
        )
        for t in form.tables
        if dice.random() < 0.8
    }
    return Filled(fields=fields, rows=rows)


def good_row(n: int) -> dict[str, str]:
    return {
        "ten_chi_bo": CHILDREN[n % len(CHILDREN)],
        "ten_mo_hinh": f"Mô hình số {n}: tiết kiệm điện, giấy in, văn phòng phẩm",
        "thoi_gian": "Cả năm 2027",
        ("dang_trien_khai", "moi")[n % 2]: "x",
    }


_ODD = (
    "- gạch đầu dòng",
    "=1+1",
    "001",
    "'dấu nháy đầu",
    'a & b < c > d “e” "f"',
    " hai đầu có cách ",
    "hai\ndòng",
    "   ",
    "\u00a0",
    "\n",
    "_x0041_ không phải mã",
    "0905123456",
    "TRUE",
    "1/3",
    "Quý  I   và  II",
)


def random_filling(seed: int, rows: int) -> Filled:
    """Blank, half-filled, sound and faulty rows in any order, with texts that tempt a program to change them."""
    dice = random.Random(seed)

    def text(limit: int) -> str:
        kind = dice.random()
        if kind < 0.25:
            return ""
        if kind < 0.5:
            return dice.choice(_ODD)
        if kind < 0.6:
            return "dài " * (limit // 4 + dice.choice((-1, 0, 1)))
        return dice.choice(("Cả năm", "Từ tháng 3 đến tháng 11", "Nụ cười công sở", "Mỗi tuần một việc tốt"))

    found = []
    for n in range(rows):
        kind = dice.random()
        if kind < 0.25:
            found.append({})
        elif kind < 0.5:
            found.append(good_row(n))
        else:
            row = {"ten_chi_bo": text(150), "ten_mo_hinh": text(300), "thoi_gian": text(100), "giai_trinh": text(500)}
            row |= {"dang_trien_khai": dice.choice(("", "x")), "moi": dice.choice(("", "x", " "))}
            found.append({k: v for k, v in row.items() if v})
    fields = {"nguoi_ky": text(60), "noi_nhan_1": text(100), "giai_trinh_chung": text(500), "dia_danh_ngay": text(100)}
    return Filled(fields={k: v for k, v in fields.items() if v or dice.random() < 0.5}, rows={"mo_hinh": tuple(found)})


@pytest.fixture(scope="session")
def desk() -> Desk:
    bundle, findings = load_folder(bundled("43-kh-duk"))
    assert bundle is not None, findings
    return Desk(
        form=bundle.forms["mau-02"],
        groups=tuple(g.label for g in bundle.programme.groups),
        context=CONTEXT,
        children=CHILDREN,
        key=KEY,
    )


@pytest.fixture(scope="session")
def sheaves() -> dict[str, Sheaf]:
    """The other forms, by id."""
    bundles = {}
    for programme in dict.fromkeys(p for p, _ in OTHERS):
        bundles[programme], findings = load_folder(bundled(programme))
        assert bundles[programme] is not None, findings
    return {
        id: Sheaf(
            form=bundles[programme].forms[id],
            groups=tuple(g.label for g in bundles[programme].programme.groups) or ("Nhóm khác",),
            context=CONTEXT | PERSON,
        )
        for programme, id in OTHERS
    }


@pytest.fixture(scope="session")
def answers():
    return random_answers


@pytest.fixture(scope="session")
def other_kinds(sheaves) -> dict[tuple[str, str], bytes]:
    """(form, kind) → one workbook of every kind of the other forms."""
    out = {}
    for id, sheaf in sheaves.items():
        filled = random_answers(sheaf.form, 1)
        out[id, "stamped"] = sheaf.stamped()
        out[id, "prefilled"] = sheaf.stamped(filled)
        out[id, "shared"] = sheaf.stamped(shared=True)
        out[id, "written"] = sheaf.written(filled)
        out[id, "feedback"] = sheaf.feedback()
    return out


@pytest.fixture(scope="session")
def filling():
    return random_filling


@pytest.fixture(scope="session")
def row():
    return good_row


@pytest.fixture(scope="session")
def opened():
    """Bytes as openpyxl sees them, without its warnings."""

    def load(data: bytes, *, cached: bool = False) -> Workbook:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            return openpyxl.load_workbook(io.BytesIO(data), data_only=cached)

    return load


@pytest.fixture(scope="session")
def every_kind(desk, filling) -> dict[str, bytes]:
    """One workbook of every kind we write."""
    return {
        "stamped": desk.stamped(9),
        "prefilled": desk.stamped(9, filling(1, 9)),
        "shared": desk.stamped(9, shared=True),
        "written": desk.written(9, filling(1, 9)),
        "feedback": desk.feedback(),
    }
