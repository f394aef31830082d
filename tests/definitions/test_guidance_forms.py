"""The three forms of the 2024 guidance ask what it asks (S3.6–S3.24, S3.31–S3.38)."""

from __future__ import annotations

import re

import pytest

from lamtheo_xls.definitions import Bundle, bundled, load_folder, programmes
from lamtheo_xls.definitions.templates import OF_PERSONS, names_in

RULES = {
    "nhiem-vu-dot-pha": """
min_rows        nhiem_vu           -                     1  -  -         -                  S3.6
period_in_year  nhiem_vu           thoi_gian             0  -  -         -                  S3.7
""",
    "mo-hinh-tieu-bieu": """
min_rows        mo_hinh            -                     1  -  -         -                  S3.9
max_rows        mo_hinh            -                     2  -  -         -                  S3.9
min_ticked      mo_hinh            phoi_hop_chinh_quyen  1  -  -         dang_uy_xa_phuong  S3.10
""",
    "ke-hoach-ca-nhan": """
min_rows        lam_theo_noi_dung   -                    1  -         -         -           S3.33
min_rows        lam_theo_giai_phap  -                    1  -         -         -           S3.33
min_rows        viec_1_noi_dung     -                    1  lanh_dao  -         -           S3.19
min_rows        viec_1_giai_phap    -                    1  lanh_dao  -         -           S3.34
asked_with      viec_1_noi_dung     loai_viec_1          0  -         -         -           S3.20
asked_with      viec_1_noi_dung     can_cu_viec_1        0  -         -         -           S3.35
asked_with      viec_2_noi_dung     loai_viec_2          0  -         -         -           S3.20
asked_with      viec_2_noi_dung     can_cu_viec_2        0  -         -         -           S3.35
not_asked       viec_1_noi_dung     -                    0  -         lanh_dao  -           S3.34
not_asked       viec_2_noi_dung     -                    0  -         lanh_dao  -           S3.34
""",
}


@pytest.fixture(scope="module")
def bundle() -> Bundle:
    found, findings = load_folder(bundled("hd-btgtu-2024"))
    assert findings == ()
    assert found is not None
    return found


@pytest.mark.parametrize("id", RULES)
def test_every_rule_has_its_source(bundle: Bundle, id: str) -> None:
    """At least one task (S3.6), one or two models (S3.9), one with the government of the same level in a commune
    (S3.10); part III for leaders (S3.19, S3.34), with the kind and the ground of each deed (S3.20, S3.35)."""
    told = []
    for r in bundle.forms[id].rules:
        conditions = (r.when, r.unless, ",".join(r.unit_kinds), r.source)
        told.append([word or "-" for word in (r.kind, r.table, ",".join(r.columns), str(r.count), *conditions)])
    assert told == [line.split() for line in RULES[id].strip().splitlines()]


def test_a_task_says_all_the_guidance_asks(bundle: Bundle) -> None:
    """Content, time, leading, advising and joining unit (S3.7); the advising one has no column on paper (S3.8)."""
    table = bundle.forms["nhiem-vu-dot-pha"].table("nhiem_vu")
    assert [(c.id, c.label, c.required, c.wanted, c.printed) for c in table.columns] == [
        ("noi_dung", "Nội dung nhiệm vụ đột phá", True, False, True),
        ("don_vi_chu_tri", "Đơn vị chủ trì", True, False, True),
        ("don_vi_phoi_hop", "Đơn vị phối hợp", False, True, True),
        ("thoi_gian", "Thời gian thực hiện", True, False, True),
        ("don_vi_tham_muu", "Đơn vị tham mưu", False, True, False),
        ("giai_trinh", "Giải trình", False, False, False),
    ]
    assert table.column("don_vi_tham_muu").source == "S3.8"


def test_a_model_says_all_the_guidance_asks(bundle: Bundle) -> None:
    """Content, name, address, who does it, state, aim (S3.12); what paper has no column for stands beside it."""
    table = bundle.forms["mo-hinh-tieu-bieu"].table("mo_hinh")
    assert [(c.id, c.label, c.required, c.wanted, c.printed) for c in table.columns] == [
        ("ten_mo_hinh", "Tên mô hình", True, False, True),
        ("dia_chi", "Địa chỉ", True, False, True),
        ("thuc_trang", "Thực trạng của mô hình", True, False, True),
        ("muc_tieu", "Mục tiêu, dự kiến hiệu quả của mô hình", True, False, True),
        ("noi_dung", "Nội dung mô hình", False, True, False),
        ("don_vi_thuc_hien", "Cơ quan, đơn vị thực hiện", False, True, False),
        ("phoi_hop_chinh_quyen", "Phối hợp chính quyền cùng cấp", False, False, False),
        ("giai_trinh", "Giải trình", False, False, False),
    ]


