"""The Vietnamese guides tell what is there: links, pictures, commands, and the very words of the screens."""

from __future__ import annotations

import datetime as dt
import json
import math
import re
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest

from lamtheo_xls.cli.main import ALIASES, cli
from lamtheo_xls.findings import say
from lamtheo_xls.findings.catalogue import entries, words
from lamtheo_xls.register.sheets import kinds
from lamtheo_xls.reports.board import FILE_DECISIONS, LINE_DECISIONS
from lamtheo_xls.workspace.programmes import describe_programmes

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
GUIDES = {name: (DOCS / name).read_text("utf-8") for name in ("huong-dan.md", "dien-bieu.md")}
OFFICE = GUIDES["huong-dan.md"]
MESSAGES = ROOT / "lamtheo_xls" / "findings" / "messages"
BARRED = re.compile(r"\b(phiếu|phát hành|kết luận|sổ cái|kiểm tra)\b", re.IGNORECASE)
GAP = re.compile(r"\{\w+\}")
YEARS = ("2027", "2022")
ASKED = {year: describe_programmes(year, as_of=dt.date(2027, 1, 15)) for year in YEARS}
FORMS = [form for programme in ASKED["2027"] for form in programme["forms"]]
each_guide = pytest.mark.parametrize("name", sorted(GUIDES))


