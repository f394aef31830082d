"""The outbox: a letter is made once, never lost, and in doubt never sent again by itself."""

import datetime as dt
import itertools
import os
import random
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

import lamtheo_xls
from lamtheo_xls.findings import World, say
from lamtheo_xls.ledger import LETTER_KINDS, LETTER_STATES, Decision, Ledger, LetterRecord, open_ledger
from lamtheo_xls.ledger.outbox import MOVES

ROUND = "43-kh-duk_2027"
DAY = dt.date(2027, 2, 22)
NOON = "2027-02-22T12:00:00"

Compose = Callable[..., LetterRecord]


@pytest.fixture
def compose(ledger: Ledger) -> Compose:
    """A letter whose bytes are put: compose("A", kind="reminder", …)."""

    def make(who: str = "A", **more: object) -> LetterRecord:
        values: dict[str, object] = {
            "key": f"issue:{who}:1",
            "message_id": f"<{who.lower()}@co-quan.example>",
            "kind": "issue",
            "rounds": (ROUND,),
            "addresses": (f"{who.lower()}@don-vi.example",),
            "recipients": (f"unit:{who}",),
            "subject": f"Gửi biểu mẫu [LTB {ROUND} {who}]",
            "items": {"serials": ("3", "4"), "assignments": ("mau-02_2027_A",)},
            "sha256": ledger.put(f"thư {who}".encode()),
            "made_on": DAY,
        }
        return LetterRecord(**(values | more))  # type: ignore[arg-type]

    return make


def move(ledger: Ledger, id: int, *states: str) -> LetterRecord:
    moved = [ledger.move_letter(id, state, as_of=DAY, moment=NOON) for state in states]
    return moved[-1] if moved else ledger.letters()[id - 1]


PATHS = {
    "ready": (),
    "sending": ("sending",),
    "sent": ("sending", "sent"),
    "in_doubt": ("sending", "in_doubt"),
    "failed": ("sending", "failed"),
    "bounced": ("sending", "sent", "bounced"),
    "drafted": ("drafted",),
}
"""A way to every state."""


def test_what_is_queued_comes_back_whole(ledger: Ledger, compose: Compose) -> None:
    """Every field of a letter, in the order of making, by state, and by Message-ID."""
    first = compose("A", file="thu-gui/a.eml", state="drafted", moment=NOON)
    second = compose("B", kind="reminder", rounds=("x_2027", ROUND), addresses=("b@x.example", "c@x.example"))
    made = ledger.queue_letters([first, second])
    assert made == (replace(first, id=1), replace(second, id=2))
    assert ledger.letters() == made
    assert ledger.letters("drafted") == made[:1] and ledger.letters("ready", "sent") == made[1:]
    assert ledger.letters("bounced") == ()
    assert ledger.letter_by_message_id("<b@co-quan.example>") == made[1]
    assert ledger.letter_by_message_id("<ai@co-quan.example>") is None
    assert [x.subject_of for x in made] == ["letter:1", "letter:2"]


def test_a_letter_is_made_once(ledger: Ledger, compose: Compose) -> None:
    """The same key again – in one call, in the next one, with other bytes, after it was sent – makes nothing."""
    a, b = compose("A"), compose("B")
    assert [x.id for x in ledger.queue_letters([a, b, a])] == [1, 2]
    move(ledger, 1, "sending", "sent")
    other = replace(a, sha256=ledger.put("thư khác".encode()), message_id="<khac@co-quan.example>")
    made = ledger.queue_letters([other, compose("C"), b])
    assert [(x.id, x.key) for x in made] == [(3, "issue:C:1")]
    assert next((x.state, x.sha256) for x in ledger.letters()) == ("sent", a.sha256)


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ({"kind": "circular"}, "not a letter to queue"),
        ({"state": "sent"}, "not a letter to queue"),
        ({"sha256": "0" * 64}, "not in the archive"),
        ({"message_id": ""}, "not a whole letter"),
        ({"addresses": ()}, "not a whole letter"),
        ({"key": ""}, "not a whole letter"),
        ({"message_id": "<a@co-quan.example>"}, "two letters of one Message-ID"),
    ],
)
def test_what_is_no_letter_is_refused_with_all_that_came_along(
    ledger: Ledger, compose: Compose, fault: dict[str, object], said: str
) -> None:
    """All or none: beside a letter that cannot be, nothing is queued and nothing told."""
    with pytest.raises(ValueError, match=said):
        ledger.queue_letters([compose("A"), replace(compose("B"), **fault)])
    assert ledger.letters() == () and ledger.history() == ()