def test_a_persons_plan_starts_from_the_register(bundle: Bundle) -> None:
    """Name, birth, unit, posts prefilled and open to mend; the leader's mark is the office's to say (S3.19)."""
    form = bundle.forms["ke-hoach-ca-nhan"]
    known = ["ho_ten", "ngay_sinh", "don_vi_cong_tac", "chuc_vu_dang", "chuc_vu_chinh_quyen"]
    assert [b.id for b in form.body[:5]] == known
    assert [(form.field(id).default, form.field(id).locked) for id in known] == [(f"{{{id}}}", False) for id in known]
    assert [f.id for f in form.fields if f.required] == ["ho_ten"]
    mark = form.field("lanh_dao")
    assert (mark.type, mark.default, mark.locked, mark.printed) == ("tick", "{lanh_dao}", True, False)
    assert form.field("loai_viec_1").choices == form.field("loai_viec_2").choices
    assert form.field("loai_viec_1").choices == (
        "Việc nêu gương, dám nghĩ, dám làm",
        "Việc khắc phục hạn chế, yếu kém kéo dài",
    )
    assert form.field("can_cu_viec_1").choices == ("Có trong kế hoạch toàn khóa", "Vấn đề mới nảy sinh")
    assert form.body[-1].text == "{gui_them}"


def test_who_owes_what(bundle: Bundle) -> None:
    """Base organisations, Front and mass organisations (S3.4, S3.6, S3.9), offices for models; people of every unit."""
    owed = {o.id: o for o in bundle.programme.obligations}
    assert {id: o.unit_kinds for id, o in owed.items() if o.owner == "unit"} == {
        "nhiem-vu-dot-pha": ("dang_uy_co_so", "chi_bo_co_so", "dang_uy_xa_phuong", "mat_tran_doan_the"),
        "mo-hinh-tieu-bieu": (
            "dang_uy_co_so",
            "chi_bo_co_so",
            "dang_uy_xa_phuong",
            "mat_tran_doan_the",
            "phong_ban_nganh",
        ),
    }
    assert len(owed["ke-hoach-ca-nhan"].unit_kinds) == 9
    assert {(o.due.kind, o.due.quarter, o.due.source) for o in owed.values()} == {("in_quarter", 1, "S3.24")}


def test_which_persons_owe_a_plan(bundle: Bundle) -> None:
    """Officials and members (S3.14), but for members of village cells who are no committee members (S3.15); others
    are welcome and never chased (S3.16); heads and leaders send one more copy (S3.22)."""
    owed = bundle.programme.obligations[-1]
    assert owed.people is not None
    assert owed.people.groups == ("can_bo_cong_chuc", "dang_vien")
    assert owed.people.volunteers == ("nguoi_lao_dong", "tu_nguyen")
    [exempt] = owed.people.exempt
    assert (exempt.unit_kinds, exempt.groups, exempt.source) == (("chi_bo_thon",), ("dang_vien",), "S3.15")
    assert exempt.without_roles == ("cap_uy_vien", "nguoi_dung_dau")
    assert owed.second_copy is not None
    assert (owed.second_copy.roles, owed.second_copy.source) == (("nguoi_dung_dau", "lanh_dao"), "S3.22")
    assert owed.second_copy.to == "cấp ủy cấp trên theo phân cấp quản lý"
    assert owed.to == "chi bộ nơi sinh hoạt, công tác"


