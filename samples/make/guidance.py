"""The two forms that units return by the guidance of 2024: tasks (Mẫu 01) and typical models (Mẫu 02)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sample import DATED, At

TASK = "noi_dung don_vi_chu_tri don_vi_phoi_hop thoi_gian don_vi_tham_muu"
MODEL = "ten_mo_hinh dia_chi thuc_trang muc_tieu noi_dung don_vi_thuc_hien phoi_hop_chinh_quyen"
IN_TAN_QUY = "Tân Quy, ngày 19 tháng 02 năm 2027"


def tasks(add: Any, at: Mapping[str, At]) -> None:
    a = at["DU-STC"]
    cells = a.lines(
        TASK,
        (
            "Rút thời gian thẩm định dự toán còn 10 ngày",
            "Chi bộ Ngân sách",
            "Chi bộ Hành chính sự nghiệp",
            "Quý II, III/2027",
            "Văn phòng Đảng ủy",
        ),
        ("Công khai danh mục tài sản dôi dư", "Chi bộ Giá - Công sản", "Không", "Cả năm 2027", "Văn phòng Đảng ủy"),
    ) | a.fields(dia_danh_ngay=DATED)
    add("nhan-ve", "Nhiem vu dot pha - So Tai chinh.xlsx", "lo-en", "accepted", "DU-STC", typing=cells)

    a = at["DUX-TANQUY"]  # who drafts is left out once, who helps twice: asked about, not sent back
    cells = a.lines(
        TASK,
        (
            "Giải quyết dứt điểm 42 hồ sơ đất đai tồn đọng",
            "Phòng Kinh tế xã",
            "Chi bộ các thôn",
            "Từ tháng 3 đến tháng 9",
            "Văn phòng Đảng ủy",
        ),
        ("Xóa 6 điểm tập kết rác tự phát", "Hội Nông dân xã", "", "Quý II/2027", "Ủy ban MTTQ xã"),
        ("Mở lại chợ phiên Suối Đá", "Ủy ban nhân dân xã", "", "Trước 02/9/2027", ""),
    ) | a.fields(dia_danh_ngay=IN_TAN_QUY)
    add(
        "nhan-ve",
        "TAN QUY - dang ky nhiem vu dot pha 2027.xlsx",
        "lo-vi",
        "accepted",
        "DUX-TANQUY",
        typing=cells,
        findings=[
            ("cell.wanted", a.cell("don_vi_phoi_hop", 2)),
            ("cell.wanted", a.cell("don_vi_phoi_hop", 3)),
            ("cell.wanted", a.cell("don_vi_tham_muu", 3)),
        ],
    )

    a = at["MT-TINH"]  # nobody in the lead, and a day that is in no calendar
    cells = a.lines(
        TASK,
        (
            "Vận động xây 30 nhà Đại đoàn kết",
            "",
            "Hội LHPN tỉnh, Tỉnh đoàn",
            "Trước 31/6/2027",
            "Ban Phong trào",
        ),
        ("Đối thoại với người dân vùng dự án", "Ban Dân chủ - Pháp luật", "Không", "Hằng quý", "Văn phòng"),
    )
    add(
        "nhan-ve",
        "MTTQ tinh - Mau 01.xlsx",
        "lo-en",
        "to_fix",
        "MT-TINH",
        typing=cells,
        findings=[
            ("cell.required", a.cell("don_vi_chu_tri", 1)),
            ("cell.period_invalid", a.cell("thoi_gian", 1)),
        ],
    )

    a = at["CB-LMHTX"]  # OpenDocument by another program
    cells = a.lines(
        TASK, ("Lập phương án vay vốn cho 8 hợp tác xã yếu", "Chi bộ", "Quỹ Hỗ trợ HTX", "Cả năm", "Phòng Tổng hợp")
    )
    add(
        "nhan-ve",
        "Nhiem vu - Lien minh HTX.ods",
        "gnumeric",
        "accepted",
        "CB-LMHTX",
        cells=cells,
        kind="ods",
        findings=[("file.ods", "")],
    )

    a = at["HPN-TINH"]  # sent back as it came
    add(
        "nhan-ve",
        "nhiem-vu-dot-pha_2027_HOI-LHPN-TINH.xlsx",
        "exceljs",
        "to_fix",
        "HPN-TINH",
        findings=[("table.too_few_rows", a.cell("noi_dung", 1)), ("workbook.unchanged", "")],
    )

    a = at["DU-SCT"]
    cells = a.lines(
        TASK, ("Kéo điện về 3 thôn cuối nguồn", "Chi bộ Quản lý công nghiệp", "Không", "Quý III", "Văn phòng")
    )
    add(
        "nhan-ve",
        "Nhiem vu dot pha So Cong thuong.xlsb",
        "sheetjs",
        "refused",
        "DU-SCT",
        cells=cells,
        kind="xlsb",
        findings=[("file.xlsb", "")],
    )

    a = at["DTN-TINH"]  # a program that cuts every text of an .xls at 255 characters: the rest is lost
    long = (
        "Mỗi đoàn viên thanh niên là cán bộ, công chức trẻ nhận giúp một thiếu niên chậm tiến, mỗi cơ sở đoàn nhận "
        "giúp một câu lạc bộ thiếu nhi ở thôn xa; mỗi tháng gặp ít nhất hai lần, mỗi quý có nhận xét của nhà trường, "
        "cuối năm đánh giá bằng kết quả rèn luyện và chuyên cần của từng em."
    )
    cells = a.lines(TASK, (long, "Ban Thanh thiếu nhi", "Nhà trường", "Cả năm 2027", "Văn phòng"))
    add(
        "nhan-ve",
        "Tinh doan - nhiem vu.xls",
        "sheetjs",
        "to_fix",
        "DTN-TINH",
        cells=cells,
        kind="xls",
        inside="Tinh doan gui.zip",
        findings=[("file.xls", ""), ("file.text_cut", a.cell("noi_dung", 1))],
    )


def models(add: Any, at: Mapping[str, At]) -> None:
    a = at["DU-SYT"]  # a third model is more than the guidance asks: a warning
    three = a.lines(
        MODEL,
        (
            "Kê đơn hợp lý, an toàn",
            "Các bệnh viện tuyến tỉnh",
            "Đơn thuốc còn dài, trùng hoạt chất",
            "Giảm một nửa số đơn có cảnh báo",
            "Dược sĩ lâm sàng rà đơn mỗi sáng",
            "Chi bộ Nghiệp vụ Y - Dược",
            "",
        ),
        (
            "Mẫu nhanh, kết quả chuẩn",
            "Trung tâm Kiểm nghiệm",
            "Trả kết quả sau 5 ngày",
            "Trả kết quả sau 3 ngày",
            "Nhận mẫu cả ngày nghỉ",
            "Chi bộ Trung tâm Kiểm nghiệm",
            "",
        ),
        (
            "Nụ cười nơi tiếp đón",
            "Khối Văn phòng Sở",
            "Làm từ năm 2026, cần giữ",
            "Không còn phản ánh về thái độ",
            "Mỗi quầy có hộp góp ý",
            "Chi bộ Khối Văn phòng Sở",
            "",
        ),
    )
    add(
        "nhan-ve",
        "SYT_mo hinh tieu bieu.xlsx",
        "lo-vi",
        "accepted",
        "DU-SYT",
        typing=three,
        findings=[("table.too_many_rows", _first(a, 3))],
    )

    a = at["DU-SGDDT"]  # the same, and the unit says why; a newer return says it no more, and is not asked again
    three = a.lines(
        MODEL,
        (
            "Trường học hạnh phúc",
            "12 trường THPT",
            "Đã làm ở 4 trường",
            "Thêm 8 trường, học sinh muốn đến lớp",
            "Giáo viên gặp từng em trong tuần đầu",
            "Chi bộ các trường",
            "",
        ),
        (
            "Tủ sách dùng chung",
            "Trường THPT Hòa Lạc",
            "Sách cũ bỏ phí mỗi cuối năm",
            "Mỗi em mượn được đủ bộ",
            "Lớp trên để lại cho lớp dưới",
            "Chi bộ Trường THPT Hòa Lạc",
            "",
        ),
        (
            "Bữa cơm nội trú",
            "Trường PTDTNT tỉnh",
            "Suất ăn chưa đều giữa các bếp",
            "Thực đơn công khai hằng tuần",
            "Phụ huynh cùng giám sát",
            "Chi bộ Trường PTDTNT tỉnh",
            "",
        ),
    )
    why = {a.cell("giai_trinh", 3): "Trường PTDTNT nhập về Đảng bộ từ tháng 01 nên xin giữ mô hình của trường."}
    found = [("table.too_many_rows", _first(a, 3))]
    add(
        "nhan-ve",
        "Mo hinh tieu bieu - SGDDT.xlsx",
        "lo-en",
        "accepted",
        "DU-SGDDT",
        typing=three | why,
        findings=found,
    )
    again = three | {a.cell("muc_tieu", 2): "Mỗi em mượn được đủ bộ, không em nào phải mua mới"}
    add(
        "nhan-ve-muon",
        "Mo hinh tieu bieu - SGDDT (sua muc tieu).xlsx",
        "lo-en",
        "accepted",
        "DU-SGDDT",
        typing=again,
        findings=found,
    )

    a = at["DUX-TANQUY"]  # chosen together with the commune's government (S3.10)
    cells = a.lines(
        MODEL,
        (
            "Ngày thứ Sáu không hẹn",
            "Bộ phận một cửa xã Tân Quy",
            "Hồ sơ trễ hẹn 4%",
            "Dưới 1%, trả ngay trong ngày thứ Sáu",
            "Lãnh đạo xã trực tiếp ký tại quầy",
            "Chi bộ Cơ quan xã",
            "x",
        ),
        (
            "Con đường hoa Suối Đá",
            "Thôn Suối Đá",
            "1,2 km đường đất",
            "3 km có hoa, có đèn",
            "Mỗi hộ một đoạn, Hội Phụ nữ giữ",
            "Chi bộ thôn Suối Đá",
            "",
        ),
    ) | a.fields(dia_danh_ngay=IN_TAN_QUY)
    add("nhan-ve", "TAN QUY - mo hinh tieu bieu 2027.xlsx", "openpyxl", "accepted", "DUX-TANQUY", cells=cells)

    a = at["DUP-HOATHUAN"]  # none of them together with the government
    cells = a.lines(
        MODEL,
        (
            "Tổ dân phố tự quản camera",
            "Tổ dân phố 3",
            "Có 6 camera, hai cái hỏng",
            "12 camera, mất trộm giảm một nửa",
            "Góp kinh phí theo hộ, công khai thu chi",
            "Chi bộ tổ dân phố 3",
            "",
        ),
    )
    add(
        "nhan-ve",
        "Phuong Hoa Thuan mau 2.xlsx",
        "lo-vi",
        "accepted",
        "DUP-HOATHUAN",
        typing=cells,
        findings=[("table.too_few_ticked", a.cell("phoi_hop_chinh_quyen", 1))],
    )

    a = at["PKT-TANQUY"]
    cells = a.lines(
        MODEL,
        (
            "Trả lời hồ sơ đất đai trong 48 giờ",
            "Phòng Kinh tế xã Tân Quy",
            "Bình quân 5 ngày",
            "48 giờ, không hẹn lần hai",
            "Mỗi công chức phụ trách một thôn",
            "Phòng Kinh tế xã",
            "",
        ),
    )
    add(
        "nhan-ve",
        "Phong Kinh te - mau 02.xlsx",
        "sheetjs",
        "accepted",
        "PKT-TANQUY",
        cells=cells,
        options={"without": "BẢN IN"},
    )

    a = at["DTN-TINH"]  # no word on how things stand, dots for the aim, who does it not said
    cells = a.lines(
        MODEL, ("Thư viện nhà trọ", "5 khu nhà trọ công nhân", "", "................", "Sách, báo, máy tính cũ", "", "")
    )
    add(
        "nhan-ve",
        "Tinh doan - mo hinh.xlsx",
        "exceljs",
        "to_fix",
        "DTN-TINH",
        cells=cells,
        findings=[
            ("cell.required", a.cell("thuc_trang", 1)),
            ("cell.placeholder", a.cell("muc_tieu", 1)),
            ("cell.wanted", a.cell("don_vi_thuc_hien", 1)),
        ],
    )

    a = at["MT-TINH"]  # Excel 97, in an archive
    cells = a.lines(
        MODEL,
        (
            "Khu dân cư ba không",
            "9 khu dân cư điểm",
            "Còn đốt rác, thả rông chó",
            "Không rác, không tiếng ồn khuya, không thả rông",
            "Tổ tự quản nhắc nhau qua loa",
            "Ban Phong trào",
            "",
        ),
    )
    add(
        "nhan-ve",
        "MTTQ tinh - Mau 02.xls",
        "lo-vi",
        "accepted",
        "MT-TINH",
        typing=cells,
        kind="xls",
        inside="MTTQ tinh.zip",
        findings=[("file.xls", "")],
    )


def _first(a: At, number: int) -> str:
    """The cell at which a row as a whole is named."""
    return a.cell(a.table.columns[0].id, number)
