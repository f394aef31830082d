"""The people of the invented office, and the units that only the 2024 guidance asks: communes, cells of villages, mass
organisations, departments. Every name, birthday and number here is made up."""

from __future__ import annotations

from lamtheo_xls.register import Person, Unit

# (code, name, short name, kind, above it, contact, secretary or head)
UNITS: tuple[tuple[str, str, str, str, str, str, str], ...] = (
    ("DUX-TANQUY", "Đảng ủy xã Tân Quy", "ĐU xã Tân Quy", "dang_uy_xa_phuong", "", "Lê Quốc Việt", "Phan Văn Lợi"),
    (
        "DUP-HOATHUAN",
        "Đảng ủy phường Hòa Thuận",
        "ĐU phường Hòa Thuận",
        "dang_uy_xa_phuong",
        "",
        "Nguyễn Ngọc Trâm",
        "Đào Thị Bích Vân",
    ),
    (
        "MT-TINH",
        "Ủy ban Mặt trận Tổ quốc Việt Nam tỉnh",
        "UB MTTQ tỉnh",
        "mat_tran_doan_the",
        "",
        "Bùi Đức Anh",
        "Nguyễn Hồng Sơn",
    ),
    (
        "HPN-TINH",
        "Hội Liên hiệp Phụ nữ tỉnh",
        "Hội LHPN tỉnh",
        "mat_tran_doan_the",
        "",
        "Trần Thị Ý Nhi",
        "Kim Thị Hạnh",
    ),
    ("DTN-TINH", "Tỉnh đoàn Lam Giang", "Tỉnh đoàn", "mat_tran_doan_the", "", "Phạm Gia Huy", "Lương Quang Đạo"),
    (
        "PKT-TANQUY",
        "Phòng Kinh tế xã Tân Quy",
        "Phòng Kinh tế xã Tân Quy",
        "phong_ban_nganh",
        "DUX-TANQUY",
        "Cao Minh Trí",
        "Vũ Thị Nhàn",
    ),
    (
        "BQLDA-HOALAC",
        "Ban Quản lý dự án khu vực Hòa Lạc",
        "BQLDA Hòa Lạc",
        "phong_ban_nganh",
        "",
        "Từ Công Danh",
        "Mạch Văn Thanh",
    ),
    ("CBT-BINHAN", "Chi bộ thôn Bình An", "CB thôn Bình An", "chi_bo_thon", "DUX-TANQUY", "", "Huỳnh Thị Sáu"),
    ("CBT-SUOIDA", "Chi bộ thôn Suối Đá", "CB thôn Suối Đá", "chi_bo_thon", "DUX-TANQUY", "", "Điểu K'Lốt"),
    ("CBT-TDP3", "Chi bộ tổ dân phố 3", "CB tổ dân phố 3", "chi_bo_thon", "DUP-HOATHUAN", "", "Ngô Văn Đức"),
)

HEAD, LEADER, MEMBER = "nguoi_dung_dau", "lanh_dao", "cap_uy_vien"
STAFF, PARTY, WORKER, WILLING = "can_bo_cong_chuc", "dang_vien", "nguoi_lao_dong", "tu_nguyen"

