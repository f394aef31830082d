"""The invented office of the samples, as values: every name, number and address here is made up."""

from __future__ import annotations

import datetime as dt

from people import more_units, people

from lamtheo_xls.register import Earlier, FormDates, Register, Round, Unit

PROVINCE = "Lam Giang"
PLAN, GUIDANCE = "43-kh-duk", "hd-btgtu-2024"
"""The programmes: the plan of 2022 (S1) and the guidance of 2024 (S3)."""
PERIOD, LAST_YEAR = "2027", "2026"

OFFICE = {
    "co_quan": f"Đảng ủy Ủy ban nhân dân tỉnh {PROVINCE}",
    "cap_tren": f"Đảng bộ tỉnh {PROVINCE}",
    "dia_danh": PROVINCE,
    "nhan_bao_cao": "Ban Thường vụ Đảng ủy",
    "dau_moi_nhan": "Ban Tuyên giáo và Dân vận Đảng ủy, đ/c Lan 0900 000 001",
    "thu_nhan": "tuyengiao.dubnd@lamgiang.example.vn",
    "quyen_han_ky": "T/M BAN THƯỜNG VỤ",
    "chuc_vu_ky": "PHÓ BÍ THƯ",
    "nguoi_ky": "Trần Ngọc Thảo",
}

