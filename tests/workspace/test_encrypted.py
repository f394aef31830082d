"""A return that a unit has encrypted with the password of the sheets is taken in like any other."""

from __future__ import annotations

import io
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msoffcrypto.format.ooxml
import pytest

PASSWORD = "0a1b2c3d"


@pytest.mark.parametrize(
    ("password", "told"),
    [
        (PASSWORD, ("accepted", [])),
        ("VelvetSweatshop", ("accepted", [])),
        ("một mật khẩu khác", ("refused", ["file.encrypted"])),
    ],
)
def test_the_password_of_the_sheets_opens_it(
    lamtheo: Callable[..., Any],
    make_office: Callable[..., Path],
    filled: Callable[..., Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    password: str,
    told: tuple[str, list[str]],
) -> None:
    """So does the one every program knows; any other is asked to be taken off. `verify` opens it again."""
    monkeypatch.setattr(secrets, "token_hex", lambda _: PASSWORD)
    office = make_office(tmp_path / "office", committees=2)
    path = filled(office, 1)
    out = io.BytesIO()
    msoffcrypto.format.ooxml.OOXMLFile(io.BytesIO(path.read_bytes())).encrypt(password, out)
    path.write_bytes(out.getvalue())
    said = lamtheo("collect", "-C", office, "--as-of", "2027-02-20", "--json")
    (line,) = said.lines
    assert (line["state"], [f["code"] for f in line["findings"]]) == told
    assert lamtheo("verify", "-C", office, "--as-of", "2027-02-20").code == 0
