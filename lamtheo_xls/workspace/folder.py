"""The workspace as a folder: what lies where, making a new one, and opening it for one command."""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import json
import secrets
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from lamtheo_xls import __version__
from lamtheo_xls.definitions import Bundle, bundled, load_folder, period_valid, programmes
from lamtheo_xls.definitions.model import Form, Programme
from lamtheo_xls.findings import Finding, World, worst
from lamtheo_xls.ledger import Ledger, lock, open_ledger
from lamtheo_xls.mail.templates import write_missing
from lamtheo_xls.register import (
    Register,
    Round,
    check_register,
    import_units,
    is_register,
    named_forms,
    open_rounds,
    read_register,
    round_of,
    write_register,
)
from lamtheo_xls.reports.targets import write_new
from lamtheo_xls.workspace.launchers import add_launchers, write_launchers

REGISTER = "danh-sach.xlsx"
STATUS = "theo-doi.xlsx"
INBOX = "nhan-ve"
LETTERS = "thu-gui"
OUTPUTS = ("bieu-gui", "tra-lai", "tong-hop", LETTERS)
"""What we write for a round goes into a folder of its own in each of them."""
TEMPLATES = "mau-thu"
"""The office's own words for its letters."""
KEY_BYTES = 16
"""A signing key has at least so many."""
Progress = Callable[[Iterable[Any], int, str], Iterable[Any]]
"""Passes items on while it shows how far they are: progress(items, total, what is done)."""
DEMO_KEY = b"lamtheo-demo-key-known-to-all-000"
"""The demo's fixed key, so that its samples verify; refused outside demo workspaces (DESIGN §6)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """A workspace opened for one command, on one round: everything the verbs look up, read once."""

    root: Path
    ledger: Ledger
    register: Register
    register_bytes: bytes
    register_findings: tuple[Finding, ...]
    bundle: Bundle
    round: Round
    as_of: dt.date
    key: bytes
    password: str
    also: tuple[Office, ...] = ()
    """The same workspace on the other rounds open, where the command is for all of them."""
    beside: tuple[Office, ...] = ()
    """And where it is not: they share the inboxes, and what comes in for them is theirs."""

    @property
    def all(self) -> tuple[Office, ...]:
        """This round, then the others the command is for."""
        return (self, *self.also)

    @property
    def live(self) -> tuple[Office, ...]:
        """Every round that returns are taken for."""
        return (*self.all, *self.beside)

    def of_round(self, round_id: str | None) -> Office:
        """The workspace on that round where it is open, else on its own."""
        return next((one for one in self.live if one.round.id == round_id), self)

    @property
    def programme(self) -> Programme:
        return self.bundle.programme

    @property
    def forms(self) -> Mapping[str, Form]:
        return self.bundle.forms

    def folder(self, name: str) -> Path:
        """The folder `name` (bieu-gui, tra-lai, tong-hop …) of this round."""
        return self.root / name / self.round.id

    @property
    def settings(self) -> bytes:
        """What the office set for this round, as canonical JSON."""
        return json.dumps(asdict(self.round), default=str, ensure_ascii=False, sort_keys=True).encode()

    def keep_grounds(self) -> None:
        """The archive keeps what is judged by – definitions, register, settings – by their hashes (DESIGN §3.2)."""
        for one in self.live:
            for form in one.forms.values():
                name = f"definition.{form.digest}"
                if self.ledger.setting(name) is None:
                    data = (bundled(one.programme.id) / f"{form.id}.json").read_bytes()
                    self.ledger.set_setting(name, self.ledger.put(data))
            self.ledger.put(one.settings)
        self.ledger.put(self.register_bytes)
        self.ledger.flush()

    @property
    def groups(self) -> tuple[str, ...]:
        return tuple(g.label for g in self.programme.groups)

    @property
    def judged(self) -> dict[str, str]:
        """What every event was judged by: hashes of definition, register, settings, and the program's version."""
        return {
            "definition": self.programme.digest,
            "register": self.register.digest,
            "settings": hashlib.sha256(self.settings).hexdigest(),
            "as_of": self.as_of.isoformat(),
            "program": __version__,
        }


