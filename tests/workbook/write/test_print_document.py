"""BẢN IN of forms with paragraphs: every word, in its order, on pages that an office would sign."""

import random
from dataclasses import dataclass

import pytest

from lamtheo_xls.workbook import lines
from lamtheo_xls.workbook.document import BOLD, CENTRE, PLAIN, SIDES, SIDES_BOLD, SIDES_ITALIC
from lamtheo_xls.workbook.write.panel import Filled, length, plan_panel, starting
from lamtheo_xls.workbook.write.printout import plan_print

FORMS = ("mau-01", "mau-03", "ke-hoach-ca-nhan")
PARAGRAPH = (
    "Chi bộ có 24 đảng viên, trong đó có 11 đảng viên nữ, sinh hoạt tại 04 tổ đảng; đơn vị thực hiện chức năng tham "
    "mưu, giúp việc; tổ chức phục vụ các kỳ họp, các hoạt động giám sát, khảo sát, tiếp xúc cử tri."
)


@dataclass
class Shown:
    """BẢN IN of one filling, read from its true values."""

    place: object
    values: dict

    def line(self, row):
        return self.values[row, self.place.helpers["style"]], self.values[row, 1]

    @property
    def lines(self):
        """(look, text) of every line down to the last one used."""
        found = [self.line(row) for row in range(self.place.first_row, self.place.last_row + 1)]
        while found and not found[-1][1]:
            found.pop()
        return found

    @property
    def pages(self):
        found, rest = [], self.lines
        for size in [self.place.lines_of_pages[0], *[self.place.lines_of_pages[1]] * 20]:
            if rest:
                found.append(rest[:size])
            rest = rest[size:]
        return found

    @property
    def texts(self):
        return [text.strip(lines.BLANK) for _, text in self.lines]

    @property
    def signature(self):
        """Its lines without the blank one above."""
        return [each for each in self.lines if each[0] >= SIDES][1:]

    @property
    def hint(self):
        return self.values[1, self.place.hint_column]


@pytest.fixture
def shown(sheaves):
    def show(form, rows=None, context=None, **fields):
        sheaf = sheaves[form]
        layout, said = sheaf.layout(), {**sheaf.context, **(context or {})}
        filled = starting(sheaf.form, said, Filled(fields=fields, rows=rows or {}))
        plan = plan_print(sheaf.form, layout)
        return Shown(plan.place, plan.values(filled, said, "", plan_panel(sheaf.form, layout).values(filled, said)))

    return show


def some(form, seed, most=3):
    """Paragraphs of any length in some of the rows."""
    dice = random.Random(f"{form.id} {seed}")
    words = PARAGRAPH.split(" ")
    return {
        t.id: tuple(
            {"doan": " ".join(dice.choices(words, k=dice.choice((1, 5, 20, 60, 150))))} if dice.random() < 0.6 else {}
            for _ in range(min(t.rows_minimum, most))
        )
        for t in form.tables
    }


def expected_words(form, rows):
    """All words of headings, fixed texts and paragraphs, in the order of the document."""
    out = []
    for block in form.body:
        if block.kind in ("heading", "text") and "{" not in block.text:
            out += block.text.split()
        elif block.kind == "table":
            for row in rows.get(block.id, ()):
                out += row.get("doan", "").split()
    return out


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("seed", range(6))
def test_no_word_is_lost_or_cut(sheaves, shown, form, seed):
    """Headings, fixed texts and paragraphs stand on the lines word by word, in their order."""
    rows = some(sheaves[form].form, seed, most=2)
    found = shown(form, rows)
    assert found.hint.startswith("Khi in")
    printed = iter(" ".join(found.texts).split())
    missing = [word for word in expected_words(sheaves[form].form, rows) if word not in printed]
    assert not missing


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("seed", range(6))
def test_lines_fit_the_page(sheaves, shown, form, seed):
    """None is so long that shrinking it would be seen; only the first line of a paragraph begins further right."""
    found = shown(form, some(sheaves[form].form, seed))
    for look, text in found.lines:
        if look < SIDES:
            assert lines.wide(text, look in (BOLD, CENTRE)) < 1.05 * found.place.room
        if look in (PLAIN, BOLD):
            assert len(text) - len(text.lstrip(lines.BLANK)) in (0, 8)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("seed", range(12))
