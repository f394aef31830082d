"""The words of letters: bundled and the office's own, sound and faulty."""

from __future__ import annotations

import re
import shutil
import tomllib
import unicodedata
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lamtheo_xls.definitions import programmes
from lamtheo_xls.findings import Finding, World, mend, message
from lamtheo_xls.mail.templates import (
    FACTS,
    FORM_FACTS,
    NAMES,
    Templates,
    bundled_text,
    read_templates,
    write_letter,
    write_missing,
)

ROOT = Path(__file__).parent.parent.parent
FORM: dict[str, Any] = {
    "ma": "CB017",
    "ten": "Mẫu số 02",
    "nhan_de": "Bảng đăng ký mô hình",
    "don_vi": "Chi bộ Sở Tài chính",
    "nguoi": "",
    "han": "trong tháng 02/2027",
    "han_ngay": "28/02/2027",
    "con": 7,
    "tep": "mau-02_2027_SO-TAI-CHINH.xlsx",
    "loi": [],
    "ngay_nhan": "",
}
PLAN = FORM | {
    "ten": "Mẫu 03",
    "nhan_de": "Kế hoạch cá nhân",
    "nguoi": "Nguyễn Văn An",
    "con": -2,
    "tep": "mau-03_2027_NGUYEN-VAN-AN.xlsx",
    "ngay_nhan": "01/03/2027",
    "loi": ["Ô D15: thiếu thời gian. Ghi như: cả năm; quý I.", "Ô F20: «12a» chưa phải là số."],
}
LETTER: dict[str, Any] = {
    "co_quan": "Đảng ủy Ủy ban nhân dân tỉnh",
    "nguoi_nhan": "Chi bộ Sở Tài chính",
    "dau_moi": "đồng chí Trần Thị Bình, 0912 000 000.",
    "thu_nhan": "bieu@tinh.example",
    "ky": "năm 2027",
    "bieu": [FORM, PLAN],
    "so_tep": 2,
    "phan": "",
    "lan": 2,
}
BUNDLED = Templates(own={})


def written(name: str, **facts: object) -> tuple[str, str]:
    letter, findings = write_letter(BUNDLED, name, LETTER | facts)
    assert findings == ()
    return letter


def only(findings: tuple[Finding, ...]) -> Finding:
    (found,) = findings
    return found


def own(folder: Path, text: str, name: str = "bien-nhan") -> tuple[Templates, tuple[Finding, ...]]:
    folder = folder / "mau-thu"
    folder.mkdir(exist_ok=True)
    (folder / f"{name}.txt").write_bytes(text.encode("utf-8-sig"))
    return read_templates(folder)


@pytest.mark.parametrize("name", NAMES)
def test_every_letter_says_what_it_must(name: str) -> None:
    """Who writes to whom about what, each form with its name and owner, whom to ask; no template mark is left."""
    subject, text = written(name)
    assert subject.endswith("Chi bộ Sở Tài chính") or subject.endswith("Chi bộ Sở Tài chính (nhắc lần 2)")
    assert "năm 2027" in subject
    assert text.startswith("Kính gửi: Chi bộ Sở Tài chính\n\n")
    assert "- Mẫu số 02 – Bảng đăng ký mô hình\n" in text
    assert "- Mẫu 03 – Kế hoạch cá nhân (Nguyễn Văn An)" in text
    assert "xin liên hệ: đồng chí Trần Thị Bình, 0912 000 000.\n" in text
    assert text.endswith("\nĐảng ủy Ủy ban nhân dân tỉnh")
    assert not re.search(r"[{}#%]|\n\n\n| $|\bNone\b", text, re.MULTILINE)
    assert not re.search(r"phiếu|phát hành|kết luận|sổ cái|kiểm tra", text.casefold())
    assert unicodedata.is_normalized("NFC", text)


