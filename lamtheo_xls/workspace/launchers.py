"""The .cmd files staff double-click or drop files on (Windows); ASCII names, UTF-8 inside, no Unix shell anywhere."""

from __future__ import annotations

import contextlib
from pathlib import Path

from lamtheo_xls.findings import say

_OURS = b" -m lamtheo_xls "
LAUNCHERS = {
    "1-TAO-BIEU.cmd": ("tao-bieu", "theo-doi"),
    "2-GUI.cmd": ("gui", "theo-doi"),
    "3-NHAN-VE.cmd": ("cap-nhat",),
    "4-DON-DOC.cmd": ("don-doc", "theo-doi"),
}


def launcher(verbs: tuple[str, ...]) -> str:
    """The text of a launcher for `verbs`: CRLF lines; uses the portable Python beside it, else the installed one.

    Files dropped on it are passed to the first verb; it ends by opening theo-doi.xlsx and stays open until a key
    is pressed, so that what was said can be read.
    """
    head = (
        "@echo off",
        "chcp 65001>nul",
        "set PYTHONUTF8=1",
        'set "PY=%~dp0py\\python.exe"',
        'if not exist "%PY%" set "PY=py"',
    )
    runs: list[str] = []
    for verb in verbs:
        dropped = "" if runs else " %*"
        runs += [f'"%PY%" -m lamtheo_xls {verb} -C "%~dp0."{dropped}', "if errorlevel 2 goto LOI"]
    tail = (
        'if exist "%~dp0theo-doi.xlsx" start "" "%~dp0theo-doi.xlsx"',
        f"echo {say('workspace.launcher.done')}",
        "pause>nul",
        "exit /b 0",
        ":LOI",
        f"echo {say('workspace.launcher.failed')}",
        f"echo {say('workspace.launcher.close')}",
        "pause>nul",
        "exit /b 3",
        "",
    )
    return "\r\n".join((*head, *runs, *tail))


def write_launchers(root: Path) -> None:
    """Writes the launchers into a new workspace."""
    for name, verbs in LAUNCHERS.items():
        (root / name).write_bytes(launcher(verbs).encode("utf-8"))


def add_launchers(root: Path) -> None:
    """Writes those that are missing where the first of ours lies: a workspace made by an earlier version is told to
    click what it has not. Where the disk refuses, there are none; the verbs work all the same."""
    with contextlib.suppress(OSError):
        if _OURS in (root / next(iter(LAUNCHERS))).read_bytes():
            for name, verbs in LAUNCHERS.items():
                if not (root / name).exists():
                    (root / name).write_bytes(launcher(verbs).encode("utf-8"))