# (code, name, short name, contact, secretary, its chi bộ); the spellings «uỷ», «hoà», «&», «B' Lá», «1/11» are meant.
COMMITTEES: tuple[tuple[str, str, str, str, str, tuple[str, ...]], ...] = (
    (
        "DU-VPUB",
        "Đảng ủy Văn phòng Ủy ban nhân dân tỉnh",
        "ĐU Văn phòng UBND tỉnh",
        "Nguyễn Thị Lan Chi",
        "Phạm Quốc Khánh",
        ("Tổng hợp", "Hành chính - Tổ chức", "Nội chính", "Kinh tế ngành", "Trung tâm Phục vụ hành chính công"),
    ),
    (
        "DU-STC",
        "Đảng ủy Sở Tài chính",
        "ĐU Sở Tài chính",
        "Lê Thị Hồng Lan",
        "Võ Minh Tâm",
        ("Văn phòng", "Ngân sách", "Hành chính sự nghiệp", "Giá - Công sản", "Đầu tư", "Tin học thống kê"),
    ),
    (
        "DU-SNV",
        "Đảng ủy Sở Nội vụ",
        "ĐU Sở Nội vụ",
        "Bùi Thanh Tú",
        "Ngô Thị Mai Hương",
        ("Văn phòng - Thanh tra", "Công chức, viên chức", "Lao động - Việc làm", "Người có công", "Chi cục Văn thư"),
    ),
    (
        "DU-STP",
        "Đảng ủy Sở Tư pháp",
        "ĐU Sở Tư pháp",
        "Đặng Hoài Nam",
        "Hồ Thị Thu Thủy",
        ("Văn phòng", "Nghiệp vụ 1", "Nghiệp vụ 2", "Phòng Công chứng số 1"),
    ),
    (
        "DU-SYT",
        "Đảng ủy Sở Y tế",
        "ĐU Sở Y tế",
        "Trương Mỹ Duyên",
        "Lý Hoàng Phúc",
        (
            "Khối Văn phòng Sở",
            "Nghiệp vụ Y - Dược",
            "Chi cục Dân số",
            "Chi cục An toàn vệ sinh thực phẩm",
            "Trung tâm Kiểm nghiệm",
            "Trung tâm Pháp y",
            "Trung tâm Giám định y khoa",
        ),
    ),
    (
        "DU-SGDDT",
        "Đảng ủy Sở Giáo dục và Đào tạo",
        "ĐU Sở GDĐT",
        "Phan Ngọc Bích",
        "Huỳnh Văn Lực",
        (
            "Cơ quan Sở",
            "Trường THPT Chuyên Lam Giang",
            "Trường THPT Nguyễn Thái Bình",
            "Trường THPT Hòa Lạc",
            "Trường THPT Hoà Thuận",
            "Trường THCS và THPT Tân Quy",
            "Trường PTDTNT tỉnh",
            "Trung tâm GDTX tỉnh",
            "Trung tâm Ngoại ngữ - Tin học",
        ),
    ),
    (
        "DU-SXD",
        "Đảng ủy Sở Xây dựng",
        "ĐU Sở Xây dựng",
        "Tạ Đình Khôi",
        "Mai Xuân Trường",
        ("Văn phòng", "Quy hoạch - Kiến trúc", "Quản lý vận tải", "Trung tâm Kiểm định", "Ban Quản lý bến xe"),
    ),
    (
        "DU-SNNMT",
        "Đảng ủy Sở Nông nghiệp và Môi trường",
        "ĐU Sở NNMT",
        "Châu Thị Kim Yến",
        "Đoàn Hữu Nghĩa",
        (
            "Văn phòng",
            "Chi cục Trồng trọt",
            "Chi cục Chăn nuôi và Thú y",
            "Chi cục Thủy sản",
            "Chi cục Kiểm lâm",
            "Chi cục Thuỷ lợi",
            "Trung tâm Khuyến nông",
            "Trung tâm Nước sạch",
            "Văn phòng Đăng ký đất đai",
        ),
    ),
    (
        "DU-SKHCN",
        "Đảng ủy Sở Khoa học và Công nghệ",
        "ĐU Sở KHCN",
        "Vũ Anh Dũng",
        "Lương Thị Bạch Tuyết",
        ("Văn phòng", "Bưu chính - Viễn thông", "Trung tâm Chuyển đổi số"),
    ),
    (
        "DU-SCT",
        "Đảng ủy Sở Công Thương",
        "ĐU Sở Công Thương",
        "Đỗ Thị Quỳnh Như",
        "Trịnh Công Minh",
        ("Văn phòng", "Quản lý công nghiệp", "Quản lý thương mại", "Chi cục Quản lý thị trường"),
    ),
    (
        "DU-SVHTTDL",
        "Đảng ủy Sở Văn hóa, Thể thao và Du lịch",
        "ĐU Sở VHTTDL",
        "Cao Thị Diễm My",
        "Hà Văn Sơn",
        (
            "Văn phòng",
            "Bảo tàng tỉnh",
            "Thư viện tỉnh",
            "Trung tâm Văn hóa - Nghệ thuật",
            "Trung tâm Huấn luyện thể thao",
            "Đoàn Nghệ thuật tổng hợp",
        ),
    ),
    (
        "DU-TTT",
        "Đảng ủy Thanh tra tỉnh",
        "ĐU Thanh tra tỉnh",
        "Nguyễn Văn Tú",
        "Lâm Thị Ngọc Hân",
        ("1", "2", "3", "11", "1/11"),
    ),
    (
        "DU-BQLKCN",
        "Đảng ủy Ban Quản lý các khu công nghiệp",
        "ĐU BQL các KCN",
        "Kiều Minh Trí",
        "Thái Thị Bích Liên",
        ("Văn phòng", "Quản lý doanh nghiệp", "Hạ tầng & Môi trường"),
    ),
    (
        "DU-BVDK",
        "Đảng ủy Bệnh viện Đa khoa tỉnh",
        "ĐU Bệnh viện Đa khoa tỉnh",
        "Quách Gia Linh",
        "Dương Văn Hậu",
        (
            "Hành chính",
            "Nội - Nhi",
            "Ngoại - Gây mê",
            "Sản",
            "Khám bệnh",
            "Cấp cứu",
            "Hồi sức tích cực",
            "Liên chuyên khoa",
            "Dược",
            "Cận lâm sàng",
            "Điều dưỡng",
            "Dinh dưỡng - Kiểm soát nhiễm khuẩn",
        ),
    ),
    (
        "DU-DHLG",
        "Đảng ủy Trường Đại học Lam Giang",
        "ĐU Đại học Lam Giang",
        "Tô Thị Hoài An",
        "Vương Đức Thịnh",
        (
            "Khối Hành chính",
            "Khoa Sư phạm",
            "Khoa Kinh tế",
            "Khoa Nông nghiệp",
            "Khoa Công nghệ thông tin",
            "Khoa Ngoại ngữ",
            "Sinh viên 1",
            "Sinh viên 2",
        ),
    ),
    (
        "DU-CDN",
        "Đảng ủy Trường Cao đẳng nghề số 1",
        "ĐU Cao đẳng nghề số 1",
        "La Hồng Phát",
        "Nguyễn Thị Sương",
        ("Phòng, ban", "Khoa Cơ khí - Ô tô", "Khoa Điện - Điện tử", "Học sinh, sinh viên"),
    ),
    (
        "DU-KSBT",
        "Đảng uỷ Trung tâm Kiểm soát bệnh tật",
        "ĐU TT Kiểm soát bệnh tật",
        "Ông Thị Kim Ngân",
        "Bạch Văn Thuỷ",
        ("Kế hoạch - Nghiệp vụ", "Phòng, chống bệnh truyền nhiễm", "Xét nghiệm", "Tổ chức - Hành chính"),
    ),
    (
        "DU-QDTPT",
        "Đảng ủy Quỹ Đầu tư phát triển",
        "ĐU Quỹ Đầu tư phát triển",
        "Giang Thị Ánh",
        "Hứa Thanh Bình",
        ("Nghiệp vụ", "Kế toán - Hành chính", "Thẩm định"),
    ),
    (
        "DU-TLLG",
        "Đảng ủy Công ty TNHH MTV Thủy lợi Lam Giang",
        "ĐU Cty Thủy lợi Lam Giang",
        "Nguyễn Hữu Tài",
        "Trần Văn Mười Hai",
        ("Văn phòng Công ty", "Xí nghiệp Thủy lợi Bắc", "Xí nghiệp Thủy lợi Nam", "Trạm bơm Tân Quy"),
    ),
    (
        "DU-XSKT",
        "Đảng ủy Công ty Xổ số kiến thiết",
        "ĐU Cty Xổ số kiến thiết",
        "Lê Thị Mộng Cầm",
        "Ngô Tấn Đạt",
        ("Văn phòng", "Kế toán - Tài vụ", "Phát hành vé"),
    ),
    (
        "DU-CNMT",
        "Đảng ủy Công ty Cấp nước & Môi trường đô thị",
        "ĐU Cty Cấp nước & MTĐT",
        "Phùng Bảo Châu",
        "Đinh Công Lý",
        ("Văn phòng", "Nhà máy nước số 1", "Nhà máy nước số 2", "Đội Vệ sinh & Cây xanh", "Đội Thoát nước"),
    ),
    (
        "DU-BHXH",
        "Đảng ủy Bảo hiểm xã hội tỉnh",
        "ĐU Bảo hiểm xã hội tỉnh",
        "Từ Minh Thuận",
        "Lê Thị Út",
        ("Văn phòng", "Thu - Sổ thẻ", "Giám định bảo hiểm y tế", "Chế độ bảo hiểm"),
    ),
    (
        "DU-TCL",
        "Đảng ủy Trung tâm Công nghệ & Lưu trữ",
        "ĐU TT Công nghệ & Lưu trữ",
        "Mạc Thị Thanh Hà",
        "Nguyễn Trường Sa",
        ("Hành chính", "Kỹ thuật", "Kho lưu trữ"),
    ),
    (
        "DU-NTBL",
        "Đảng ủy Nông trường B' Lá",
        "ĐU Nông trường B' Lá",
        "K' Brép",
        "Y Thông Niê",
        ("Văn phòng", "Đội 1", "Đội 2", "Đội 3", "Nhà máy chế biến", "Trạm Y tế - Mẫu giáo"),
    ),
)

