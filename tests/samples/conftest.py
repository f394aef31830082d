"""The samples as the demo takes them in, once for all tests."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from lamtheo_xls.findings import Finding
from lamtheo_xls.ledger import Decision, examination_of
from lamtheo_xls.register import Register, person_of, unit_code_of
from lamtheo_xls.workspace import demo, issuing
from lamtheo_xls.workspace.folder import open_office


@dataclass(frozen=True, kw_only=True)
class TakenIn:
    """`told`: (batch, file) → state, form, unit, person, part, codes, cells as in expected.tsv. `rows`: unit → the
    models of its Mẫu 02 that count. `counting`: (assignment, part) → the values of its single fields. `ruled`: what
    was taken in from theo-doi.xlsx, and `doubts` of it."""

    told: Mapping[tuple[str, str], tuple[str, ...]]
    explained: Mapping[tuple[str, str], Mapping[str, str | None]]
    rows: Mapping[str, tuple[Mapping[str, str], ...]]
    counting: Mapping[tuple[str, str], Mapping[str, str]]
    ruled: tuple[Decision, ...]
    doubts: tuple[Finding, ...]
    register: Register


def quiet(items: Iterable[Any], total: int, label: str) -> Iterable[Any]:
    return items


@pytest.fixture(scope="session")
def expected() -> dict[tuple[str, str], dict[str, str]]:
    """expected.tsv by (batch, file)."""
    with (demo.samples_folder() / "expected.tsv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    found = {(row["batch"], row["file"]): row for row in rows}
    assert len(found) == len(rows)
    return found


@pytest.fixture(scope="session")
def taken_in(tmp_path_factory: pytest.TempPathFactory) -> TakenIn:
    folder = tmp_path_factory.mktemp("samples") / "thu"
    demo.make_demo(folder)
    with open_office(folder, round_id=None, as_of=demo.ISSUED_ON, who="test") as office:
        for one in office.all:
            issuing.issue(one, progress=quiet)
    told = {}
    explained = {}
    ruled: tuple[Decision, ...] = ()
    doubts: tuple[Finding, ...] = ()
    for batch in demo.BATCHES:
        if batch.taken_in > demo.RULED_ON and not ruled:
            taken = demo.rule(folder)
            ruled, doubts = taken.decisions, taken.findings
        inbox = f"nhan-ve/{batch.inbox}/" if batch.inbox else "nhan-ve/"
        for line in demo.take_in(folder, batch, progress=quiet):
            key = (batch.folder, line.file.removeprefix(inbox))
            assert key not in told, key
            told[key] = (
                line.state,
                line.form or "-",
                unit_code_of(line.assignment or "") or "-",
                person_of(line.assignment or "") or "-",
                line.part or "-",
                " ".join(sorted(f.code for f in line.findings)) or "-",
                " ".join(sorted(f"{f.code}@{f.place.cell}" for f in line.findings if f.place.cell)) or "-",
            )
            explained[key] = {f.code: f.explanation for f in line.findings}
    with open_office(folder, round_id=None, as_of=demo.TODAY, who="test") as office:
        counting = [c for one in office.all for c in office.ledger.counting(one.round.id)]
        register = office.register
    judged = {(c.assignment, c.part): examination_of(c.submission.examination) for c in counting}
    return TakenIn(
        told=told,
        explained=explained,
        rows={
            unit_code_of(id): tuple({name: entry.text for name, entry in row.values.items()} for row in found.rows)
            for (id, _), found in judged.items()
            if id.startswith("mau-02_")
        },
        counting={at: {id: entry.text for id, entry in found.fields.items()} for at, found in judged.items()},
        ruled=ruled,
        doubts=doubts,
        register=register,
    )


@pytest.fixture(scope="session")
def files() -> tuple[Path, ...]:
    """Every returned file of the samples."""
    found = [p for batch in demo.BATCHES for p in sorted((demo.samples_folder() / batch.folder).iterdir())]
    return tuple(found)


@pytest.fixture(scope="session")
def returned(files: tuple[Path, ...]) -> dict[str, bytes]:
    """Name → bytes of every returned file, also those inside archives (a.zip!b.xlsx)."""
    found: dict[str, bytes] = {}

    def put(name: str, data: bytes) -> None:
        if name.endswith(".zip"):
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                for member in archive.namelist():
                    put(f"{name}!{member}", archive.read(member))
        else:
            found[name] = data

    for path in files:
        put(f"{path.parent.name}/{path.name}", path.read_bytes())
    return found
