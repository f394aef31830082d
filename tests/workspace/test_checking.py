"""A unit's own check of its workbook: «ĐÃ XONG» only where nothing would send it back."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

M3 = "mau-03_2027_DU-SO-SO-1.xlsx"


def test_a_question_only_the_unit_can_answer_is_something_to_mend(
    models_office: Path,
    lamtheo: Callable[..., Any],
    type_into: Callable[..., Path],
    result_of: Callable[..., dict[str, str]],
) -> None:
    """Content beside «không phát sinh» comes back from the office: the check does not say «ĐÃ XONG» of it."""
    done = type_into(models_office, M3, "xong.xlsx", result_of("Tiết kiệm điện"))
    said = lamtheo("check", done, "--as-of", "2027-02-10")
    assert (said.code, said.out.splitlines()[0]) == (0, "xong.xlsx: ĐÃ XONG – GỬI ĐƯỢC.")
    both = type_into(models_office, M3, "ca hai.xlsx", result_of("Tiết kiệm điện", khong_phat_sinh="x"))
    said = lamtheo("check", both, "--as-of", "2027-02-10")
    assert (said.code, said.out.splitlines()[0]) == (1, "ca hai.xlsx: còn 1 chỗ phải sửa.")
    (line,) = lamtheo("check", both, "--as-of", "2027-02-10", "--json").lines
    told = [(f["code"], f["severity"]) for f in line["findings"] if f["severity"] != "info"]
    assert (line["state"], told) == ("to_fix", [("workbook.nil_and_filled", "warning")])