@pytest.mark.parametrize("name", ["tao-bieu", "nhac-truoc-han", "nhac-den-han", "nhac-qua-han", "bo-sung"])
def test_a_letter_that_asks_says_how(name: str) -> None:
    """Open, press the button, only the coloured cells, save, answer with the workbook, to which address."""
    _, text = written(name)
    steps = [int(n) for n in re.findall(r"^(\d)\. ", text, re.MULTILINE)]
    assert steps == [1, 2, 3, 4]
    for words in ("«Bật chỉnh sửa / Enable Editing»", "ô tô màu", "(Ctrl+S)", "«Trả lời / Reply»", "bieu@tinh.example"):
        assert words in text


def test_issue_names_deadline_and_file() -> None:
    """Of each form the deadline in words with its day – not until when a late one is taken –, file, signed copy."""
    subject, text = written("tao-bieu", bieu=[FORM | {"ban_ky": True, "nhan_den": "05/03/2027"}, PLAN], phan="1/2")
    assert subject == "Gửi biểu năm 2027 – Chi bộ Sở Tài chính (thư 1/2)"
    assert (
        "- Mẫu số 02 – Bảng đăng ký mô hình\n"
        "  Hạn gửi: trong tháng 02/2027 (hết ngày 28/02/2027)\n"
        "  Tệp: mau-02_2027_SO-TAI-CHINH.xlsx\n"
        "  Gửi cả bản ký.\n"
        "- Mẫu 03 – Kế hoạch cá nhân (Nguyễn Văn An)\n" in text
    )
    assert text.count("bản ký") == 1
    assert "đây là thư 1/2" in text and "thư" not in written("tao-bieu")[0]


@pytest.mark.parametrize("name", ["nhac-truoc-han", "nhac-den-han", "nhac-qua-han"])
def test_reminder_lists_what_is_owed(name: str) -> None:
    """Each form with its date and the days left or past, and whether a return with faults is there."""
    subject, text = written(name, bieu=[FORM | {"con": 0}, FORM, PLAN | {"nhan_den": "05/03/2027"}])
    assert re.findall(r"Hạn gửi: trong tháng 02/2027 \(hết ngày 28/02/2027\), (.+)", text) == [
        "hôm nay là ngày cuối",
        "còn 7 ngày",
        "đã qua 2 ngày, vẫn nhận đến 05/03/2027",
    ]
    assert text.count("Đã nhận một bản ngày 01/03/2027, còn chỗ cần sửa") == 1
    assert "xin đồng chí bỏ qua thư này" in text
    assert ("(nhắc lần 2)" in subject) is (name == "nhac-qua-han")
    assert "nhắc lần" not in written(name, lan=1)[0]
    assert "có kèm theo thư này" in text and "có kèm theo thư này" not in written(name, so_tep=0)[1]


def test_returned_lists_faults_by_form() -> None:
    """Under each form its faults, cell and what to do; a form of the same message that is sound is said to be."""
    _, text = written("bo-sung", bieu=[FORM | {"ngay_nhan": "02/03/2027"}, PLAN])
    assert (
        "- Mẫu số 02 – Bảng đăng ký mô hình, nhận ngày 02/03/2027\n"
        "  Hợp lệ, không phải gửi lại.\n"
        "- Mẫu 03 – Kế hoạch cá nhân (Nguyễn Văn An), nhận ngày 01/03/2027\n"
        "  Hạn gửi: trong tháng 02/2027 (hết ngày 28/02/2027), đã qua 2 ngày\n"
        "  - Ô D15: thiếu thời gian. Ghi như: cả năm; quý I.\n"
        "  - Ô F20: «12a» chưa phải là số.\n" in text
    )
    assert "_sua" in text and "CẦN SỬA" in text
    _, without = written("bo-sung", so_tep=0)
    assert "_sua" not in without and "được gửi về hộp thư của đơn vị" in without


def test_a_long_list_of_faults_is_cut() -> None:
    """Fifteen faults are told, the rest is counted: the feedback workbook has them all."""
    _, text = written("bo-sung", bieu=[PLAN | {"loi": [f"Ô D{n}: thiếu." for n in range(1, 41)]}])
    assert re.findall(r"  - Ô D(\d+): thiếu\.", text) == [str(n) for n in range(1, 16)]
    assert "  - và 25 chỗ nữa, xem trang «CẦN SỬA»" in text
    _, sixteen = written("bo-sung", bieu=[PLAN | {"loi": [f"Ô D{n}: thiếu." for n in range(1, 17)]}])
    assert "Ô D16: thiếu." in sixteen and "chỗ nữa" not in sixteen


