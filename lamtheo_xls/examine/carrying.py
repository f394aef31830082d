"""What was returned in one version of a form, as the next version asks it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from lamtheo_xls.definitions.model import Form, Replaces
from lamtheo_xls.examine.model import Entry, Examination
from lamtheo_xls.workbook.layout import UNIT_FIELD

_SAME = Replaces(version=0)


def carried(examination: Examination, old: Form, new: Form, *later: Form) -> Examination:
    """The values of a return of `old` under the ids of `new`, or of the last of `later`, by what each says it replaces.

    Where nothing is said an id stays as it is, unless the new version takes it for something else. What the new form
    has not is dropped. Rows, places, state, part and findings stay those of the sheet that came back.
    """
    for form in (new, *later):
        examination, old = _step(examination, old, form), form
    return examination


def _step(examination: Examination, old: Form, new: Form) -> Examination:
    said = new.replaces or _SAME
    before = {table.id: [c.id for c in table.columns] for table in old.tables}
    columns = {
        table.id: _origins((c.id for c in table.columns), before[table.id], said.tables.get(table.id, {}))
        for table in new.tables
        if table.id in before
    }
    own = (UNIT_FIELD.id,)
    fields = _origins((*(f.id for f in new.fields), *own), (*(f.id for f in old.fields), *own), said.fields)
    rows = tuple(
        replace(
            row,
            values=_moved(row.values, columns[row.table]),
            explanation=row.explanation if new.table(row.table).explanation else "",
        )
        for row in examination.rows
        if row.table in columns
    )
    return replace(
        examination,
        fields=_moved(examination.fields, fields),
        rows=tuple(row for row in rows if row.values),
    )


def _origins(ids: Iterable[str], before: Iterable[str], said: Mapping[str, str]) -> dict[str, str]:
    """Id now → id then, for those that were there; an id that went into another is not taken twice in silence."""
    had, moved = set(before), set(said.values())
    return {id: then for id in ids if (then := said.get(id, "" if id in moved else id)) in had}


def _moved(values: Mapping[str, Entry], origins: Mapping[str, str]) -> dict[str, Entry]:
    return {id: values[then] for id, then in origins.items() if then in values}