def test_a_move_keeps_what_it_does_not_say(ledger: Ledger, compose: Compose) -> None:
    """Tries are counted where a try was made; the server's words and the draft stay until there are others."""
    ledger.queue_letters([compose("A")])
    ledger.move_letter(1, "sending", as_of=DAY, moment="2027-02-22T08:00:00", tried=True)
    back = ledger.move_letter(1, "ready", as_of=DAY, moment="2027-02-22T08:01:00", reply="451 thử lại sau")
    assert (back.tries, back.reply, back.moment) == (1, "451 thử lại sau", "2027-02-22T08:01:00")
    again = ledger.move_letter(1, "sending", as_of=DAY, moment=NOON, tried=True)
    assert (again.tries, again.reply, again.file) == (2, "451 thử lại sau", "")
    assert ledger.move_letter(1, "sent", as_of=DAY, moment=NOON, reply="250 2.0.0 Ok").reply == "250 2.0.0 Ok"
    ledger.queue_letters([compose("B")])
    draft = ledger.move_letter(2, "drafted", as_of=DAY, moment=NOON, file="thu-gui/b.eml")
    assert draft.file == "thu-gui/b.eml" and move(ledger, 2, "ready").file == "thu-gui/b.eml"


def test_the_moves_are_over_all_states() -> None:
    """Every state is in the table and can be reached; into itself goes only «chờ gửi» (put off) and «bị trả lại»
    (again)."""
    assert set(MOVES) == set(LETTER_STATES) == set().union(*MOVES.values()) == set(PATHS)
    assert [state for state, after in MOVES.items() if state in after] == ["ready", "bounced"]


@pytest.mark.parametrize(("state", "after"), list(itertools.product(LETTER_STATES, LETTER_STATES)))
def test_a_move_is_taken_or_refused_as_the_table_says(ledger: Ledger, compose: Compose, state: str, after: str) -> None:
    """Of all pairs: allowed ones are on the disk, others raise and change nothing, also not in the history."""
    ledger.queue_letters([compose("A")])
    move(ledger, 1, *PATHS[state])
    before, told = ledger.letters(), ledger.history()
    if after in MOVES[state]:
        assert move(ledger, 1, after).state == after
        assert [x.state for x in ledger.letters()] == [after]
    else:
        with pytest.raises(ValueError, match=f"cannot go from {state} to {after}"):
            move(ledger, 1, after)
        assert ledger.letters() == before and ledger.history() == told


def test_what_was_sent_is_never_simply_ready_again() -> None:
    """From «đã gửi» a letter gets to «chờ gửi» only past a state in which a person says so."""
    assert MOVES["sent"] == {"bounced", "in_doubt"}
    assert {s for s, after in MOVES.items() if "sending" in after} == {"ready"}
    assert {s for s, after in MOVES.items() if "ready" in after} == {
        "ready",
        "sending",
        "in_doubt",
        "failed",
        "bounced",
        "drafted",
    }


def test_a_letter_nobody_knows_and_a_state_nobody_knows(ledger: Ledger, compose: Compose) -> None:
    with pytest.raises(KeyError):
        move(ledger, 7, "sent")
    ledger.queue_letters([compose("A")])
    with pytest.raises(ValueError, match="to posted"):
        move(ledger, 1, "posted")