BASE_CELLS: tuple[tuple[str, str, str, str, str], ...] = (
    ("CB-LMHTX", "Chi bộ Liên minh Hợp tác xã tỉnh", "CB Liên minh HTX", "Sơn Thị Rây", "Thạch Minh Đức"),
    (
        "CB-HKHKT",
        "Chi bộ Liên hiệp các Hội Khoa học và Kỹ thuật",
        "CB Liên hiệp Hội KHKT",
        "Ninh Văn Hiếu",
        "Âu Thị Loan",
    ),
)

# Last year's models: (unit, chi bộ by its place in the list, model, time, group by its place).
EARLIER: tuple[tuple[str, int, str, str, int], ...] = (
    ("DU-VPUB", 0, "Mỗi ngày một việc tốt, mỗi tuần một cải tiến", "Cả năm 2026", 3),
    ("DU-VPUB", 1, "Công sở không giấy", "Cả năm 2026", 4),
    ("DU-STC", 0, "Tiết kiệm điện, nước, văn phòng phẩm", "Cả năm 2026", 4),
    ("DU-STC", 1, "Thẩm định dự toán đúng hẹn, không phải chờ", "Từ quý II/2026", 1),
    ("DU-STC", 4, "Một cửa, một lần, một ngày", "Cả năm 2026", 1),
    ("DU-SYT", 0, "Nụ cười nơi tiếp đón", "Cả năm 2026", 3),
    ("DU-SYT", 4, "Mẫu nhanh, kết quả chuẩn", "Quý III, IV/2026", 3),
    ("DU-BVDK", 0, "Tủ thuốc 0 đồng", "Cả năm 2026", 4),
    ("DU-BVDK", 4, "Giảm 30 phút chờ khám", "Từ tháng 3/2026", 1),
    ("DU-BVDK", 5, "Trực đủ 24 giờ, tận tình từng phút", "Cả năm 2026", 3),
    ("DU-TTT", 0, "Tiếp dân tận tâm, trả lời tận nơi", "Cả năm 2026", 3),
    ("DU-CDN", 1, "Góc học nghề, lập nghiệp", "Năm 2026", 2),
)


