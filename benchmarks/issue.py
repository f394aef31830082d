"""Issuing 5,000 workbooks of Mẫu 02: stamped copies against one XlsxWriter workbook per file, in one run.

    python benchmarks/issue.py [--units 5000] [--plain 100]

Both write real files into a temporary folder. The units have 3 to 30 rows; every second one has prefilled rows
(half of its rows). The stamped run pays for its bases. XlsxWriter is measured on a sample of the same units, taken in
turns with the stamped ones so that both see the same machine:
once as we use it for feedback workbooks, and once bare (XlsxWriter's own time only, without our finishing of the zip).
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from lamtheo_xls.definitions import bundled, load_folder
from lamtheo_xls.definitions.model import Form
from lamtheo_xls.workbook.identity import Issued
from lamtheo_xls.workbook.layout import lay_out
from lamtheo_xls.workbook.write import template
from lamtheo_xls.workbook.write.panel import Filled
from lamtheo_xls.workbook.write.stamp import Base, prepare_base, stamp
from lamtheo_xls.workbook.write.template import write_workbook

KEY = b"a key for measuring only"
CREATED = dt.datetime(2027, 1, 5)


@dataclass(frozen=True)
class Unit:
    issued: Issued
    context: dict[str, str]
    children: tuple[str, ...]
    filled: Filled


def unit(n: int, form: Form) -> Unit:
    """The n-th invented unit: 3 to 30 rows, few of them large, as in a province's committees."""
    rows = 3 + (n * 7919 % 28) * (n * 104729 % 100) // 100
    children = tuple(f"Chi bộ số {i + 1} của đơn vị {n}" for i in range(max(rows - 5, 1)))
    models = tuple(
        {
            "ten_chi_bo": children[i % len(children)],
            "ten_mo_hinh": f"Mô hình {i}: tiết kiệm điện, giấy in, văn phòng phẩm trong cơ quan",
            "thoi_gian": "Cả năm 2026",
            "dang_trien_khai": "x",
        }
        for i in range(max(rows // 2, 1))
    )
    context = {
        "cap_tren": "Đảng bộ UBND tỉnh",
        "don_vi": f"Đảng ủy đơn vị số {n}",
        "ten_don_vi": f"Đảng ủy đơn vị số {n}",
        "nam": "2027",
        "dia_danh": "Vĩnh Long",
        "nhan_bao_cao": "Đảng ủy Khối",
        "han": "trong tháng 02/2027",
    }
    issued = Issued(
        serial=n,
        assignment=f"mau-02_2027_U{n:05}",
        round="43-kh-duk_2027",
        form=form.id,
        version=form.version,
        unit=f"U{n:05}",
        person=None,
        period="2027",
        part="",
        rows={"mo_hinh": rows},
    )
    return Unit(issued, context, children, Filled(rows={"mo_hinh": models if n % 2 else ()}))


def stamped(units: Sequence[Unit], form: Form, groups: tuple[str, ...], folder: Path) -> None:
    bases: dict[int, Base] = {}
    for u in units:
        rows = u.issued.rows["mo_hinh"]
        if rows not in bases:
            bases[rows] = prepare_base(
                form, u.issued.rows, context_common=u.context, groups=groups, created=CREATED, password="khoa"
            )
        data = stamp(bases[rows], u.issued, KEY, u.context, u.children, u.filled)
        (folder / f"{u.issued.assignment}.xlsx").write_bytes(data)


def plain(units: Sequence[Unit], form: Form, groups: tuple[str, ...], folder: Path) -> None:
    for u in units:
        data = write_workbook(
            form,
            lay_out(form, u.issued.rows),
            u.context,
            issued=u.issued,
            key=KEY,
            children=u.children,
            groups=groups,
            values=u.filled,
            password="khoa",
            created=CREATED,
        )
        (folder / f"{u.issued.assignment}.xlsx").write_bytes(data)


def bare(units: Sequence[Unit], form: Form, groups: tuple[str, ...], folder: Path) -> None:
    finish, pack = template.finish, template.pack
    template.finish, template.pack = lambda data, growing: {"": data}, lambda parts: parts[""]
    try:
        plain(units, form, groups, folder)
    finally:
        template.finish, template.pack = finish, pack


Way = Callable[[Sequence[Unit], Form, tuple[str, ...], Path], None]


def seconds(way: Way, units: Sequence[Unit], form: Form, groups: tuple[str, ...]) -> float:
    """How long a way takes for the units, files written."""
    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        way(units, form, groups, Path(folder))
        return time.perf_counter() - start


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--units", type=int, default=5000)
    options.add_argument("--plain", type=int, default=100, help="how many the XlsxWriter rates are measured on")
    args = options.parse_args()
    bundle, findings = load_folder(bundled("43-kh-duk"))
    assert bundle is not None, findings
    form, groups = bundle.forms["mau-02"], tuple(g.label for g in bundle.programme.groups)
    units = [unit(n, form) for n in range(1, args.units + 1)]
    turns, ways = 5, {"xlsxwriter": plain, "xlsxwriter_bare": bare}
    sample = units[: args.plain]
    spent = dict.fromkeys(ways, 0.0)
    spent["stamped"] = 0.0
    for turn in range(turns):
        for name, way in ways.items():
            spent[name] += seconds(way, sample[turn::turns], form, groups)
        if turn == turns // 2:
            spent["stamped"] = seconds(stamped, units, form, groups)
    rates = {name: (len(units) if name == "stamped" else len(sample)) / spent[name] for name in spent}
    print(
        json.dumps(
            {
                "units": len(units),
                "prefilled": sum(1 for u in units if u.filled.rows["mo_hinh"]),
                "rows": [min(u.issued.rows["mo_hinh"] for u in units), max(u.issued.rows["mo_hinh"] for u in units)],
                **{f"{name}_per_second": round(found, 1) for name, found in rates.items()},
                "ratio": round(rates["stamped"] / rates["xlsxwriter"], 1),
                "ratio_bare": round(rates["stamped"] / rates["xlsxwriter_bare"], 1),
            }
        )
    )


if __name__ == "__main__":
    main()