@pytest.mark.parametrize("seed", range(25))
def test_cut_at_any_moment_what_was_on_its_way_is_in_doubt(folder: Path, seed: int) -> None:
    """Any walk of allowed moves over several letters, then the program is gone: those that were `sending` are in doubt,
    all others are as they were, and a second time nothing is left to doubt."""
    chance = random.Random(seed)
    with open_ledger(folder, create=True) as ledger:
        sha = ledger.put("thư".encode())
        ledger.queue_letters(
            LetterRecord(
                key=f"k{i}", message_id=f"<{i}@a.example>", kind="issue", rounds=(ROUND,), addresses=("a@b.example",),
                subject="", sha256=sha, made_on=DAY,
            )
            for i in range(6)
        )  # fmt: skip
        model = dict.fromkeys(range(1, 7), "ready")
        for _ in range(chance.randrange(40)):
            id = chance.randrange(1, 7)
            model[id] = move(ledger, id, chance.choice(sorted(MOVES[model[id]]))).state
        ledger._db.close()  # no __exit__: as if killed
    with open_ledger(folder) as ledger:
        assert {x.id: x.state for x in ledger.letters()} == model
        cut = ledger.doubt_interrupted(as_of=DAY, moment=NOON)
        assert [x.id for x in cut] == [id for id, state in model.items() if state == "sending"]
        assert {x.state for x in cut} <= {"in_doubt"}
        left = {id: "in_doubt" if state == "sending" else state for id, state in model.items()}
        assert {x.id: x.state for x in ledger.letters()} == left
        assert ledger.doubt_interrupted(as_of=DAY, moment=NOON) == ()


def test_the_history_tells_what_was_made_and_how_it_ended(ledger: Ledger, compose: Compose) -> None:
    """A line where a letter is made and where it is settled, none for its being on the way; of several rounds: in each
    of them. Every kind and state has its words."""
    ledger.queue_letters([compose("A"), compose("B", rounds=(ROUND, "khac_2027"))])
    move(ledger, 1, "sending", "sent")
    told = [(e.kind, e.subject, e.round, e.detail["state"]) for e in ledger.history(ROUND)]
    assert told == [
        ("letter", "letter:1", ROUND, "ready"),
        ("letter", "letter:2", "", "ready"),
        ("letter", "letter:1", ROUND, "sent"),
    ]
    assert [e.subject for e in ledger.history("khac_2027")] == ["letter:2"]
    assert ledger.history(subject="letter:1")[-1].detail == {
        "kind": "issue",
        "state": "sent",
        "to": ["a@don-vi.example"],
        "recipients": ["unit:A"],
        "message_id": "<a@co-quan.example>",
        "reply": "",
    }
    assert len({say(f"ledger.letter.{kind}") for kind in LETTER_KINDS}) == 4
    assert len({say(f"ledger.letter_state.{state}") for state in LETTER_STATES}) == 7


def test_what_is_ruled_of_a_letter_stands_beside_it(ledger: Ledger, compose: Compose) -> None:
    """«Thư đã đến» and «Gửi lại» are decisions about the letter; they count for no unit and no file."""
    ledger.queue_letters([compose("A")])
    move(ledger, 1, "sending", "in_doubt")
    ruled = Decision(subject="letter:1", kind="again", as_of=DAY, round=ROUND)
    assert len(ledger.decide([ruled])) == 1 and ledger.decide([ruled]) == ()
    assert ledger.standing(ROUND)["letter:1"].kind == "again"
    assert ledger.standing_of_round(ROUND) == () and ledger.counting(ROUND) == () and ledger.submissions() == ()


def test_letters_are_in_the_dump_and_their_bytes_are_looked_after(ledger: Ledger, compose: Compose) -> None:
    """`dump` names the round's letters; a letter whose bytes are gone or altered is unsound."""
    ledger.queue_letters([compose("A"), compose("B", rounds=("khac_2027",))])
    assert ledger.dump(ROUND)["letters"] == [
        {
            "key": "issue:A:1",
            "message_id": "<a@co-quan.example>",
            "kind": "issue",
            "addresses": ["a@don-vi.example"],
            "items": {"serials": ["3", "4"], "assignments": ["mau-02_2027_A"]},
            "state": "ready",
        }
    ]
    assert ledger.unsound() == ()
    sha = ledger.letters()[0].sha256
    ledger.archive.place_of(sha).unlink()
    assert ledger.unsound() == (sha,)