def test_the_guidances_advice_is_said_where_people_write(bundle: Bundle) -> None:
    """S3.11, S3.17, S3.21, S3.22, S3.37, S3.38 in the guide, S3.28 at the explanation;
    the theme of the year (S3.18) in the plan itself."""
    guides = {id: " ".join(form.guide) for id, form in bundle.forms.items()}
    wanted = {
        "nhiem-vu-dot-pha": ("thiết thực, hiệu quả, sát thực tế", "mang tính đột phá", "ít nhất một nhiệm vụ đột phá"),
        "mo-hinh-tieu-bieu": (
            "1 đến 2 mô hình tiêu biểu",
            "vai trò nêu gương, dám nghĩ, dám làm, dám chịu trách nhiệm",
        ),
        "ke-hoach-ca-nhan": (
            "dám nghĩ, dám nói, dám làm, dám chịu trách nhiệm, dám đổi mới, sáng tạo, dám đương đầu với khó khăn, "
            "thử thách và dám hành động vì lợi ích chung",
            "phù hợp với chức trách, nhiệm vụ",
            "nộp cho chi bộ nơi sinh hoạt, công tác",
            "gửi thêm 1 bản kế hoạch cho cấp ủy cấp trên theo phân cấp quản lý",
        ),
    }
    for id, texts in wanted.items():
        assert [text for text in texts if text not in guides[id]] == []
    for id in ("nhiem-vu-dot-pha", "mo-hinh-tieu-bieu"):
        assert "khó khăn, vướng mắc" in bundle.forms[id].field("giai_trinh_chung").help
    theme = "gương mẫu, tận tâm, dám nghĩ, dám làm, dám chịu trách nhiệm, dám đổi mới vì sự phát triển của quê hương"
    assert sum(theme in block.text for block in bundle.forms["ke-hoach-ca-nhan"].body) == 2


def test_deeds_are_counted_by_kind(bundle: Bundle) -> None:
    """The summary of people's plans: per unit and per kind of deed (S3.20), each deed under its own head."""
    table = bundle.programme.tables[-1]
    assert (table.kind, table.group_column, table.source) == ("people", "loai_viec_1", "S3.20")
    for n in ("1", "2"):
        assert [c.id for c in table.columns if c.group == f"Công việc số {n}" and c.printed] == [
            f"viec_{n}_noi_dung",
            f"viec_{n}_giai_phap",
            f"loai_viec_{n}",
            f"can_cu_viec_{n}",
        ]
    choices = bundle.forms["ke-hoach-ca-nhan"].field("loai_viec_1").choices
    assert {c.choices for c in table.columns if c.id.startswith("loai_viec")} == {choices}


def test_a_form_is_known_by_its_id_in_every_programme() -> None:
    """«Mẫu 01, 02, 03» mean other forms in each document; ids are unique over all programmes (S3.36)."""
    found = [load_folder(bundled(id))[0] for id in programmes()]
    ids = [id for one in found if one is not None for id in one.programme.forms]
    assert len(ids) >= 6
    assert len(set(ids)) == len(ids)
    assert len({form.digest for one in found if one is not None for form in one.forms.values()}) == len(ids)


@pytest.mark.parametrize("programme", programmes())
def test_every_input_carries_a_friendly_message_with_an_example(programme: str) -> None:
    """Short enough for Excel, in Vietnamese, with an example; the guide at most twelve lines."""
    bundle, _ = load_folder(bundled(programme))
    assert bundle is not None
    for form in bundle.forms.values():
        inputs = [*form.fields, *(c for t in form.tables for c in t.columns)]
        assert len(inputs) >= 14
        for f in inputs:
            assert "Ví dụ: " in f.help, (form.id, f.id)
            assert len(f.help) <= 255
            assert 0 < len(f.short) <= 32
            assert f.example
            assert f.source or f.id.startswith(("giai_trinh", "gui_ban_word"))
        assert 8 <= len(form.guide) <= 12


def test_only_the_guidances_own_year_and_names_are_written(bundle: Bundle) -> None:
    """Unit, place and year come from the office and the round; the documents the guidance cites keep their dates."""
    allowed = re.compile(r"18/5/2021|2021 – 2025|29/12/2023|Minh năm 2024;|Chuyên đề năm 2024")
    for form in bundle.forms.values():
        printed = [*form.title, *form.head.left, form.closing.authority, *form.closing.left]
        printed += [*(b.text for b in form.body), *form.guide, *(f.default for f in form.fields)]
        for text in printed:
            assert not re.search(r"20\d\d", allowed.sub("", text)), text
        named = {n for text in printed for n in names_in(text)}
        assert {"don_vi", "nam", "dia_danh"} <= named
        assert bool(named & set(OF_PERSONS)) == (form.id == "ke-hoach-ca-nhan")
