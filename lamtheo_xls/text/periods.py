"""«Thời gian thực hiện»: the period a cell of free text names."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import lru_cache

from .marks import is_ditto
from .points import YEAR, ImpossiblePoint, Point, grammar, read_point
from .spelling import nfc, text_key

_LONGEST = 200  # a cell beyond this is prose; the grammar would only find something by accident

Span = tuple[date, date]


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """What a cell says about time; both ends are included, None is an open or unknown end.

    `kind`: interval, date, deadline (end is the last good day), from, continuous, recurring, recurring-interval,
    recurring-deadline; and without dates ditto, duration, lunar, invalid (no such day), unknown (free text), blank.
    `text` is the cell's cleaned text. `parts` are the stretches the period is made of when both ends are known: one, or
    several where «Quý I, IV» leaves a gap. `approximate`: the text is vague («đầu tháng 5», «dự kiến»).
    `crosses_year`: an end without a year of its own was put into the neighbouring year («từ tháng 11 đến tháng
    3/2024»), which a person must confirm.
    """

    kind: str
    start: date | None = None
    end: date | None = None
    text: str = ""
    parts: tuple[Span, ...] = ()
    approximate: bool = False
    crosses_year: bool = False


_LUNAR = r"\btháng (?:giêng|chạp)\b|\bâm lịch\b|\brằm\b"
_VAGUE = r"^(?:dự kiến|khoảng)[: ]*(?:trong )?|[ ,]*(?:\((?:dự kiến|khoảng)\)|dự kiến)$"
_FILLER = (
    r"^(?:thời gian(?: thực hiện)? ?:? ?|(?:hoàn thành|thực hiện|triển khai|xong)(?: xong)? |trong (?!năm$|vòng )|"
    r"vào |(?:nhân )?dịp |các )"
)
_REPEATED = r"(?:hằng|hàng|mỗi)"
_REPEATED_WORD = rf"\b{_REPEATED} "
_YEARLY = rf"(.+?),? \(?{_REPEATED} năm\)?|{_REPEATED} năm[,:]? (.+)"
_OFTEN = rf"(?:.* )?(?:định kỳ )?{_REPEATED} (?:ngày|tuần|tháng|quý|năm)"
_OFTEN_WITHIN = rf"(?:định kỳ )?{_REPEATED} (?:ngày|tuần|tháng|quý)[,:]? \(?(.+?)\)?"
_ALWAYS = r"(?:(?:thường xuyên|liên tục|lâu dài|xuyên suốt)(?:, | và | |$))+(?:trong (?!năm$))?"
_ALWAYS_LAST = r"[ ,]*\(?(?:thường xuyên|liên tục)\)?$"
_BEFORE = r"(?:(?:chậm|muộn) nhất )?trước (?:ngày (?=[0-9]+[/.-]))?(.+)"
_UNTIL = (
    r"(?:(?:(?:chậm|muộn) nhất|hạn(?: cuối| chót| nộp)?)(?: là)?:? ?(?:(?:đến|tới|vào|trong) )?|(?:đến|tới) )"
    r"(?:hết )?(?:ngày (?=[0-9]+[/.-]))?(.+)"
)
_FROM_NOW = r"từ nay (?:cho )?(?:đến|tới) (?:hết )?(.+)"
_FROM = r"(?:bắt đầu |kể )?từ (.+?)(?: trở đi| trở về sau)?"
_ERA = r"^(?:giai đoạn|nhiệm kỳ|thời kỳ) ?:? ?"
_RANGE_FROM = r"^(?:kể )?từ "
_RANGE_SIGNS = (r" (?:cho )?(?:đến|tới) ", r" ?(?:->|=>|→|÷|~) ?", r" - ", r" ?- ?")
_LIST_SIGN = r" ?[,;&+] ?(?:và )?| và "
# What a figure may count beside a month or a quarter.
_COUNTED = {(figure, unit) for figure in ("number", "item") for unit in ("month", "quarter")} | {("roman", "quarter")}
_AMOUNT = r"(?:[0-9]+(?:,[0-9]+)?|một|hai|ba|bốn|năm|sáu|bảy|tám|chín|mười)"
_DURATION = (
    rf"(?:trong |trong vòng )?{_AMOUNT} (?:ngày|tuần|tháng|quý|năm)"
    rf"(?: ?\((.+)\)|[:,]? ((?:từ |tháng |{YEAR}).+))?"
)


def parse_period(text: str, year: int) -> Period:
    """The period a cell names, in a form of the given year. Never raises and never rejects: free text is `unknown`.

    A year that is missing comes from the right end of a range or list, then from `year`. «trước ngày 15/12» ends on
    the 14th (S0.35), «chậm nhất đến ngày 30/5» on the 30th (S0.33). A `from` period stops with the year it starts in.
    Vague parts of months, weeks and school years are taken as fixed days and marked approximate.
    """
    if len(text) > _LONGEST:
        return Period(kind="unknown", text=nfc(text))
    return _parse(text, year)


@lru_cache(maxsize=8192)
def _parse(text: str, year: int) -> Period:
    shown = nfc(text)
    if not shown:
        return Period(kind="blank")
    if is_ditto(shown):
        return Period(kind="ditto", text=shown)
    try:
        found = _read(_fold(shown), year)
        if found is None and "\n" in shown:
            found = _read(_fold(re.sub(r"[;,.\s]*\n[-+\s]*", "; ", shown)), year)
    except (ValueError, OverflowError):  # ImpossiblePoint, and what datetime says of 30/2 or of the year 10000
        return Period(kind="invalid", text=shown)
    if found is None:
        return Period(kind="unknown", text=shown)
    parts = found.parts
    if not parts and found.start and found.end:
        parts = ((found.start, found.end),)
    return replace(found, text=shown, parts=_joined(parts))


def _fold(text: str) -> str:
    """The cell in the one spelling the grammar knows."""
    key = text_key(text).strip("-+*•.;:, ")
    key = re.sub(r"\b(?:quí|qúy|qúi)\b", "quý", key)
    # quý1, tháng3: the space people leave out before a figure
    key = re.sub(r"\b(quý|tháng|năm|ngày)([0-9])", r"\1 \2", key)
    key = re.sub(r" ?/ ?", "/", key)
    if key.startswith("(") and key.endswith(")") and key.count("(") == 1:
        key = key[1:-1].strip()
    return key


def _read(text: str, year: int) -> Period | None:
    if grammar(_LUNAR).search(text):
        return Period(kind="lunar")
    plain = grammar(_VAGUE).sub("", text)
    if plain != text:
        found = _read(plain, year)
        return found and replace(found, approximate=True)
    while (plain := grammar(_FILLER).sub("", text)) != text:
        text = plain
    return (
        _read_repeated(text, year)
        or _read_always(text, year)
        or _read_deadline(text, year)
        or _read_from(text, year)
        or _read_interval(text, year)
        or _read_duration(text, year)
    )


def _read_repeated(text: str, year: int) -> Period | None:
    if grammar(_REPEATED_WORD).search(text) is None:
        return None
    if found := grammar(_YEARLY).fullmatch(text):
        inner = _read(found[1] or found[2], year)
        if inner and inner.kind in ("interval", "date", "from", "deadline"):
            kind = "recurring-deadline" if inner.kind == "deadline" else "recurring-interval"
            return replace(inner, kind=kind)
    if grammar(_OFTEN).fullmatch(text):
        return _whole_year("recurring", year)
    if found := grammar(_OFTEN_WITHIN).fullmatch(text):
        inner = _read(found[1], year)
        if inner and inner.start:
            return replace(inner, kind="recurring")
    return None


def _read_always(text: str, year: int) -> Period | None:
    found = grammar(_ALWAYS).match(text)
    rest = text[found.end() :] if found else grammar(_ALWAYS_LAST).sub("", text)
    if rest == text:
        return None
    if not rest:
        return _whole_year("continuous", year)
    inner = _read(rest.strip("(), "), year)
    return replace(inner, kind="continuous") if inner and inner.start and inner.end else None


def _read_deadline(text: str, year: int) -> Period | None:
    if (found := grammar(_BEFORE).fullmatch(text)) and (point := _single(found[1])):
        end = point.dates(year)[0] - timedelta(days=1)
        return Period(kind="deadline", end=end, approximate=point.approximate)
    if (found := grammar(_UNTIL).fullmatch(text)) and (point := _single(found[1])):
        return Period(kind="deadline", end=point.dates(year)[1], approximate=point.ends_vaguely)
    return None


def _read_from(text: str, year: int) -> Period | None:
    if found := grammar(_FROM_NOW).fullmatch(text):
        point = _single(found[1])
        return point and Period(kind="from", end=point.dates(year)[1], approximate=point.ends_vaguely)
    if (found := grammar(_FROM).fullmatch(text)) and (point := _single(found[1])):
        start = point.dates(year)[0]
        return Period(kind="from", start=start, end=date(start.year, 12, 31), approximate=point.approximate)
    return None


def _read_interval(text: str, year: int) -> Period | None:
    bare = grammar(_ERA).sub("", text)
    if point := _single(text) or _single(bare):
        start, end = point.dates(year)
        kind = "date" if point.unit == "day" else "interval"
        return Period(kind=kind, start=start, end=end, approximate=point.approximate)
    return _read_range(grammar(_RANGE_FROM).sub("", bare), year) or _read_list(bare, year)


def _read_range(text: str, year: int) -> Period | None:
    for sign in _RANGE_SIGNS:
        for found in grammar(sign).finditer(text):
            left = read_point(text[: found.start()])
            right = read_point(re.sub(r"^hết ", "", text[found.end() :])) if left else None
            points = _settled([left, right]) if left and right else None
            if points:
                return _between(points[0], points[1], year)
    return None


def _between(left: Point, right: Point, year: int) -> Period:
    near = right.year or left.year or year
    start, end = left.dates(near)[0], right.dates(near)[1]
    crosses = start > end
    if crosses and left.year is None:
        start = left.dates(near - 1)[0]
    elif crosses and right.year is None:
        end = right.dates(near + 1)[1]
    if start > end:
        raise ImpossiblePoint
    approximate = left.approximate or right.ends_vaguely
    return Period(kind="interval", start=start, end=end, approximate=approximate, crosses_year=crosses)


def _read_list(text: str, year: int) -> Period | None:
    items = grammar(_LIST_SIGN).split(text)
    if len(items) < 2:
        return None
    points = _settled([read_point(item) for item in items])
    if points is None:
        return None
    years = [point.year for point in points]
    near = next((own for own in reversed(years) if own), year)
    crosses, spans = False, list[Span]()
    for point in reversed(points):
        span = point.dates(near)
        if spans and span[0] > spans[-1][0] and point.year is None:
            near, crosses = near - 1, True
            span = point.dates(near)
        near = span[0].year
        spans.append(span)
    spans.sort()
    return Period(
        kind="interval",
        start=spans[0][0],
        end=max(end for _, end in spans),
        parts=tuple(spans),
        approximate=any(point.approximate for point in points),
        crosses_year=crosses,
    )


def _read_duration(text: str, year: int) -> Period | None:
    found = grammar(_DURATION).fullmatch(text)
    if found is None:
        return None
    rest = found[1] or found[2]
    return _read_interval(rest, year) if rest else Period(kind="duration")


def _single(text: str) -> Point | None:
    """A point that needs no neighbour to be understood; «5/2024» is then a month."""
    point = read_point(text)
    if point and point.unit == "number" and point.year:
        return point.numbered("month")
    if point is None or point.unit in ("number", "item", "roman", "monthday"):
        return None
    # 1.5 alone may be a figure, with a year or among dates it is a day
    return None if point.unit == "day" and re.fullmatch(r"[0-9]{1,2}\.[0-9]{1,2}", text) else point


def _settled(points: list[Point | None]) -> list[Point] | None:
    """The points of a range or list, figures read in the unit of their neighbours; None when that cannot be done."""
    known = [point for point in points if point]
    if len(known) < len(points):
        return None
    unit = next((point.unit for point in known if point.unit in ("day", "month", "quarter")), None)
    if unit is None and known[-1].unit == "number" and known[-1].year:
        unit = "month"
    settled: list[Point] = []
    for place, point in enumerate(known):
        if point.unit == "number" and point.year and unit != "quarter":
            point = point.numbered("month")
        elif unit and (point.unit, unit) in _COUNTED:
            point = point.numbered(unit)
        elif point.unit in ("number", "monthday"):
            day = next((other for other in known[place:] if other.unit == "day"), None)
            if day is None and point.unit == "monthday":
                day = next((other for other in reversed(settled) if other.unit == "day"), None)
            if day is None:
                return None
            point = point.in_month(day.first[0], day.year)
        elif point.unit in ("item", "roman"):
            return None
        settled.append(point)
    return settled


def _joined(spans: tuple[Span, ...]) -> tuple[Span, ...]:
    """The stretches in order of time, those that touch made one."""
    joined: list[Span] = []
    for start, end in sorted(spans):
        if joined and start <= joined[-1][1] + timedelta(days=1):
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return tuple(joined)


def _whole_year(kind: str, year: int) -> Period:
    return Period(kind=kind, start=date(year, 1, 1), end=date(year, 12, 31))
