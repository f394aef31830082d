"""What each sample is: whose workbook, which program filled it with what, and what it must become when it comes back.

The expectation stands beside the filling and is written by hand from the rules of the form, never copied from what the
program answers; only the addresses come from the layout of the issued workbook.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import faulty
import good
import guidance
import persons
import plans
import results
from sample import At, Sample, typed


def samples(at: Mapping[str, Mapping[str, At]], groups: tuple[str, ...]) -> list[Sample]:
    """All samples; `at` by form and by unit or person code, and «shared», «other», «last»."""
    out: list[Sample] = []

    def adder(form: str) -> Any:
        return partial(_add, out, form, at[form])

    good.good(adder("mau-02"), at["mau-02"], groups)
    faulty.to_fix(adder("mau-02"), at["mau-02"], groups)
    faulty.doubtful(adder("mau-02"), at["mau-02"])
    faulty.not_the_form(adder("mau-02"), at["mau-02"])
    plans.plans(adder("mau-01"), at["mau-01"], groups)
    results.results(adder("mau-03"), at["mau-03"], groups)
    guidance.tasks(adder("nhiem-vu-dot-pha"), at["nhiem-vu-dot-pha"])
    guidance.models(adder("mo-hinh-tieu-bieu"), at["mo-hinh-tieu-bieu"])
    persons.persons(adder("ke-hoach-ca-nhan"), at["ke-hoach-ca-nhan"])
    return out


def _add(
    out: list[Sample],
    form: str,
    at: Mapping[str, At],
    batch: str,
    file: str,
    by: str,
    state: str,
    source: str = "",
    *,
    typing: Mapping[str, str] | None = None,
    steps: Sequence[Sequence[Any]] = (),
    findings: Sequence[tuple[str, str]] = (),
    owner: str | None = None,
    part: str | None = None,
    known: bool = False,
    shows: Mapping[str, str] | None = None,
    **more: Any,
) -> None:
    """`typing` goes through LibreOffice's keyboard and is then compared with what it shows. The file comes to the
    assignment of `source`, or of `owner` (of a copy), where its state says so; `known`: its form is seen though nobody
    can say whose it is."""
    whose = at.get(owner or source) if state in ("accepted", "to_fix", "superseded", "duplicate") else None
    issued = whose.record.issued if whose is not None else None
    out.append(
        Sample(
            batch=batch,
            file=file,
            by=by,
            state=state,
            source=f"{form}:{source}" if source in at else source,
            form=form if issued or known else "",
            unit=issued.unit if issued else "",
            person=(issued.person or "") if issued else "",
            part=(issued.part if part is None else part) if issued else "",
            steps=typed(typing or {}) + [list(s) for s in steps],
            shows=dict(typing or {}) if shows is None else dict(shows),
            findings=tuple(findings),
            **more,
        )
    )