def cell_name(child: str) -> str:
    """«Văn phòng» → «Chi bộ Văn phòng»."""
    return f"Chi bộ {child}"


def children_of(code: str) -> tuple[str, ...]:
    """Names of a committee's chi bộ, in the office's order."""
    return next(tuple(map(cell_name, c[5])) for c in COMMITTEES if c[0] == code)


def make_register(groups: tuple[str, ...]) -> Register:
    """The register as danh-sach.xlsx holds it; `groups` are the labels of the model groups."""
    units: list[Unit] = []
    phone = 1

    def add(code: str, name: str, short: str, order: int, kind: str, **more: object) -> None:
        nonlocal phone
        phone += 1
        units.append(
            Unit(
                code=code,
                name=name,
                short_name=short,
                order=order,
                kind=kind,
                phone=f"0900000{phone:03}",
                mail=f"{code.lower().replace('-', '.')}@example.vn",
                **more,  # type: ignore[arg-type]
            )
        )

    places = [(c[0], c[1], c[2], c[3], c[4], "dang_uy_co_so") for c in COMMITTEES]
    places += [(*c, "chi_bo_co_so") for c in BASE_CELLS]
    for order, (code, name, short, contact, secretary, kind) in enumerate(places, start=1):
        add(code, name, short, order, kind, contact=contact, secretary=secretary)
    others = more_units(len(places) + 1)
    units += others
    units.append(
        Unit(
            code="DU-SKHDT",
            name="Đảng ủy Sở Kế hoạch và Đầu tư",
            short_name="ĐU Sở KHĐT",
            order=len(places) + len(others) + 1,
            kind="dang_uy_co_so",
            valid_to=dt.date(2026, 2, 28),
        )
    )
    for number, child in enumerate(("Tổng hợp", "Văn phòng"), start=1):
        units.append(
            Unit(
                code=f"CB-SKHDT-{number:02}",
                name=cell_name(child),
                short_name=f"CB {child}",
                order=number,
                kind="chi_bo_truc_thuoc",
                parent="DU-SKHDT",
                valid_to=dt.date(2026, 2, 28),
            )
        )
    for committee in COMMITTEES:
        for number, child in enumerate(committee[5], start=1):
            code = f"CB-{committee[0].removeprefix('DU-')}-{number:02}"
            units.append(
                Unit(
                    code=code,
                    name=cell_name(child),
                    short_name=f"CB {child}",
                    order=number,
                    kind="chi_bo_truc_thuoc",
                    parent=committee[0],
                )
            )
    earlier = tuple(
        Earlier(
            period=LAST_YEAR,
            unit=unit,
            values={
                "ten_chi_bo": children_of(unit)[place],
                "ten_mo_hinh": model,
                "thoi_gian": time,
                "nhom": groups[group],
            },
        )
        for unit, place, model, time, group in EARLIER
    )
    year = int(PERIOD)
    end = FormDates(accept_until=dt.date(year, 12, 31), note="Hết năm khóa sổ để bình xét")
    rounds = (
        Round(programme=PLAN, period=LAST_YEAR, opens=dt.date(year - 1, 1, 15), closed=True),
        Round(programme=GUIDANCE, period=PERIOD, opens=dt.date(year, 1, 11)),
        Round(programme=PLAN, period=PERIOD, opens=dt.date(year, 1, 15), dues={"Mẫu số 03": end}),
    )
    return Register(units=tuple(units), people=people(), rounds=rounds, office=OFFICE, earlier=earlier)
