"""What a round asks of each kind of unit and when, for both programmes."""

from __future__ import annotations

import pytest

from lamtheo_xls.definitions import asked_of, bundled, load_folder, milestones_of

PLAN_2022 = """
dang_uy_co_so      ke-hoach-2021-2025  26/01/2022  trước ngày 27/01/2022
dang_uy_co_so      mau-01              24/02/2022  trước ngày 25/02/2022
dang_uy_co_so      mau-02              24/02/2022  trước ngày 25/02/2022
dang_uy_co_so      mau-03              14/12/2022  trước ngày 15/12/2022
chi_bo_co_so       ke-hoach-2021-2025  26/01/2022  trước ngày 27/01/2022
chi_bo_co_so       mau-01              24/02/2022  trước ngày 25/02/2022
chi_bo_co_so       mau-03              14/12/2022  trước ngày 15/12/2022
chi_bo_truc_thuoc  mau-01              24/02/2022  trước ngày 25/02/2022
chi_bo_truc_thuoc  mau-03              14/12/2022  trước ngày 15/12/2022
"""
PLAN_2024 = """
dang_uy_co_so      mau-01  29/02/2024  trong tháng 02/2024
dang_uy_co_so      mau-02  29/02/2024  trong tháng 02/2024
dang_uy_co_so      mau-03  14/12/2024  trước ngày 15/12/2024
chi_bo_co_so       mau-01  29/02/2024  trong tháng 02/2024
chi_bo_co_so       mau-03  14/12/2024  trước ngày 15/12/2024
chi_bo_truc_thuoc  mau-01  29/02/2024  trong tháng 02/2024
chi_bo_truc_thuoc  mau-03  14/12/2024  trước ngày 15/12/2024
"""
GUIDANCE_2024 = """
dang_uy_co_so      nhiem-vu-dot-pha   31/03/2024  trong quý I/2024
dang_uy_co_so      mo-hinh-tieu-bieu  31/03/2024  trong quý I/2024
dang_uy_co_so      ke-hoach-ca-nhan   31/03/2024  trong quý I/2024
chi_bo_co_so       nhiem-vu-dot-pha   31/03/2024  trong quý I/2024
chi_bo_co_so       mo-hinh-tieu-bieu  31/03/2024  trong quý I/2024
chi_bo_co_so       ke-hoach-ca-nhan   31/03/2024  trong quý I/2024
dang_uy_xa_phuong  nhiem-vu-dot-pha   31/03/2024  trong quý I/2024
dang_uy_xa_phuong  mo-hinh-tieu-bieu  31/03/2024  trong quý I/2024
dang_uy_xa_phuong  ke-hoach-ca-nhan   31/03/2024  trong quý I/2024
mat_tran_doan_the  nhiem-vu-dot-pha   31/03/2024  trong quý I/2024
mat_tran_doan_the  mo-hinh-tieu-bieu  31/03/2024  trong quý I/2024
mat_tran_doan_the  ke-hoach-ca-nhan   31/03/2024  trong quý I/2024
phong_ban_nganh    mo-hinh-tieu-bieu  31/03/2024  trong quý I/2024
phong_ban_nganh    ke-hoach-ca-nhan   31/03/2024  trong quý I/2024
chi_bo_truc_thuoc  ke-hoach-ca-nhan   31/03/2024  trong quý I/2024
dang_uy_bo_phan    ke-hoach-ca-nhan   31/03/2024  trong quý I/2024
chi_bo_thon        ke-hoach-ca-nhan   31/03/2024  trong quý I/2024
khac               ke-hoach-ca-nhan   31/03/2024  trong quý I/2024
"""
ROUNDS = [("43-kh-duk", "2022", PLAN_2022), ("43-kh-duk", "2024", PLAN_2024), ("hd-btgtu-2024", "2024", GUIDANCE_2024)]


@pytest.mark.parametrize(("programme", "period", "table"), ROUNDS)
def test_each_kind_of_unit_is_asked_this_by_then(programme: str, period: str, table: str) -> None:
    """In 2022 before 27/01, 25/02 and 15/12 (S1.12, S1.16, S1.17); else within February (S1.14); S3.24 in quý I; no
    chi bộ owes Mẫu 02 (S1.15), no phòng, ban a task (S3.6, S3.9)."""
    bundle, _ = load_folder(bundled(programme))
    assert bundle is not None
    asked = asked_of(bundle.programme, bundle.forms, period)
    told = [f"{a.unit_kind}  {a.obligation.id}  {a.deadline.on_time:%d/%m/%Y}  {a.deadline.text}" for a in asked]
    assert [line.split() for line in told] == [line.split() for line in table.strip().splitlines()]


def test_a_demand_says_what_people_read() -> None:
    """Names of forms; a document has its own name and no form; models come as many as there are."""
    bundle, _ = load_folder(bundled("43-kh-duk"))
    assert bundle is not None
    document, plan, summary, report = asked_of(bundle.programme, bundle.forms, "2022")[:4]
    assert (document.label, document.parts) == ("", "")
    assert document.name.startswith("Kế hoạch củng cố, nâng cao chất lượng và nhân rộng mô hình")
    assert [(d.label, d.parts) for d in (plan, summary, report)] == [
        ("Mẫu số 01", "many"),
        ("Mẫu số 02", "one"),
        ("Mẫu số 03", "many"),
    ]
    assert plan.name == bundle.forms["mau-01"].name


def test_the_offices_own_dates_stand_in_their_year_alone() -> None:
    """Sơ kết 02/2023 (S1.20), tổng kết 11/2025 (S1.21): shown, asked of nobody."""
    bundle, _ = load_folder(bundled("43-kh-duk"))
    assert bundle is not None
    found = {
        year: [(m.id, m.source, d.text, f"{d.on_time:%d/%m/%Y}") for m, d in milestones_of(bundle.programme, year)]
        for year in ("2022", "2023", "2024", "2025", "2026")
    }
    assert found == {
        "2022": [],
        "2023": [("so-ket-2023", "S1.20", "tháng 02/2023", "28/02/2023")],
        "2024": [],
        "2025": [("tong-ket-2025", "S1.21", "tháng 11/2025", "30/11/2025")],
        "2026": [],
    }
