"""An Examination as text and back, without loss."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from lamtheo_xls.examine.model import Entry, Examination, Row
from lamtheo_xls.findings import Finding, Place
from lamtheo_xls.ledger import examination_of, findings_of, text_of

TEXT = st.text(max_size=12) | st.sampled_from(["=1+1", "- gạch đầu dòng", "001", "'x", "Quý I\n2024", "\ud800"])
ID = st.sampled_from(["ten_chi_bo", "ten_mo_hinh", "moi"])
ENTRY = st.builds(Entry, text=TEXT, sheet=TEXT, cell=st.sampled_from(["D11", "B7"]), carried=st.booleans())
MAYBE = st.none() | TEXT
FINDING = st.builds(
    Finding,
    code=st.sampled_from(["cell.required", "file.empty"]),
    place=st.builds(Place, sheet=MAYBE, cell=MAYBE, path=MAYBE),
    value=MAYBE,
    args=st.lists(st.tuples(ID, TEXT), max_size=2).map(tuple),
    severity=st.sampled_from(["error", "warning", "info"]),
    explanation=MAYBE,
)
EXAMINATION = st.builds(
    Examination,
    state=st.sampled_from(["accepted", "to_fix", "unknown", "refused"]),
    part=st.sampled_from(["", "1", "12"]),
    nil=st.booleans(),
    sheet=TEXT,
    fields=st.dictionaries(ID, ENTRY, max_size=2),
    rows=st.lists(
        st.builds(
            Row,
            table=ID,
            sheet_row=st.integers(1, 1_048_576),
            values=st.dictionaries(ID, ENTRY, max_size=2),
            explanation=TEXT,
        ),
        max_size=3,
    ).map(tuple),
    findings=st.lists(FINDING, max_size=3).map(tuple),
)


@settings(derandomize=True, max_examples=80, deadline=None)
@given(EXAMINATION)
def test_what_is_kept_is_what_was_judged(examination: Examination) -> None:
    """Every value, place and finding; the text can be stored (no lone surrogates) and is the same each time."""
    text = text_of(examination)
    text.encode()
    assert examination_of(text) == examination
    assert findings_of(text) == examination.findings
    assert text_of(examination_of(text)) == text


def test_nothing_examined_is_an_empty_refusal() -> None:
    """A file the way in already refused has no rows and no fields."""
    assert examination_of("") == Examination(state="refused")
    assert findings_of("") == ()


def test_a_record_from_before_parts_and_nil_is_still_read() -> None:
    """A judgement kept by an earlier version of the program has neither, and one of today that has neither is written
    the same, so that deriving it again finds no difference."""
    kept = '{"state":"accepted","sheet":"S","fields":{"a":["x","S","B7",0]},"rows":[],"findings":[]}'
    examination = examination_of(kept)
    assert (examination.part, examination.nil, examination.fields["a"].text) == ("", False, "x")
    assert text_of(examination) == kept
    told = replace(examination, part="2", nil=True)
    assert examination_of(text_of(told)) == told
