"""A ledger in a temporary workspace, and a short way of letting something come in."""

import datetime as dt
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from lamtheo_xls.ledger import Ledger, SubmissionRecord, open_ledger, submission_id

ROUND = "43-kh-duk_2027"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / ".lamtheo"


@pytest.fixture
def ledger(folder: Path) -> Iterator[Ledger]:
    with open_ledger(folder, create=True) as opened:
        yield opened


@pytest.fixture
def record() -> Callable[..., SubmissionRecord]:
    """A submission whose bytes are already put: record(ledger, b"…", day=3, state="to_fix", …)."""

    def make(ledger: Ledger, data: bytes, *, day: int = 1, state: str = "accepted", **more: object) -> SubmissionRecord:
        sha = ledger.put(data)
        values: dict[str, object] = {
            "id": submission_id(sha),
            "sha256": sha,
            "file": f"nhan-ve/{data.decode()}.xlsx",
            "received": dt.date(2027, 2, day),
            "assignment": "mau-02_2027_A",
            "round": ROUND,
            "form": "mau-02",
            "state": state,
            "examination": json.dumps({"state": state, "sheet": "", "fields": {}, "rows": [], "findings": []}),
            "judged": {"as_of": f"2027-02-{day:02}"},
        }
        return SubmissionRecord(**(values | more))  # type: ignore[arg-type]

    return make


@pytest.fixture
def submit(ledger: Ledger, record: Callable[..., SubmissionRecord]) -> Callable[..., SubmissionRecord]:
    """Lets bytes come in and be judged; gives back what the ledger says of them."""

    def come_in(data: bytes, **more: object) -> SubmissionRecord:
        return ledger.record_submissions([record(ledger, data, **more)])[0]

    return come_in
