"""The .cmd files staff double-click or drop files on (Windows); ASCII names, UTF-8 inside, no Unix shell anywhere."""

from __future__ import annotations

from pathlib import Path

from lamtheo_xls.findings import say

_LAUNCHERS = {
    "1-TAO-BIEU.cmd": ("tao-bieu",),
    "3-NHAN-VE.cmd": ("cap-nhat",),
}


def launcher(verb: str) -> str:
    """The text of a launcher for `verb`: CRLF lines; uses the portable Python beside it, else the installed one.

    Files dropped on it are passed on; it ends by opening theo-doi.xlsx and stays open when something went wrong.
    """
    lines = (
        "@echo off",
        "chcp 65001>nul",
        "set PYTHONUTF8=1",
        'set "PY=%~dp0py\\python.exe"',
        'if not exist "%PY%" set "PY=py"',
        f'"%PY%" -m lamtheo_xls {verb} -C "%~dp0." %*',
        "set KQ=%ERRORLEVEL%",
        "if %KQ% GEQ 2 (",
        f"  echo {say('workspace.launcher.failed')}",
        "  pause",
        "  exit /b %KQ%",
        ")",
        'if exist "%~dp0theo-doi.xlsx" start "" "%~dp0theo-doi.xlsx"',
        "",
    )
    return "\r\n".join(lines)


def write_launchers(root: Path) -> None:
    """Writes the launchers into a new workspace."""
    for name, (verb,) in _LAUNCHERS.items():
        (root / name).write_bytes(launcher(verb).encode("utf-8"))
