"""The forms of the plan and of the guidance, word for word against the sources' own pages, both ways."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from lamtheo_xls.definitions import bundled, fill, load_folder
from lamtheo_xls.definitions.model import Form

PAGES = Path(__file__).parent / "sources"
PLAN = {
    "cap_tren": "ĐẢNG BỘ KHỐI CƠ QUAN VÀ DOANH NGHIỆP TỈNH",
    "don_vi": "CHI BỘ (hoặc ĐẢNG ỦY).....",
    "dia_danh": "Trà Vinh",
    "nam": "20...",
    "ky_hieu": "CB (ĐU)",
    "quyen_han_ky": "T/M CHI BỘ (hoặc ĐẢNG ỦY)",
    "chuc_vu_ky": "BÍ THƯ",
    "nhan_bao_cao": "Đảng ủy Khối",
}
GUIDANCE = {
    "don_vi": "TỔ CHỨC ĐẢNG/CƠ QUAN",
    "ten_don_vi": "chi bộ/...",
    "dia_danh": ".....",
    "nam": "2024",
    "thay_mat": "T/M ĐẢNG BỘ/CHI BỘ/CƠ QUAN",
}
FORMS = [
    ("S1-mau-01", "43-kh-duk", "mau-01", PLAN),
    ("S1-mau-02", "43-kh-duk", "mau-02", PLAN | {"don_vi": "ĐẢNG ỦY CƠ SỞ....."}),
    ("S1-mau-03", "43-kh-duk", "mau-03", PLAN),
    ("S3-mau-01", "hd-btgtu-2024", "nhiem-vu-dot-pha", GUIDANCE),
    ("S3-mau-02", "hd-btgtu-2024", "mo-hinh-tieu-bieu", GUIDANCE),
    ("S3-mau-03", "hd-btgtu-2024", "ke-hoach-ca-nhan", GUIDANCE),
]
CAN_CU = "...-..... ngày của Chi bộ/Chi đoàn/Chi hội (cơ quan)"
SLIPS = {"CÔNG SẢN": "CỘNG SẢN", "xúc tích": "súc tích", "thángnăm": "tháng năm"}
"""Slips of the sources that the forms do not repeat."""
CAPTIONS = {
    "Mẫu 02 Mẫu biểu đăng ký mô hình tiêu biểu",
    "Mẫu 03 Đăng ký kế hoạch hàng năm của cá nhân",
}
"""Captions in the guidance's text, above the forms themselves."""
UNDER_RECIPIENTS = {"(báo cáo)", "Lưu"}
"""The guidance leaves «Nơi nhận:» open; the lines of the plan's forms stand there to be changed."""


def plain(text: str) -> str:
    """Words alone: no dots to fill in, no dashes and marks, single spaces, the sources' slips mended."""
    for slip, mended in SLIPS.items():
        text = text.replace(slip, mended)
    return " ".join(re.sub(r"[-–….,:;*]", " ", text).split())


def form_of(programme: str, id: str) -> Form:
    bundle, findings = load_folder(bundled(programme))
    assert findings == ()
    assert bundle is not None
    return bundle.forms[id]


def said(form: Form, context: Mapping[str, str]) -> Iterator[str]:
    """Everything the form's paper says, in its order, with the sources' own blanks for what is filled."""
    names = dict.fromkeys(("ho_ten", "ngay_sinh", "don_vi_cong_tac", "chuc_vu_dang", "chuc_vu_chinh_quyen"), "")
    known = {**names, "nguoi_ky": "", "chuc_vu_ky": "", "nhan_bao_cao": "", "gui_them": "", "lanh_dao": "", **context}
    typed = {f.id: fill(f.default, known) for f in form.fields if f.id != "can_cu"} | {"can_cu": CAN_CU}
    yield f"{form.label} {form.name}"
    yield from (fill(line, known) for line in form.head.left)
    yield "*" if form.head.star else ""
    yield form.head.title_right
    yield typed[form.head.place_date]
    yield fill(form.head.number, known, typed)
    *title, last = (fill(line, known, typed) for line in form.title)
    yield " ".join(title)
    yield last
    for block in form.body:
        yield form.field(block.id).label if block.kind == "field" else fill(block.text, known, typed)
    for table in form.tables:
        if table.kind == "grid":
            printed = [c for c in table.columns if c.printed]
            yield " ".join([table.number_label, *dict.fromkeys(c.group or c.label for c in printed)])
            yield " ".join(c.label for c in printed if c.group)
    for rule in form.rules:
        yield from rule.texts
    yield form.closing.recipients_label
    yield from (typed[id] for id in form.closing.recipients)
    yield " ".join(form.closing.left)
    yield fill(form.closing.authority, known)
    yield form.closing.below
    yield typed.get(form.closing.post, "")


@pytest.mark.parametrize(("page", "programme", "id", "context"), FORMS, ids=[page for page, *_ in FORMS])
def test_nothing_of_the_sources_page_is_missing(page: str, programme: str, id: str, context: Mapping[str, str]) -> None:
    """Every line of the source's form stands in ours: headings, hints, heads, recipients, signature."""
    lines = [plain(line) for line in (PAGES / f"{page}.txt").read_text("utf-8").splitlines()]
    ours = " ".join(plain(text) for text in said(form_of(programme, id), context))
    asked = [line for line in lines if line and not line.isdigit() and line not in CAPTIONS]
    assert len(asked) >= 7
    assert [line for line in asked if line not in ours] == []


@pytest.mark.parametrize(("page", "programme", "id", "context"), FORMS, ids=[page for page, *_ in FORMS])
def test_nothing_is_said_that_the_source_does_not_say(
    page: str, programme: str, id: str, context: Mapping[str, str]
) -> None:
    """No title, heading, hint, fixed text, head or authority of our own; only the name, for lists, and Nơi nhận are."""
    theirs = plain((PAGES / f"{page}.txt").read_text("utf-8").replace("\n", " "))
    form = form_of(programme, id)
    ours = [plain(text) for text in said(form, context)][1:]
    assert [text for text in ours if text not in theirs and text not in UNDER_RECIPIENTS] == []
    assert len([text for text in ours if text]) >= 5
