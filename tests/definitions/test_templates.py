"""Templates: names filled at issue, fields quoted as they are typed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lamtheo_xls.definitions.templates import CONTEXT, OF_PERSONS, fields_in, fill, names_in, pieces_of

TITLE = "thực hiện {=ten_mo_hinh} của {don_vi}, {=ten_mo_hinh}, năm {nam}"


def test_names_and_fields_are_told_apart() -> None:
    """`{name}` is the context's, `{=field}` what the unit types."""
    assert names_in(TITLE) == ("don_vi", "nam")
    assert fields_in(TITLE) == ("ten_mo_hinh", "ten_mo_hinh")
    assert (names_in("{{nam}}"), fields_in("{{=so}}")) == ((), ())


def test_the_pieces_join_to_what_is_filled() -> None:
    """A layout makes a formula from the pieces; the same words come out as from `fill`."""
    context = {"don_vi": "Chi bộ {Một}", "nam": 2027}
    assert pieces_of(TITLE, context) == (
        ("thực hiện ", "ten_mo_hinh"),
        (" của Chi bộ {Một}, ", "ten_mo_hinh"),
        (", năm 2027", ""),
    )
    assert fill(TITLE, context, {"ten_mo_hinh": "{nam}"}) == "thực hiện {nam} của Chi bộ {Một}, {nam}, năm 2027"
    assert fill(TITLE, context) == "thực hiện  của Chi bộ {Một}, , năm 2027"
    assert pieces_of("", {}) == (("", ""),)


@pytest.mark.parametrize(
    "text", ["{", "}", "{nam", "{}", "{=}", "{nam!r}", "{nam:>3}", "{=so:d}", "{a.b}", "{0}", "{==so}"]
)
def test_braces_that_cannot_be_read_are_refused(text: str) -> None:
    """ValueError, which the checks tell as a finding."""
    for read in (names_in, fields_in):
        with pytest.raises(ValueError):
            read(text)


def test_a_name_the_context_lacks_is_a_bug_of_ours() -> None:
    """Definitions are checked before; nothing is printed with a hole."""
    with pytest.raises(KeyError):
        fill("năm {nam}", {})


@given(st.text(max_size=20), st.text(max_size=20))
def test_text_without_braces_passes_unchanged(before: str, after: str) -> None:
    """Whatever stands around a mark stays as it is; doubled braces print one."""
    quoted = [text.replace("{", "{{").replace("}", "}}") for text in (before, after)]
    assert pieces_of(f"{quoted[0]}{{=so}}{quoted[1]}", {}) == ((before, "so"), (after, ""))


def test_names_of_persons_are_part_of_the_context() -> None:
    """One list says what a template may name; those of persons are marked in it."""
    assert set(OF_PERSONS) < set(CONTEXT)
    assert "lanh_dao" in OF_PERSONS
    assert "don_vi" not in OF_PERSONS
