"""A small invented office and Mẫu 02's definition for the tests of what counts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import pytest

from lamtheo_xls.definitions import bundled, load_folder
from lamtheo_xls.definitions.model import Consolidated, Form, Group
from lamtheo_xls.merge import Roles, roles_of
from lamtheo_xls.register import Earlier, Register, Unit


@dataclass(frozen=True, kw_only=True)
class Case:
    """The bundled forms, Mẫu 02's consolidated table, and the register."""

    forms: Mapping[str, Form]
    table: Consolidated
    roles: Roles
    groups: tuple[Group, ...]
    register: Register
    tables: tuple[Consolidated, ...]


def unit(code: str, name: str, order: int, parent: str = "", short: str = "") -> Unit:
    kind = "chi_bo_truc_thuoc" if parent else "dang_uy_co_so"
    return Unit(code=code, name=name, short_name=short or name, order=order, kind=kind, parent=parent, row=order + 1)


@pytest.fixture(scope="session")
def case() -> Case:
    """Three committees, listed as C, A, B in the office's order; A has three chi bộ and models of 2026."""
    bundle, _ = load_folder(bundled("43-kh-duk"))
    assert bundle is not None
    forms, table = bundle.forms, bundle.programme.tables[0]
    assert table.id == "mau-02"
    register = Register(
        office={},
        units=(
            unit("A", "Đảng ủy Sở A", 2),
            unit("B", "Đảng ủy Sở B", 3),
            unit("C", "Đảng ủy Sở C", 1),
            unit("A1", "Chi bộ Văn phòng", 1, "A", "CB VP"),
            unit("A2", "Chi bộ 2", 2, "A"),
            unit("A3", "Chi bộ Thanh tra", 3, "A"),
            unit("B1", "Chi bộ 1", 1, "B"),
        ),
        earlier=(
            Earlier(period="2026", unit="A", values={"ten_chi_bo": "Chi bộ Văn phòng", "ten_mo_hinh": "Hoà giải"}),
            Earlier(period="2026", unit="A", values={"ten_chi_bo": "Chi bộ 2", "ten_mo_hinh": "Tiết kiệm điện"}),
            Earlier(period="2026", unit="C", values={"ten_chi_bo": "Chi bộ 9", "ten_mo_hinh": "Heo đất"}),
            Earlier(period="2025", unit="B", values={"ten_chi_bo": "Chi bộ 1", "ten_mo_hinh": "Cũ hơn"}),
        ),
    )
    roles = roles_of(table, forms)
    programme = bundle.programme
    return Case(
        forms=forms,
        table=table,
        roles=roles,
        groups=programme.groups,
        register=register,
        tables=programme.tables,
    )


@pytest.fixture(scope="session")
def row() -> Callable[..., dict[str, str]]:
    """row("Chi bộ 1", "Tên", new=True): one model as a unit writes it."""

    def make(child: str, name: str, *, new: bool = False, time: str = "Cả năm", group: str = "") -> dict[str, str]:
        tick = "moi" if new else "dang_trien_khai"
        return {"ten_chi_bo": child, "ten_mo_hinh": name, "thoi_gian": time, tick: "x", "nhom": group}

    return make
