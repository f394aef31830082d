"""What was returned in one version of a form, as the next version asks it."""

from __future__ import annotations

import dataclasses
from typing import Any

from lamtheo_xls.definitions.model import Field, Form, Replaces, Table
from lamtheo_xls.examine import Entry, carried


def renamed(form: Form, fields: dict[str, str], columns: dict[str, str], version: int) -> Form:
    """The next version: ids now ← ids then, said in `replaces`."""
    back = {then: now for now, then in fields.items()}
    back_columns = {then: now for now, then in columns.items()}

    def moved(table: Table) -> Table:
        named = (dataclasses.replace(c, id=back_columns.get(c.id, c.id)) for c in table.columns)
        return dataclasses.replace(table, columns=tuple(named))

    return dataclasses.replace(
        form,
        version=version,
        fields=tuple(dataclasses.replace(f, id=back.get(f.id, f.id)) for f in form.fields),
        tables=tuple(map(moved, form.tables)),
        replaces=Replaces(version=version - 1, fields=fields, tables={t.id: columns for t in form.tables}),
    )


def test_fields_go_to_the_ids_that_replace_theirs(report: Any) -> None:
    """By what the new version says, else by the same id; places, rows and findings stay."""
    was = report.say("so_lieu", None).examine()
    now = carried(was, report.form, renamed(report.form, {"ten": "ten_mo_hinh"}, {}, 2))
    assert now.fields["ten"] == was.fields["ten_mo_hinh"] and "ten_mo_hinh" not in now.fields
    assert now.fields["thoi_gian"] == was.fields["thoi_gian"]
    assert len(now.fields) == len(was.fields)
    assert (now.rows, now.findings, now.state, now.part) == (was.rows, was.findings, "accepted", "1")


def test_columns_go_to_the_ids_that_replace_theirs(tasks: Any) -> None:
    """Texts and places under the new column; the explanation of a row stays its own."""
    was = tasks.set(1, "giai_trinh", "Có lời.", "nhiem_vu").examine()
    now = carried(was, tasks.form, renamed(tasks.form, {}, {"viec": "noi_dung"}, 2))
    assert now.rows[0].values["viec"] == Entry("Việc một", tasks.form.sheet, tasks.cell(1, "noi_dung", "nhiem_vu"))
    assert [(r.table, r.sheet_row, r.explanation, set(r.values)) for r in now.rows] == [
        ("nhiem_vu", tasks.spot(1, "noi_dung", "nhiem_vu")[0], "Có lời.", {"viec", "tham_muu", "giai_trinh"}),
        ("nhiem_vu", tasks.spot(2, "noi_dung", "nhiem_vu")[0], "", {"viec", "tham_muu"}),
    ]


def test_what_the_new_form_has_not_is_dropped(tasks: Any, report: Any) -> None:
    """Fields, columns, tables, rows left without a value, and words in an explanation column that is gone."""
    was = tasks.set(1, "giai_trinh", "Có lời.", "nhiem_vu").set(3, "tham_muu", "Ban", "nhiem_vu").examine()
    form = tasks.form
    grid = form.table("nhiem_vu")
    bare = dataclasses.replace(grid, columns=grid.columns[:1], explanation="")
    new = dataclasses.replace(form, version=2, fields=form.fields[:3], tables=(bare,), replaces=Replaces(version=1))
    now = carried(was, form, new)
    assert set(now.fields) == set(was.fields) & {f.id for f in new.fields}
    assert [(r.table, r.explanation, {k: e.text for k, e in r.values.items()}) for r in now.rows] == [
        ("nhiem_vu", "", {"noi_dung": "Việc một"}),
        ("nhiem_vu", "", {"noi_dung": "Việc hai"}),
    ]
    one = dataclasses.replace(report.form, tables=report.form.tables[1:])
    assert carried(report.examine(), report.form, one).rows == ()


def test_versions_are_carried_step_by_step(report: Any) -> None:
    """Through each version in turn: an id renamed twice arrives under its last name."""
    was = report.examine()
    second = renamed(report.form, {"ten": "ten_mo_hinh"}, {"doan_van": "doan"}, 2)
    third = renamed(second, {"ten_goi": "ten"}, {"loi": "doan_van"}, 3)
    now = carried(was, report.form, second, third)
    assert now == carried(carried(was, report.form, second), second, third)
    assert now.fields["ten_goi"].text == "Mỗi tuần một việc tốt"
    assert [r.values["loi"].text for r in now.rows] == ["Đoạn thứ nhất.", "Đoạn thứ hai."]


def test_an_old_id_that_went_elsewhere_is_not_taken_twice(report: Any) -> None:
    """A new field under an old name starts blank where the old one went into another; two may ask for one outright."""
    form = renamed(report.form, {"ten": "ten_mo_hinh"}, {}, 2)
    again = dataclasses.replace(form, fields=(*form.fields, Field(id="ten_mo_hinh", label="Tên", short="tên")))
    assert "ten_mo_hinh" not in carried(report.examine(), report.form, again).fields
    both = dataclasses.replace(
        again, replaces=Replaces(version=1, fields={"ten": "thoi_gian", "thoi_gian": "thoi_gian"})
    )
    now = carried(report.examine(), report.form, both).fields
    assert now["ten"] == now["thoi_gian"]


def test_without_a_word_ids_stay(report: Any) -> None:
    """A version that says nothing of what it replaces has the same ids; the unit's own name in a shared one stays."""
    was = report.examine()
    assert carried(was, report.form, dataclasses.replace(report.form, version=2)) == was
    shared = dataclasses.replace(was, fields={**was.fields, "don_vi": Entry("Đảng ủy A", "S", "C4")})
    assert carried(shared, report.form, report.form) == shared