def test_a_full_disk_queues_all_or_nothing(ledger: Ledger, compose: Compose) -> None:
    """One World; later the same call does it."""
    pages = ledger._db.execute("PRAGMA page_count").fetchone()[0]
    ledger._db.execute(f"PRAGMA max_page_count = {pages + 2}")
    letters = [compose(f"A{i}", subject="x" * 2000) for i in range(20)]
    with pytest.raises(World) as told:
        ledger.queue_letters(letters)
    assert told.value.code == "world.disk_full" and ledger.letters() == ()
    ledger._db.execute("PRAGMA max_page_count = 1000000")
    assert len(ledger.queue_letters(letters)) == 20


KILLED = """
import datetime as dt, json, os, signal, sys
from pathlib import Path
from lamtheo_xls.ledger import LetterRecord, open_ledger

folder, last = Path(sys.argv[1]), int(sys.argv[2])
DAY, NOW = dt.date(2027, 2, 22), "2027-02-22T12:00:00"
steps = 0
def step(*_):
    global steps
    steps += 1
    if steps == last:
        os.kill(os.getpid(), getattr(signal, "SIGKILL", signal.SIGTERM))

with open_ledger(folder, create=True) as ledger:
    ledger._db.set_trace_callback(step)
    ledger.doubt_interrupted(as_of=DAY, moment=NOW)
    ledger.queue_letters(
        LetterRecord(
            key=f"issue:{i}", message_id=f"<{i}@a.example>", kind="issue", rounds=("r",), addresses=(f"{i}@b.example",),
            subject="x" * 3000, sha256=ledger.put(f"letter {i}".encode()), made_on=DAY,
        )
        for i in range(6)
    )
    for letter in ledger.letters("ready"):
        ledger.move_letter(letter.id, "sending", as_of=DAY, moment=NOW, tried=True)
        step()
        with open(folder.parent / "server.txt", "a") as server:  # what the server accepted
            server.write(letter.message_id + "\\n")
        step()
        ledger.move_letter(letter.id, "sent", as_of=DAY, moment=NOW, reply="250")
print(steps)
"""


def run_to(folder: Path, last: int) -> subprocess.CompletedProcess[str]:
    env = os.environ | {"PYTHONPATH": str(Path(lamtheo_xls.__file__).parent.parent)}
    return subprocess.run(
        [sys.executable, "-c", KILLED, str(folder), str(last)], capture_output=True, text=True, env=env, check=False
    )


def test_killed_anywhere_no_letter_is_lost_and_none_goes_twice(tmp_path: Path) -> None:
    """SIGKILL between statements of queueing and sending, spread over the run; then the same again. Every letter
    is there, the server has none twice, at most one is in doubt, and what it never got is in doubt or was sent."""
    whole = run_to(tmp_path / "whole" / ".lamtheo", 0)
    assert whole.returncode == 0, whole.stderr
    total = int(whole.stdout)
    doubted = 0
    for last in range(1, total + 1, max(1, total // 12)):
        folder = tmp_path / f"killed at {last}" / ".lamtheo"
        assert run_to(folder, last).returncode not in (0, 1)
        with open_ledger(folder) as ledger:
            assert ledger._db.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
            assert len(ledger.letters()) in (0, 6) and ledger.unsound() == ()
        again = run_to(folder, 0)
        assert again.returncode == 0, again.stderr
        accepted = (folder.parent / "server.txt").read_text().split()
        with open_ledger(folder) as ledger:
            states = {x.message_id: x.state for x in ledger.letters()}
        assert len(states) == 6 and len(accepted) == len(set(accepted))
        doubt = [id for id, state in states.items() if state == "in_doubt"]
        assert {id for id, state in states.items() if state == "sent"} == set(accepted) - set(doubt)
        assert len(doubt) <= 1 and set(states.values()) <= {"sent", "in_doubt"}
        doubted += len(doubt)
    assert doubted >= 2
