"""Promise 6: what marks prove. Every single mark may be lost; two that differ, or one that does not fit, refuse."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import pytest

from lamtheo_xls.findings import entries, message
from lamtheo_xls.workbook.identity import Issued, code_of, payload_of, tag_of
from lamtheo_xls.workbook.read.reading import CodeMark, Reading, SignedMark
from lamtheo_xls.workbook.read.resolve import resolve

KEY, OLD_KEY, FOREIGN = b"a" * 32, b"b" * 32, b"c" * 32
OURS = Issued(
    serial=135,
    assignment="mau-02_2027_DV01",
    round="43-kh-duk_2027",
    form="mau-02",
    version=1,
    unit="DV01",
    person=None,
    period="2027",
    part="",
    rows={"mo_hinh": 20},
)
NEIGHBOUR = replace(OURS, serial=136, assignment="mau-02_2027_DV02", unit="DV02")
ISSUED = {135: OURS, 136: NEIGHBOUR}
MARKS = ("meta", "head", "close")


def signed(issued: Issued = OURS, key: bytes = KEY, **changed: str) -> SignedMark:
    payload = payload_of(issued)
    return SignedMark(payload=payload, tag=tag_of(payload, key), where="_meta!A2")._replace(**changed)


def code(issued: Issued = OURS, key: bytes = KEY, cell: str = "D1") -> CodeMark:
    return CodeMark(code_of(issued, key), "MẪU 02", cell)


def typo(mark: CodeMark) -> CodeMark:
    last = mark.text[-1]
    return mark._replace(text=mark.text[:-1] + ("A" if last != "A" else "B"))


def reading(*marks: SignedMark | CodeMark) -> Reading:
    return Reading(
        kind="xlsx",
        codes=tuple(m for m in marks if isinstance(m, CodeMark)),
        signed=tuple(m for m in marks if isinstance(m, SignedMark)),
        properties={"subject": code(NEIGHBOUR).text},
    )


def whole(**instead: SignedMark | CodeMark | None) -> Reading:
    """A whole set of marks with some replaced or taken away."""
    marks: dict[str, SignedMark | CodeMark | None] = {"meta": signed(), "head": code(), "close": code(cell="B30")}
    return reading(*(m for m in (marks | instead).values() if m is not None))


def codes(found: tuple[object, ...]) -> list[str]:
    return [f.code for f in found]  # type: ignore[attr-defined]


def test_a_whole_workbook_is_known_without_a_word() -> None:
    """Payload and both codes hold: no finding; properties that say otherwise prove nothing."""
    assert resolve(whole(), (KEY,), ISSUED) == (OURS, ())
    assert resolve(whole(), (KEY,), ISSUED.get) == (OURS, ())
    assert resolve(whole(), (OLD_KEY, KEY), ISSUED) == (OURS, ())


@pytest.mark.parametrize("kept", [c for n in (1, 2) for c in combinations(MARKS, n)])
def test_one_valid_mark_is_enough(kept: tuple[str, ...]) -> None:
    """Any one or two of the marks alone are accepted, and what is lost is noted as info."""
    issued, found = resolve(whole(**{m: None for m in MARKS if m not in kept}), (KEY,), ISSUED)
    assert issued == OURS
    assert set(codes(found)) == {"identity.damaged"}
    assert len(found) == ("meta" not in kept) + (len({"head", "close"} - set(kept)) > 0)
    assert {f.severity for f in found} == {"info"}


@pytest.mark.parametrize(
    ("where", "spoiled", "cell"),
    [
        ("head", typo(code()), "D1"),
        ("close", typo(code(cell="B30")), "B30"),
        ("meta", signed(payload='{"serial": 1'), None),
        ("meta", signed(payload=""), None),
        ("meta", signed(tag=""), None),
        ("meta", signed(tag="cut off"), None),
    ],
)
def test_one_damaged_mark_is_noted_where_it_stands(
    where: str, spoiled: SignedMark | CodeMark, cell: str | None
) -> None:
    """A slip of typing in one code, a payload or tag cut off: accepted, one info at that place."""
    issued, found = resolve(whole(**{where: spoiled}), (KEY,), ISSUED)
    assert issued == OURS
    assert [(f.code, f.severity, f.place.cell) for f in found] == [("identity.damaged", "info", cell)]
    assert (cell or "_meta") in message(found[0])


@pytest.mark.parametrize(("first", "second"), list(combinations(MARKS, 2)))
def test_two_valid_marks_that_differ_are_refused(first: str, second: str) -> None:
    """Whatever two marks speak of two workbooks: identity.conflict, and nobody is chosen."""
    other = {"meta": signed(NEIGHBOUR), "head": code(NEIGHBOUR), "close": code(NEIGHBOUR, cell="B30")}
    for instead in ({second: other[second]}, {first: other[first]}):
        rest = {m: None for m in MARKS if m not in (first, second)}
        issued, found = resolve(whole(**rest, **instead), (KEY,), ISSUED)
        assert issued is None
        assert codes(found) == ["identity.conflict"]
        assert "DV01" in message(found[0]) and "DV02" in message(found[0])


@pytest.mark.parametrize(
    ("where", "misfit"),
    [
        ("meta", signed(tag="0" * 64)),
        ("meta", signed(payload=payload_of(replace(OURS, unit="DV09")))),
        ("meta", signed(key=FOREIGN)),
        ("head", code(key=FOREIGN)),
        ("close", code(replace(OURS, serial=9999), cell="B30")),
    ],
)
def test_a_tag_that_does_not_fit_is_refused(where: str, misfit: SignedMark | CodeMark) -> None:
    """Beside valid marks one legible mark that does not hold: identity.tag, at its cell where it has one."""
    issued, found = resolve(whole(**{where: misfit}), (KEY,), ISSUED)
    assert issued is None
    assert codes(found) == ["identity.tag"]
    assert found[0].place.cell == (misfit.cell if isinstance(misfit, CodeMark) else None)


def test_another_offices_workbook_is_foreign() -> None:
    """All marks hold together, but under another key: one finding, identity.foreign."""
    issued, found = resolve(
        whole(meta=signed(key=FOREIGN), head=code(key=FOREIGN), close=code(key=FOREIGN, cell="B30")), (KEY,), ISSUED
    )
    assert (issued, codes(found)) == (None, ["identity.foreign"])
    assert found[0].value == code(key=FOREIGN).text
    issued, found = resolve(whole(meta=signed(key=FOREIGN), head=None, close=None), (KEY,), ISSUED)
    assert (issued, codes(found)) == (None, ["identity.tag"])


def test_a_typo_is_told_from_a_foreign_code() -> None:
    """Only codes with a wrong check character: unknown, not refused."""
    issued, found = resolve(whole(meta=None, head=typo(code()), close=None), (KEY,), ISSUED)
    assert (issued, codes(found)) == (None, ["identity.typo"])
    assert entries()["identity.typo"].state == "unknown"
    assert entries()["identity.foreign"].state == "refused"


def test_a_code_typed_with_forgivable_slips_holds() -> None:
    """Lower case, spaces for dashes, O for 0: the same code."""
    text = code().text.lower().replace("-", " ").replace("0", "o")
    assert resolve(whole(head=code()._replace(text=text)), (KEY,), ISSUED) == (OURS, ())


def test_no_mark_at_all() -> None:
    """identity.none; a property alone never identifies."""
    issued, found = resolve(whole(meta=None, head=None, close=None), (KEY,), ISSUED)
    assert (issued, codes(found)) == (None, ["identity.none"])


def test_a_code_whose_serial_was_never_issued_here_is_foreign() -> None:
    """The code alone is verified by what was issued under its serial."""
    issued, found = resolve(whole(meta=None), (KEY,), {})
    assert (issued, codes(found)) == (None, ["identity.foreign"])


def test_without_a_key_a_payload_is_taken_at_its_word() -> None:
    """A unit's own check: identity.unverified; codes of another serial still do not pass, nor two payloads."""
    assert resolve(whole(), None, {})[0] == OURS
    assert codes(resolve(whole(), None, {})[1]) == ["identity.unverified"]
    issued, found = resolve(whole(head=code(NEIGHBOUR)), None, {})
    assert (issued, codes(found)) == (None, ["identity.tag"])
    issued, found = resolve(reading(signed(), signed(NEIGHBOUR)), None, {})
    assert (issued, codes(found)) == (None, ["identity.conflict"])
    issued, found = resolve(whole(meta=None), None, {})
    assert (issued, codes(found)) == (None, ["identity.unverified"])
    issued, found = resolve(reading(), None, {})
    assert (issued, codes(found)) == (None, ["identity.none"])
    issued, found = resolve(whole(meta=signed(tag="")), None, {})
    assert issued == OURS


@pytest.mark.parametrize(
    "wild",
    [
        {"serial": -5},
        {"serial": "x"},
        {"serial": 32**5},
        {"rows": {"mo_hinh": 10**9}},
        {"rows": {"mo_hinh": -1}},
        {"version": "1"},
        {"form": "x" * 1000},
        {"unit": None},
    ],
)
def test_a_wild_payload_is_damage_not_an_order(wild: dict[str, object]) -> None:
    """Without a key nothing proves the payload, so one that asks for the impossible is not taken."""
    issued, found = resolve(reading(signed(replace(OURS, **wild))), None, {})  # type: ignore[arg-type]
    assert (issued, codes(found)) == (None, ["identity.none"])