def texts(value: Any) -> Iterator[str]:
    """Every text within, one line and one sentence each as well as whole."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        for one in value:
            yield from texts(one)
    elif isinstance(value, str):
        yield " ".join(value.split())
        yield from value.splitlines()
        yield from re.split(r"(?<=\.) ", value)
        yield from re.findall(r"“([^”]+)”", value)


def catalogue() -> Iterator[str]:
    """All that a clerk may read: words and findings of the catalogue, labels of the bundled definitions."""
    for path in MESSAGES.glob("words_*.toml"):
        yield from texts(dict(words(path.stem.removeprefix("words_"))))
    for entry in entries().values():
        yield from texts([entry.message, entry.mend, entry.label])
    for path in (ROOT / "workbook_templates").rglob("*.json"):
        for text in texts(json.loads(path.read_text("utf-8"))):
            yield from (text, text.upper())  # sheets of what is marked are named by the mark, in capitals
    for programme in ASKED["2027"]:
        for form in programme["forms"]:
            told = say("reports.files.of_programme", bieu=form["label"], bo=programme["id"])
            yield from (told, say("reports.files.signed_of", bieu=told))


PHRASES = frozenset(catalogue())
FILLED = tuple(
    re.compile(".*?".join(re.escape(part) for part in GAP.split(phrase)))
    for phrase in sorted(PHRASES)
    if GAP.search(phrase) and len(re.findall(r"[^\W\d_]", GAP.sub("", phrase))) >= 4
)


def on_screen(quote: str) -> bool:
    """The words stand in the catalogue: as they are, filled in (a last full stop may be left out), or, ending in …, as
    a beginning."""
    if quote in PHRASES or any(f.fullmatch(quote) or f.fullmatch(f"{quote}.") for f in FILLED):
        return True
    return quote.endswith("…") and any(p.startswith(quote[:-1].rstrip()) for p in PHRASES)


def quotes(text: str) -> Iterator[str]:
    """What stands in «…» (the outermost) and in **…**."""
    prose = re.sub(r"```.*?```|`[^`\n]*`", "", text, flags=re.DOTALL)
    prose = " ".join(prose.split())
    depth = start = 0
    for at, sign in enumerate(prose):
        if sign == "«":
            start, depth = (at + 1 if depth == 0 else start), depth + 1
        elif sign == "»":
            depth -= 1
            assert depth >= 0, prose[max(at - 60, 0) : at + 1]
            if depth == 0:
                yield prose[start:at]
    assert depth == 0
    yield from re.findall(r"\*\*(.+?)\*\*", prose)


def code(text: str) -> Iterator[str]:
    """Each piece of code: spans, and lines of blocks."""
    for block in re.findall(r"```\n(.*?)```", text, re.DOTALL):
        yield from (line.strip() for line in block.splitlines())
    yield from re.findall(r"`([^`\n]+)`", re.sub(r"```.*?```", "", text, flags=re.DOTALL))


def commands(text: str) -> Iterator[list[str]]:
    for piece in code(text):
        found = re.fullmatch(r"(?:py -m lamtheo_xls|lamtheo) (.+)", piece)
        if found:
            yield found.group(1).split()


def anchors(text: str) -> set[str]:
    heads = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}


def command_of(verb: str) -> click.Command:
    found = cli.get_command(click.Context(cli), verb)
    assert found is not None, verb
    return found


@each_guide
def test_words_of_the_screen_are_on_it(name: str) -> None:
    """What is quoted as standing on a sheet or in a window is what the program writes there."""
    found = list(quotes(GUIDES[name]))
    assert len(found) > 10
    assert [q for q in found if not on_screen(q)] == []


def test_an_invented_word_would_be_seen() -> None:
    """The search is no sieve: words that no screen has are found out."""
    assert not any(map(on_screen, ("Xét duyệt", "TRANG KÝ", "Đã nhắn 3", "Cần bổ túc…", "CHƯA XONG")))
    assert on_screen("CHƯA XONG – CÒN 3 CHỖ: D15 thiếu thời gian; …") and on_screen("TRÌNH KÝ")


@each_guide
def test_no_word_means_something_else_there(name: str) -> None:
    """No word that has another meaning in these offices (DESIGN: nouns)."""
    assert BARRED.findall(GUIDES[name]) == []


@each_guide
def test_links_lead_somewhere(name: str) -> None:
    """Every link is a file of the project, or a heading that is there."""
    for target in re.findall(r"\]\(([^)]+)\)", GUIDES[name]):
        path, _, anchor = target.partition("#")
        assert not path or (DOCS / path).is_file(), target
        if anchor:
            assert anchor in anchors(GUIDES.get(path, GUIDES[name])), target


def test_readme_leads_to_both() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    assert all(f"](docs/{name})" in readme for name in GUIDES)


def test_pictures_are_few_small_and_used() -> None:
    """At most twelve, each at most 60 kB and wide enough to read, each shown somewhere and made by make.py."""
    pictures = sorted((DOCS / "anh").glob("*.png"))
    made = re.findall(r'^    "([\w-]+)": Picture\(', (DOCS / "anh" / "make.py").read_text("utf-8"), re.MULTILINE)
    assert 1 <= len(pictures) <= 12 and {picture.stem for picture in pictures} == set(made)
    for picture in pictures:
        data = picture.read_bytes()
        width, height = struct.unpack(">II", data[16:24])
        assert data[:8] == b"\x89PNG\r\n\x1a\n" and len(data) <= 60_000, picture.name
        assert 800 <= width <= 1600 and height >= 150, picture.name
        assert any(f"](anh/{picture.name})" in text for text in GUIDES.values()), picture.name


def cells(row: str) -> list[str]:
    return [cell.strip() for cell in row.strip("|").split("|")]


def table(text: str, head: str) -> list[list[str]]:
    """The cells of the table whose first head is `head`, head and ruler left out."""
    found = re.search(rf"^\| {head} \|.*\n\|[-:| ]+\n((?:\|.*\n)+)", text, re.MULTILINE)
    assert found is not None, head
    return [cells(row) for row in found[1].splitlines()]


def test_who_is_asked_what_is_what_a_round_asks() -> None:
    """The table of kinds of units says of each form what `lamtheo programmes` says, no more and no less."""
    told = {
        (row[0], form["id"]): mark
        for row in table(OFFICE, "loại hình")
        for form, mark in zip(FORMS, row[1:], strict=True)
        if mark
    }
    asked = {
        (demand["kind"], demand["form"]): "thẳng"
        if demand["unit_kind"] == "chi_bo_truc_thuoc" and demand["direct"]
        else "x"
        for programme in ASKED["2027"]
        for demand in programme["asked"]
    }
    assert told == asked and {kind for kind, _ in told} == set(kinds().values())


def test_dates_of_an_ordinary_year_and_of_2022() -> None:
    """Each form and document with its date in both years; what a year does not ask is said not to be asked."""
    rows = {row[0] if row[0] != "không có biểu" else "": row[2:] for row in table(OFFICE, "biểu")}
    for at, year in enumerate(YEARS):
        due: dict[str, set[str]] = {name: set() for name in rows}
        for programme in ASKED[year]:
            for demand in programme["asked"]:
                due[demand["label"] if demand["form"] else ""].add(demand["text"])
        assert {name: said[at] for name, said in rows.items()} == {
            name: " ".join(said) or "không yêu cầu" for name, said in due.items()
        }


def test_each_form_has_its_section() -> None:
    """Headed by its label, naming its file, and a row of its own on the clerk's page."""
    sections = re.findall(r"^### (.+)\n((?:(?!#).*\n)+)", OFFICE, re.MULTILINE)
    of_files = {form["id"]: [head for head, text in sections if f"`{form['id']}_…`" in text] for form in FORMS}
    assert all(
        len(heads) == 1 and heads[0].startswith(form["label"])
        for form, heads in zip(FORMS, of_files.values(), strict=True)
    )
    first = " ".join(row[0] for row in table(GUIDES["dien-bieu.md"], "biểu"))
    assert all(f"{form['label']} (" in first for form in FORMS)


