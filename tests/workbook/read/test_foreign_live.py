"""A form of each kind, issued and prefilled, saved as .xls and .ods by the programs on this machine, says the same."""

from __future__ import annotations

import datetime as dt
import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from lamtheo_xls.definitions import bundled, load_folder, period_year, programmes
from lamtheo_xls.definitions.model import Field, Form
from lamtheo_xls.examine import Examination, Facts, examine
from lamtheo_xls.workbook.identity import Issued
from lamtheo_xls.workbook.read.reader import read_returned
from lamtheo_xls.workbook.read.reading import RawCell, Reading
from lamtheo_xls.workbook.read.resolve import resolve
from lamtheo_xls.workbook.write.panel import Filled
from lamtheo_xls.workbook.write.stamp import prepare_base, stamp

KEY = b"k" * 32
GROUPS = ("Nhóm khác",)
KINDS = ("mau-01", "mau-02", "ke-hoach-ca-nhan")  # narratives in parts, a table, a person's plan


def bundled_forms() -> dict[str, Form]:
    bundles = [load_folder(bundled(programme))[0] for programme in programmes()]
    forms = [form for bundle in bundles if bundle is not None for form in bundle.forms.values()]
    return {form.id: form for form in forms if form.id in KINDS}


FORMS = bundled_forms()
SAVERS = ["soffice xls", "soffice ods", "ssconvert xls", "ssconvert ods"]


def issued_of(form: Form) -> Issued:
    rows = {t.id: max(t.rows_minimum, 4) for t in form.tables}
    serial = sorted(FORMS).index(form.id) + 1
    return Issued(
        serial=serial,
        assignment=f"{form.id}_2027_DV",
        round="r_2027",
        form=form.id,
        version=form.version,
        unit="DV",
        person=None,
        period="2027",
        part="",
        rows=rows,
    )


def typed(field: Field, row: int) -> str:
    """A text of the field's own kind; long and of several lines where any text may stand. (Nothing beyond U+FFFF:
    Gnumeric writes a broken .xls where such a character lies across two records. That one is refused.)"""
    if field.type == "tick":
        return "x"
    if field.type in ("integer", "number"):
        return str(row)
    if field.choices:
        return field.choices[0]
    if field.type == "date":
        return "15/03/2027"
    return f"- Dòng {row} của {field.short}: “học đi đôi với làm”,\n  = nói ít, làm nhiều; " + "việc tốt; " * 25


def filled(form: Form) -> Filled:
    return Filled(
        fields={f.id: typed(f, 1) for f in form.fields if not f.locked},
        rows={t.id: tuple({c.id: typed(c, i) for c in t.columns} for i in (1, 2, 3)) for t in form.tables},
    )


@pytest.fixture(scope="module")
def readings(tmp_path_factory: pytest.TempPathFactory) -> Mapping[tuple[str, str], Reading]:
    """Form and saver («xlsx»: as issued) → what was read."""
    for program in ("soffice", "ssconvert"):
        if not shutil.which(program):
            if os.environ.get("CI"):
                pytest.fail(f"{program} is needed here")
            pytest.skip(f"no {program} on this machine")
    folder = tmp_path_factory.mktemp("live")
    for form in FORMS.values():
        issued = issued_of(form)
        created = dt.datetime(2027, 1, 5, tzinfo=dt.UTC)
        base = prepare_base(form, issued.rows, context_common={}, groups=GROUPS, created=created, password="p")
        (folder / f"{form.id}.xlsx").write_bytes(stamp(base, issued, KEY, {}, prefill=filled(form)))
    sources = sorted(str(p) for p in folder.glob("*.xlsx"))
    office = ["soffice", f"-env:UserInstallation={(folder / 'profile').as_uri()}", "--headless", "--norestore"]
    for kind in ("xls", "ods"):
        (folder / f"soffice {kind}").mkdir()
        out = str(folder / f"soffice {kind}")
        subprocess.run([*office, "--convert-to", kind, "--outdir", out, *sources], check=True, capture_output=True)
        (folder / f"ssconvert {kind}").mkdir()
        exporter = "Gnumeric_Excel:excel_biff8" if kind == "xls" else "Gnumeric_OpenCalc:openoffice"
        for source in sources:
            target = folder / f"ssconvert {kind}" / f"{Path(source).stem}.{kind}"
            subprocess.run(["ssconvert", "-T", exporter, source, str(target)], check=True, capture_output=True)
    found = {(id, "xlsx"): read_returned((folder / f"{id}.xlsx").read_bytes()) for id in FORMS}
    for saver in SAVERS:
        for id in FORMS:
            found[id, saver] = read_returned((folder / saver / f"{id}.{saver[-3:]}").read_bytes())
    return found


def inputs_and_texts(reading: Reading) -> dict[tuple[int, int], RawCell]:
    """What is no formula on the filled sheet; a program may store a number for a tick's or a date's text format."""
    cells = reading.sheets[0].cells
    return {at: cell._replace(format=None) for at, cell in cells.items() if not cell.formula}


@pytest.mark.parametrize("saver", SAVERS)
@pytest.mark.parametrize("form", FORMS)
def test_every_form_is_read_alike(form: str, saver: str, readings: Mapping[tuple[str, str], Reading]) -> None:
    """Texts, numbers, locks, formulas' places, merges, marks – and the judgement but for the note on the format."""
    assert set(FORMS) == set(KINDS)
    wanted, got = readings[form, "xlsx"], readings[form, saver]
    issued = issued_of(FORMS[form])
    assert resolve(got, (KEY,), {issued.serial: issued}) == (issued, ())
    theirs, ours = inputs_and_texts(got), inputs_and_texts(wanted)
    for at, cell in ours.items():
        if saver == "ssconvert ods" and at in theirs and str(theirs[at].value).endswith(str(cell.value)):
            ours[at] = cell._replace(value=theirs[at].value)  # a text whose number format adds a word
    assert {at: (theirs.get(at), ours.get(at)) for at in theirs | ours if theirs.get(at) != ours.get(at)} == {}
    assert set(got.sheets[0].merges) == set(wanted.sheets[0].merges)
    judgement, there = judged(wanted, issued), judged(got, issued)
    note = f"file.{saver[-3:]}"
    assert [f for f in there.findings if f.code != note] == list(judgement.findings)
    assert (there.state, there.rows, there.fields) == (judgement.state, judgement.rows, judgement.fields)


def judged(reading: Reading, issued: Issued) -> Examination:
    form = FORMS[issued.form]
    facts = Facts(
        form=form, year=period_year(issued.period), issued=issued, groups=GROUPS, received=dt.date(2027, 2, 1)
    )
    return examine(reading, facts, ())
