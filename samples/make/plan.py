"""What each sample is: whose workbook, which program filled it with what, and what it must become when it comes back.

The expectation stands beside the filling and is written by hand from the rules of the form, never copied from what the
program answers; only the addresses come from the layout of the issued workbook.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from lamtheo_xls.definitions.model import Form
from lamtheo_xls.ledger import IssueRecord
from lamtheo_xls.workbook.layout import address, column_letters, lay_out

TABLE = "mo_hinh"
UNIT, MODEL, TIME, GOING_ON, NEW, GROUP, WHY = (
    "ten_chi_bo",
    "ten_mo_hinh",
    "thoi_gian",
    "dang_trien_khai",
    "moi",
    "nhom",
    "giai_trinh",
)
DATED = "Lam Giang, ngày 20 tháng 02 năm 2027"
PASSWORD = "lamtheo"
"""The sheet password of demo workspaces: for samples whose clerk was helped to unlock the sheet."""

Steps = list[list[Any]]


@dataclass(frozen=True, kw_only=True)
class Sample:
    """One file to be made. `by`: lo-en, lo-vi, gnumeric, exceljs, sheetjs, openpyxl, script or copy."""

    batch: str
    file: str
    by: str
    state: str
    source: str = ""
    """Unit code of the issued workbook; «shared», «other», «last» for other workbooks; a file for copies."""
    unit: str = ""
    """The assignment it must come to, '' for none; `source` where `own`."""
    steps: Steps = field(default_factory=list)
    cells: Mapping[str, Any] = field(default_factory=dict)
    shows: Mapping[str, str] = field(default_factory=dict)
    findings: Sequence[tuple[str, str]] = ()
    """(code, cell) with cell '' where the finding has none."""
    kind: str = "xlsx"
    options: Mapping[str, Any] = field(default_factory=dict)
    inside: str = ""
    """The archive it is put into, as `a.zip` or `a.zip!b.zip`; then `file` is the member."""

    @property
    def name(self) -> str:
        return f"{self.inside}!{self.file}" if self.inside else self.file


class At:
    """Addresses in the workbook that was issued to a unit."""

    def __init__(self, form: Form, record: IssueRecord) -> None:
        self.form, self.record = form, record
        self.layout = lay_out(form, record.issued.rows, shared=not record.issued.unit)
        self.area = self.layout.areas[TABLE]
        self.children = record.children
        self.code = record.code

    def row(self, number: int) -> int:
        return self.area.first_row + number - 1

    def cell(self, column: str, number: int) -> str:
        return address(self.row(number), self.area.columns[column])

    def letter(self, column: str) -> str:
        return column_letters(self.area.columns[column])

    def field(self, id: str) -> str:
        return address(*self.layout.fields[id])

    def text(self, beginning: str) -> str:
        """The cell of a locked text of the form."""
        found = [c for c in self.layout.cells if c.kind in ("static", "context") and c.text.startswith(beginning)]
        if len(found) != 1:
            raise ValueError(f"{len(found)} cells begin with {beginning!r}")
        return address(*found[0].at)

    def head(self, column: str) -> str:
        return self.text(self.form.table(TABLE).column(column).label)

    @property
    def code_head(self) -> str:
        return address(*self.layout.code_head)

    @property
    def code_close(self) -> str:
        return address(*self.layout.code_close)

    def rows(self, *rows: tuple[Any, ...], start: int = 1, dated: str = DATED) -> dict[str, Any]:
        """Cells of rows (chi bộ by its place or as text, model, time, tick column(s) or '', [group, explanation])."""
        cells: dict[str, Any] = {}
        for number, row in enumerate(rows, start=start):
            if not row:
                continue
            unit, model, time, ticks, *more = row
            values = {UNIT: self.children[unit] if isinstance(unit, int) else unit, MODEL: model, TIME: time}
            values |= dict.fromkeys(ticks.split(), "x")
            values |= dict(zip((GROUP, WHY), more, strict=False))
            cells |= {self.cell(column, number): value for column, value in values.items() if value}
        if dated:
            cells[self.field("dia_danh_ngay")] = dated
        return cells


def typed(cells: Mapping[str, str]) -> Steps:
    return [["type", cell, text] for cell, text in cells.items()]


O, N = GOING_ON, NEW
"""Ticks: going on (đang triển khai), new (mô hình mới)."""


def samples(at: Mapping[str, At], groups: tuple[str, ...]) -> list[Sample]:
    """All samples; `at` by unit code, and «shared», «other», «last»."""
    out: list[Sample] = []

    def add(
        batch: str,
        file: str,
        by: str,
        state: str,
        source: str = "",
        *,
        typing: Mapping[str, str] | None = None,
        steps: Sequence[Sequence[Any]] = (),
        findings: Sequence[tuple[str, str]] = (),
        unit: str | None = None,
        shows: Mapping[str, str] | None = None,
        **more: Any,
    ) -> None:
        """`typing` goes through LibreOffice's keyboard and is then compared with what it shows."""
        before = typed(typing or {})
        owner = unit if unit is not None else source if state in ("accepted", "to_fix", "superseded") else ""
        seen = dict(typing or {}) if shows is None else dict(shows)
        out.append(
            Sample(
                batch=batch,
                file=file,
                by=by,
                state=state,
                source=source,
                unit=owner,
                steps=before + [list(s) for s in steps],
                shows=seen,
                findings=tuple(findings),
                **more,
            )
        )

    _good(add, at, groups)
    _to_fix(add, at, groups)
    _identity(add, at)
    _not_the_form(add, at)
    return out


