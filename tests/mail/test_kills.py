"""`send` and `collect --mailbox` killed (SIGKILL) at random moments, against Postfix and Dovecot."""

from __future__ import annotations

import importlib.util
import os
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import keyring
import pytest

KILLS = 50
UNITS = 60
BENCHMARK = Path(__file__).parents[2] / "benchmarks" / "mail.py"


def load() -> Any:
    """benchmarks/mail.py as a module."""
    name = "benchmarks_mail"
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, BENCHMARK)
        assert spec is not None and spec.loader is not None
        sys.modules[name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules[name])
    return sys.modules[name]


@pytest.fixture(scope="module")
def site() -> Iterator[Any]:
    """Servers, and an office of sixty units that has issued and sent nothing yet."""
    bench = load()
    if absent := bench.servers.postfix_absent() or bench.servers.dovecot_absent():
        assert not os.environ.get("CI"), absent
        pytest.skip(absent)
    before = keyring.get_keyring()
    with bench.open_site(UNITS) as opened:
        yield opened
    keyring.set_keyring(before)


def test_sending_under_fire(site: Any) -> None:
    """Whatever moment `send` is killed at: no letter is silently missing – each is in its mailbox or in doubt –, none
    is there twice, and no kill leaves more than one in doubt."""
    bench = load()
    fresh = site.copy("VP-fresh")
    span = bench.timed(bench.send, site)
    bench.empty(site)
    died = 0
    for seed in range(100):
        copy = fresh.copy(f"VP-send-{seed}")
        done = bench.killed(bench.send, copy, idle=bench.timed(bench.send, site), mean=span / 10, seed=seed)
        counts = bench.counts_of_letters(copy)
        assert counts["letters"] == UNITS and counts["sent"] + counts["in_doubt"] == UNITS, counts
        assert counts["sent_but_missing"] == counts["twice"] == 0, counts
        assert counts["in_doubt"] <= done.kills, counts
        assert counts["units_without"] == counts["in_doubt"] - counts["in_doubt_and_there"], counts
        bench.empty(site)
        died += done.kills
        if died >= KILLS:
            break
    assert died >= KILLS


def test_collecting_under_fire(site: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever moment `collect` is killed at: each attachment is one submission, whose message is known and marked."""
    bench = load()
    monkeypatch.setattr("lamtheo_xls.workspace.fetching.CHUNK_FILES", 6)
    bench.empty(site)
    bench.reply(site)
    fresh = site.copy("VP-fresh-2")
    span = bench.timed(bench.collect, site)
    undisturbed = bench.counts_of_returns(site)
    assert undisturbed == {
        "submissions": UNITS,
        "accepted": UNITS,
        "copies": UNITS,
        "messages": UNITS,
        "without_submission": 0,
    }
    died = 0
    for seed in range(100):
        copy = fresh.copy(f"VP-collect-{seed}")
        done = bench.killed(bench.collect, copy, idle=bench.timed(bench.collect, site), mean=span / 12, seed=seed)
        assert bench.counts_of_returns(copy) == undisturbed
        assert events(bench, copy)["received"] == UNITS and events(bench, copy)["duplicate"] == 0
        assert bench.run("verify", "-C", copy.root, "--as-of", bench.TODAY)
        died += done.kills
        if died >= KILLS:
            break
    assert died >= KILLS


def events(bench: Any, site: Any) -> Counter[str]:
    """Kind → how often it stands in the history."""
    with bench.open_ledger(site.root / ".lamtheo") as ledger:
        return Counter(e.kind for e in ledger.history())