def make_workspace(
    root: Path,
    *,
    programme_ids: tuple[str, ...],
    period: str,
    register: Path | None,
    key: bytes | None,
    demo: bool = False,
    as_of: dt.date,
) -> tuple[Finding, ...]:
    """Makes a new workspace in `root` (which must be new or empty); returns the doubts of an imported old list.

    Raises World where the folder is not empty, a programme is unknown, a ready register has errors or the disk fails;
    nothing half-made is left, so that the same command can be run again.
    """
    if root.exists() and any(root.iterdir()):
        raise World("world.not_empty", duong_dan=root)
    if key is not None and (len(key) < KEY_BYTES or (key == DEMO_KEY and not demo)):
        raise World("world.key_weak", n=KEY_BYTES)
    bundles = [bundle_of(p) for p in programme_ids]
    for bundle in bundles:
        if not period_valid(period, bundle.programme.period):
            raise World("world.period_unfit", ky=period, bo=bundle.programme.id)
    content, doubts = _first_register(register, tuple(bundles), period)
    with _whole_or_nothing(root):
        for name in (INBOX, *OUTPUTS):
            (root / name).mkdir(exist_ok=True)
        with open_ledger(root / ".lamtheo", create=True) as ledger:
            if demo:
                ledger.mark_as_demo()
            ledger.create_key(key or (DEMO_KEY if demo else secrets.token_bytes(32)))
            ledger.set_setting("sheet_password", "lamtheo" if demo else secrets.token_hex(4))
            detail = {"programmes": list(programme_ids), "period": period}
            ledger.record_event("made", "workspace", as_of=as_of, detail=detail)
        write_new(root / REGISTER, content)
        write_launchers(root)
        write_missing(root / TEMPLATES)
    return doubts


@contextlib.contextmanager
def _whole_or_nothing(root: Path) -> Iterator[None]:
    """The new or empty folder `root`, emptied again (and gone, if it was new) where what goes on in it fails."""
    was_there = root.exists()
    root.mkdir(parents=True, exist_ok=True)
    try:
        yield
    except BaseException:
        for made in root.iterdir():
            if made.is_dir():
                shutil.rmtree(made, ignore_errors=True)
            else:
                made.unlink(missing_ok=True)
        if not was_there:
            with contextlib.suppress(OSError):
                root.rmdir()
        raise


def _first_register(path: Path | None, bundles: tuple[Bundle, ...], period: str) -> tuple[bytes, tuple[Finding, ...]]:
    rounds = tuple(Round(programme=b.programme.id, period=period) for b in bundles)
    names = tuple((b.programme.id, b.programme.name) for b in bundles)
    forms = {b.programme.id: named_forms(b.programme, b.forms) for b in bundles}
    if path is None:
        return write_register(Register(office={}, rounds=rounds), programmes=names, forms=forms), ()
    data = path.read_bytes()
    if not is_register(data):
        imported, doubts = import_units(data, name=path.name)
        if imported is None:
            raise _faulty(doubts, path)
        content = write_register(replace(imported, rounds=rounds), programmes=names, forms=forms, doubts=doubts)
        _, found = read_register(content)
        return content, (*(f for f in found if f.severity == "error"), *doubts)
    ready, findings = read_register(data)
    if ready is None or worst(findings) == "error":
        raise _faulty(findings, path)
    missing = tuple(r for r in rounds if round_of(ready, r.id) is None)
    if not missing:
        return data, ()
    return write_register(replace(ready, rounds=ready.rounds + missing), programmes=names, forms=forms), ()


def bundle_of(programme_id: str) -> Bundle:
    """The bundled programme `programme_id`; World where it is unknown or faulty."""
    if programme_id not in programmes():
        raise World("world.programme_unknown", bo=programme_id, co=", ".join(programmes()))
    bundle, findings = load_folder(bundled(programme_id))
    if bundle is None:
        raise World("world.definition_faulty", findings, duong_dan=programme_id, n=len(findings))
    return bundle