def test_receipt_says_what_came_when() -> None:
    """Each form, the day it came, that it is valid."""
    subject, text = written("bien-nhan", bieu=[FORM | {"ngay_nhan": "26/02/2027"}, PLAN])
    assert subject == "Đã nhận biểu năm 2027 – Chi bộ Sở Tài chính"
    assert "- Mẫu số 02 – Bảng đăng ký mô hình\n  Nhận ngày 26/02/2027: hợp lệ.\n" in text
    assert "Nhận ngày 01/03/2027: hợp lệ." in text


def test_several_units_in_one_letter_are_told_apart() -> None:
    """Where one mailbox serves several units, each form names its own."""
    _, text = written("tao-bieu", bieu=[FORM, FORM | {"don_vi": "Chi bộ Sở Y tế"}])
    assert "- Mẫu số 02 – Bảng đăng ký mô hình (Chi bộ Sở Tài chính)\n" in text
    assert "- Mẫu số 02 – Bảng đăng ký mô hình (Chi bộ Sở Y tế)\n" in text


def test_a_letter_to_somebody_else_names_the_unit() -> None:
    """Who sent a form for another unit reads whose it was; a person's own form bears the person's name alone."""
    _, text = written("bien-nhan", nguoi_nhan="Phòng Nghiệp vụ", bieu=[FORM, PLAN])
    assert "- Mẫu số 02 – Bảng đăng ký mô hình (Chi bộ Sở Tài chính)\n" in text
    assert "- Mẫu 03 – Kế hoạch cá nhân (Nguyễn Văn An)\n" in text


def test_a_document_without_form_is_named_once() -> None:
    """What has no label of its own is not said twice."""
    _, text = written("nhac-den-han", bieu=[FORM | {"ten": "Báo cáo sơ kết", "nhan_de": "Báo cáo sơ kết"}])
    assert "- Báo cáo sơ kết\n" in text


@pytest.mark.parametrize("name", NAMES)
def test_a_letter_can_be_written_of_little(name: str) -> None:
    """What the office left blank leaves no hole: no one to ask, no name of the form, no day it came, no other date."""
    facts = {
        "bieu": [{"ten": "Mẫu 01", "han": "cuối năm", "han_ngay": "31/12/2027"}],
        "co_quan": "Văn phòng",
        "nguoi_nhan": "An",
        "ky": "năm 2027",
    }
    (subject, text), findings = write_letter(BUNDLED, name, facts | {"thu_nhan": "bieu@tinh.example"})
    assert findings == () and "năm 2027" in subject
    assert "- Mẫu 01\n" in text and (
        "Hạn gửi: cuối năm (hết ngày 31/12/2027)\n" in text or name in ("bo-sung", "bien-nhan")
    )
    assert not re.search(r"liên hệ|\(\)|, ?\n|ngày ?[:,.]|: ?,|Tệp: *\n|  - ", text)


@settings(max_examples=100, derandomize=True, deadline=None)
@given(st.sampled_from(NAMES), st.text(st.characters(codec="utf-8"), max_size=40), st.integers(-9, 9))
def test_a_fact_never_breaks_a_letter(name: str, value: str, days: int) -> None:
    """Whatever stands in a cell – line ends, template marks, a title of its own – stays one line of text."""
    form = dict.fromkeys(FORM_FACTS, value) | {"con": days, "loi": [value, "{{ co_quan }}\nTiêu đề: x"]}
    facts = dict.fromkeys(FACTS, value) | {"bieu": [form], "so_tep": 1, "lan": 1}
    plain, _ = write_letter(BUNDLED, name, {"bieu": [{"con": days, "loi": ["x", "y"], "ten": "x"}], "so_tep": 1})
    (subject, text), findings = write_letter(BUNDLED, name, facts)
    assert findings == () and len(subject.splitlines()) == 1
    assert "{{ co_quan }} Tiêu đề: x" in text or name != "bo-sung"
    assert len(text.split("\n")) >= len(plain[1].split("\n")) - 2


