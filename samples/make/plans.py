"""Mẫu số 01 of the plan of 2022 (a plan for each model), as units sent them back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sample import DATED, NO_PRINT, PASSWORD, At

WARNED = ("dac_diem", "thuan_loi_kho_khan", "yeu_cau", "su_can_thiet", "hieu_qua", "tinh_kha_thi")
"""Parts of Mẫu 01 whose absence is a warning; the other four are errors."""
OWN_IDEA = "Xuất phát từ thực tế, tự nghiên cứu, học hỏi"

IN_SHORT = {
    "muc_dich": "Giúp cán bộ, đảng viên làm việc có kế hoạch, người dân và đơn vị bạn đỡ phải chờ đợi.",
    "noi_dung_hoc_tap": "Học tập Bác tinh thần trách nhiệm với công việc, gần dân và nói đi đôi với làm.",
    "phuong_phap": "Mỗi đảng viên đăng ký một việc cụ thể; từ tháng 3 mỗi tháng xem lại một lần tại kỳ sinh hoạt.",
    "to_chuc_thuc_hien": "Cấp ủy phân công, chi bộ thực hiện, công đoàn phối hợp; tháng 12 đánh giá kết quả.",
}
"""What a plan cannot do without."""


def plans(add: Any, at: Mapping[str, At], groups: tuple[str, ...]) -> None:
    _, office, people, duty, thrift, _ = groups

    a = at["DU-STC"]  # two models: the workbook copied, «Mô hình thứ» 2 in the copy; an older copy found on a phone
    told = {"so_van_ban": "12-KH/ĐU", "dia_danh_ngay": DATED, "noi_nhan_2": "- Các chi bộ trực thuộc,"}
    cells = a.fields(
        ten_mo_hinh="Chi đúng, chi đủ, chi kịp thời",
        thoi_gian="Cả năm 2027",
        moi="x",
        nhom=duty,
        hinh_thuc="Xây dựng mới",
        nguon_goc=OWN_IDEA,
        **told,
    ) | a.narrative(
        dac_diem="""Đảng bộ Sở Tài chính có 6 chi bộ với 118 đảng viên, tham mưu quản lý thu, chi ngân sách toàn tỉnh.
            Mỗi năm phòng chuyên môn thẩm định hơn 900 hồ sơ dự toán, quyết toán.""",
        thuan_loi_kho_khan="""- Thuận lợi: đội ngũ trẻ, phần mềm dùng chung đã thông suốt đến cấp xã.
            - Khó khăn: cuối quý hồ sơ dồn nhiều, còn việc bổ sung giấy tờ hai, ba lần.""",
        muc_dich="Giảm một phần ba thời gian thẩm định; không để hồ sơ quá hạn vì lý do chủ quan.",
        yeu_cau="Mỗi đảng viên có một việc cụ thể hằng tuần; kết quả công khai tại bảng tin của phòng.",
        noi_dung_hoc_tap="""Học tập Bác đức tính cần, kiệm, liêm, chính trong quản lý tiền của của Nhân dân.
            Làm theo lời dạy: "Việc gì có lợi cho dân phải hết sức làm".""",
        su_can_thiet="Năm 2026 còn 37 hồ sơ quá hạn, đơn vị cơ sở phải đi lại nhiều lần.",
        phuong_phap="""Từ tháng 3: lập danh mục hồ sơ chuẩn, gửi trước cho đơn vị.
            Từ tháng 4: trả lời bằng văn bản một lần cho tất cả nội dung cần bổ sung.
            Hằng quý: họp rút kinh nghiệm với các đơn vị dự toán.""",
        hieu_qua="Thời gian thẩm định còn 10 ngày (trước là 15 ngày); hồ sơ bổ sung giảm còn dưới 10%.",
        tinh_kha_thi="Các phòng Kinh tế cấp xã làm theo được, không phát sinh kinh phí.",
        to_chuc_thuc_hien="""- Chi bộ Hành chính sự nghiệp chủ trì, Chi bộ Ngân sách phối hợp.
            - Văn phòng Đảng ủy theo dõi, báo cáo Ban Thường vụ hằng quý.""",
    )
    add("nhan-ve", "KH mo hinh 1 - So Tai chinh.xlsx", "lo-vi", "accepted", "DU-STC", typing=cells)
    second = {
        "ten_mo_hinh": "Công khai giá qua Zalo",
        "thoi_gian": "Từ tháng 4/2027",
        "moi": "x",
        "nhom": people,
        "mo_hinh_thu": "2",
    }
    cells = a.fields(**second, hinh_thuc="Nâng cao chất lượng", **told | {"so_van_ban": "13-KH/ĐU"}) | a.narrative(
        **IN_SHORT,
        dac_diem="Phòng Giá - Công sản có 9 đảng viên, theo dõi giá 54 mặt hàng thiết yếu.",
        thuan_loi_kho_khan="Thuận lợi: đã có nhóm Zalo của 12 chợ. Khó khăn: nhiều mặt hàng đổi giá trong ngày.",
        yeu_cau="Tin ngắn, đúng giờ, ai cũng đọc được.",
        su_can_thiet="Người dân muốn biết giá trước khi đi chợ xa.",
        hieu_qua="Mỗi tuần hai bản tin giá, ít nhất 1.500 người theo dõi.",
        tinh_kha_thi="Các xã có chợ đầu mối đều làm được.",
    )
    add(
        "nhan-ve",
        "KH mo hinh 2 - So Tai chinh.xlsx",
        "lo-vi",
        "accepted",
        "DU-STC",
        typing=cells,
        steps=NO_PRINT,
        part="2",
    )
    add(
        "nhan-ve-zalo",
        "KH mo hinh 2 - ban dau.xlsx",
        "lo-vi",
        "superseded",
        "DU-STC",
        typing=a.fields(**second) | a.narrative(**IN_SHORT),
        steps=NO_PRINT,
        part="2",
        findings=[*_missing(a), ("set.superseded", "")],
    )

    a = at["CB-LMHTX"]  # a base chi bộ owes no Mẫu 02: its models reach the bloc's table from here (S1.15)
    cells = a.fields(
        ten_mo_hinh="Mỗi đảng viên giúp một hợp tác xã yếu",
        thoi_gian="Từ tháng 3 đến tháng 11",
        moi="x",
        nhom=people,
        nguon_goc=OWN_IDEA,
        dia_danh_ngay=DATED,
    ) | a.narrative(
        **IN_SHORT,
        dac_diem="Chi bộ có 11 đảng viên, theo dõi 86 hợp tác xã.",
        thuan_loi_kho_khan="Thuận lợi: gần cơ sở. Khó khăn: 19 hợp tác xã hoạt động cầm chừng.",
        yeu_cau="Giúp đến nơi đến chốn, có địa chỉ, có kết quả.",
        su_can_thiet="Nhiều hợp tác xã không tự lập được phương án vay vốn.",
        hieu_qua="Ít nhất 8 hợp tác xã lập được phương án và vay được vốn.",
        tinh_kha_thi="Hội Nông dân, Hội Phụ nữ các xã làm theo được.",
    )
    add(
        "nhan-ve",
        "Ke hoach mo hinh - Lien minh HTX.xlsx",
        "lo-en",
        "accepted",
        "CB-LMHTX",
        typing=cells,
        steps=NO_PRINT,
    )

    a = at["CB-HKHKT"]  # the narrative as a signed paper beside, here only what is summed up
    cells = a.fields(
        ten_mo_hinh="Góc tư vấn kỹ thuật miễn phí cuối tuần",
        thoi_gian="Quý II, III/2027",
        dang_trien_khai="x",
        nhom=thrift,
        hinh_thuc="Nhân rộng",
        gui_ban_word="x",
    )
    add(
        "nhan-ve",
        "Mau 01 LH Hoi KHKT (phan tong hop).xlsx",
        "lo-en",
        "accepted",
        "CB-HKHKT",
        typing=cells,
        steps=NO_PRINT,
    )
    add(
        "nhan-ve",
        "Mau 01 LH Hoi KHKT (ban ky, scan).pdf",
        "lo-en",
        "refused",
        "CB-HKHKT",
        typing=cells | a.narrative(**IN_SHORT, **dict.fromkeys(WARNED, "Như Chi bộ đã thảo luận ngày 10/02/2027.")),
        kind="pdf",
        options={"pages": "4-5"},
        findings=[("file.pdf", "")],
    )

    a = at["DU-SNV"]  # neither of the two boxes ticked, no aim, no way, dots for a paragraph
    cells = a.fields(ten_mo_hinh="Áo ấm tri ân", thoi_gian="Dịp 27/7", nhom=thrift) | a.narrative(
        noi_dung_hoc_tap="Học tập Bác đạo lý uống nước nhớ nguồn, thương người như thể thương thân.",
        to_chuc_thuc_hien="..............",
    )
    add(
        "nhan-ve",
        "mau 01 so noi vu.xlsx",
        "gnumeric",
        "to_fix",
        "DU-SNV",
        cells=cells,
        findings=[
            ("cell.tick_missing", a.field("dang_trien_khai")),
            ("table.too_few_paragraphs", a.paragraph("muc_dich")),
            ("table.too_few_paragraphs", a.paragraph("phuong_phap")),
            ("cell.placeholder", a.paragraph("to_chuc_thuc_hien")),
            *_missing(a),
        ],
    )

    a = at["DU-SYT"]  # a group that is none of the list's, a time nobody can place: asked about, not sent back
    cells = a.fields(
        ten_mo_hinh="Kê đơn hợp lý, an toàn",
        thoi_gian="khi có kinh phí",
        moi="x",
        nhom="Nhóm chuyên môn y tế",
        dia_danh_ngay=DATED,
    ) | a.narrative(**IN_SHORT, **dict.fromkeys(WARNED, "Như kế hoạch công tác năm của Đảng ủy Sở."))
    add(
        "nhan-ve",
        "SYT_mau01_2027.xlsx",
        "exceljs",
        "accepted",
        "DU-SYT",
        cells=cells,
        findings=[
            ("cell.not_in_list", a.field("nhom")),
            ("cell.period_unreadable", a.field("thoi_gian")),
        ],
    )

    a = at["DU-DHLG"]  # the parts that may be left out are, and the unit says why: six warnings become notes
    why = "Kế hoạch đầy đủ 9 trang đã gửi theo đường công văn, ở đây ghi tóm tắt."
    cells = a.fields(
        ten_mo_hinh="Ký túc xá không rác nhựa", thoi_gian="Cả năm", moi="x", giai_trinh_chung=why
    ) | a.narrative(**IN_SHORT)
    add(
        "nhan-ve",
        "KH mo hinh - DH Lam Giang.xlsx",
        "openpyxl",
        "accepted",
        "DU-DHLG",
        cells=cells,
        options={"without": "BẢN IN"},
        findings=_missing(a),
    )

    a = at["DU-VPUB"]  # OpenDocument
    cells = a.fields(
        ten_mo_hinh="Công sở không giấy", thoi_gian="Cả năm 2027", dang_trien_khai="x", nhom=thrift
    ) | a.narrative(**IN_SHORT, **dict.fromkeys(WARNED, "Mô hình tiếp tục từ năm 2026, xem báo cáo kèm theo."))
    add(
        "nhan-ve",
        "Mau 01 VP UBND tinh.ods",
        "lo-en",
        "accepted",
        "DU-VPUB",
        typing=cells,
        steps=NO_PRINT,
        kind="ods",
        findings=[("file.ods", "")],
    )

    a = at["DU-SVHTTDL"]  # Excel 97 under WPS's name, the page for printing thrown away
    cells = a.fields(ten_mo_hinh="Thư viện trên xe buýt", thoi_gian="Quý II, III/2027", moi="x") | a.narrative(
        **IN_SHORT, **dict.fromkeys(WARNED, "Làm điểm trên hai tuyến xe buýt nội tỉnh trước khi mở rộng.")
    )
    add(
        "nhan-ve",
        "Mau 01 So VHTTDL.et",
        "lo-vi",
        "accepted",
        "DU-SVHTTDL",
        typing=cells,
        steps=NO_PRINT,
        kind="xls",
        findings=[("file.xls", "")],
    )

    a = at["DU-SXD"]  # «Protect workbook» closes an .xls with the password that every program knows
    cells = a.fields(ten_mo_hinh="Họp không quá 60 phút", thoi_gian="Cả năm 2027", dang_trien_khai="x") | a.narrative(
        **IN_SHORT, **dict.fromkeys(WARNED, "Đã làm tại khối văn phòng, năm nay mở ra toàn Đảng bộ.")
    )
    add(
        "nhan-ve",
        "Mau 01 So Xay dung (khoa so).xls",
        "lo-vi",
        "accepted",
        "DU-SXD",
        typing=cells,
        steps=[*NO_PRINT, ["lock_structure"]],
        kind="xls",
        findings=[("file.xls", "")],
    )

    a = at["DU-BHXH"]  # closed with the password the sheets are locked with: tried, and it opens
    cells = a.fields(ten_mo_hinh="Thẻ trao tận tay", thoi_gian="Cả năm", moi="x", nhom=people) | a.narrative(
        **IN_SHORT, **dict.fromkeys(WARNED, "Cán bộ thu mang thẻ đến từng hộ có người già yếu.")
    )
    add(
        "nhan-ve",
        "Mau 01 BHXH (mat khau).xlsx",
        "lo-en",
        "accepted",
        "DU-BHXH",
        typing=cells,
        steps=NO_PRINT,
        options={"password": PASSWORD},
    )

    a = at["DU-TTT"]  # unlocked: two paragraphs more than the sheet has rows for
    cells = a.fields(
        ten_mo_hinh="Một đầu mối, một lời đáp", thoi_gian="Quý III/2027", moi="x", nhom=office
    ) | a.narrative(**IN_SHORT, **dict.fromkeys(WARNED, "Theo kế hoạch công tác năm của Thanh tra tỉnh."))
    first = a.layout.areas["phuong_phap"].first_row
    more = {f"A{first + 1}": "Quý III làm điểm tại Chi bộ 11.", f"A{first + 2}": "Quý IV đánh giá, nhân ra."}
    add(
        "nhan-ve",
        "Thanh tra tinh - mau 01 (them doan).xlsx",
        "lo-vi",
        "accepted",
        "DU-TTT",
        typing=cells,
        shows={a.field("ten_mo_hinh"): "Một đầu mối, một lời đáp"},
        steps=[
            ["unprotect", PASSWORD],
            ["insert_rows", first + 1, 2],
            *[["set", cell, text] for cell, text in more.items()],
            *NO_PRINT,
        ],
        findings=[("structure.rows_changed", "")],
    )

    a = at["DU-NTBL"]  # the sheet alone in a new book, a printed heading put in other words
    heading = a.text("II- Mục đích")
    cells = a.fields(ten_mo_hinh="Lô cao su kiểu mẫu", thoi_gian="Cả năm 2027", moi="x", nhom=duty) | a.narrative(
        **IN_SHORT, **dict.fromkeys(WARNED, "Nông trường có 4 đội sản xuất và một nhà máy.")
    )
    add(
        "nhan-ve",
        "NT B' La - KH mo hinh.xlsx",
        "lo-en",
        "accepted",
        "DU-NTBL",
        typing=cells,
        steps=[
            ["copy_sheet_to_new_book"],
            ["unprotect", PASSWORD],
            ["set", heading, "II. Mục tiêu, chỉ tiêu"],
        ],
        findings=[("identity.damaged", ""), ("structure.locked_text", heading)],
    )

    a = at["DU-QDTPT"]  # late, and one paragraph that no row can show
    long = "Vốn phải đến đúng nơi, đúng việc, đúng lúc và quay về đúng hạn. " * 17
    cells = a.fields(ten_mo_hinh="Vốn đến đúng nơi", thoi_gian="Cả năm 2027", moi="x") | a.narrative(
        **IN_SHORT | {"muc_dich": long}, **dict.fromkeys(WARNED, "Quỹ có 3 chi bộ, 41 đảng viên.")
    )
    add(
        "nhan-ve-muon",
        "Mau 01 Quy Dau tu phat trien.xlsx",
        "openpyxl",
        "to_fix",
        "DU-QDTPT",
        cells=cells,
        options={"without": "BẢN IN"},
        findings=[("cell.too_long", a.paragraph("muc_dich")), ("workbook.late", "")],
    )

    a = at["DU-TLLG"]  # late; both boxes ticked, and a number that is none
    cells = a.fields(
        ten_mo_hinh="Mỗi giọt nước một tấm lòng",
        thoi_gian="Cả năm 2027",
        moi="x",
        dang_trien_khai="x",
        mo_hinh_thu="thứ nhất",
    ) | a.narrative(**IN_SHORT, **dict.fromkeys(WARNED, "Công ty quản lý 214 km kênh chính."))
    add(
        "nhan-ve-muon",
        "Mau 01 Thuy loi Lam Giang.xlsx",
        "lo-en",
        "to_fix",
        "DU-TLLG",
        typing=cells,
        steps=NO_PRINT,
        findings=[
            ("cell.tick_both", a.field("dang_trien_khai")),
            ("cell.number", a.field("mo_hinh_thu")),
            ("workbook.late", ""),
        ],
    )


def _missing(a: At) -> list[tuple[str, str]]:
    return [("table.too_few_paragraphs", a.paragraph(table)) for table in WARNED]