@contextlib.contextmanager
def open_office(
    root: Path, *, round_id: str | None, as_of: dt.date, who: str, wait: float = 60.0, any_round: bool = False
) -> Iterator[Office]:
    """Opens the workspace for one command and holds it: a second command waits, then is told who holds it.

    On the round `round_id`; without one, on every round open that day (`Office.all`, the one opened last first), of
    each programme the one opened last. `any_round`: where none is open, the last of the register will do.
    Raises World: not a workspace, a faulty register (with all its findings), no such or no open round.
    """
    if not (root / ".lamtheo").is_dir():
        raise World("world.not_a_workspace", duong_dan=root)
    with lock(root / ".lamtheo", wait=wait, who=who), open_ledger(root / ".lamtheo") as ledger:
        key = ledger.key()
        if key == DEMO_KEY and not ledger.is_demo:
            raise World("world.demo_key")
        register, content, findings = _register(root / REGISTER)
        rounds, others = _rounds(register, round_id, as_of, any_round)
        bundles = {r.programme: bundle_of(r.programme) for r in (*rounds, *others)}
        for bundle in (bundles[programme] for programme in dict.fromkeys(r.programme for r in rounds)):
            findings += check_register(register, programme=bundle.programme, forms=bundle.forms, on=as_of)
        if worst(findings) == "error":
            raise _faulty(findings, root / REGISTER)
        offices = [
            Office(
                root=root,
                ledger=ledger,
                register=register,
                register_bytes=content,
                register_findings=findings,
                bundle=bundles[round_.programme],
                round=round_,
                as_of=as_of,
                key=key,
                password=ledger.setting("sheet_password") or "",
            )
            for round_ in (*rounds, *others)
        ]
        for one in offices:
            sweep(*(one.folder(name) for name in OUTPUTS))
        sweep(root)
        add_launchers(root)
        n = len(rounds)
        yield replace(offices[0], also=tuple(offices[1:n]), beside=tuple(offices[n:]))


def _rounds(
    register: Register, round_id: str | None, as_of: dt.date, any_round: bool
) -> tuple[tuple[Round, ...], tuple[Round, ...]]:
    """The rounds a command is for, and those open beside them."""
    newest: dict[str, Round] = {}
    for round_ in open_rounds(register, as_of):
        newest.setdefault(round_.programme, round_)
    if round_id:
        found = round_of(register, round_id)
        if found is None:
            raise World("world.round_unknown", dot=round_id, co=", ".join(r.id for r in register.rounds))
        return (found,), tuple(r for r in newest.values() if r != found)
    if not newest and any_round and register.rounds:
        return (register.rounds[-1],), ()
    if not newest:
        raise World("world.no_round", ngay=f"{as_of:%d/%m/%Y}")
    return tuple(newest.values()), ()


def sweep(*folders: Path) -> None:
    """Clears away what a command cut short left half-written: ours alone begin with a dot and end so."""
    for folder in folders:
        with contextlib.suppress(OSError):  # not there yet
            for path in folder.glob(".*.tmp"):
                with contextlib.suppress(OSError):  # held by another program: next time
                    path.unlink()


def _register(path: Path) -> tuple[Register, bytes, tuple[Finding, ...]]:
    try:
        data = path.read_bytes()
    except PermissionError as error:
        raise World("world.target_open", duong_dan=path) from error
    except OSError as error:
        raise World("world.file_missing", duong_dan=path) from error
    register, findings = read_register(data, programmes=tuple((p, p) for p in programmes()))
    if register is None:
        raise _faulty(findings, path)
    return register, data, tuple(findings)


def _faulty(findings: Iterable[Finding], path: Path) -> World:
    wrong = tuple(f for f in findings if f.severity == "error")
    return World("world.register_faulty", wrong, duong_dan=path.name, n=len(wrong))