def test_what_belongs_together_is_on_one_page(sheaves, shown, form, seed):
    """No heading ends a page; the signature is whole, and two lines of text at least stand above it."""
    found = shown(form, some(sheaves[form].form, seed))
    pages = found.pages
    for page in pages[:-1]:
        last = next((look for look, text in reversed(page) if text), None)
        assert last not in (BOLD, None)
    if found.hint.startswith("Khi in"):
        assert all(look < SIDES for page in pages[:-1] for look, _ in page)
        assert sum(1 for look, text in pages[-1] if text and look < SIDES) >= 2
        assert found.hint == f"Khi in, chọn từ trang 1 đến trang {len(pages)}."


def test_blank_rows_vanish_and_headings_stay(shown):
    """Paragraphs close up under their heading, however the rows are filled."""
    rows = {"dac_diem": ({}, {"doan": "Đoạn một."}, {"doan": " "}, {"doan": "Đoạn hai."})}
    texts = shown("mau-01", rows).texts
    at = texts.index("I- Đặc điểm tình hình")
    assert texts[at + 1 : at + 3] == ["Đoạn một.", "Đoạn hai."]
    headings = [text for look, text in shown("mau-01").lines if look == BOLD]
    assert [h.strip(lines.BLANK)[:4] for h in headings] == [
        "I- Đ",
        "II- ",
        "III-",
        "1. N",
        "2. S",
        "3. P",
        "4. H",
        "5. T",
        "IV- ",
    ]


def test_a_paragraph_keeps_its_own_lines(shown):
    """A line end that was typed begins a line, with the same room before it as a paragraph."""
    found = shown("mau-01", {"dac_diem": ({"doan": "Thuận lợi:\n- một;\n- hai."},)})
    at = found.texts.index("Thuận lợi:")
    assert [text for _, text in found.lines[at : at + 3]] == [
        lines.BLANK * 8 + text for text in ("Thuận lợi:", "- một;", "- hai.")
    ]


def test_the_title_says_the_model_on_even_lines(shown):
    """The model's name stands in the title; a title of two lines has two of about the same length, in the middle."""
    name = "“Tiết kiệm từ những việc nhỏ - Văn phòng xanh, không giấy, không lãng phí, không chờ đợi”"
    found = shown("mau-01", ten_mo_hinh=name)
    titles = [text for look, text in found.lines if look == CENTRE]
    assert " ".join(t.strip(lines.BLANK) for t in titles[:2]) == f"thực hiện mô hình {name}"
    wide = [lines.wide(t.strip(lines.BLANK), True) for t in titles]
    assert 0.8 < wide[1] / wide[0] < 1.25
    for title, width in zip(titles, wide, strict=True):
        before = (len(title) - len(title.lstrip(lines.BLANK))) * lines.SPACE
        assert abs(before + width / 2 - found.place.across / 2) <= 2 * lines.SPACE


def left_half(found):
    rows = range(1, len(found.place.left) + 1)
    return [text for row in rows if (text := found.values[row, 1])]


def test_the_header_closes_up_too(shown):
    """A long name of an organisation takes two lines, then the next follows; the date stands beside the last line."""
    short = shown("mau-01", so_van_ban="12-KH/CB", dia_danh_ngay="Vĩnh Long, ngày 18 tháng 02 năm 2027")
    assert left_half(short) == ["ĐẢNG BỘ UBND TỈNH", "ĐẢNG ỦY SỞ TÀI CHÍNH", "Số 12-KH/CB"]
    assert short.values[3, 2] == "Vĩnh Long, ngày 18 tháng 02 năm 2027"
    above = {"cap_tren": "Đảng bộ Khối cơ quan và doanh nghiệp tỉnh"}
    long = shown("mau-01", context=above, so_van_ban="12-KH/CB", dia_danh_ngay="Vĩnh Long")
    assert left_half(long)[:3] == ["ĐẢNG BỘ KHỐI CƠ QUAN VÀ", "DOANH NGHIỆP TỈNH", "ĐẢNG ỦY SỞ TÀI CHÍNH"]
    assert (long.values[3, 2], long.values[4, 2], long.values[5, 2]) == ("", "Vĩnh Long", "")
    styles = [long.values[row, long.place.helpers["style"]] for row in range(1, 5)]
    assert styles == [PLAIN, PLAIN, BOLD, PLAIN]


