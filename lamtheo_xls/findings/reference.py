"""The page docs/findings.md, made from the catalogue."""

from __future__ import annotations

from lamtheo_xls.findings.catalogue import entries


def findings_reference() -> str:
    """A Markdown section per phase: code, severity, state, screen word, Vietnamese message, what to do, meaning."""
    out: list[str] = []
    phase = ""
    for code, entry in entries().items():
        if code.split(".")[0] != phase:
            phase = code.split(".")[0]
            out += [
                "",
                f"## {phase}",
                "",
                "| code | severity | state | screen | message | what to do | meaning |",
                "|---|---|---|---|---|---|---|",
            ]
        meaning = entry.meaning + (f" ({entry.source})" if entry.source else "")
        state = _state(entry.severity, entry.state, phase)
        cells = (f"`{code}`", entry.severity, state, entry.label, entry.message, entry.mend, meaning)
        out.append("| " + " | ".join(c.replace("|", "\\|").replace("\n", " ") for c in cells) + " |")
    return "\n".join(out).strip() + "\n"


_OF_A_FILE = {"file", "identity", "structure", "cell", "table", "workbook"}


def _state(severity: str, state: str, phase: str) -> str:
    """What a received file becomes by this code alone; '–' where the code is not about a received file."""
    if state:
        return state
    if phase not in _OF_A_FILE:
        return "–"
    return "to_fix" if severity == "error" else "accepted"
