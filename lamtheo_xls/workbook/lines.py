"""Owns how BẢN IN cuts a text into lines and sets it in the middle: Times metrics as formula text and in Python alike.

Widths are hundredths of an em, so that one table serves every size. The letters stand in one hidden cell, in groups of
about the same width; three hidden columns say where a group begins and how wide its letters are, upright and bold.
"""

from __future__ import annotations

from dataclasses import dataclass

from lamtheo_xls.workbook.places import column_letters

NEWLINE = "\n"
SPACE = 25
"""Width of a blank, upright or bold."""
BLANK = "\u00a0"
"""What moves a text to the right: a program that reads a cell's value drops plain blanks at its beginning."""
_MM = 25.4 / 72 / 100
_OTHER = (50, 56)
_GROUPS: tuple[tuple[int, int, str], ...] = (
    (0, 0, "\u200b\u0300\u0301\u0302\u0303\u0306\u0309\u031b\u0323"),
    (18, 25, "'|"),
    (25, 25, " ,.\u00a0"),
    (28, 30, "ilìíĩỉịjt:;/\\"),
    (33, 33, "()-!f[]‘’"),
    (33, 42, "rIÌÍĨỈỊ"),
    (39, 42, "sJ•°"),
    (44, 47, 'cezèéêẹẻẽếềểễệaàáâãăạảấầẩẫậắằẳẵặ?“”"'),
    (50, 50, "0123456789govxyòóôõọỏốồổỗộýỳỵỷỹ–*$#_«»"),
    (50, 56, "nhbdđkpquùúũụủ"),
    (54, 58, "ơớờởỡợưứừửữự"),
    (56, 60, "SFP+=<>×"),
    (61, 67, "ELTZBÈÉÊẸẺẼẾỀỂỄỆ"),
    (67, 72, "CR"),
    (72, 72, "ADĐNUVXYwÀÁÂÃĂẠẢẤẦẨẪẬẮẰẲẴẶÙÚŨỤỦÝỲỴỶỸ"),
    (72, 78, "GHKOQÒÓÔÕƠỌỎỐỒỔỖỘỚỜỞỠỢ"),
    (78, 82, "mƯỨỪỬỮỰ&"),
    (92, 97, "MW%@"),
    (100, 100, "—…"),
)
ALPHABET = "".join(letters for _, _, letters in _GROUPS)
STEPS: tuple[tuple[int, int, int], ...] = (
    *((1 + sum(len(g[2]) for g in _GROUPS[:i]), g[0], g[1]) for i, g in enumerate(_GROUPS)),
    (len(ALPHABET) + 1, *_OTHER),
)
"""(place of the group's first letter, width, width in bold); the last group is every other character."""
_UPRIGHT = {c: width for width, _, letters in _GROUPS for c in letters}
_BOLD = {c: width for _, width, letters in _GROUPS for c in letters}


def room(millimetres: float, size: float) -> int:
    """How much of a line of so many millimetres takes, at `size` points."""
    return int(millimetres / (size * _MM))


