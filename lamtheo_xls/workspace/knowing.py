"""What is known of a unit before it fills a workbook: the models of the period before, or of another form of the round.

Which form takes what from which is the programme's to say (its chains); nothing here names a column.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from lamtheo_xls.definitions import previous_period
from lamtheo_xls.definitions.model import Chain, Form
from lamtheo_xls.examine import Examination
from lamtheo_xls.ledger import Counted, examination_of
from lamtheo_xls.register import Assignment, Earlier
from lamtheo_xls.text import nfc, text_key
from lamtheo_xls.workspace.folder import Office
from lamtheo_xls.workspace.owing import assignments_of
from lamtheo_xls.workspace.renewing import Versions, counting_of, versions_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """One model as a new workbook starts from it. `key`: by which it is known again; `part`: of a form of many parts
    it was one part of, '' where it was a row."""

    key: str
    values: Mapping[str, str]
    part: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What chains can take from, looked up once for all units: each asks only for its own."""

    office: Office
    versions: Versions
    counted: Mapping[str, Mapping[str, Sequence[Counted]]]
    """Period → assignment → what counts for it, by part."""
    earlier: Mapping[str, Sequence[Earlier]]
    """Unit code → its rows of sheet NĂM TRƯỚC, for the period before or for none said."""


def known_of(office: Office) -> Known:
    """What the chains of the office's programme need: one query for each of the two periods that is asked for."""
    period = office.round.period
    before = previous_period(period)
    wanted = {before if chain.before else period for chain in office.programme.chains}
    counted: dict[str, dict[str, list[Counted]]] = {}
    for one in sorted(wanted):
        of = counted.setdefault(one, {})
        for item in counting_of(office, f"{office.programme.id}_{one}"):
            of.setdefault(item.assignment, []).append(item)
    earlier: dict[str, list[Earlier]] = {}
    for row in office.register.earlier:
        if row.period in ("", before):
            earlier.setdefault(row.unit, []).append(row)
    return Known(office=office, versions=versions_of(office), counted=counted, earlier=earlier)


def models_for(known: Known, form: Form, assignment: Assignment, table: str) -> tuple[Model, ...]:
    """The models a workbook of the assignment starts from, in `table` or ('') in its single fields: what counts of the
    forms its chains name. What one chain knows, a later one does not say again; single fields say none twice."""
    out: list[Model] = []
    for chain in known.office.programme.chains:
        if (chain.form, chain.table) != (form.id, table):
            continue
        had = {m.key for m in out}
        for model in _of_chain(known, chain, assignment):
            if model.key not in had:
                out.append(model)
            if not table:
                had.add(model.key)
    return tuple(out)


def _of_chain(known: Known, chain: Chain, assignment: Assignment) -> Iterator[Model]:
    period = previous_period(assignment.period) if chain.before else assignment.period
    owner = assignment.id.split("_", 2)[-1]
    counted = known.counted[period].get(f"{chain.of}_{period}_{owner}", ())
    if not counted and chain.register:
        for row in known.earlier.get(assignment.unit, ()):
            yield from _model(chain, {here: row.values.get(here, "") for here in chain.columns})
    for one in counted:
        for values in _values(chain, examination_of(one.submission.examination)):
            yield from _model(chain, {here: values.get(there, "") for here, there in chain.columns.items()}, one.part)


def _values(chain: Chain, examination: Examination) -> Iterator[Mapping[str, str]]:
    if not chain.of_table:
        yield {id: entry.text for id, entry in examination.fields.items()}
        return
    for row in examination.rows:
        if row.table == chain.of_table:
            yield {id: entry.text for id, entry in row.values.items()}


def _model(chain: Chain, values: Mapping[str, str], part: str = "") -> Iterator[Model]:
    if values[chain.key]:
        kept = {id: nfc(text) for id, text in values.items() if text}
        yield Model(key=text_key(values[chain.key]), values={**kept, **chain.marks}, part=part)


def key_field(office: Office, form: Form) -> str:
    """The single field by which the form's models are known again; '' where no chain leads into its single fields."""
    return next((c.key for c in office.programme.chains if c.form == form.id and not c.table), "")


def placed(
    models: Sequence[Model], issued: Mapping[str, str], returned: Mapping[str, str], older: Collection[str] = ()
) -> dict[str, Model | None]:
    """Which part of a form of many each model is: part → model, None where a part has none (any more).

    `issued` and `returned`: part → key of the model it was issued for, or the unit returned in it. A model keeps its
    part; else it takes the one it had in the form it comes from, else the first free one. A part is free while nothing
    came back in it and its model is known no longer. What was returned and never issued is left to the unit, but for
    the parts in `older`, which came back in an older version of the form; there is always a first part.
    """
    named = {**issued, **returned}
    out: dict[str, Model | None] = {}
    waiting = []
    for model in models:
        part = next((p for p, key in named.items() if key == model.key and p not in out), "")
        if part:
            out[part] = model
        else:
            waiting.append(model)
    for model in waiting:
        taken = out.keys() | returned.keys()
        part = model.part if model.part and model.part not in taken else _first_free(taken)
        out[part] = model
    for part in (*issued, *older):
        out.setdefault(part, None)
    left = {p: m for p, m in out.items() if p in issued or p in older or p not in returned} or {"1": None}
    return dict(sorted(left.items(), key=lambda item: (len(item[0]), item[0])))


def _first_free(taken: set[str]) -> str:
    number = 1
    while str(number) in taken:
        number += 1
    return str(number)


def name_of(text: str, field: str) -> str:
    """The key of the model an examination (as the ledger keeps it) is about; '' where it does not say."""
    entry = examination_of(text).fields.get(field)
    return text_key(entry.text) if entry is not None else ""


class PartNames(Mapping[str, Mapping[str, Mapping[str, str]]]):
    """By what the parts that count are known again, by assignment and part, looked up when asked: of earlier runs, and
    as things stood when the docket was made, so that the order of files never matters."""

    def __init__(self, office: Office) -> None:
        self._ledger = office.ledger
        self._until = office.ledger.last_number()
        self._fields: dict[str, tuple[str, str]] = {}
        for one in office.live:
            fields = {f.id: key_field(one, f) for f in one.forms.values() if f.parts == "many"}
            self._fields |= {a.id: (one.round.id, fields[a.form]) for a in assignments_of(one)[0] if fields.get(a.form)}

    def __getitem__(self, assignment: str) -> Mapping[str, Mapping[str, str]]:
        round, field = self._fields[assignment]
        counted = self._ledger.counted_earlier(round, assignment, until=self._until)
        fields = {part: examination_of(text).fields.get(field) for part, text in counted.items()}
        return {part: {field: entry.text} for part, entry in fields.items() if entry is not None}

    def __iter__(self) -> Iterator[str]:
        return iter(self._fields)

    def __len__(self) -> int:
        return len(self._fields)
