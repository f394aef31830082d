"""Mẫu số 03 of the plan of 2022 (what came of a model): due in December, a few came early."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sample import DATED, NO_PRINT, At

OWN_IDEA = "Xuất phát từ thực tế, tự nghiên cứu, học hỏi"
CALLED = "Hưởng ứng theo sự vận động của cấp ủy chi bộ, đảng bộ, cơ quan, đoàn thể"


def results(add: Any, at: Mapping[str, At], groups: tuple[str, ...]) -> None:
    _, office, *_ = groups

    a = at["DU-STP"]
    cells = a.fields(
        ten_mo_hinh="Ngày thứ Bảy hộ tịch",
        thoi_gian="Quý I/2027",
        nhom=office,
        nguon_goc=OWN_IDEA,
        ket_qua_chinh="Bảy buổi thứ Bảy giải quyết 312 hồ sơ hộ tịch, không phải hẹn lại.",
        so_lieu="Hồ sơ trễ hẹn còn 0,4% (cùng kỳ 3,1%); người dân hài lòng 98%.",
        nhan_rong="x",
        pham_vi="Bộ phận một cửa các xã, phường từ quý II",
        so_van_ban="07-BC/ĐU",
        dia_danh_ngay=DATED,
    ) | a.narrative(
        dac_diem="Đảng bộ Sở Tư pháp có 4 chi bộ; hồ sơ hộ tịch dồn vào thứ Hai và thứ Sáu.",
        su_can_thiet="Người lao động ở khu công nghiệp không nghỉ được ngày thường để làm giấy tờ.",
        van_ban="Kế hoạch số 09-KH/ĐU, ngày 15/01/2027 của Đảng ủy Sở.",
        noi_dung_co_ban="""Mỗi thứ Bảy mở một quầy hộ tịch tại một khu nhà trọ.
            Đảng viên thay nhau trực, không tính công.""",
        su_lanh_dao="Đảng ủy phân công hai đồng chí trong Ban Thường vụ trực cùng.",
        sang_kien="Điền sẵn tờ khai từ dữ liệu dân cư, người dân chỉ soát và ký.",
        hieu_qua="""312 hồ sơ xong trong ngày.
            Không có phản ánh về thái độ phục vụ.""",
        kinh_nghiem="Báo lịch trước một tuần thì quầy không bị trống.",
        han_che="Đường truyền tại hai khu nhà trọ còn chậm.",
        pham_vi_nhan_rong="Bộ phận một cửa các xã, phường.",
        lanh_dao_nhan_rong="Sở trình Ủy ban nhân dân tỉnh cho mở thêm 6 điểm.",
        huong_toi="Người dân không phải nghỉ việc để làm giấy tờ.",
    )
    add("nhan-ve", "Bao cao ket qua mo hinh - So Tu phap.xlsx", "lo-vi", "accepted", "DU-STP", typing=cells)

    a = at["DU-XSKT"]  # the office is told: nothing this year, and why
    why = "Công ty đang sắp xếp lại, năm nay chưa thực hiện mô hình nào."
    cells = a.fields(khong_phat_sinh="x", giai_trinh_chung=why)
    add(
        "nhan-ve", "Mau 03 Xo so kien thiet.xlsx", "lo-en", "accepted", "DU-XSKT", typing=cells, steps=NO_PRINT, part=""
    )

    a = at["DU-BQLKCN"]  # «nothing» ticked beside a whole report: which one holds?
    cells = a.fields(
        khong_phat_sinh="x",
        ten_mo_hinh="Gặp gỡ công nhân cuối ca",
        thoi_gian="Thường xuyên",
        nguon_goc=CALLED,
        ket_qua_chinh="Đã gặp gỡ 4 lượt, giải quyết 27 kiến nghị.",
        so_lieu="27/31 kiến nghị xong trong tháng",
        gui_ban_word="x",
    )
    add(
        "nhan-ve-muon",
        "Mau 03 BQL KCN.xlsx",
        "exceljs",
        "to_fix",
        "DU-BQLKCN",
        cells=cells,
        options={"without": "BẢN IN"},
        findings=[("workbook.nil_and_filled", a.field("khong_phat_sinh"))],
    )

    a = at["DU-CDN"]  # what was achieved is left out, and every figure
    cells = a.fields(ten_mo_hinh="Góc học nghề, lập nghiệp", thoi_gian="Năm 2027", nguon_goc=CALLED, gui_ban_word="x")
    add(
        "nhan-ve-muon",
        "BC mo hinh CD nghe so 1.xlsx",
        "lo-vi",
        "to_fix",
        "DU-CDN",
        typing=cells,
        steps=NO_PRINT,
        findings=[("cell.required", a.field("ket_qua_chinh")), ("cell.wanted", a.field("so_lieu"))],
    )