@pytest.mark.parametrize("name", NAMES)
def test_each_file_explains_its_placeholders(name: str) -> None:
    """The comment at the head names every fact, is the same in all six but for its first line, and is not sent."""
    text = bundled_text(name)
    comment = text[: text.index("#}")]
    told = set(re.findall(r"(?:^|\s{2,})([a-z]\w*)(?=  )", comment, re.MULTILINE))
    assert told >= {*FACTS, *FORM_FACTS}
    first = bundled_text(NAMES[0])
    assert comment.split("\n")[2:] == first[: first.index("#}")].split("\n")[2:]
    assert "Chỗ điền" not in written(name)[1]
    assert max(map(len, comment.split("\n"))) <= 110


def test_the_page_on_templates_names_every_fact() -> None:
    """docs/mau-thu.md tells of each file and each placeholder."""
    told = set(re.findall(r"`([a-z_-]+)(?:\.txt)?`", (ROOT / "docs" / "mau-thu.md").read_text("utf-8")))
    assert told >= {*NAMES, *FACTS, *FORM_FACTS}


def test_templates_are_bundled_and_no_programme() -> None:
    """The folder goes into the wheel with the definitions, and is not taken for one of them."""
    included = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    assert "workbook_templates" in included["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"]
    assert {p.name for p in (ROOT / "workbook_templates" / "thu").iterdir()} == {f"{n}.txt" for n in NAMES}
    assert "thu" not in programmes()
    with pytest.raises(KeyError):
        bundled_text("../43-kh-duk/programme")


def test_missing_copies_are_written_for_notepad(tmp_path: Path) -> None:
    """UTF-8 with BOM and CRLF; read back they are sound and say the same; what staff changed is never touched."""
    folder = tmp_path / "mau-thu"
    folder.mkdir()
    (folder / "Bien-Nhan.TXT").write_bytes("Tiêu đề: Của tôi\n\nXin chào {{ nguoi_nhan }}".encode())
    write_missing(folder)
    assert {p.name for p in folder.iterdir()} == {f"{n}.txt" for n in NAMES if n != "bien-nhan"} | {"Bien-Nhan.TXT"}
    data = (folder / "tao-bieu.txt").read_bytes()
    assert data.startswith(b"\xef\xbb\xbf{#\r\n") and data.count(b"\n") == data.count(b"\r\n")
    templates, findings = read_templates(folder)
    assert findings == () and set(templates.own) == set(NAMES)
    for name in NAMES[:-1]:
        assert write_letter(templates, name, LETTER) == (written(name), ())
    assert write_letter(templates, "bien-nhan", LETTER)[0] == ("Của tôi", "Xin chào Chi bộ Sở Tài chính")
    before = {p.name: p.read_bytes() for p in folder.iterdir()}
    write_missing(folder)
    assert {p.name: p.read_bytes() for p in folder.iterdir()} == before


def test_a_disk_that_refuses_is_a_world(tmp_path: Path) -> None:
    """A file where the folder should be: one line that says so."""
    (tmp_path / "mau-thu").write_text("x")
    with pytest.raises(World) as caught:
        write_missing(tmp_path / "mau-thu")
    assert "mau-thu" in str(caught.value)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be+bom"])
@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_however_notepad_saved_it(tmp_path: Path, encoding: str, ending: str, form: str) -> None:
    """Encoding, line ends and decomposed letters of an edited copy make no difference."""
    text = unicodedata.normalize(
        form, "TIÊU ĐỀ : Đã nhận {{ ky }}\n\nKính gửi\n{% for b in bieu %}\n- {{ b.ten }}\n{% endfor %}\nhết\n"
    )
    text = text.replace("\n", ending)
    data = b"\xfe\xff" + text.encode("utf-16-be") if encoding.endswith("+bom") else text.encode(encoding)
    folder = tmp_path / "mau-thu"
    folder.mkdir()
    (folder / "bien-nhan.txt").write_bytes(data)
    templates, findings = read_templates(folder)
    assert findings == ()
    said = ("Đã nhận năm 2027", "Kính gửi\n- Mẫu số 02\n- Mẫu 03\nhết")
    assert write_letter(templates, "bien-nhan", LETTER) == (said, ())


