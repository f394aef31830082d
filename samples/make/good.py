"""Samples that are accepted, each in its own way, and the earlier returns that belong to them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sample import GROUP, MODEL, NEW, OLD, PASSWORD, TIME, UNIT, At

from lamtheo_xls.workbook.layout import address, column_letters


def good(add: Any, at: Mapping[str, At], groups: tuple[str, ...]) -> None:
    party, office, people, duty, thrift, _ = groups

    a = at["DU-VPUB"]  # two models of last year stand in it already, only their time is open
    cells = a.rows(
        (2, "Xử lý văn bản mật đúng người, đúng việc", "Thường xuyên", NEW, duty),
        (3, "Theo sát cơ sở, gỡ khó từng tuần", "Từ tháng 3 đến tháng 11", NEW, people),
        (4, "Nụ cười công sở", "Cả năm 2027", OLD, office),
        start=3,
    )
    cells |= {a.cell(TIME, 1): "Cả năm 2027", a.cell(TIME, 2): "Quý I, II/2027"}
    add("nhan-ve", "Mau 02 - VP UBND tinh.xlsx", "lo-en", "accepted", "DU-VPUB", typing=cells)

    a = at["DU-SNV"]
    cells = a.rows(
        (
            "CB Văn phòng – Thanh tra",
            "Giải quyết hồ sơ “4 không”: không chậm, không sót, không phiền, không hẹn lại",
            "Cả năm",
            NEW,
            office,
        ),
        (1, "- Học Bác mỗi tuần, làm theo mỗi ngày", "thường xuyên", OLD, duty),
        (2, "Phiên chợ việc làm tuổi ba mươi", "Từ 01/3 đến 30/11/2027", NEW, people),
        (3, "Áo ấm tri ân", "Dịp 27/7", OLD, thrift),
        (4, "=1+1 cùng tiến bộ", "2027", NEW, duty),
    )  # «–» for «-», CB for Chi bộ; texts that begin with - and = stay texts
    add("nhan-ve", "BIEU MAU 02.xlsx", "lo-vi", "accepted", "DU-SNV", typing=cells)
    add(
        "nhan-ve",
        "BIEU MAU 02_gui qua Zalo.xlsx",
        "copy",
        "duplicate",
        "BIEU MAU 02.xlsx",
        owner="DU-SNV",
        findings=[("set.duplicate", "")],
    )

    a = at["DU-STP"]
    cells = a.rows(
        (0, "Tư vấn pháp luật lưu động", "Quý II, III/2027", NEW, people),
        (1, "Thẩm định sớm một ngày", "Cả năm 2027", NEW, office),
        (2, "Ngày thứ Bảy hộ tịch", "hằng tháng", NEW, office),
        (3, "Công chứng tại nhà cho người già yếu", "Từ tháng 4/2027", OLD, people),
    )
    add("nhan-ve", "Bang tong hop dang ky mo hinh - So Tu phap.xlsx", "exceljs", "accepted", "DU-STP", cells=cells)

    a = at["DU-SYT"]
    cells = a.rows(
        (1, "Kê đơn hợp lý, an toàn", "Quý III/2027", NEW, duty),
        (2, "Hai con khỏe, gia đình vui", "Cả năm 2027", NEW, people),
        (5, "Giám định đúng hẹn", "6 tháng đầu năm 2027", NEW, office),
        start=3,
    ) | {a.cell(TIME, 1): "Cả năm 2027", a.cell(TIME, 2): "Tháng 3/2027 - tháng 9/2027"}
    add("nhan-ve", "SYT_mau02_2027.xlsx", "sheetjs", "accepted", "DU-SYT", cells=cells)

    a = at["DU-SGDDT"]
    cells = a.rows(
        (0, "Trường học hạnh phúc", "Cả năm", OLD, people),
        (1, "Đôi bạn cùng tiến", "T3-T11/2027", NEW, people),
        (4, "Tủ sách dùng chung", "Cả năm", NEW, thrift),
        ("Chi bộ Trường THPT Hoà Lạc", "Tiếng trống học bài", "Cả năm", OLD, duty),
        (6, "Bữa cơm nội trú", "Cả năm", NEW, thrift),
    )  # «Hoà Lạc» and «Hòa Lạc» are one chi bộ
    add(
        "nhan-ve",
        "Mau 02 SGDDT.xlsx",
        "gnumeric",
        "accepted",
        "DU-SGDDT",
        cells=cells,
    )
    early = a.rows((0, "Trường học hạnh phúc", "Cả năm", OLD, people))
    add(
        "nhan-ve-zalo",
        "Mau 02 SGDDT - gui som.xlsx",
        "gnumeric",
        "superseded",
        "DU-SGDDT",
        cells=early,
        findings=[("set.superseded", "")],
    )

    a = at["DU-SXD"]  # what the unit says about the whole form turns both warnings into notes
    cells = a.rows(
        (0, "Họp không quá 60 phút", "Cả năm 2027", OLD, office),
        (1, "Công khai quy hoạch tại khu dân cư", "Từ tháng 5 - 12/2027", NEW, people),
        (3, "Kết quả kiểm định qua điện thoại", "Quý IV/2027", NEW, office),
    )
    title = a.text("kết quả đăng ký")
    outside = address(a.layout.closing_rows[1] + 3, a.area.columns[UNIT])
    cells |= {
        title: "kết quả đăng ký xây dựng mô hình học tập và làm theo tư tưởng Hồ Chí Minh",
        outside: "Số liệu tính đến ngày 20/02/2027",
        a.field("giai_trinh_chung"): "Đảng ủy ghi rõ tên cuộc vận động và ngày lấy số liệu.",
    }
    add(
        "nhan-ve",
        "So Xay dung.xlsx",
        "openpyxl",
        "accepted",
        "DU-SXD",
        cells=cells,
        findings=[("structure.locked_text", title), ("structure.stray_text", outside)],
    )

    a = at["DU-SNNMT"]  # unlocked: two rows put in after the second, the last one taken out
    first, last = a.row(1), a.area.last_row
    rows = [
        (0, "Một ngày cùng nông dân", "hằng tháng", NEW, people),
        (1, "Giống tốt cho vùng khó", "Vụ hè thu 2027", NEW, people),
        (2, "Đàn vật nuôi sạch bệnh", "Cả năm", OLD, duty),
        (4, "Mỗi cán bộ trồng mười cây xanh", "Dịp 19/5", NEW, thrift),
        (6, "Cùng nông dân lên sàn", "Quý II/2027", NEW, people),
    ]
    cells = a.rows(*rows)
    inserted = {
        f"{a.letter(c)}{first + 2}": text
        for c, text in (
            (UNIT, "Chi bộ Chi cục Thủy lợi"),
            (MODEL, "Giữ nước như giữ nhà"),
            (TIME, "Từ tháng 1 đến tháng 4"),
            (NEW, "x"),
        )
    }
    add(
        "nhan-ve",
        "Mau 02 SNNMT (them dong).xlsx",
        "lo-vi",
        "accepted",
        "DU-SNNMT",
        typing=cells,
        shows={f"{a.letter(UNIT)}{first + 2}": "Chi bộ Chi cục Thủy lợi"},
        steps=[
            ["unprotect", PASSWORD],
            ["delete_rows", last, 1],
            ["insert_rows", first + 2, 2],
            *[["set", cell, text] for cell, text in inserted.items()],
        ],
        findings=[
            ("structure.rows_changed", ""),
            ("cell.period_unreadable", a.cell(TIME, 2)),
        ],
    )

    a = at["DU-SKHCN"]  # unlocked: sheet renamed, the column «Thời gian» moved in front of «Tên mô hình»
    cells = a.rows(
        (0, "Ý tưởng nhỏ, lợi ích lớn", "Cả năm 2027", NEW, duty),
        (1, "Sóng về thôn xa", "Từ tháng 3/2027 đến tháng 02/2028", NEW, people),
        (2, "Mỗi người dân một danh tính số", "Trước 15/12/2027", OLD, office),
    )
    add(
        "nhan-ve",
        "Mau 2 So KHCN - dang uy duyet.xlsx",
        "lo-en",
        "accepted",
        "DU-SKHCN",
        typing=cells,
        shows={f"{a.letter(MODEL)}{a.row(1)}": "Cả năm 2027"},
        steps=[
            ["unprotect", PASSWORD],
            ["swap_columns", a.letter(MODEL), a.letter(TIME), a.layout.head_rows[0], a.area.end_row],
            ["rename", "Biểu đã duyệt"],
        ],
        findings=[("structure.sheet_renamed", ""), ("structure.columns_changed", "")],
    )

    a = at["DU-SCT"]
    cells = a.rows(
        (0, "Tiết kiệm một giờ điện mỗi ngày", "Cả năm 2027", OLD, thrift),
        (1, "Cà phê cùng doanh nghiệp", "Thứ Sáu hằng tuần", NEW, people),
        (2, "Chuyến hàng bình ổn về xã xa", "Quý IV/2027", NEW, people),
        (3, "Cân đúng, bán thật", "từ 15/3/2027", NEW, duty),
    )
    add(
        "nhan-ve",
        "Mau 02 So Cong thuong (sheet rieng).xlsx",
        "lo-en",
        "accepted",
        "DU-SCT",
        typing=cells,
        steps=[["copy_sheet_to_new_book"]],
        findings=[("identity.damaged", "")],
    )

    a = at["DU-CNMT"]  # the sheet alone saved as .xls; once more, late, as .ods
    cells = a.rows(
        (0, "Nước sạch về xóm nhỏ", "Cả năm 2027", NEW),
        (1, "Ca trực không ngủ quên", "Cả năm 2027", OLD),
        (3, "Đường phố không rác", "Thường xuyên", OLD),
    )
    add(
        "nhan-ve",
        "Mau 02 Cap nuoc.xls",
        "lo-vi",
        "accepted",
        "DU-CNMT",
        typing=cells,
        steps=[["copy_sheet_to_new_book"]],
        kind="xls",
        findings=[("file.xls", ""), ("identity.damaged", "")],
    )
    add(
        "nhan-ve-muon",
        "Mau 02 Cap nuoc.ods",
        "lo-vi",
        "accepted",
        "DU-CNMT",
        typing=cells,
        kind="ods",
        findings=[("file.ods", ""), ("workbook.late", "")],
    )

    a = at["DU-SVHTTDL"]  # blank rows between, then sorted by the model's name with everything on the row
    cells = a.rows(
        (0, "Văn hóa đọc nơi công sở", "Cả năm 2027", NEW, duty),
        (),
        (2, "Thư viện trên xe buýt", "Quý II, III/2027", NEW, people),
        (1, "Hiện vật kể chuyện Bác", "Dịp 02/9", NEW, party),
        (),
        (5, "Đêm diễn vùng sâu", "Trong năm 2027", OLD, people),
        (4, "Sân chơi cuối tuần", "Chủ nhật hằng tuần", OLD, people),
    )
    sheet_end = column_letters(a.layout.key_column)
    add(
        "nhan-ve",
        "MAU 02_SO VHTTDL_2027.xlsx",
        "lo-vi",
        "accepted",
        "DU-SVHTTDL",
        typing=cells,
        shows={a.cell(MODEL, 1): "Đêm diễn vùng sâu"},
        steps=[["unprotect", PASSWORD], ["sort", f"A{a.row(1)}:{sheet_end}{a.area.last_row}", 2]],
        findings=[],
    )

    a = at["DU-TTT"]  # a row typed too far down, cut and pasted into its place in the locked sheet
    cells = a.rows(
        (1, "Đối thoại trước, thanh tra sau", "Cả năm 2027", NEW, people),
        (2, "Hồ sơ thanh tra số hóa", "Từ tháng 3 đến tháng 11", NEW, office),
        ("Chi bộ 1/11", "Gương mẫu từ chi ủy viên", "Cả năm", OLD, duty),
        start=2,
    ) | {a.cell(TIME, 1): "Cả năm 2027"}
    lower = a.rows((3, "Một đầu mối, một lời đáp", "Quý III/2027", NEW, office), start=8, dated="")
    span = (a.letter(UNIT), a.letter(GROUP))
    add(
        "nhan-ve",
        "Thanh tra tinh - mau 02 (2).xlsx",
        "lo-en",
        "accepted",
        "DU-TTT",
        typing=cells | lower,
        shows={a.cell(MODEL, 5): "Một đầu mối, một lời đáp", a.cell(MODEL, 8): ""},
        steps=[["cut_paste", f"{span[0]}{a.row(8)}:{span[1]}{a.row(8)}", a.cell(UNIT, 5)]],
    )

    a = at["DU-BQLKCN"]  # typed with an old TCVN3 font
    cells = a.rows(
        (0, "Gặp gỡ công nhân cuối ca", "Thường xuyên", NEW, people),
        (2, "Hàng rào xanh quanh nhà máy", "Cả năm 2027", OLD, thrift),
    )
    old = {a.cell(MODEL, 2): "Doanh nghiÖp hái, Ban tr¶ lêi", a.cell(TIME, 2): "Tõ th¸ng 3 ®Õn th¸ng 11/2027"}
    add(
        "nhan-ve",
        "BQL KCN/Mau02-BQLKCN.xlsx",
        "lo-vi",
        "accepted",
        "DU-BQLKCN",
        inside="Bieu mau gui qua Zalo 22-02.zip",
        typing=cells
        | {a.cell(UNIT, 3): cells[a.cell(UNIT, 2)], a.cell(MODEL, 3): cells[a.cell(MODEL, 2)]}
        | {a.cell(TIME, 3): "Cả năm 2027", a.cell(OLD, 3): "x", a.cell(UNIT, 2): a.children[1], a.cell(NEW, 2): "x"}
        | {a.cell(GROUP, 2): people, a.cell(GROUP, 3): thrift},
        shows={a.cell(MODEL, 2): old[a.cell(MODEL, 2)]},
        steps=[
            ["clear", a.cell(OLD, 2)],
            *[["set", cell, text] for cell, text in old.items()],
            *[["font", cell, ".VnTime"] for cell in old],
        ],
        findings=[("cell.legacy_font", cell) for cell in old],
    )

    a = at["DU-BVDK"]  # ditto marks; a period outside the year, explained; a real date where a text was asked for
    cells = a.rows(
        (1, "Buồng bệnh không tiếng ồn", "Cả năm 2027", NEW, people),
        ("-nt-", "Lời dặn cuối ca", "Cả năm 2027", NEW, people),
        (2, "Phòng mổ xanh", "Quý I/2028", NEW, thrift, "Chờ bàn giao khu mổ mới, đầu năm 2028 mới làm được."),
        (3, "Gói quà cho bé", {"date": "2027-06-01"}, NEW, people),
        (7, "Khám liên thông, khỏi chạy vòng", "Từ tháng 4/2027 trở đi", NEW, office),
        ("nt", "Hồ sơ một trang", "12 tháng", NEW, office),
        (8, "Thuốc đến giường", "Cả năm", OLD, people),
        (10, "Bàn tay sạch", "Thường xuyên", OLD, duty),
        start=4,
    )
    cells |= {a.cell(TIME, 1): "Cả năm 2027", a.cell(TIME, 2): "Từ tháng 3/2027", a.cell(TIME, 3): "Cả năm 2027"}
    add(
        "nhan-ve",
        "Benh vien Da khoa tinh - BIEU MAU 02 (ban chot).xlsx",
        "exceljs",
        "accepted",
        "DU-BVDK",
        cells=cells,
        findings=[
            ("table.ditto", a.cell(UNIT, 5)),
            ("cell.period_outside", a.cell(TIME, 6)),
            ("cell.date_for_text", a.cell(TIME, 7)),
            ("table.ditto", a.cell(UNIT, 9)),
        ],
    )

    a = at["DU-TLLG"]  # late, a chi bộ the list does not have, saved as .xlsm
    cells = a.rows(
        (0, "Mỗi giọt nước một tấm lòng", "Cả năm 2027", NEW, thrift),
        (1, "Kênh sạch, bờ đẹp", "Hằng quý", OLD, people),
        ("Chi bộ Xí nghiệp Cơ điện", "Máy bơm không nghỉ trưa", "Quý I/2027", NEW, duty),
    )
    add(
        "nhan-ve-muon",
        "Mau 02 Thuy loi Lam Giang.xlsm",
        "lo-vi",
        "accepted",
        "DU-TLLG",
        typing=cells,
        kind="xlsm",
        findings=[
            ("file.macros", ""),
            ("workbook.late", ""),
            ("table.unit_not_child", a.cell(UNIT, 3)),
        ],
    )

    a = at["DU-STC"]  # the first return lacks a time and a name of a model; mended late, with merged unit names
    known = {a.cell(TIME, 1): "Cả năm 2027", a.cell(TIME, 2): "Quý I, II/2027"}
    rows = [
        (2, "Chi đúng, chi đủ, chi kịp thời", "Cả năm 2027", NEW, duty),
        (3, "Công khai giá qua Zalo", "Từ tháng 4/2027", NEW, people),
        (5, "", "Cả năm 2027", NEW, office),
    ]
    cells = a.rows(*rows, start=4) | known
    add(
        "nhan-ve",
        "Mau 02 - DU So Tai chinh (1).xlsx",
        "lo-vi",
        "to_fix",
        "DU-STC",
        typing=cells,
        findings=[("cell.required", a.cell(TIME, 3)), ("cell.required", a.cell(MODEL, 6))],
    )
    rows = [
        (2, "Chi đúng, chi đủ, chi kịp thời", "Cả năm 2027", NEW, duty),
        ("", "Bảng lương một chạm", "Quý III/2027", NEW, office),
        ("", "Sổ tay tự nhắc việc", "Cả năm 2027", OLD, duty),
        (5, "Số liệu mở mỗi thứ Hai", "Cả năm 2027", NEW, office),
    ]
    cells = a.rows(*rows, start=4) | known | {a.cell(TIME, 3): "Cả năm 2027"}
    add(
        "nhan-ve-muon",
        "Mau 02 - DU So Tai chinh (da sua).xlsx",
        "lo-vi",
        "accepted",
        "DU-STC",
        typing=cells,
        # the panel cannot see that a merged name stands for three rows; intake can (S1.33)
        shows=cells | {a.verdict: f"CHƯA XONG – CÒN 2 CHỖ: {a.cell(UNIT, 5)} thiếu tên chi bộ; …"},
        steps=[["unprotect", PASSWORD], ["merge", f"{a.cell(UNIT, 4)}:{a.cell(UNIT, 6)}"]],
        findings=[("workbook.late", "")],
    )