def test_the_clerks_page_is_one_page() -> None:
    """On A4 with 1.5 cm of edge there is room for 58 lines of 100 characters at 11 points, pictures across the page."""
    lines = 0.0
    for block in re.split(r"\n\n|\n(?=\d\. |\|)", GUIDES["dien-bieu.md"].strip()):
        picture = re.match(r"!\[.*\]\((.+)\)", block)
        if picture:
            width, height = struct.unpack(">II", (DOCS / picture[1]).read_bytes()[16:24])
            lines += 18 * height / width / 0.46
        elif block.startswith("|"):
            lines += max(math.ceil(len(cells(block)[0]) / 20), math.ceil(len(cells(block)[-1]) / 78)) + 0.3
        else:
            lines += math.ceil(len(block) / 100) + (1 if block.startswith("#") else 0.3)
    assert 40 < lines <= 58


def test_each_consolidated_table_is_named() -> None:
    """The files of `tong-hop`, no other."""
    named = {row[0].strip("`") for row in table(OFFICE, "tệp") if row[0].startswith("`") and "/" in row[0]}
    assert named == {f"{p['id']}_2027/{table}.xlsx" for p in ASKED["2027"] for table in p["tables"]}


@each_guide
def test_commands_and_options_exist(name: str) -> None:
    """Whatever is to be typed is known to the command line, by the name given."""
    known = {*ALIASES, *ALIASES.values()}
    for verb, *rest in commands(GUIDES[name]):
        assert verb in known, verb
        options = {o for p in command_of(verb).params for o in (*p.opts, *p.secondary_opts)} | {"--help"}
        assert [w for w in rest if w.startswith("-") and w not in options] == [], (verb, rest)


def test_every_command_stands_there_by_both_names() -> None:
    """The table of commands pairs each Vietnamese name with the other one; none is left out."""
    rows = re.findall(r"^\| `lamtheo (\S+)` \| `lamtheo (\S+)` \|", OFFICE, re.MULTILINE)
    assert {other: alias for alias, other in rows} == ALIASES


def test_every_decision_and_state_is_explained() -> None:
    """Each choice of Xử lý has its row, each state of an assignment too."""
    rows = set(re.findall(r"^\| \*\*(.+?)\*\*", OFFICE, re.MULTILINE))
    assert {say(f"ledger.decision.{kind}") for kind in LINE_DECISIONS} <= rows
    assert all(say(f"ledger.decision.{kind}") in OFFICE for kind in FILE_DECISIONS)
    states = ("accepted", "word_awaited", "mending", "to_fix", "wrong_form", "missing", "nil", "excused", "volunteer")
    assert {say(f"reports.states.{state}") for state in (*states, "after_close", "unknown", "refused")} <= rows


def test_launchers_named_are_made(tmp_path: Path) -> None:
    """The .cmd files to double-click are those that a workspace has."""
    from lamtheo_xls.workspace.launchers import LAUNCHERS

    named = set(re.findall(r"`(\d-[A-Z-]+)\.cmd`", OFFICE))
    assert named == {Path(launcher).stem for launcher in LAUNCHERS}