@pytest.mark.parametrize("folder", [None, Path("nowhere")])
def test_without_a_folder_the_bundled_ones_are_used(folder: Path | None) -> None:
    """No copies, no findings."""
    assert read_templates(folder) == (BUNDLED, ())


NAME = ("template_name",)
FAULTY = [
    ("Tiêu đề: x\n\nKính gửi {{ nguoi_nhan\nxin chào", "template_syntax", "3", "dấu ngoặc hoặc chữ ở giữa"),
    ("Tiêu đề: x\n\n{% for b in bieu %}\n- {{ b.ten }}\nhết", "template_syntax", "3", "thiếu dòng «{% endfor %}»"),
    ("Tiêu đề: x\n\n{% if phan %}\nhết", "template_syntax", "3", "«{% endif %}» để kết thúc phần «{% if … %}»"),
    ("{#\nchú thích\nTiêu đề: x\n\nabc", "template_syntax", "1", "thiếu dấu «#}»"),
    ("Tiêu đề: x\n\nabc\n{% lap b in bieu %}\n{% endlap %}", "template_syntax", "4", "lệnh lạ"),
    ("Tiêu đề: x\n\nabc {{ ky | dep }}", "template_syntax", "3", "dấu ngoặc"),
    ("Tiêu đề: x\n\na\n\nKính gửi {{ nguoi_nhn }}", "template_name", "5", "(có phải «nguoi_nhan»?)"),
    ("Tiêu đề: {{ ten }}\n\nabc", "template_name", "1", "«ten»"),
    ("{#\n\n#}\n\nTiêu đề: {{ tieu_de }}\n\nabc", "template_name", "5", "«tieu_de»"),
    ("Tiêu đề: x\n\n{% for b in bieu %}\n{% if b.lo %}\nx\n{% endif %}\n{% endfor %}", *NAME, "4", "«b.loi»"),
    ("Tiêu đề: x\n\nabc\n{{ bieu[7].ten }}\n", "template_failed", "4", "{{ bieu[7].ten }}"),
    ("Tiêu đề: x\n\n{% for b in bieu %}\n- {{ b['abc'] }}\n{% endfor %}", "template_failed", "4", "b['abc']"),
    ("{# a\nb #}\nTiêu đề: {{ 1 / 0 }}\n\nabc", "template_failed", "3", "1 / 0"),
    ("Tiêu đề: x\n\n{{ ''.__class__.__mro__ }}", "template_failed", "3", "__mro__"),
    ("Tiêu đề: x\n\n{% include 'a' %}", "template_failed", "3", "include"),
    ("Tiêu đề: x\n\n{{ " + "(" * 5000 + ")" * 5000 + " }}", "template_failed", "1", "Tiêu đề: x"),
    ("Tiêu đề: x\n\n" + "{% for b in bieu %}" * 60 + "x" + "{% endfor %}" * 60, "template_failed", "1", "Tiêu đề: x"),
    ("Kính gửi {{ nguoi_nhan }}", "template_title", None, "«Tiêu đề: …»"),
    ("", "template_title", None, "«Tiêu đề: …»"),
    ("Tiêu đề:\n\nabc", "template_empty", None, "trống"),
    ("Tiêu đề: abc\n\n{% if so_tep > 999 %}a{% endif %}\n", "template_empty", None, "trống"),
]