def wide(text: str, bold: bool = False) -> int:
    """Width of `text`."""
    widths, other = (_BOLD, _OTHER[1]) if bold else (_UPRIGHT, _OTHER[0])
    return sum(widths.get(c, other) for c in text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Metrics:
    """Where hidden columns hold the letters: in the first row of `letters` ALPHABET and below it as many characters
    without width as are measured; the STEPS below each other in `places`, `upright` and `bold`; 1, 2, 3 … in
    `counting`."""

    row: int
    letters: int
    places: int
    upright: int
    bold: int
    counting: int
    measured: int
    """How many characters are measured; those of a longer text are taken to be as wide."""

    def cells(self) -> dict[tuple[int, int], str | int]:
        """What stands there, by (row, column)."""
        out: dict[tuple[int, int], str | int] = {
            (self.row, self.letters): ALPHABET,
            (self.row + 1, self.letters): ALPHABET[0] * self.measured,
        }
        for i, step in enumerate(STEPS):
            out |= {(self.row + i, c): n for c, n in zip((self.places, self.upright, self.bold), step, strict=True)}
        return out | {(self.row + i, self.counting): i + 1 for i in range(self.measured)}

    def _column(self, column: int, rows: int) -> str:
        letter = column_letters(column)
        return f"${letter}${self.row}:${letter}${self.row + rows - 1}"

    def wide_formula(self, text: str, bold: str) -> str:
        """Width of the measured characters of `text`, of an array formula; `bold` is a test.

        Each letter is looked for in the alphabet with the letter itself behind it, so that it is always found; a blank
        text is not found by all programs, therefore the characters without width behind `text`.
        """
        letter = column_letters(self.letters)
        each = f"MID({text}&${letter}${self.row + 1},{self._column(self.counting, self.measured)},1)"
        n = len(STEPS)
        widths = f"IF({bold},{self._column(self.bold, n)},{self._column(self.upright, n)})"
        return f"SUM(LOOKUP(FIND({each},${letter}${self.row}&{each}),{self._column(self.places, n)},{widths}))"


def fitting(length: int, measured: int, width: int, line: int) -> int:
    """How many characters a line takes: `measured` characters are `width` wide, `line` is what there is."""
    return max(min(length, measured) * line // max(width, 1), 1)


def fitting_formula(length: str, measured: int, width: str, line: str) -> str:
    return f"MAX(INT(MIN({length},{measured})*{line}/MAX({width},1)),1)"


def taken(rest: str, fits: int) -> int:
    """How many characters of `rest` the next line takes with it: up to the end of a paragraph, all, up to the last
    blank, or, of a word longer than the line, what fits."""
    start = rest[: fits + 1]
    if NEWLINE in start:
        return start.index(NEWLINE) + 1
    if len(rest) <= fits:
        return len(rest)
    return start.rfind(" ") + 1 or fits


def taken_formula(rest: str, fits: str) -> str:
    """The same as a formula; both arguments are cells."""
    start = f"LEFT({rest},{fits}+1)"
    blanks = f'LEN({start})-LEN(SUBSTITUTE({start}," ",""))'
    last = f'IFERROR(FIND(CHAR(1),SUBSTITUTE({start}," ",CHAR(1),{blanks})),{fits})'
    return f"IFERROR(FIND(CHAR(10),{start}),IF(LEN({rest})<={fits},LEN({rest}),{last}))"


def tidy(text: str) -> str:
    """Single blanks, none at the ends of lines; line ends stay."""
    text = " ".join(w for w in text.split(" ") if w)
    return text.replace(" \n", NEWLINE).replace("\n ", NEWLINE)


def tidy_formula(text: str) -> str:
    return f'SUBSTITUTE(SUBSTITUTE(TRIM({text})," "&CHAR(10),CHAR(10)),CHAR(10)&" ",CHAR(10))'


def one_line(text: str) -> str:
    """Single blanks, no line ends."""
    return " ".join(w for w in text.replace(NEWLINE, " ").split(" ") if w)


def one_line_formula(text: str) -> str:
    return f'TRIM(SUBSTITUTE({text},CHAR(10)," "))'


def side_by_side(left: str, right: str, line: int, *, bold: bool, block: bool, measured: int) -> str:
    """One line with `left` at its beginning (a `block` around its first quarter) and `right` around its third."""
    left_wide, right_wide = wide(left[:measured], bold), wide(right[:measured], bold)
    before = max((line - 2 * left_wide) // (4 * SPACE), 0) if block and left else 0
    if not right:
        return BLANK * before + left
    start = min(3 * line - 2 * right_wide, 4 * line - 4 * right_wide)
    between = (start - 4 * SPACE * before - 4 * left_wide) // (4 * SPACE)
    return BLANK * before + left + BLANK * max(between, 2 if left else 0) + right


def side_by_side_formula(left: str, right: str, wides: tuple[str, str], line: int, *, block: bool) -> str:
    """The same; `wides` are the cells with the widths of both."""
    left_wide, right_wide = wides
    before = f"IF(LEN({left})=0,0,MAX(INT(({line}-2*{left_wide})/{4 * SPACE}),0))" if block else "0"
    start = f"MIN({3 * line}-2*{right_wide},{4 * line}-4*{right_wide})"
    between = f"MAX(INT(({start}-{4 * SPACE}*{before}-4*{left_wide})/{4 * SPACE}),IF(LEN({left})>0,2,0))"
    before = f'REPT("{BLANK}",{before})&' if block else ""
    return f'IF(LEN({left})=0,"",{before}{left})&IF(LEN({right})=0,"",REPT("{BLANK}",{between})&{right})'
