"""LỊCH SỬ: what happened, in words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl

from lamtheo_xls.ledger import LetterRecord, open_ledger

ROUND = "43-kh-duk_2027"
DAY = dt.date(2027, 2, 22)


def letter(id: int, sha: str, **more: Any) -> LetterRecord:
    values: dict[str, Any] = {
        "key": f"k{id}",
        "message_id": f"<{id}@co-quan.example>",
        "kind": "issue",
        "rounds": (ROUND,),
        "addresses": (f"{id}@don-vi.example",),
        "subject": "",
        "sha256": sha,
        "made_on": DAY,
    }
    return LetterRecord(**(values | more))


def test_letters_are_told_by_kind_and_state(models_office: Path, lamtheo: Callable[..., Any]) -> None:
    """Beside whom a letter was for: what it was, how it ended, and the addresses; that one waits to go is no news."""
    with open_ledger(models_office / ".lamtheo") as ledger:
        sha = ledger.put(b"thu")
        ledger.queue_letters(
            [
                letter(1, sha, recipients=("unit:DU-1", "unit:DU-2")),
                letter(2, sha, kind="reminder", recipients=("unit:CB-TT",)),
                letter(3, sha, kind="receipt", recipients=()),
            ]
        )
        for id, *states in ((1, "sending", "sent"), (2, "sending", "in_doubt")):
            for state in states:
                ledger.move_letter(id, state, as_of=DAY, moment="2027-02-22T08:00:00")
    assert lamtheo("status", "-C", models_office, "--as-of", "2027-02-22").code == 0
    sheet = openpyxl.load_workbook(models_office / "theo-doi.xlsx")["LỊCH SỬ"]
    told = [[c for c in row if c is not None] for row in sheet.iter_rows(values_only=True)]
    letters = [row[1:] for row in told if any(str(c).startswith("Thư") for c in row)]
    assert letters == [
        ["CB Thanh tra", "Thư: đôn đốc – chưa rõ đã đến hay chưa (2@don-vi.example)"],
        ["ĐU Sở Số 1; ĐU Sở Số 2", "Thư: gửi biểu – đã gửi (1@don-vi.example)"],
    ]
