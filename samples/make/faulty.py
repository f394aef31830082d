"""Samples that go back, that nobody can place, or that are no workbooks of the form at all."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sample import GROUP, MODEL, NEW, OLD, PASSWORD, TIME, UNIT, At


def to_fix(add: Any, at: Mapping[str, At], groups: tuple[str, ...]) -> None:
    _, office, people, duty, thrift, _ = groups

    a = at["DU-CDN"]  # the source's own «Ví dụ» rows were copied in
    cells = a.rows(
        ("Chi bộ A", "Giải pháp tiết kiệm, chống lãng phí...", "Cả năm", OLD, thrift),
        (2, "Nhân đạo, từ thiện…", "Cả năm", NEW, people),
        (3, "Sinh viên khởi nghiệp", "Quý IV/2027", NEW, duty),
        start=2,
    ) | {a.cell(TIME, 1): "Năm 2027"}
    add(
        "nhan-ve",
        "BIEU MAU 02 (Truong CD nghe so 1).xlsx",
        "lo-vi",
        "to_fix",
        "DU-CDN",
        typing=cells,
        findings=[("table.example_row", a.cell(MODEL, 2)), ("table.example_row", a.cell(MODEL, 3))],
    )

    a = at["DU-KSBT"]  # sent back as it came, then with ticks missing, doubled and unreadable
    first = a.cell(UNIT, 1)
    add(
        "nhan-ve",
        "mau-02_2027_DU-TT-KIEM-SOAT-BENH-TAT.xlsx",
        "lo-en",
        "to_fix",
        "DU-KSBT",
        findings=[("table.too_few_rows", first), ("workbook.unchanged", "")],
    )
    cells = a.rows(
        (0, "Bản tin dịch tễ mỗi sáng", "Cả năm 2027", "", duty),
        (1, "Tiêm chủng không chờ đợi", "Cả năm 2027", f"{OLD} {NEW}", office),
        (2, "Trả kết quả trong ngày", "Quý II/2027", NEW, office),
        (3, "Văn phòng xanh", "Cả năm 2027", "", thrift),
    ) | {a.cell(OLD, 4): "có lẽ"}
    add(
        "nhan-ve-muon",
        "Mau 02 KSBT gui lai.xlsx",
        "lo-en",
        "to_fix",
        "DU-KSBT",
        typing=cells,
        findings=[
            ("workbook.late", ""),
            ("table.tick_missing", a.cell(OLD, 1)),
            ("table.tick_both", a.cell(OLD, 2)),
            ("cell.not_tick", a.cell(OLD, 4)),
        ],
    )

    a = at["DU-DHLG"]  # unlocked and two column heads changed by hand: a person must look
    cells = a.rows(
        (0, "Mỗi phòng một sáng kiến", "Cả năm 2027", NEW, duty),
        (1, "Giờ học mở", "Quý II/2027", OLD, duty),
        (6, "Ký túc xá không rác nhựa", "Cả năm", NEW, thrift),
    )
    model, time = a.head(MODEL), a.head(TIME)
    add(
        "nhan-ve",
        "Truong DH Lam Giang - Mau 02.xlsx",
        "lo-en",
        "to_fix",
        "DU-DHLG",
        typing=cells,
        steps=[
            ["unprotect", PASSWORD],
            ["set", model, a.table.column(TIME).label],
            ["set", time, a.table.column(MODEL).label],
        ],
        findings=[("structure.keys_disagree", model), ("structure.keys_disagree", time)],
    )

    a = at["DU-XSKT"]  # in a zip: unit names blank or repeating a row that is not there, dots for a name
    cells = a.rows(
        ("nt", "Bán vé bằng nụ cười", "Cả năm 2027", NEW, people),
        ("", "Đại lý kiểu mẫu", "Quý II/2027", NEW, duty),
        (1, "................", "Cả năm 2027", OLD, thrift),
        (2, "Vé tận tay người khuyết tật", "Cả năm 2027", OLD, people),
    )
    add(
        "nhan-ve",
        "Công ty Xổ số - Mẫu 02.xlsx",
        "sheetjs",
        "to_fix",
        "DU-XSKT",
        cells=cells,
        inside="Bieu mau gui qua Zalo 22-02.zip",
        findings=[
            ("table.ditto_first", a.cell(UNIT, 1)),
            ("cell.required", a.cell(UNIT, 2)),
            ("cell.placeholder", a.cell(MODEL, 3)),
        ],
    )

    a = at["DU-BHXH"]  # in a zip inside the zip: a formula and an error value where texts were asked for
    cells = a.rows(
        (
            0,
            {"formula": f'{a.cell(TIME, 2)}&" – họp không giấy"', "result": "Cả năm – họp không giấy"},
            "Cả năm",
            NEW,
            office,
        ),
        (1, "Thẻ trao tận tay", "Cả năm", NEW, people),
        (2, {"error": "#REF!"}, "Quý I/2027", OLD, duty),
        (3, "Chi trả trước hẹn", "Cả năm", NEW, people),
    )
    add(
        "nhan-ve",
        "Mau 02 BHXH.xlsx",
        "exceljs",
        "to_fix",
        "DU-BHXH",
        cells=cells,
        inside="Bieu mau gui qua Zalo 22-02.zip!bhxh.zip",
        findings=[("cell.formula", a.cell(MODEL, 1)), ("cell.error_value", a.cell(MODEL, 3))],
    )

    a = at["DU-NTBL"]  # periods: impossible, not understood, outside the year; a name far too long; off the list
    long = "Cả nông trường thi đua học tập và làm theo Bác; " * 7
    cells = a.rows(
        (0, "Sổ tay việc tốt", "31/4/2027", NEW, duty),
        (1, "Lô cao su kiểu mẫu", "khi có quyết định", NEW, duty),
        (2, "Đội sản xuất đoàn kết", "Năm 2025", OLD, thrift),
        (3, long.strip(), "Cả năm 2027", NEW, people),
        ("Chi bộ Trạm Y tế – Mẫu giáo", "Bữa cơm cho bé", "Cả năm 2027", OLD, "Nhóm của nông trường"),
    )
    add(
        "nhan-ve",
        "NT B' La - Mau 02.xlsx",
        "lo-en",
        "to_fix",
        "DU-NTBL",
        typing=cells,
        findings=[
            ("cell.period_invalid", a.cell(TIME, 1)),
            ("cell.period_unreadable", a.cell(TIME, 2)),
            ("cell.period_outside", a.cell(TIME, 3)),
            ("cell.too_long", a.cell(MODEL, 4)),
            ("cell.not_in_list", a.cell(GROUP, 5)),
        ],
    )


def doubtful(add: Any, at: Mapping[str, At]) -> None:
    a = at["DU-TCL"]  # the payload in the hidden sheet was changed to another unit
    cells = a.rows((0, "Kho số, tra nhanh", "Cả năm 2027", NEW))
    add(
        "nhan-ve",
        "Mau 02 (sua ma).xlsx",
        "openpyxl",
        "refused",
        "DU-TCL",
        cells=cells,
        options={"meta": ("DU-TCL", "DU-STC")},
        findings=[("identity.tag", "")],
    )

    a = at["other"]
    cells = a.rows((0, "Một việc tốt mỗi ngày", "Cả năm 2027", NEW), dated="Bình Hải, ngày 18 tháng 02 năm 2027")
    add(
        "nhan-ve",
        "Mau 02 - Ban To chuc Binh Hai.xlsx",
        "lo-vi",
        "refused",
        "other",
        typing=cells,
        findings=[("identity.foreign", a.code_head)],
    )

    a = at["last"]
    cells = a.rows((0, "Một cửa số", "Cả năm 2026", NEW), dated="Lam Giang, ngày 16 tháng 02 năm 2026")
    add(
        "nhan-ve",
        "Mau 02 nam 2026.xlsx",
        "lo-vi",
        "unknown",
        "last",
        typing=cells,
        findings=[("identity.not_in_ledger", "")],
    )

    a = at["DU-CNMT"]  # the visible table was pasted as values into a new book: nothing says whose it is
    cells = a.rows((0, "Nước sạch về xóm nhỏ", "Cả năm 2027", NEW), (3, "Đường phố không rác", "Thường xuyên", OLD))
    add(
        "nhan-ve",
        "Bang tong hop mo hinh 2027.xlsx",
        "sheetjs",
        "unknown",
        "DU-CNMT",
        cells=cells,
        options={"values_only": {"first": 3, "last": a.row(3) - 1, "columns": 6}},
        findings=[("identity.none", "")],
    )

    a = at["shared"]
    cells = a.rows(
        ("Chi bộ Hành chính", "Kho lưu trữ không bụi", "Cả năm 2027", NEW),
        ("Chi bộ Kỹ thuật", "Trực kỹ thuật 24/7", "Cả năm 2027", OLD),
        ("Chi bộ Kho lưu trữ", "Tài liệu quý, mắt ai cũng đọc", "Quý III/2027", NEW),
    ) | {a.field("don_vi"): "Đảng ủy Trung tâm Công nghệ & Lưu trữ"}
    add(
        "nhan-ve",
        "Mau chung - TT Cong nghe va Luu tru.xlsx",
        "lo-vi",
        "unknown",
        "shared",
        known=True,
        typing=cells,
        findings=[("identity.shared", a.field("don_vi"))],
    )

    a = at["DU-QDTPT"]  # the only mark left is a code typed by hand, with a slip
    cells = a.rows((0, "Vốn đến đúng nơi", "Cả năm 2027", NEW))
    wrong = a.code[:-1] + ("A" if a.code[-1] != "A" else "B")
    add(
        "nhan-ve",
        "mau 02 quy dau tu.xlsx",
        "lo-en",
        "unknown",
        "DU-QDTPT",
        typing=cells,
        shows={},
        steps=[
            ["copy_sheet_to_new_book"],
            ["unprotect", PASSWORD],
            ["set", a.code_head, wrong],
            ["set", a.code_close, wrong],
        ],
        findings=[("identity.typo", a.code_head)],
    )

    a = at["DU-XSKT"]  # a neighbour's workbook with the head written over
    cells = a.rows((0, "Nghiệp vụ vững, phục vụ tốt", "Cả năm 2027", NEW))
    name = a.text("{don_vi}")
    add(
        "nhan-ve-muon",
        "Mau 02 Quy Dau tu phat trien.xlsx",
        "lo-vi",
        "unknown",
        "DU-XSKT",
        typing=cells,
        known=True,
        steps=[["unprotect", PASSWORD], ["set", name, "ĐẢNG ỦY QUỸ ĐẦU TƯ PHÁT TRIỂN"]],
        shows={},
        findings=[("identity.unit_name_differs", name), ("workbook.late", "")],
    )

    a = at["DU-XSKT"]  # two units' sheets put into one book
    cells = a.rows((0, "Hai biểu một tệp", "Cả năm 2027", NEW))
    add(
        "nhan-ve",
        "Gop 2 cong ty.xlsx",
        "lo-en",
        "refused",
        "DU-XSKT",
        typing=cells,
        steps=[["import_sheet", "{mau-02:DU-TLLG}", "MẪU 02", "MẪU 02 Thủy lợi"]],
        findings=[("identity.conflict", "")],
    )


def not_the_form(add: Any, at: Mapping[str, At]) -> None:
    a = at["DU-QDTPT"]
    cells = a.rows((0, "Vốn đến đúng nơi", "Cả năm 2027", NEW), (1, "Sổ sách gọn, tra cứu nhanh", "Cả năm 2027", OLD))
    add(
        "nhan-ve",
        "Mau 02 ky dong dau.pdf",
        "lo-en",
        "refused",
        "DU-QDTPT",
        typing=cells,
        kind="pdf",
        findings=[("file.pdf", "")],
    )
    add(
        "nhan-ve",
        "IMG_20270222_081502.jpg",
        "script",
        "refused",
        "Mau 02 ky dong dau.pdf",
        kind="jpg",
        findings=[("file.photo", "")],
    )
    add(
        "nhan-ve",
        "Bao cao dang ky mo hinh.docx",
        "script",
        "refused",
        kind="docx",
        findings=[("file.word", "")],
    )
    a = at["DU-CNMT"]
    cells = a.rows(
        (0, "Nước sạch về xóm nhỏ", "Cả năm 2027", NEW),
        (1, "Ca trực không ngủ quên", "Cả năm 2027", OLD),
        (3, "Đường phố không rác", "Thường xuyên", OLD),
    )
    add(
        "nhan-ve",
        "Mau 02 Cap nuoc.xlsx",
        "lo-vi",
        "refused",
        "DU-CNMT",
        typing=cells,
        kind="csv",
        findings=[("file.csv", "")],
    )
    add(
        "nhan-ve",
        "Mau 02 Cap nuoc (co mat khau).xlsx",
        "lo-vi",
        "refused",
        "DU-CNMT",
        typing=cells,
        options={"password": "capnuoc"},
        findings=[("file.encrypted", "")],
    )
    add(
        "nhan-ve-muon",
        "Mau 02 Cap nuoc - gui tu dien thoai.xlsx",
        "script",
        "refused",
        "Mau 02 SGDDT.xlsx",
        kind="truncated",
        findings=[("file.truncated", "")],
    )
    add("nhan-ve-muon", "Mau 02 (3).xlsx", "script", "refused", kind="empty", findings=[("file.empty", "")])
