"""The programmes name, ask and count in the words of the plan and of the guidance."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from lamtheo_xls.definitions import Bundle, bundled, deadline_of, fill, load_folder, milestones_of
from lamtheo_xls.definitions.model import Form

PAGES = Path(__file__).parent / "sources"
PROGRAMMES = ("43-kh-duk", "hd-btgtu-2024")
SYMBOL = re.compile(r"\d+\s*-[A-ZĐ]{2}/[A-ZĐ]+")


def bundle_of(programme: str) -> Bundle:
    found, findings = load_folder(bundled(programme))
    assert findings == ()
    assert found is not None
    return found


def plain(*pages: str) -> str:
    """The pages' words in small letters, single spaces."""
    return words(" ".join((PAGES / f"{page}.txt").read_text("utf-8") for page in pages))


def words(text: str) -> str:
    return " ".join(text.replace("“", "").replace("”", "").casefold().split())


def printed(form: Form) -> Iterator[str]:
    """Everything the office's words can reach on the form's paper."""
    yield from (*form.title, *form.head.left, form.closing.authority, *form.closing.left)
    yield from (block.text for block in form.body)
    yield from (f.default for f in form.fields)


def test_the_plan_is_known_by_its_own_words() -> None:
    """Its subject (S1.1), its groups of models (S1.6–S1.10), the plan of the term (S1.12), the committee's own dates
    (S1.20, S1.21), where a model comes from (S1.37)."""
    found = bundle_of("43-kh-duk")
    told = [found.programme.name, found.programme.obligations[0].document]
    told += [g.label for g in found.programme.groups if g.id != "khac"]
    told += [part for m in found.programme.milestones for part in m.label.split(" và ")]
    told += [found.forms["mau-03"].field("nguon_goc").choices[0]]
    source = plain("S1-ke-hoach", "S1-mau-03")
    assert len(told) >= 10
    assert [text for text in told if words(text) not in source] == []


@pytest.mark.parametrize(
    ("obligation", "period"), [("ke-hoach-2021-2025", "2022"), ("mau-01", "2022"), ("mau-02", "2022")]
)
def test_the_plans_single_dates_are_said_as_it_says_them(obligation: str, period: str) -> None:
    """«trước ngày 27/01/2022» (S1.12), «trước ngày 25/02/2022» (S1.16)."""
    (owed,) = (o for o in bundle_of("43-kh-duk").programme.obligations if o.id == obligation)
    assert deadline_of(owed, period).text in plain("S1-ke-hoach")


def test_the_plans_yearly_dates_are_the_same_day() -> None:
    """«trong tháng 02 hàng năm» (S1.14), «trước ngày 15/12 hàng năm» (S1.17), the two months of the committee."""
    programme = bundle_of("43-kh-duk").programme
    source = plain("S1-ke-hoach")
    for id in ("mau-01", "mau-02", "mau-03"):
        (owed,) = (o for o in programme.obligations if o.id == id)
        assert fill(owed.due.text, {"nam": "2024"}).replace("/2024", " hàng năm") in source
    for year in ("2023", "2025"):
        ((_, deadline),) = milestones_of(programme, year)
        assert f"vào {deadline.text}" in source


def test_the_guidance_is_known_by_its_own_words() -> None:
    """Its subject (S3.1), to whom a plan goes and its second copy (S3.21, S3.22), who is let off (S3.15), until when
    (S3.24), the kinds and grounds of a leader's deed (S3.20, S3.35), the «7 dám» (S3.17), the year's theme (S3.18)."""
    found = bundle_of("hd-btgtu-2024")
    owed, form = found.programme.obligations[-1], found.forms["ke-hoach-ca-nhan"]
    assert owed.people is not None and owed.second_copy is not None
    told = [found.programme.name, owed.to, owed.second_copy.to, *(e.reason for e in owed.people.exempt)]
    told += [deadline_of(o, "2024").text for o in found.programme.obligations]
    told += [f.choices[0].removeprefix("Có ") for f in form.fields if f.id.startswith("can_cu_viec")]
    told += [c.removeprefix("Việc ") for f in form.fields if f.id.startswith("loai_viec") for c in f.choices]
    told += [line.partition(": ")[2].rstrip(".") for line in form.guide if "7 dám" in line]
    (theme,) = {t for b in form.body for t in re.findall(r"“(Học tập[^”]*gương mẫu, tận tâm[^”]*)”", b.text)}
    told.append(theme)
    source = plain("S3-huong-dan", "S3-mau-03")
    assert len(told) >= 13
    assert [text for text in told if words(text) not in source] == []


@pytest.mark.parametrize("programme", PROGRAMMES)
def test_a_symbol_stands_beside_who_issued_it(programme: str) -> None:
    """«TU» is the province's committee and the city's (S3.3): wherever a form cites a document of that sign, it says
    whose it is; the person's own ground is asked for with its issuer."""
    cited = [
        (m, text) for f in bundle_of(programme).forms.values() for text in printed(f) for m in SYMBOL.finditer(text)
    ]
    assert bool(cited) == (programme == "hd-btgtu-2024")
    for found, text in cited:
        if found.group().endswith("/TU"):
            assert re.match(r",? ngày [\d/ ]+ của (Ban Thường vụ )?(Tỉnh|Thành) ủy", text[found.end() :]), text
    if cited:
        ground = bundle_of(programme).forms["ke-hoach-ca-nhan"].field("can_cu")
        assert " của {ten_don_vi}" in ground.default and " của Chi bộ" in ground.example
