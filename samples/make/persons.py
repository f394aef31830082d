"""Plans of persons (Mẫu 03 of the guidance of 2024), as they sent them back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sample import NO_PRINT, At

LEADING = "Việc nêu gương, dám nghĩ, dám làm"
MENDING = "Việc khắc phục hạn chế, yếu kém kéo dài"
PLANNED = "Có trong kế hoạch toàn khóa"
ARISEN = "Vấn đề mới nảy sinh"
ZIP = "Ke hoach ca nhan - So Tai chinh.zip"


def persons(add: Any, at: Mapping[str, At]) -> None:
    leaders(add, at)
    others(add, at)


def leaders(add: Any, at: Mapping[str, At]) -> None:
    """Part III is asked of them (S3.19)."""
    a = at["VO-MINH-TAM"]  # two things to set an example by
    cells = a.fields(
        can_cu="04-KH/ĐU, ngày 12/01/2027 của Đảng ủy Sở Tài chính",
        loai_viec_1=LEADING,
        can_cu_viec_1=PLANNED,
        loai_viec_2=MENDING,
        can_cu_viec_2=ARISEN,
        dia_danh_ngay="Lam Giang, ngày 18 tháng 02 năm 2027",
    ) | a.narrative(
        lam_theo_noi_dung="""Học tập Bác tinh thần cần, kiệm, liêm, chính; không ký hồ sơ chậm quá một ngày.
            Mỗi tháng dự sinh hoạt với một chi bộ trực thuộc.""",
        lam_theo_giai_phap="Từ tháng 3: dành một giờ cuối ngày ký hồ sơ; có lịch dự sinh hoạt công khai.",
        viec_1_noi_dung="Trực tiếp đối thoại với đơn vị dự toán mỗi quý một lần.",
        viec_1_giai_phap="Ngày 15 của tháng giữa quý; trả lời bằng văn bản trong 5 ngày.",
        viec_2_noi_dung="Khắc phục việc phân bổ kinh phí chậm kéo dài nhiều năm.",
        viec_2_giai_phap="Xong trước 31/3 hằng năm, công khai trên trang thông tin của Sở.",
    )
    add("nhan-ve", "KH ca nhan - GD So.xlsx", "lo-vi", "accepted", "VO-MINH-TAM", typing=cells, inside=ZIP)

    a = at["LE-THI-HONG-LAN"]  # a leader without part III
    cells = a.narrative(
        lam_theo_noi_dung="Học tập Bác cách nói ngắn, viết ngắn; họp không quá 60 phút.",
        lam_theo_giai_phap="Gửi tài liệu trước một ngày; từ tháng 3.",
    )
    add(
        "nhan-ve",
        "KH ca nhan - PGD So.xlsx",
        "lo-en",
        "to_fix",
        "LE-THI-HONG-LAN",
        typing=cells,
        steps=NO_PRINT,
        inside=ZIP,
        findings=[
            ("table.too_few_paragraphs", a.paragraph("viec_1_noi_dung")),
            ("table.too_few_paragraphs", a.paragraph("viec_1_giai_phap")),
        ],
    )

    a = at["PHAN-VAN-LOI"]  # and one more copy for the level above, which is the same file (S3.22)
    cells = a.fields(
        loai_viec_1=MENDING, can_cu_viec_1=PLANNED, dia_danh_ngay="Tân Quy, ngày 20 tháng 02 năm 2027"
    ) | a.narrative(
        lam_theo_noi_dung="Gần dân: mỗi tuần về thôn một buổi, nghe trước, nói sau.",
        lam_theo_giai_phap="Thứ Năm hằng tuần, từ tháng 02; ghi sổ kiến nghị và ngày trả lời.",
        viec_1_noi_dung="Giải quyết dứt điểm 42 hồ sơ đất đai tồn đọng từ trước khi sáp nhập.",
        viec_1_giai_phap="Trực tiếp chủ trì họp hai tuần một lần đến hết tháng 9.",
    )
    add("nhan-ve", "KH ca nhan - BT xa Tan Quy.xlsx", "lo-vi", "accepted", "PHAN-VAN-LOI", typing=cells, steps=NO_PRINT)
    add(
        "nhan-ve",
        "KH ca nhan - BT xa Tan Quy_gui cap tren.xlsx",
        "copy",
        "duplicate",
        "KH ca nhan - BT xa Tan Quy.xlsx",
        owner="PHAN-VAN-LOI",
        findings=[("set.duplicate", "")],
    )

    a = at["HUYNH-THI-SAU"]  # head of a village's cell: one thing, but of which kind, and why this one?
    cells = a.narrative(
        lam_theo_noi_dung="Nói đi đôi với làm: việc của thôn thì nhà mình làm trước.",
        lam_theo_giai_phap="Hiến 40 m² đất mở đường trong tháng 4.",
        viec_1_noi_dung="Vận động 19 hộ hiến đất mở rộng đường vào khu sản xuất.",
        viec_1_giai_phap="Đến từng nhà trong tháng 3, tháng 4; làm đường trong quý III.",
    )
    add(
        "nhan-ve",
        "ke hoach chi Sau.xlsx",
        "lo-vi",
        "accepted",
        "HUYNH-THI-SAU",
        typing=cells,
        steps=NO_PRINT,
        findings=[("cell.wanted", a.field("loai_viec_1")), ("cell.wanted", a.field("can_cu_viec_1"))],
    )

    a = at["NGUYEN-VAN-UT"]  # on a committee: a leader too; found on a phone
    cells = a.fields(loai_viec_1=LEADING, can_cu_viec_1=ARISEN) | a.narrative(
        lam_theo_noi_dung="Tiết kiệm: đám cưới, đám giỗ trong nhà không quá 10 mâm.",
        lam_theo_giai_phap="Cả năm, bắt đầu từ đám giỗ tháng 3.",
        viec_1_noi_dung="Đứng ra lập tổ tự quản trả nợ vốn vay đúng hạn.",
        viec_1_giai_phap="Họp tổ ngày 5 hằng tháng.",
    )
    add(
        "nhan-ve-zalo",
        "Ke hoach - Nguyen Van Ut.xlsx",
        "lo-vi",
        "accepted",
        "NGUYEN-VAN-UT",
        typing=cells,
        steps=NO_PRINT,
    )

    a = at["NGUYEN-HONG-SON"]
    cells = a.fields(loai_viec_1=LEADING, can_cu_viec_1=PLANNED) | a.narrative(
        lam_theo_noi_dung="Học tập Bác phong cách dân vận: óc nghĩ, mắt trông, tai nghe, chân đi, miệng nói, tay làm.",
        lam_theo_giai_phap="Mỗi quý ở cơ sở ít nhất 6 ngày.",
        viec_1_noi_dung="Vận động xây 30 nhà Đại đoàn kết trước 02/9.",
        viec_1_giai_phap="Phân công từng Ủy viên Ban Thường trực phụ trách một huyện cũ.",
    )
    add(
        "nhan-ve",
        "CT MTTQ tinh.ods",
        "gnumeric",
        "accepted",
        "NGUYEN-HONG-SON",
        cells=cells,
        kind="ods",
        inside="MTTQ tinh.zip",
        findings=[("file.ods", "")],
    )

    a = at["H-LAN-NIE"]  # how the first thing will be done is not said, nor what part II will be done by
    cells = a.fields(loai_viec_1=MENDING, can_cu_viec_1=PLANNED) | a.narrative(
        lam_theo_noi_dung="Học tiếng Ê-đê, tiếng M'nông đủ để trò chuyện với bà con.",
        viec_1_noi_dung="Khắc phục việc tập huấn hình thức, học xong không dùng được.",
    )
    add(
        "nhan-ve-muon",
        "H'Lan - Mau 03.xlsx",
        "openpyxl",
        "to_fix",
        "H-LAN-NIE",
        cells=cells,
        options={"without": "BẢN IN"},
        findings=[
            ("table.too_few_paragraphs", a.paragraph("lam_theo_giai_phap")),
            ("table.too_few_paragraphs", a.paragraph("viec_1_giai_phap")),
        ],
    )

    a = at["VU-THI-NHAN"]
    cells = a.fields(loai_viec_1=LEADING, can_cu_viec_1=PLANNED) | a.narrative(
        lam_theo_noi_dung="Không hẹn người dân lần thứ hai vì cùng một giấy tờ.",
        lam_theo_giai_phap="Mỗi hồ sơ chỉ một thông báo bổ sung, từ ngày 01/3.",
        viec_1_noi_dung="Trả lời hồ sơ đất đai trong 48 giờ.",
        viec_1_giai_phap="Chia công chức theo thôn; tuần nào cũng báo số hồ sơ tồn.",
    )
    add(
        "nhan-ve-muon",
        "Truong phong Kinh te.xlsx",
        "lo-en",
        "accepted",
        "VU-THI-NHAN",
        typing=cells,
        steps=NO_PRINT,
    )


def others(add: Any, at: Mapping[str, At]) -> None:
    """Staff, volunteers, and one of whom nothing is asked."""
    a = at["NGUYEN-THI-HOA"]  # two of one name in one chi bộ: only the code tells whose this is
    cells = a.narrative(
        lam_theo_noi_dung="Trả lời đơn vị dự toán trong ngày, kể cả khi câu trả lời là chưa được.",
        lam_theo_giai_phap="Từ tháng 3, dành 30 phút đầu giờ chiều.",
    )
    add("nhan-ve", "Hoa 1985.xlsx", "gnumeric", "accepted", "NGUYEN-THI-HOA", cells=cells, inside=ZIP)

    a = at["NGUYEN-THI-HOA-2"]  # not a leader, and part III filled all the same: taken, and noted
    cells = a.fields(loai_viec_1=LEADING, can_cu_viec_1=ARISEN) | a.narrative(
        lam_theo_noi_dung="Kiệm: in hai mặt, tắt điện khi ra khỏi phòng.",
        lam_theo_giai_phap="Hằng ngày.",
        viec_1_noi_dung="Viết bảng tính đối chiếu tự động cho cả phòng.",
        viec_1_giai_phap="Xong trong quý II.",
    )
    add(
        "nhan-ve",
        "Hoa 1991.xlsx",
        "exceljs",
        "accepted",
        "NGUYEN-THI-HOA-2",
        cells=cells,
        options={"without": "BẢN IN"},
        inside=ZIP,
        findings=[("table.not_asked", a.paragraph("viec_1_noi_dung"))],
    )

    a = at["SON-THI-RAY"]
    cells = a.narrative(
        lam_theo_noi_dung="Cùng ba hợp tác xã lập sổ thu chi bằng điện thoại.",
        lam_theo_giai_phap="Mỗi tháng một buổi, đến hết tháng 6.",
    ) | a.fields(ngay_sinh="17/5/1988")
    add("nhan-ve", "Son Thi Ray.xlsx", "lo-en", "accepted", "SON-THI-RAY", typing=cells, steps=NO_PRINT)

    a = at["BUI-DUC-ANH"]  # the name wiped out, no means said
    cells = a.narrative(lam_theo_noi_dung="Viết tin ngắn về gương người tốt, mỗi tuần một tin.")
    add(
        "nhan-ve",
        "Bui Duc Anh - ke hoach.xlsx",
        "sheetjs",
        "to_fix",
        "BUI-DUC-ANH",
        cells=cells | a.fields(ho_ten=""),
        options={"without": "BẢN IN"},
        inside="MTTQ tinh.zip",
        findings=[
            ("cell.required", a.field("ho_ten")),
            ("table.too_few_paragraphs", a.paragraph("lam_theo_giai_phap")),
        ],
    )

    a = at["CAO-MINH-TRI"]  # sent back once, mended a week later
    first = a.narrative(lam_theo_noi_dung="Đo đạc đúng, ghi sổ ngay tại ruộng.")
    add(
        "nhan-ve",
        "CAO MINH TRI.xlsx",
        "lo-vi",
        "to_fix",
        "CAO-MINH-TRI",
        typing=first,
        steps=NO_PRINT,
        findings=[("table.too_few_paragraphs", a.paragraph("lam_theo_giai_phap"))],
    )
    cells = first | a.narrative(lam_theo_giai_phap="Mang máy tính bảng, nhập xong mới về; từ tháng 3.")
    add("nhan-ve-muon", "CAO MINH TRI (2).xlsx", "lo-vi", "accepted", "CAO-MINH-TRI", typing=cells, steps=NO_PRINT)

    a = at["DANG-THI-LANH"]  # a volunteer: accepted, and never chased (S3.16)
    cells = a.narrative(
        lam_theo_noi_dung="Mỗi tuần dọn đường hoa cùng tổ phụ nữ.",
        lam_theo_giai_phap="Sáng Chủ nhật, cả năm.",
    )
    add("nhan-ve", "Ke hoach - chi Lanh.xlsx", "lo-vi", "accepted", "DANG-THI-LANH", typing=cells, steps=NO_PRINT)

    a = at["shared"]  # a member of a village's cell of whom nothing is asked (S3.15) took the shared workbook
    cells = a.fields(
        don_vi="Trần Văn Hòa – CB thôn Bình An",
        ho_ten="Trần Văn Hòa",
        ngay_sinh="1959",
    ) | a.narrative(
        lam_theo_noi_dung="Dạy cháu và trẻ trong xóm học chữ, học nết.",
        lam_theo_giai_phap="Tối thứ Ba, thứ Sáu.",
    )
    add(
        "nhan-ve",
        "ong Hoa thon Binh An.xlsx",
        "lo-en",
        "unknown",
        "shared",
        known=True,
        typing=cells,
        steps=NO_PRINT,
        findings=[("identity.shared", a.field("don_vi"))],
    )
