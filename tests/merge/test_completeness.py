"""What the 2024 guidance asks to be told of tasks and models: who lacks what, how many each has, joint models."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from lamtheo_xls.definitions import bundled, load_folder
from lamtheo_xls.merge import Counts, Roll, counts_of, frame_of, marked_lines, roles_of
from lamtheo_xls.register import Register, Unit

ON = dt.date(2024, 3, 31)


def unit(code: str, order: int, kind: str = "dang_uy_xa_phuong") -> Unit:
    return Unit(code=code, name=f"Đảng ủy xã {code}", short_name=code, order=order, kind=kind)


REGISTER = Register(office={}, units=(unit("A", 1), unit("B", 2), unit("C", 3), unit("M", 4, "mat_tran_doan_the")))
TASK = {"noi_dung": "Việc", "don_vi_chu_tri": "Đảng ủy", "don_vi_phoi_hop": "Công an", "thoi_gian": "Quý I"}
MODEL = {"ten_mo_hinh": "Mô hình", "dia_chi": "Thôn 1", "thuc_trang": "x", "muc_tieu": "y", "noi_dung": "z"}


@dataclass(frozen=True, kw_only=True)
class Made:
    frame: Any
    roles: Any
    counts: Counts


@pytest.fixture(scope="session")
def made(return_of: Callable[..., Any]) -> Callable[..., Made]:
    """made("mo-hinh-tieu-bieu", {"A": [row, …]}): the rows each unit returned, counted."""
    bundle, _ = load_folder(bundled("hd-btgtu-2024"))
    assert bundle is not None

    def make(id: str, returns: dict[str, list[dict[str, str]]]) -> Made:
        table = next(t for t in bundle.programme.tables if t.id == id)
        roles = roles_of(table, bundle.forms)
        sent = [return_of(id, u, period="2024", table=table.table, rows=rows) for u, rows in returns.items()]
        frame = frame_of(sent, REGISTER, table, bundle.forms)
        roll = Roll(expected=("A", "B", "C", "M"), counted=tuple(returns))
        return Made(frame=frame, roles=roles, counts=counts_of(frame, roll, REGISTER, roles, groups=(), on=ON))

    return make


def test_what_a_task_lacks(made: Callable[..., Made]) -> None:
    """Content, time, lead, advising and joint units (S3.7), the advising one asked beside the form (S3.8)."""
    whole = TASK | {"don_vi_tham_muu": "Văn phòng"}
    counts = made("nhiem-vu-dot-pha", {"A": [whole, TASK], "B": [whole | {"thoi_gian": "", "noi_dung": "x"}]}).counts
    assert counts.blanks == {
        "noi_dung": 0,
        "don_vi_chu_tri": 0,
        "don_vi_phoi_hop": 0,
        "thoi_gian": 1,
        "don_vi_tham_muu": 1,
    }
    assert counts.complete == 1
    assert [(u.unit, u.blanks) for u in counts.units] == [("A", {"don_vi_tham_muu": 1}), ("B", {"thoi_gian": 1})]


def test_tasks_have_no_upper_limit(made: Callable[..., Made]) -> None:
    """At least one task (S3.6), as many as there are."""
    assert made("nhiem-vu-dot-pha", {"A": [TASK] * 5}).counts.sizes == ()


def test_how_many_units_have_no_one_two_or_more_models(made: Callable[..., Made]) -> None:
    """One or two models (S3.9): units by 0, 1, 2 and more."""
    counts = made("mo-hinh-tieu-bieu", {"A": [], "B": [MODEL], "C": [MODEL] * 2, "M": [MODEL] * 4}).counts
    assert counts.limit == 2
    assert counts.sizes == (("A",), ("B",), ("C",), ("M",))
    assert counts.units_without == ("A",)


def test_joint_models_are_asked_of_communes(made: Callable[..., Made]) -> None:
    """One model together with the government of that level (S3.10): of communes only, of those that answered."""
    joint = MODEL | {"phoi_hop_chinh_quyen": "x"}
    told = made("mo-hinh-tieu-bieu", {"A": [MODEL, joint], "B": [MODEL], "M": [MODEL]})
    (asked,) = told.counts.asked
    assert (asked.column, asked.count, asked.units, asked.lacking) == ("phoi_hop_chinh_quyen", 1, ("A", "B"), ("B",))
    assert [line.unit for line in marked_lines(told.frame, "phoi_hop_chinh_quyen", told.roles)] == ["A"]
    assert told.counts.amounts == {"phoi_hop_chinh_quyen": 1}