def _good(add: Any, at: Mapping[str, At], groups: tuple[str, ...]) -> None:
    party, office, people, duty, thrift, _ = groups

    a = at["DU-VPUB"]  # two models of last year stand in it already, only their time is open
    cells = a.rows(
        (2, "Xử lý văn bản mật đúng người, đúng việc", "Thường xuyên", N, duty),
        (3, "Theo sát cơ sở, gỡ khó từng tuần", "Từ tháng 3 đến tháng 11", N, people),
        (4, "Nụ cười công sở", "Cả năm 2027", O, office),
        start=3,
    )
    cells |= {a.cell(TIME, 1): "Cả năm 2027", a.cell(TIME, 2): "Quý I, II/2027"}
    add("nhan-ve", "Mau 02 - VP UBND tinh.xlsx", "lo-en", "accepted", "DU-VPUB", typing=cells)

    a = at["DU-SNV"]
    cells = a.rows(
        ("CB Văn phòng – Thanh tra", "Giải quyết hồ sơ “4 không”: không chậm, không sót, không phiền, không hẹn lại",
         "Cả năm", N, office),
        (1, "- Học Bác mỗi tuần, làm theo mỗi ngày", "thường xuyên", O, duty),
        (2, "Phiên chợ việc làm tuổi ba mươi", "Từ 01/3 đến 30/11/2027", N, people),
        (3, "Áo ấm tri ân", "Dịp 27/7", O, thrift),
        (4, "=1+1 cùng tiến bộ", "2027", N, duty),
    )  # «–» for «-», CB for Chi bộ; texts that begin with - and = stay texts
    add("nhan-ve", "BIEU MAU 02.xlsx", "lo-vi", "accepted", "DU-SNV", typing=cells)
    add(
        "nhan-ve",
        "BIEU MAU 02_gui qua Zalo.xlsx",
        "copy",
        "duplicate",
        "BIEU MAU 02.xlsx",
        unit="DU-SNV",
        findings=[("set.duplicate", "")],
    )

    a = at["DU-STP"]
    cells = a.rows(
        (0, "Tư vấn pháp luật lưu động", "Quý II, III/2027", N, people),
        (1, "Thẩm định sớm một ngày", "Cả năm 2027", N, office),
        (2, "Ngày thứ Bảy hộ tịch", "hằng tháng", N, office),
        (3, "Công chứng tại nhà cho người già yếu", "Từ tháng 4/2027", O, people),
    )
    add("nhan-ve", "Bang tong hop dang ky mo hinh - So Tu phap.xlsx", "exceljs", "accepted", "DU-STP", cells=cells)

    a = at["DU-SYT"]
    cells = a.rows(
        (1, "Kê đơn hợp lý, an toàn", "Quý III/2027", N, duty),
        (2, "Hai con khỏe, gia đình vui", "Cả năm 2027", N, people),
        (5, "Giám định đúng hẹn", "6 tháng đầu năm 2027", N, office),
        start=3,
    ) | {a.cell(TIME, 1): "Cả năm 2027", a.cell(TIME, 2): "Tháng 3/2027 - tháng 9/2027"}
    add("nhan-ve", "SYT_mau02_2027.xlsx", "sheetjs", "accepted", "DU-SYT", cells=cells)

    a = at["DU-SGDDT"]
    cells = a.rows(
        (0, "Trường học hạnh phúc", "Cả năm", O, people),
        (1, "Đôi bạn cùng tiến", "T3-T11/2027", N, people),
        (4, "Tủ sách dùng chung", "Cả năm", N, thrift),
        ("Chi bộ Trường THPT Hoà Lạc", "Tiếng trống học bài", "Cả năm", O, duty),
        (6, "Bữa cơm nội trú", "Cả năm", N, thrift),
    )  # «Hoà Lạc» and «Hòa Lạc» are one chi bộ
    add(
        "nhan-ve",
        "Mau 02 SGDDT.xlsx",
        "gnumeric",
        "accepted",
        "DU-SGDDT",
        cells=cells,
    )
    early = a.rows((0, "Trường học hạnh phúc", "Cả năm", O, people))
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
        (0, "Họp không quá 60 phút", "Cả năm 2027", O, office),
        (1, "Công khai quy hoạch tại khu dân cư", "Từ tháng 5 - 12/2027", N, people),
        (3, "Kết quả kiểm định qua điện thoại", "Quý IV/2027", N, office),
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
        (0, "Một ngày cùng nông dân", "hằng tháng", N, people),
        (1, "Giống tốt cho vùng khó", "Vụ hè thu 2027", N, people),
        (2, "Đàn vật nuôi sạch bệnh", "Cả năm", O, duty),
        (4, "Mỗi cán bộ trồng mười cây xanh", "Dịp 19/5", N, thrift),
        (6, "Cùng nông dân lên sàn", "Quý II/2027", N, people),
    ]
    cells = a.rows(*rows)
    inserted = {
        f"{a.letter(c)}{first + 2}": text
        for c, text in ((UNIT, "Chi bộ Chi cục Thủy lợi"), (MODEL, "Giữ nước như giữ nhà"), (TIME, "Từ tháng 1 đến tháng 4"), (N, "x"))
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
        (0, "Ý tưởng nhỏ, lợi ích lớn", "Cả năm 2027", N, duty),
        (1, "Sóng về thôn xa", "Từ tháng 3/2027 đến tháng 02/2028", N, people),
        (2, "Mỗi người dân một danh tính số", "Trước 15/12/2027", O, office),
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
        (0, "Tiết kiệm một giờ điện mỗi ngày", "Cả năm 2027", O, thrift),
        (1, "Cà phê cùng doanh nghiệp", "Thứ Sáu hằng tuần", N, people),
        (2, "Chuyến hàng bình ổn về xã xa", "Quý IV/2027", N, people),
        (3, "Cân đúng, bán thật", "từ 15/3/2027", N, duty),
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

    a = at["DU-SVHTTDL"]  # blank rows between, then sorted by the model's name with everything on the row
    cells = a.rows(
        (0, "Văn hóa đọc nơi công sở", "Cả năm 2027", N, duty),
        (),
        (2, "Thư viện trên xe buýt", "Quý II, III/2027", N, people),
        (1, "Hiện vật kể chuyện Bác", "Dịp 02/9", N, party),
        (),
        (5, "Đêm diễn vùng sâu", "Trong năm 2027", O, people),
        (4, "Sân chơi cuối tuần", "Chủ nhật hằng tuần", O, people),
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
        (1, "Đối thoại trước, thanh tra sau", "Cả năm 2027", N, people),
        (2, "Hồ sơ thanh tra số hóa", "Từ tháng 3 đến tháng 11", N, office),
        ("Chi bộ 1/11", "Gương mẫu từ chi ủy viên", "Cả năm", O, duty),
        start=2,
    ) | {a.cell(TIME, 1): "Cả năm 2027"}
    lower = a.rows((3, "Một đầu mối, một lời đáp", "Quý III/2027", N, office), start=8, dated="")
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
        (0, "Gặp gỡ công nhân cuối ca", "Thường xuyên", N, people),
        (2, "Hàng rào xanh quanh nhà máy", "Cả năm 2027", O, thrift),
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
        | {a.cell(TIME, 3): "Cả năm 2027", a.cell(O, 3): "x", a.cell(UNIT, 2): a.children[1], a.cell(N, 2): "x"}
        | {a.cell(GROUP, 2): people, a.cell(GROUP, 3): thrift},
        shows={a.cell(MODEL, 2): old[a.cell(MODEL, 2)]},
        steps=[
            ["clear", a.cell(O, 2)],
            *[["set", cell, text] for cell, text in old.items()],
            *[["font", cell, ".VnTime"] for cell in old],
        ],
        findings=[("cell.legacy_font", cell) for cell in old],
    )

    a = at["DU-BVDK"]  # ditto marks; a period outside the year, explained; a real date where a text was asked for
    cells = a.rows(
        (1, "Buồng bệnh không tiếng ồn", "Cả năm 2027", N, people),
        ("-nt-", "Lời dặn cuối ca", "Cả năm 2027", N, people),
        (2, "Phòng mổ xanh", "Quý I/2028", N, thrift, "Chờ bàn giao khu mổ mới, đầu năm 2028 mới làm được."),
        (3, "Gói quà cho bé", {"date": "2027-06-01"}, N, people),
        (7, "Khám liên thông, khỏi chạy vòng", "Từ tháng 4/2027 trở đi", N, office),
        ("nt", "Hồ sơ một trang", "12 tháng", N, office),
        (8, "Thuốc đến giường", "Cả năm", O, people),
        (10, "Bàn tay sạch", "Thường xuyên", O, duty),
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

    a = at["DU-TLLG"]  # late, and a chi bộ the list does not have
    cells = a.rows(
        (0, "Mỗi giọt nước một tấm lòng", "Cả năm 2027", N, thrift),
        (1, "Kênh sạch, bờ đẹp", "Hằng quý", O, people),
        ("Chi bộ Xí nghiệp Cơ điện", "Máy bơm không nghỉ trưa", "Quý I/2027", N, duty),
    )
    add(
        "nhan-ve-muon",
        "Mau 02 Thuy loi Lam Giang.xlsx",
        "lo-vi",
        "accepted",
        "DU-TLLG",
        typing=cells,
        findings=[
            ("workbook.late", ""),
            ("table.unit_not_child", a.cell(UNIT, 3)),
        ],
    )

    a = at["DU-STC"]  # the first return lacks a time and a name of a model; mended late, with merged unit names
    known = {a.cell(TIME, 1): "Cả năm 2027", a.cell(TIME, 2): "Quý I, II/2027"}
    rows = [
        (2, "Chi đúng, chi đủ, chi kịp thời", "Cả năm 2027", N, duty),
        (3, "Công khai giá qua Zalo", "Từ tháng 4/2027", N, people),
        (5, "", "Cả năm 2027", N, office),
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
        (2, "Chi đúng, chi đủ, chi kịp thời", "Cả năm 2027", N, duty),
        ("", "Bảng lương một chạm", "Quý III/2027", N, office),
        ("", "Sổ tay tự nhắc việc", "Cả năm 2027", O, duty),
        (5, "Số liệu mở mỗi thứ Hai", "Cả năm 2027", N, office),
    ]
    cells = a.rows(*rows, start=4) | known | {a.cell(TIME, 3): "Cả năm 2027"}
    add(
        "nhan-ve-muon",
        "Mau 02 - DU So Tai chinh (da sua).xlsx",
        "lo-vi",
        "accepted",
        "DU-STC",
        typing=cells,
        steps=[["unprotect", PASSWORD], ["merge", f"{a.cell(UNIT, 4)}:{a.cell(UNIT, 6)}"]],
        findings=[("workbook.late", "")],
    )


def _to_fix(add: Any, at: Mapping[str, At], groups: tuple[str, ...]) -> None:
    _, office, people, duty, thrift, _ = groups

    a = at["DU-CDN"]  # the source's own «Ví dụ» rows were copied in
    cells = a.rows(
        ("Chi bộ A", "Giải pháp tiết kiệm, chống lãng phí...", "Cả năm", O, thrift),
        (2, "Nhân đạo, từ thiện…", "Cả năm", N, people),
        (3, "Sinh viên khởi nghiệp", "Quý IV/2027", N, duty),
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
        (1, "Tiêm chủng không chờ đợi", "Cả năm 2027", f"{O} {N}", office),
        (2, "Trả kết quả trong ngày", "Quý II/2027", N, office),
        (3, "Văn phòng xanh", "Cả năm 2027", "", thrift),
    ) | {a.cell(O, 4): "có lẽ"}
    add(
        "nhan-ve-muon",
        "Mau 02 KSBT gui lai.xlsx",
        "lo-en",
        "to_fix",
        "DU-KSBT",
        typing=cells,
        findings=[
            ("workbook.late", ""),
            ("table.tick_missing", a.cell(O, 1)),
            ("table.tick_both", a.cell(O, 2)),
            ("cell.not_tick", a.cell(O, 4)),
        ],
    )

    a = at["DU-DHLG"]  # unlocked and two column heads changed by hand: a person must look
    cells = a.rows(
        (0, "Mỗi phòng một sáng kiến", "Cả năm 2027", N, duty),
        (1, "Giờ học mở", "Quý II/2027", O, duty),
        (6, "Ký túc xá không rác nhựa", "Cả năm", N, thrift),
    )
    model, time = a.head(MODEL), a.head(TIME)
    table = a.form.table(TABLE)
    add(
        "nhan-ve",
        "Truong DH Lam Giang - Mau 02.xlsx",
        "lo-en",
        "to_fix",
        "DU-DHLG",
        typing=cells,
        steps=[
            ["unprotect", PASSWORD],
            ["set", model, table.column(TIME).label],
            ["set", time, table.column(MODEL).label],
        ],
        findings=[("structure.keys_disagree", model), ("structure.keys_disagree", time)],
    )

    a = at["DU-XSKT"]  # in a zip: unit names blank or repeating a row that is not there, dots for a name
    cells = a.rows(
        ("nt", "Bán vé bằng nụ cười", "Cả năm 2027", N, people),
        ("", "Đại lý kiểu mẫu", "Quý II/2027", N, duty),
        (1, "................", "Cả năm 2027", O, thrift),
        (2, "Vé tận tay người khuyết tật", "Cả năm 2027", O, people),
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
        (0, {"formula": f'{a.cell(TIME, 2)}&" – họp không giấy"', "result": "Cả năm – họp không giấy"}, "Cả năm", N, office),
        (1, "Thẻ trao tận tay", "Cả năm", N, people),
        (2, {"error": "#REF!"}, "Quý I/2027", O, duty),
        (3, "Chi trả trước hẹn", "Cả năm", N, people),
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
        (0, "Sổ tay việc tốt", "31/4/2027", N, duty),
        (1, "Lô cao su kiểu mẫu", "khi có quyết định", N, duty),
        (2, "Đội sản xuất đoàn kết", "Năm 2025", O, thrift),
        (3, long.strip(), "Cả năm 2027", N, people),
        ("Chi bộ Trạm Y tế – Mẫu giáo", "Bữa cơm cho bé", "Cả năm 2027", O, "Nhóm của nông trường"),
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


def _identity(add: Any, at: Mapping[str, At]) -> None:
    a = at["DU-TCL"]  # the payload in the hidden sheet was changed to another unit
    cells = a.rows((0, "Kho số, tra nhanh", "Cả năm 2027", N))
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
    cells = a.rows((0, "Một việc tốt mỗi ngày", "Cả năm 2027", N), dated="Bình Hải, ngày 18 tháng 02 năm 2027")
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
    cells = a.rows((0, "Một cửa số", "Cả năm 2026", N), dated="Lam Giang, ngày 16 tháng 02 năm 2026")
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
    cells = a.rows(
        (0, "Nước sạch về xóm nhỏ", "Cả năm 2027", N), (3, "Đường phố không rác", "Thường xuyên", O)
    )
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
        ("Chi bộ Hành chính", "Kho lưu trữ không bụi", "Cả năm 2027", N),
        ("Chi bộ Kỹ thuật", "Trực kỹ thuật 24/7", "Cả năm 2027", O),
        ("Chi bộ Kho lưu trữ", "Tài liệu quý, mắt ai cũng đọc", "Quý III/2027", N),
    ) | {a.field("don_vi"): "Đảng ủy Trung tâm Công nghệ & Lưu trữ"}
    add(
        "nhan-ve",
        "Mau chung - TT Cong nghe va Luu tru.xlsx",
        "lo-vi",
        "unknown",
        "shared",
        typing=cells,
        findings=[("identity.shared", a.field("don_vi"))],
    )

    a = at["DU-QDTPT"]  # the only mark left is a code typed by hand, with a slip
    cells = a.rows((0, "Vốn đến đúng nơi", "Cả năm 2027", N))
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
    cells = a.rows((0, "Nghiệp vụ vững, phục vụ tốt", "Cả năm 2027", N))
    name = a.text("{don_vi}")
    add(
        "nhan-ve-muon",
        "Mau 02 Quy Dau tu phat trien.xlsx",
        "lo-vi",
        "unknown",
        "DU-XSKT",
        typing=cells,
        steps=[["unprotect", PASSWORD], ["set", name, "ĐẢNG ỦY QUỸ ĐẦU TƯ PHÁT TRIỂN"]],
        shows={},
        findings=[("identity.unit_name_differs", name), ("workbook.late", "")],
    )

    a = at["DU-XSKT"]  # two units' sheets put into one book
    cells = a.rows((0, "Hai biểu một tệp", "Cả năm 2027", N))
    add(
        "nhan-ve",
        "Gop 2 cong ty.xlsx",
        "lo-en",
        "refused",
        "DU-XSKT",
        typing=cells,
        steps=[["import_sheet", "{DU-TLLG}", "MẪU 02", "MẪU 02 Thủy lợi"]],
        findings=[("identity.conflict", "")],
    )


def _not_the_form(add: Any, at: Mapping[str, At]) -> None:
    a = at["DU-QDTPT"]
    cells = a.rows((0, "Vốn đến đúng nơi", "Cả năm 2027", N), (1, "Sổ sách gọn, tra cứu nhanh", "Cả năm 2027", O))
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
        (0, "Nước sạch về xóm nhỏ", "Cả năm 2027", N),
        (1, "Ca trực không ngủ quên", "Cả năm 2027", O),
        (3, "Đường phố không rác", "Thường xuyên", O),
    )
    add(
        "nhan-ve",
        "Mau 02 Cap nuoc.xls",
        "lo-vi",
        "refused",
        "DU-CNMT",
        typing=cells,
        steps=[["copy_sheet_to_new_book"]],
        kind="xls",
        findings=[("file.xls", "")],
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
        "Mau 02 Cap nuoc.ods",
        "lo-vi",
        "refused",
        "DU-CNMT",
        typing=cells,
        kind="ods",
        findings=[("file.ods", "")],
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