@pytest.mark.parametrize(
    ("typed", "printed"),
    [
        ("Số 12-KH/CB", "Số 12-KH/CB"),
        ("số:  12-KH/CB", "Số 12-KH/CB"),
        (" SỐ 12-KH/CB", "Số 12-KH/CB"),
        ("Số12-KH/CB", "Số Số12-KH/CB"),
        ("Sổ 12-KH/CB", "Số Sổ 12-KH/CB"),
        ("12-KH/Số 3", "Số 12-KH/Số 3"),
    ],
)
def test_a_word_printed_already_is_not_printed_twice(shown, typed, printed):
    """«Số» stands before the cell of the number; a unit that types it too gets it once. Other words stay."""
    assert left_half(shown("mau-01", so_van_ban=typed))[2] == printed


def test_recipients_stand_beside_the_post(shown):
    """T/M bold alone; «Nơi nhận:» beside the post; three lines for the signature; the name bold, nothing beside it."""
    found = shown("mau-01", nguoi_ky="Nguyễn Văn An", noi_nhan_4="- Lưu VP.")
    signature = [(look, text.replace(lines.BLANK, " ").split()) for look, text in found.signature]
    assert signature[:2] == [
        (SIDES_BOLD, ["T/M", "ĐẢNG", "ỦY"]),
        (SIDES, ["Nơi", "nhận:", "BÍ", "THƯ"]),
    ]
    names = [i for i, (look, _) in enumerate(signature) if look == SIDES_BOLD]
    assert names[0] == 0 and names[1] >= 5 and signature[names[1]][1] == ["Nguyễn", "Văn", "An"]
    assert len(names) == 2 and signature[-1][1] == ["-", "Lưu", "VP."]


def test_two_signatures_stand_side_by_side(shown):
    """Left the confirmation, right the person; both bold, what is in italics on a line of its own."""
    signature = shown("ke-hoach-ca-nhan").signature
    texts = [(look, [t for t in text.split(lines.BLANK) if t]) for look, text in signature]
    assert texts[:3] == [
        (SIDES_BOLD, ["XÁC NHẬN (CỦA TỔ CHỨC ĐẢNG,", "NGƯỜI LẬP KẾ HOẠCH"]),
        (SIDES_BOLD, ["ĐỊA PHƯƠNG, CƠ QUAN, ĐƠN VỊ)"]),
        (SIDES_ITALIC, ["(Ký, ghi rõ họ tên)"]),
    ]
    assert texts[-1] == (SIDES_BOLD, ["Nguyễn Thị Minh Khai"]) and len(texts) >= 7


def test_fields_print_with_their_label(shown):
    """«Họ và tên: …», dots where nothing stands."""
    texts = shown("ke-hoach-ca-nhan", chuc_vu_dang="").texts
    assert "Họ và tên: Nguyễn Thị Minh Khai" in texts
    assert any(t.startswith("Chức vụ Đảng: ..") for t in texts)


@pytest.mark.parametrize("form", FORMS)
def test_what_has_no_room_is_said(sheaves, shown, form):
    """All rows as long as they may be: the clerk is told to print the form itself, and so is who reads the print."""
    limits = {t.id: t.columns[0].max_length for t in sheaves[form].form.tables}
    rows = {t.id: ({"doan": (PARAGRAPH * 9)[: limits[t.id]]},) * t.rows_minimum for t in sheaves[form].form.tables}
    found = shown(form, rows)
    assert found.hint == found.values[found.place.overflow_row, 1]
    assert found.hint == "Chữ dài quá, trang này không đủ chỗ: xin in trang biểu."


@pytest.mark.parametrize("form", FORMS)
def test_a_usual_document_has_room(sheaves, shown, form):
    """Two paragraphs of four lines under every heading."""
    rows = {t.id: ({"doan": PARAGRAPH},) * 2 for t in sheaves[form].form.tables}
    assert shown(form, rows).hint.startswith("Khi in, chọn từ trang 1 đến trang")


def test_blank_is_what_the_panel_calls_blank(shown):
    """A row of blanks, hard blanks or line ends alone prints nothing."""
    blank = shown("mau-01").texts
    for text in (" ", "\u00a0", "\n", " \n\u00a0"):
        assert length(text) == 0
        assert shown("mau-01", {"dac_diem": ({"doan": text},)}).texts == blank