@pytest.mark.parametrize(("text", "code", "line", "said"), FAULTY)
@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_a_faulty_template_is_told_and_not_used(
    tmp_path: Path, text: str, code: str, line: str | None, said: str, ending: str
) -> None:
    """One warning with file, line, what stands there and why; the bundled template is used for that letter."""
    templates, findings = own(tmp_path, text.replace("\n", ending))
    found = only(findings)
    assert (found.code, found.severity) == (f"mail.{code}", "warning")
    assert dict(found.args)["tep"] == "mau-thu/bien-nhan.txt" and "«mau-thu/bien-nhan.txt»" in message(found)
    assert dict(found.args).get("dong") == line
    assert said in message(found) and "Máy dùng mẫu có sẵn" in message(found)
    assert "{tep}" not in message(found) and mend(found)
    assert line is None or found.value == text.split("\n")[int(line) - 1].strip()
    assert write_letter(templates, "bien-nhan", LETTER) == (written("bien-nhan"), ())


@pytest.mark.parametrize(
    "data",
    [
        b"\xff\xfeT\x00i\x00\x00",
        "Tiêu đề: Đã nhận\n\nabc".encode("utf-16-le"),
        b"Ti\xeau \xf0\xec: x",
        b"PK\x03\x04\x00",
        b"Ti" + b"x" * 300_000,
    ],
)
def test_what_is_no_text_is_told(tmp_path: Path, data: bytes) -> None:
    """An old code page, half a UTF-16 file, a workbook renamed: asked to be saved as UTF-8."""
    folder = tmp_path / "mau-thu"
    folder.mkdir()
    (folder / "bien-nhan.txt").write_bytes(data)
    templates, findings = read_templates(folder)
    assert only(findings).code == "mail.template_encoding" and "UTF-8" in mend(only(findings))
    assert templates.own == {}


def test_a_folder_in_a_templates_place_is_told(tmp_path: Path) -> None:
    """What cannot be read is told with the system's reason; the bundled one is used."""
    (tmp_path / "mau-thu" / "bien-nhan.txt").mkdir(parents=True)
    templates, findings = read_templates(tmp_path / "mau-thu")
    assert only(findings).code == "mail.template_unreadable" and templates.own == {}


def test_a_copy_beside_is_named(tmp_path: Path) -> None:
    """`tao-bieu.txt.txt` is a slip worth telling; other files are nobody's business."""
    folder = tmp_path / "mau-thu"
    write_missing(folder)
    shutil.copy(folder / "tao-bieu.txt", folder / "tao-bieu.txt.txt")
    (folder / "ghi-chu.docx").write_bytes(b"")
    templates, findings = read_templates(folder)
    assert (only(findings).code, only(findings).severity) == ("mail.template_stray", "info")
    assert "«mau-thu/tao-bieu.txt.txt»" in message(only(findings)) and len(templates.own) == len(NAMES)


def test_a_template_that_fails_on_some_letters(tmp_path: Path) -> None:
    """Sound in the trial, it fails on a letter of one form: that letter is written in the bundled words and told."""
    text = "Tiêu đề: x\n\n{% if so_tep == 1 %}\n{{ bieu[5].ten }}\n{% endif %}\nabc"
    templates, findings = own(tmp_path, text, "tao-bieu")
    assert findings == ()
    assert write_letter(templates, "tao-bieu", LETTER) == (("x", "abc"), ())
    letter, findings = write_letter(templates, "tao-bieu", LETTER | {"so_tep": 1})
    found = only(findings)
    assert letter == written("tao-bieu", so_tep=1)
    assert (found.code, dict(found.args)["dong"]) == ("mail.template_failed", "4")


def test_lines_of_tags_alone_leave_no_line(tmp_path: Path) -> None:
    """Staff may put a tag on a line of its own or inside one; lines of text stay lines."""
    text = (
        "Tiêu đề: x\n\na\n{% for b in bieu %}\n  {% if b.nguoi %}\n  {# ghi chú #}\n"
        "- {{ b.nguoi }}{% if b.con %} c{% endif %}\ntiếp\n"
        "  {% endif %}\n{%- endfor %}\nb\n{% if phan %}{% endif %} {% if lan %}\nlần {{ lan }}\n{% endif %}\ncuối"
    )
    templates, findings = own(tmp_path, text)
    assert findings == ()
    said = write_letter(templates, "bien-nhan", LETTER)[0][1]
    assert [line for line in said.split("\n") if line] == ["a", "- Nguyễn Văn An c", "tiếp", "b", "lần 2", "cuối"]