# (code, name, unit, group, born, post in the Party, other post, roles, why exempt)
PEOPLE: tuple[tuple[str, str, str, str, str, str, str, tuple[str, ...], str], ...] = (
    (
        "VO-MINH-TAM",
        "Võ Minh Tâm",
        "DU-STC",
        STAFF,
        "15/8/1972",
        "Bí thư Đảng ủy",
        "Giám đốc Sở",
        (HEAD, MEMBER),
        "",
    ),
    (
        "LE-THI-HONG-LAN",
        "Lê Thị Hồng Lan",
        "DU-STC",
        STAFF,
        "02/9/1978",
        "Phó Bí thư Đảng ủy",
        "Phó Giám đốc Sở",
        (LEADER, MEMBER),
        "",
    ),
    # two of one name in one chi bộ: their birthdays and codes tell them apart
    ("NGUYEN-THI-HOA", "Nguyễn Thị Hoa", "CB-STC-02", STAFF, "12/03/1985", "", "Chuyên viên", (), ""),
    ("NGUYEN-THI-HOA-2", "Nguyễn Thị Hoa", "CB-STC-02", STAFF, "27/11/1991", "", "Kế toán viên", (), ""),
    (
        "HOANG-VAN-KHIEM",
        "Hoàng Văn Khiêm",
        "CB-STC-02",
        PARTY,
        "1949",
        "",
        "",
        (),
        "Được miễn công tác và sinh hoạt đảng",
    ),
    (
        "DO-HUU-NGHIA",
        "Đỗ Hữu Nghĩa",
        "CB-BVDK-06",
        STAFF,
        "20/12/1976",
        "Bí thư Chi bộ",
        "Trưởng khoa Cấp cứu",
        (HEAD, MEMBER),
        "",
    ),
    ("LY-THI-KIM-THOA", "Lý Thị Kim Thoa", "CB-BVDK-06", STAFF, "08/4/1993", "", "Điều dưỡng viên", (), ""),
    (
        "THACH-MINH-DUC",
        "Thạch Minh Đức",
        "CB-LMHTX",
        STAFF,
        "30/4/1970",
        "Bí thư Chi bộ",
        "Chủ tịch Liên minh",
        (HEAD, MEMBER),
        "",
    ),
    ("SON-THI-RAY", "Sơn Thị Rây", "CB-LMHTX", STAFF, "1988", "", "Chuyên viên", (), ""),
    ("LAM-VAN-CHIN", "Lâm Văn Chín", "CB-LMHTX", PARTY, "1951", "", "", (), "Được miễn công tác và sinh hoạt đảng"),
    (
        "PHAN-VAN-LOI",
        "Phan Văn Lợi",
        "DUX-TANQUY",
        STAFF,
        "05/5/1975",
        "Bí thư Đảng ủy xã",
        "Chủ tịch Hội đồng nhân dân xã",
        (HEAD, MEMBER),
        "",
    ),
    (
        "TRAN-THI-MY-DUNG",
        "Trần Thị Mỹ Dung",
        "DUX-TANQUY",
        STAFF,
        "19/6/1982",
        "Phó Bí thư Đảng ủy xã",
        "Chủ tịch Ủy ban nhân dân xã",
        (LEADER, MEMBER),
        "",
    ),
    ("LE-QUOC-VIET", "Lê Quốc Việt", "DUX-TANQUY", STAFF, "10/10/1990", "", "Công chức văn phòng", (), ""),
    (
        "VU-THI-NHAN",
        "Vũ Thị Nhàn",
        "PKT-TANQUY",
        STAFF,
        "22/7/1981",
        "Đảng ủy viên",
        "Trưởng phòng",
        (HEAD, MEMBER),
        "",
    ),
    ("CAO-MINH-TRI", "Cao Minh Trí", "PKT-TANQUY", STAFF, "03/02/1995", "", "Chuyên viên", (), ""),
    # in a cell of a village only the committee registers (S3.15)
    ("HUYNH-THI-SAU", "Huỳnh Thị Sáu", "CBT-BINHAN", PARTY, "1966", "Bí thư Chi bộ", "Trưởng thôn", (HEAD, MEMBER), ""),
    ("NGUYEN-VAN-UT", "Nguyễn Văn Út", "CBT-BINHAN", PARTY, "1970", "Phó Bí thư Chi bộ", "", (MEMBER,), ""),
    ("TRAN-VAN-HOA", "Trần Văn Hòa", "CBT-BINHAN", PARTY, "1959", "", "", (), ""),
    ("LE-THI-BE-BA", "Lê Thị Bé Ba", "CBT-BINHAN", PARTY, "1963", "", "", (), ""),
    ("DANG-THI-LANH", "Đặng Thị Lành", "CBT-BINHAN", WILLING, "1974", "", "Tổ trưởng tổ phụ nữ", (), ""),
    ("NGO-VAN-DUC", "Ngô Văn Đức", "CBT-TDP3", PARTY, "1961", "Bí thư Chi bộ", "", (HEAD, MEMBER), ""),
    ("MAI-THI-CUC", "Mai Thị Cúc", "CBT-TDP3", PARTY, "1957", "", "", (), ""),
    (
        "NGUYEN-HONG-SON",
        "Nguyễn Hồng Sơn",
        "MT-TINH",
        STAFF,
        "11/01/1969",
        "Bí thư Đảng đoàn",
        "Chủ tịch Ủy ban MTTQ Việt Nam tỉnh",
        (HEAD,),
        "",
    ),
    ("H-LAN-NIE", "H'Lan Niê", "MT-TINH", STAFF, "26/3/1980", "", "Phó Chủ tịch", (LEADER,), ""),
    ("BUI-DUC-ANH", "Bùi Đức Anh", "MT-TINH", STAFF, "14/9/1992", "", "Chuyên viên", (), ""),
    ("TRUONG-VAN-TAM", "Trương Văn Tám", "MT-TINH", WORKER, "1984", "", "Lái xe", (), ""),
)


def more_units(first_order: int) -> tuple[Unit, ...]:
    """The units above, in the office's order after the committees: `first_order` is the first free number."""
    return tuple(
        Unit(
            code=code,
            name=name,
            short_name=short,
            order=order,
            kind=kind,
            parent=above,
            contact=contact,
            secretary=head,
            phone=f"0900002{order:03}" if contact else "",
            mail=f"{code.lower().replace('-', '.')}@example.vn" if contact else "",
        )
        for order, (code, name, short, kind, above, contact, head) in enumerate(UNITS, start=first_order)
    )


def people() -> tuple[Person, ...]:
    """Sheet CÁ NHÂN."""
    return tuple(
        Person(
            code=code,
            name=name,
            unit=unit,
            group=group,
            born=born,
            party_post=party,
            other_post=other,
            roles=roles,
            exempt=exempt,
            mail="" if exempt else f"{code.lower().replace('-', '')}@example.vn",
            phone=f"0900001{number:03}",
        )
        for number, (code, name, unit, group, born, party, other, roles, exempt) in enumerate(PEOPLE, start=1)
    )
