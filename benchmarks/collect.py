"""Collecting 2,000 filled Mẫu 02 – archive, identity, checks, ledger – against the plain loop that only reads them.

    python benchmarks/collect.py [--files 2000]

Both sides run in one process, one after the other, on the same files; the figure that matters is their ratio.
Reading the register (once a command, for however many files) is not part of either side.
The plain way is `pandas.read_excel(engine="openpyxl")` for each file and one concat. Peak memory is measured in fresh
processes for 200 files and for all of them.
"""

from __future__ import annotations

import argparse
import datetime as dt
import gc
import json
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from lamtheo_xls.register import FormDates, Register, Round, Unit, write_register
from lamtheo_xls.workbook.write.panel import Filled
from lamtheo_xls.workbook.write.stamp import prepare_base, stamp
from lamtheo_xls.workspace import collecting
from lamtheo_xls.workspace.folder import make_workspace, open_office
from lamtheo_xls.workspace.issuing import issue

DAY = dt.date(2027, 2, 10)
ROUND = "43-kh-duk_2027"


def quiet(items, total, label):
    """No progress bar."""
    return items


def prepare(root: Path, files: int) -> Path:
    """A workspace of `files` committees with 3 chi bộ each, and every issued workbook filled with 8 models."""
    units = []
    for i in range(1, files + 1):
        units.append(Unit(code=f"DU-{i}", name=f"Đảng ủy số {i}", short_name=f"ĐU {i}", order=i, kind="dang_uy_co_so"))
        for k in range(1, 4):
            child = Unit(
                code=f"CB-{i}-{k}", name=f"Chi bộ {k}", short_name=f"CB {i}.{k}", order=k, kind="chi_bo_truc_thuoc"
            )
            units.append(replace(child, parent=f"DU-{i}"))
    facts = ("co_quan", "dia_danh", "nhan_bao_cao", "cap_tren", "dau_moi_nhan")
    later = FormDates(opens=dt.date(2027, 12, 1))  # Mẫu 02 alone is asked for
    dues = {"mau-01": later, "mau-03": later}
    register = Register(
        units=tuple(units),
        rounds=(Round(programme="43-kh-duk", period="2027", opens=dt.date(2027, 1, 15), dues=dues),),
        office=dict.fromkeys(facts, "Đảng ủy Khối Mẫu"),
    )
    source = root / "danh-sach.xlsx"
    source.write_bytes(write_register(register))
    office_folder = root / "VP"
    make_workspace(
        office_folder, programme_ids=("43-kh-duk",), period="2027", register=source, key=b"k" * 32, as_of=DAY
    )
    with open_office(office_folder, round_id=None, as_of=DAY, who="benchmark") as office:
        issue(office, progress=quiet)
        bases = {}
        for record in office.ledger.issued_of_round(ROUND):
            if not record.issued.unit:
                continue
            shape = tuple(record.issued.rows.items())
            if shape not in bases:
                bases[shape] = prepare_base(
                    office.forms[record.issued.form],
                    record.issued.rows,
                    context_common=record.context,
                    groups=office.groups,
                    created=dt.datetime(2027, 1, 20),
                )
            filled = Filled(rows={"mo_hinh": tuple(model(record, k) for k in range(8))})
            data = stamp(bases[shape], record.issued, office.key, record.context, record.children, filled)
            (office_folder / "nhan-ve" / f"tra loi {record.issued.serial}.xlsx").write_bytes(data)
    return office_folder


def model(record, k: int) -> dict[str, str]:
    """Row k of a filled return."""
    return {
        "ten_chi_bo": record.children[k % 3],
        "ten_mo_hinh": f"Mô hình «{record.issued.serial}.{k}» tiết kiệm điện, giấy in",
        "thoi_gian": "Từ tháng 3 đến tháng 11/2027",
        "moi": "x",
    }


def settle() -> None:
    """What the preparation left behind is not the garbage collector's business in either side."""
    gc.collect()
    gc.freeze()


def ours(office_folder: Path, paths: list[Path]) -> float:
    with open_office(office_folder, round_id=None, as_of=DAY, who="benchmark") as office:
        start = time.perf_counter()
        told = list(collecting.collect(office, paths, received=None, progress=quiet))
        took = time.perf_counter() - start
    assert {t.state for t in told} == {"accepted"}, {t.state for t in told}
    return took


def plain(paths: list[Path]) -> float:
    import pandas

    start = time.perf_counter()
    frames = [pandas.read_excel(path, engine="openpyxl") for path in paths]
    pandas.concat(frames)
    return time.perf_counter() - start


def peak_megabytes(office_folder: Path, paths: list[Path], scratch: Path) -> float:
    """Peak resident memory (VmHWM, Linux) of a fresh process that collects `paths` into a copy of the workspace."""
    copy = scratch / f"VP-{len(paths)}"
    shutil.copytree(office_folder, copy, ignore=shutil.ignore_patterns("nhan-ve", "bieu-gui"))
    (copy / "nhan-ve").mkdir()
    code = (
        "import sys, json; from pathlib import Path; sys.path.insert(0, sys.argv[1]);"
        "import collect as b; b.ours(Path(sys.argv[2]), [Path(p) for p in json.load(sys.stdin)]);"
        "print(next(l.split()[1] for l in open('/proc/self/status') if l.startswith('VmHWM')))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(Path(__file__).parent), str(copy)],
        input=json.dumps([str(p) for p in paths]),
        capture_output=True,
        text=True,
        check=True,
    )
    return int(done.stdout.splitlines()[-1]) / 1024


def main() -> None:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--files", type=int, default=2000)
    files = arguments.parse_args().files
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        office_folder = prepare(root, files)
        paths = sorted((office_folder / "nhan-ve").glob("*.xlsx"))
        few = paths[: max(1, files // 10)]
        small, large = (peak_megabytes(office_folder, p, root) for p in (few, paths))
        settle()
        theirs = plain(paths)
        settle()
        own = ours(office_folder, paths)
        print(f"collect {files}: {own:.2f} s, {files / own:.0f} files/s")
        print(f"plain pandas + openpyxl loop: {theirs:.2f} s, {files / theirs:.0f} files/s")
        print(f"ratio: {theirs / own:.1f} x")
        print(f"peak memory: {small:.0f} MiB for {len(few)}, {large:.0f} MiB for {files}: {large / small:.2f} x")


if __name__ == "__main__":
    main()
