"""The HTML of a letter shows its plain text, nothing more and nothing less."""

from __future__ import annotations

import re
from html.parser import HTMLParser

from hypothesis import given, settings
from hypothesis import strategies as st

from lamtheo_xls.mail.html import html_of

TEXT = """Kính gửi: Chi bộ A & B

Các biểu <còn> phải gửi
sắp đến hạn:
- Mẫu số 02
  Hạn gửi: 14/12/2027
  - Ô D15: thiếu
    thời gian
  - Ô D16
  Gửi cả bản ký.
- Mẫu 03

3. Mở tệp
4. Lưu
   rồi gửi
Hết"""


class Shape(HTMLParser):
    """Elements as they nest, with their text: «p(text)»."""

    VOID = ("br", "meta")

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.said = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        start = dict(attrs).get("start")
        self.said += "/" if tag == "br" else f"{tag}{start or ''}("
        if tag not in self.VOID:
            self.open.append(tag)
        elif tag != "br":
            self.said += ")"

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag
        self.said += ")"

    def handle_data(self, data: str) -> None:
        self.said += data.replace("\n", "")


def shape(html: str) -> str:
    parser = Shape()
    parser.feed(html)
    parser.close()
    assert parser.open == []
    return parser.said.partition("body(div(")[2].removesuffix(")))")


def test_paragraphs_and_lists() -> None:
    """Blank lines part paragraphs; lists, lists within them, numbers that go on; text is text, never HTML."""
    assert shape(html_of(TEXT)) == (
        "p(Kính gửi: Chi bộ A & B)"
        "p(Các biểu <còn> phải gửi/sắp đến hạn:)"
        "ul(li(strong(Mẫu số 02)/Hạn gửi: 14/12/2027"
        "ul(li(Ô D15: thiếu/thời gian)li(Ô D16))Gửi cả bản ký.)"
        "li(Mẫu 03))"
        "ol3(li(Mở tệp)li(strong(Lưu)/rồi gửi))"
        "p(Hết)"
    )


def test_nothing_is_fetched_or_run() -> None:
    """What staff or units wrote cannot become markup; the page asks for no picture, script, style sheet or link."""
    html = html_of('<script>alert(1)</script>\n\n- <img src="x">\n  "a" \'b\' &amp;')
    assert "<script" not in html and "<img" not in html and "&amp;amp;" in html
    assert not re.search(r"\b(src|href|url|on\w+)\s*=", html.replace("src=&quot;", ""))


LINES = st.lists(
    st.tuples(
        st.sampled_from(["", " ", "  ", "    ", "- ", "  - ", "1. ", "12) ", "-", "\t"]),
        st.text("aạ đ<>&\"'-. 1\u00a0", max_size=8),
    ).map("".join),
    max_size=12,
)


@settings(max_examples=300, derandomize=True, deadline=None)
@given(lines=LINES)
def test_every_word_is_shown_once_and_in_order(lines: list[str]) -> None:
    """However it is indented, every character of the text that is no list mark stands in the page, in order."""

    def plain(line: str) -> str:
        return re.sub(r"^\s*(?:[-–•] +|\d{1,3}[.)] +)?", "", line)

    parser = Words()
    parser.feed(html_of("\n".join(lines)))
    parser.close()
    said = re.sub(r"\s", "", "".join(parser.said))
    assert re.sub(r"[-–•\d.)]", "", said) == re.sub(r"[\s\-–•\d.)]", "", "".join(map(plain, lines)))


class Words(HTMLParser):
    """The text of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []

    def handle_data(self, data: str) -> None:
        self.said.append(data)
