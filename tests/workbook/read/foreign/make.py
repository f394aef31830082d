"""Makes the workbooks of this folder anew: issued by us, filled by LibreOffice, saved by that, Gnumeric and SheetJS.

    python tests/workbook/read/foreign/make.py FOLDER_WITH_NODE_MODULES

with the project's Python, and soffice with python3-uno, gnumeric, node and the npm package `xlsx` 0.18.5 there.
All of them save what LibreOffice filled in as .xls and .ods; the test holds these against the .xlsx of LibreOffice.
`issued.json` says what the workbook was issued as and what was put where.
"""

from __future__ import annotations

import datetime as dt
import gzip
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from lamtheo_xls.definitions import bundled, load_folder
from lamtheo_xls.findings import say
from lamtheo_xls.workbook.identity import Issued, code_of, payload_of, tag_of
from lamtheo_xls.workbook.layout import address, lay_out
from lamtheo_xls.workbook.write.stamp import prepare_base, stamp

HERE = Path(__file__).parent
UNO_PYTHON = "/usr/bin/python3"  # the system's own, for which LibreOffice's UNO bridge is made
KEY = b"k" * 32
PASSWORD = "so2027"
CHILDREN = ("Chi bộ Văn phòng", "Chi bộ Thanh tra", "Chi bộ Ngân sách", "Chi bộ Tin học & Thống kê")
CONTEXT = {
    "cap_tren": "Đảng bộ các cơ quan Đảng tỉnh",
    "don_vi": "Đảng ủy Sở Tài chính",
    "ten_don_vi": "Đảng ủy Sở Tài chính",
    "nam": "2027",
    "ky": "2027",
    "co_quan": "Đảng ủy các cơ quan Đảng tỉnh",
    "nhan_bao_cao": "Đảng ủy các cơ quan Đảng tỉnh",
    "dau_moi": "Ban Tuyên giáo",
    "dia_danh": "Vĩnh Long",
    "han": "28/02/2027",
    "quyen_han_ky": "T/M ĐẢNG ỦY",
    "chuc_vu_ky": "BÍ THƯ",
    "nguoi_ky": "",
    "thay_mat": "T/M ĐẢNG BỘ",
}
GROUPS = ("Nhóm mô hình cải cách thủ tục hành chính", "Nhóm khác")
ROWS = {"mo_hinh": 16}

LONG = "Cả đơn vị thi đua học tập và làm theo tư tưởng, đạo đức, phong cách Hồ Chí Minh; " * 4
NFD = "Hòa giải ở cơ sở"
TEXTS = (  # one a row in «tên mô hình»: what must come back to the letter
    "Mỗi tuần một việc tốt",
    "- Gạch đầu dòng:\nmột dòng\n\nmột dòng nữa",
    "=1+1 cùng tiến bộ",
    "0905123456",
    "  hai dấu cách  ở giữa và hai đầu  ",
    NFD,
    "Nụ cười 😀 & <thẻ> \"ngoặc\" 'đơn'",
    LONG.strip(),
    "một\tcách",
)


def fillings(layout: Any) -> dict[str, dict[str, Any]]:
    """What LibreOffice puts where: text, number, formula, font, format by address."""
    area = layout.areas["mo_hinh"]

    def at(row: int, column: str) -> str:
        return address(area.first_row + row - 1, area.columns[column])

    cells: dict[str, dict[str, Any]] = {}
    for i, text in enumerate(TEXTS, start=1):
        cells[at(i, "ten_chi_bo")] = {"text": CHILDREN[i % 4]}
        cells[at(i, "ten_mo_hinh")] = {"text": text}
        cells[at(i, "thoi_gian")] = {"text": "Cả năm 2027"}
        cells[at(i, "moi" if i % 2 else "dang_trien_khai")] = {"text": "x"}
    odd: list[dict[str, Any]] = [
        {"number": 46096.0, "format": "DD/MM/YYYY"},
        {"number": 46096.0, "format": "MMM-YY"},
        {"number": 2027.0},
        {"number": 0.875, "format": "0.0%"},
        {"formula": "=NA()"},
        {"formula": '="Quý "&"I/2027"'},
        {"number": 46096.75, "format": "DD/MM/YYYY HH:MM"},
    ]
    for i, cell in enumerate(odd, start=len(TEXTS) + 1):
        cells[at(i, "ten_chi_bo")] = {"text": CHILDREN[i % 4]}
        cells[at(i, "ten_mo_hinh")] = {"text": f"Mô hình thứ {i}"}
        cells[at(i, "thoi_gian")] = cell
        cells[at(i, "moi")] = {"text": "x"}
    last = len(TEXTS) + len(odd)
    cells[at(last, "ten_mo_hinh")] = {"text": "§oµn kÕt, s¸ng t¹o", "font": ".VnTime"}
    cells[at(last - 1, "moi")] = {"formula": "=TRUE()"}
    cells[at(last - 2, "moi")] = {"number": 1.0}
    cells[address(*layout.fields["dia_danh_ngay"])] = {"text": "Vĩnh Long, ngày 20 tháng 02 năm 2027"}
    return cells


def main(node_folder: str) -> None:
    bundle, _ = load_folder(bundled("43-kh-duk"))
    assert bundle is not None
    form = bundle.forms["mau-02"]
    layout = lay_out(form, ROWS)
    issued = Issued(
        serial=42,
        assignment="mau-02_2027_DV01",
        round="43-kh-duk_2027",
        form=form.id,
        version=form.version,
        unit="DV01",
        person=None,
        period="2027",
        part="",
        rows=ROWS,
    )
    created = dt.datetime(2027, 1, 5, tzinfo=dt.UTC)
    base = prepare_base(form, ROWS, context_common=CONTEXT, groups=GROUPS, created=created, password=PASSWORD)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        source = folder / "issued.xlsx"
        source.write_bytes(stamp(base, issued, KEY, CONTEXT, children=CHILDREN))
        job = {
            "source": str(source),
            "cells": fillings(layout),
            "folder": str(folder),
            "password": PASSWORD,
            "not_in_encrypted": [say("workbook.sheet.print"), say("workbook.sheet.guide")],
        }
        (folder / "job.json").write_text(json.dumps(job), "utf-8")
        subprocess.run([UNO_PYTHON, str(HERE / "fill_office.py"), str(folder / "job.json")], check=True)
        filled = folder / "libreoffice.xlsx"
        for kind, exporter in (("xls", "Gnumeric_Excel:excel_biff8"), ("ods", "Gnumeric_OpenCalc:openoffice")):
            subprocess.run(["ssconvert", "-T", exporter, str(filled), str(folder / f"gnumeric.{kind}")], check=True)
        script = HERE / "save_sheetjs.mjs"
        subprocess.run(["node", str(script), str(filled), str(folder / "sheetjs")], check=True, cwd=node_folder)
        for path in sorted(folder.glob("*.*")):
            if path.stem in ("libreoffice", "gnumeric", "sheetjs", "locked", "structure") and path.suffix != ".json":
                data = path.read_bytes()
                (HERE / f"{path.name}.gz").write_bytes(gzip.compress(data, 9, mtime=0))
        case = {
            "payload": payload_of(issued),
            "tag": tag_of(payload_of(issued), KEY),
            "code": code_of(issued, KEY),
            "context": CONTEXT,
            "children": CHILDREN,
            "groups": GROUPS,
            "cells": job["cells"],
        }
        (HERE / "issued.json").write_text(json.dumps(case, ensure_ascii=False, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else ".")
