"""Whatever breaks while letters are sent, each ends where it may be found: sent, failed, in doubt, or ready – and no
letter is at the server twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest

from lamtheo_xls.findings import World
from lamtheo_xls.mail.model import Account, Outcome
from lamtheo_xls.mail.sending import PUT_OFF_IN_A_ROW, Outgoing, send_letters

OFFICE = "vp@office.test"
PASSWORD = "Mật-khẩu của cơ quan 7!"


class Time:
    """A clock that only sleeping moves; `then` is called at every sleep longer than a letter's turn."""

    def __init__(self, then: Callable[[float], None] = lambda seconds: None) -> None:
        self.now = 1000.0
        self.pauses: list[float] = []
        self.then = then

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds
        if seconds > 0.5:
            self.pauses.append(seconds)
            self.then(seconds)


class Log:
    """What the ledger would hold: each letter's last state and reply."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, int]] = []
        self.state: dict[int, str] = {}
        self.replies: dict[int, str] = {}

    def starting(self, letter: Outgoing) -> None:
        assert self.state.get(letter.id, "ready") == "ready"
        self.calls.append(("sending", letter.id))
        self.state[letter.id] = "sending"

    def ended(self, letter: Outgoing, outcome: Outcome) -> None:
        assert self.state.get(letter.id, "ready") in ("ready", "sending")
        self.calls.append((outcome.state, letter.id))
        self.state[letter.id] = outcome.state
        self.replies[letter.id] = outcome.reply


def letters(n: int, *, body: bytes = b"") -> list[Outgoing]:
    def one(i: int) -> Outgoing:
        data = b"Message-ID: <%d@office.test>\r\n\r\nThu so %d\r\n%s" % (i, i, body)
        return Outgoing(id=i, to=(f"dv{i}@unit.test",), data=lambda: data)

    return [one(i) for i in range(1, n + 1)]


def send(some: Sequence[Outgoing], account: Account, time: Time | None = None, *, patience: float = 5) -> Log:
    """Sends, and what the ledger was told; a World is in `replies[0]`, its code in `state[0]`."""
    log, clock = Log(), time or Time()
    try:
        send_letters(
            some,
            account,
            PASSWORD,
            starting=log.starting,
            ended=log.ended,
            clock=clock,
            sleep=clock.sleep,
            patience=patience,
        )
    except World as world:
        log.state[0], log.replies[0] = world.code, str(world)
    return log


def at_server(server: Any) -> Counter[str]:
    """How often each letter's first recipient has it."""
    return Counter(message.to[0] for message in server.accepted)


def all_once(n: int) -> Counter[str]:
    return Counter(f"dv{i}@unit.test" for i in range(1, n + 1))


# -- the answer to the content that never came --


@pytest.mark.parametrize("do", ["cut", "lose"])
def test_cut_after_the_content_before_the_answer(
    smtp_server: Callable[..., Any], scripted_smtp: Any, account_at: Callable[..., Account], do: str
) -> None:
    """Accepted or not, nobody here can know: in doubt, never tried again; the others go over a new connection."""
    server = smtp_server(scripted_smtp.Step(command="CONTENT", do=do, at=(3,)))
    time = Time()
    log = send(letters(6), account_at(server.port), time)
    assert log.state == {1: "sent", 2: "sent", 3: "in_doubt", 4: "sent", 5: "sent", 6: "sent"}
    assert log.calls.count(("sending", 3)) == 1
    wanted = all_once(6)
    if do == "lose":
        del wanted["dv3@unit.test"]
    assert at_server(server) == wanted
    assert log.replies[3] == "Đã chuyển hết nội dung nhưng chưa nghe máy chủ trả lời: máy chủ ngắt kết nối."
    assert server.connections == 2 and time.pauses == [2.0]


def test_one_in_doubt_for_each_connection_killed(
    smtp_server: Callable[..., Any], scripted_smtp: Any, account_at: Callable[..., Account]
) -> None:
    """Killed under the answer to five of 40 letters: five in doubt, 35 sent, none twice, none missing."""
    killed = (3, 9, 20, 21, 40)
    server = smtp_server(scripted_smtp.Step(command="CONTENT", do="cut", at=killed))
    log = send(letters(40), account_at(server.port))
    assert {id for id, state in log.state.items() if state == "in_doubt"} == set(killed)
    assert Counter(log.state.values()) == {"sent": 35, "in_doubt": 5}
    assert at_server(server) == all_once(40)
    assert server.connections == 1 + len(killed) - 1  # after the last one nobody was left to send


def test_a_server_that_never_answers_the_content(
    smtp_server: Callable[..., Any], scripted_smtp: Any, account_at: Callable[..., Account]
) -> None:
    """It does not get all the letters: after four in doubt one after the other the run stops, the rest stays ready."""
    server = smtp_server(scripted_smtp.Step(command="CONTENT", do="cut"))
    time = Time()
    log = send(letters(10), account_at(server.port), time)
    assert log.state == {1: "in_doubt", 2: "in_doubt", 3: "in_doubt", 4: "in_doubt", 0: "world.mail_unreachable"}
    assert time.pauses == [2.0, 10.0, 30.0]
    assert "(lần này đã gửi 0 thư, còn 6 thư)" in log.replies[0]


def test_silence_after_the_content(
    smtp_server: Callable[..., Any], scripted_smtp: Any, account_at: Callable[..., Account]
) -> None:
    """No answer within the time: in doubt, and so told."""
    server = smtp_server(scripted_smtp.Step(command="CONTENT", do="silent", at=(1,)))
    log = send(letters(2), account_at(server.port), patience=0.1)
    assert log.state == {1: "in_doubt", 2: "sent"}
    assert log.replies[1].endswith("máy chủ không trả lời.")


@pytest.mark.parametrize("reply", ["354 what", "ho ho", "199 soon"])
def test_an_answer_that_is_none(
    smtp_server: Callable[..., Any], scripted_smtp: Any, account_at: Callable[..., Account], reply: str
) -> None:
    """An answer no server may give to the content proves nothing: in doubt."""
    server = smtp_server(scripted_smtp.Step(command="CONTENT", do="says " + reply, at=(1,)))
    log = send(letters(2), account_at(server.port))
    assert log.state == {1: "in_doubt", 2: "sent"}
    assert at_server(server) == all_once(2)


# -- the connection lost under the content --


def test_cut_while_the_content_is_handed_over(
    smtp_server: Callable[..., Any], scripted_smtp: Any, account_at: Callable[..., Account]
) -> None:
    """Before its last byte no server takes a letter: ready, and sent once at the end of the run."""
    server = smtp_server(scripted_smtp.Step(command="DATA", do="354, then cut", at=(2,)))
    time = Time()
    log = send(letters(3, body=(b"x" * 70 + b"\r\n") * 200_000), account_at(server.port), time)
    assert log.calls == [
        ("sending", 1),
        ("sent", 1),
        ("sending", 2),
        ("ready", 2),
        ("sending", 3),
        ("sent", 3),
        ("sending", 2),
        ("sent", 2),
    ]
    assert at_server(server) == all_once(3)
    assert time.pauses == [2.0, 30.0]


# -- the connection lost, or 421, before the content --

BEFORE = ["CONNECT", "EHLO", "AUTH", "MAIL", "RCPT", "DATA"]


@pytest.mark.parametrize("command", BEFORE)
@pytest.mark.parametrize("do", ["cut", "421 4.3.2 Closing"])
def test_lost_before_the_content(
    smtp_server: Callable[..., Any], scripted_smtp: Any, account_at: Callable[..., Account], command: str, do: str
) -> None:
    """A new connection, and the same letter again: all sent in their order, none twice, nothing in doubt."""
    server = smtp_server(scripted_smtp.Step(command=command, do=do, at=(1,)))
    time = Time()
    log = send(letters(3), account_at(server.port), time)
    assert log.calls == [(state, id) for id in (1, 2, 3) for state in ("sending", "sent")]
    assert at_server(server) == all_once(3)
    assert time.pauses == [2.0] and server.connections == 2


@pytest.mark.parametrize("command", BEFORE)
def test_silent_before_the_content(
    smtp_server: Callable[..., Any], scripted_smtp: Any, account_at: Callable[..., Account], command: str
) -> None:
    """A server that falls silent is left after a while and called again."""
    server = smtp_server(scripted_smtp.Step(command=command, do="silent", at=(1,)))
    log = send(letters(2), account_at(server.port), patience=0.4)
    assert log.state == {1: "sent", 2: "sent"} and at_server(server) == all_once(2)


@pytest.mark.parametrize("command", BEFORE)
def test_lost_each_time(
    smtp_server: Callable[..., Any], scripted_smtp: Any, account_at: Callable[..., Account], command: str
) -> None:
    """Three new connections, after 2, 10 and 30 seconds; then the World with the numbers, no letter touched."""
    server = smtp_server(scripted_smtp.Step(command=command, do="cut"))
    time = Time()
    log = send(letters(3), account_at(server.port), time)
    assert log.calls == [] and log.state == {0: "world.mail_unreachable"}
    assert time.pauses == [2.0, 10.0, 30.0] and server.connections == 4
    assert log.replies[0] == (
        f"Không liên lạc được với máy chủ thư localhost:{server.port}: máy chủ ngắt kết nối "
        "(lần này đã gửi 0 thư, còn 3 thư)."
    )


def test_421_in_answer_to_the_content(
    smtp_server: Callable[..., Any], scripted_smtp: Any, account_at: Callable[..., Account]
) -> None:
    """421 is an answer, too: not accepted, ready, a new connection, and tried again at the end of the run."""
    server = smtp_server(scripted_smtp.Step(command="CONTENT", do="421 4.3.2 Closing", at=(1,)))
    time = Time()
    log = send(letters(2), account_at(server.port), time)
    assert log.calls[:2] == [("sending", 1), ("ready", 1)]
    assert log.state == {1: "sent", 2: "sent"} and at_server(server) == all_once(2)
    assert time.pauses == [2.0, 30.0]


def test_a_letter_that_breaks_the_connection(
    smtp_server: Callable[..., Any], scripted_smtp: Any, account_at: Callable[..., Account]
) -> None:
    """One letter at which the server hangs up each time does not keep the others from going; it stays ready."""
    server = smtp_server(scripted_smtp.Step(command="RCPT", do="cut", of="dv2@"))
    log = send(letters(4), account_at(server.port))
    assert {id: s for id, s in log.state.items() if id} == {1: "sent", 3: "sent", 4: "sent"}
    assert log.state[0] == "world.mail_unreachable" and "đã gửi 3 thư, còn 1 thư" in log.replies[0]
    assert at_server(server) == all_once(4) - Counter({"dv2@unit.test": 1})


def test_a_server_dead_in_the_middle_of_200_and_back(
    smtp_server: Callable[..., Any], scripted_smtp: Any, account_at: Callable[..., Account]
) -> None:
    """It dies under the answer to letter 70 and, back after a while, at RCPT of a later one: 199 sent, one in doubt,
    none twice, none missing."""
    server = smtp_server(
        scripted_smtp.Step(command="CONTENT", do="die", at=(70,)),
        scripted_smtp.Step(command="RCPT", do="die", at=(301,)),
    )
    time = Time(lambda seconds: server.start() if seconds == 10.0 else None)
    log = send(letters(200), account_at(server.port, per_minute=60_000), time)
    assert Counter(log.state.values()) == {"sent": 199, "in_doubt": 1} and log.state[70] == "in_doubt"
    assert at_server(server) == all_once(200)
    assert time.pauses == [2.0, 10.0, 2.0, 10.0]


def test_a_server_dead_in_the_middle_of_200_for_good(
    smtp_server: Callable[..., Any], scripted_smtp: Any, account_at: Callable[..., Account]
) -> None:
    """The run stops with the numbers; the next run sends what is left, and nothing again."""
    server = smtp_server(scripted_smtp.Step(command="MAIL", do="die", at=(120,)))
    some = letters(200)
    account = account_at(server.port, per_minute=60_000)
    log = send(some, account)
    assert log.state.pop(0) == "world.mail_unreachable"
    assert "máy chủ không nhận kết nối ở cổng này (lần này đã gửi 119 thư, còn 81 thư)" in log.replies[0]
    assert Counter(log.state.values()) == {"sent": 119}
    server.start()
    again = send([letter for letter in some if letter.id not in log.state], account)
    assert Counter(again.state.values()) == {"sent": 81}
    assert at_server(server) == all_once(200)


def test_a_host_nobody_knows(account_at: Callable[..., Account]) -> None:
    """A name that is none is told at once, without waiting."""
    time = Time()
    log = send(letters(2), account_at(465, host="mail.office.invalid"), time)
    assert log.state == {0: "world.mail_unreachable"} and time.pauses == []
    assert "không tìm thấy tên máy chủ" in log.replies[0]


def test_letters_are_taken_as_they_go(
    smtp_server: Callable[..., Any], scripted_smtp: Any, account_at: Callable[..., Account]
) -> None:
    """What shows the progress counts a letter when its turn comes; the numbers of a broken run need its `of`."""
    server = smtp_server(scripted_smtp.Step(command="MAIL", do="die", at=(3,)))
    taken: list[int] = []
    log = Log()

    def one_by_one() -> Iterator[Outgoing]:
        for letter in letters(9):
            assert set(log.state.values()) <= {"sent"} and len(log.state) == len(taken)
            taken.append(letter.id)
            yield letter

    with pytest.raises(World, match=r"đã gửi 2 thư, còn 7 thư"):
        send_letters(
            one_by_one(),
            account_at(server.port),
            PASSWORD,
            starting=log.starting,
            ended=log.ended,
            sleep=Time().sleep,
            of=9,
        )
    assert taken == [1, 2, 3]


# -- refused, for now or for good --


@pytest.mark.parametrize("command", ["RCPT", "DATA", "CONTENT"])
def test_refused_for_good(
    smtp_server: Callable[..., Any], scripted_smtp: Any, account_at: Callable[..., Account], command: str
) -> None:
    """550 to the recipient, to DATA or to the content: failed with the server's words, once; the others go, over the
    same connection."""
    at = {"RCPT": (3,), "DATA": (2,), "CONTENT": (2,)}[command]  # RCPT: two a letter
    server = smtp_server(scripted_smtp.Step(command=command, do="550 5.1.1 No such user", at=at))
    log = send(letters(3), account_at(server.port))
    assert log.state == {1: "sent", 2: "failed", 3: "sent"}
    assert "550 5.1.1 No such user" in log.replies[2]
    assert at_server(server) == all_once(3) - Counter({"dv2@unit.test": 1})
    assert server.connections == 1 and log.calls.count(("failed", 2)) == 1


@pytest.mark.parametrize("command", ["MAIL", "RCPT", "DATA", "CONTENT"])
def test_put_off(
    smtp_server: Callable[..., Any], scripted_smtp: Any, account_at: Callable[..., Account], command: str
) -> None:
    """451 once: ready, the others first, then sent at the end of the run after a pause."""
    at = {"RCPT": (3,)}.get(command, (2,))
    server = smtp_server(scripted_smtp.Step(command=command, do="451 4.7.1 Greylisted", at=at))
    time = Time()
    log = send(letters(3), account_at(server.port), time)
    assert [call for call in log.calls if call[0] != "sending"] == [
        ("sent", 1),
        ("ready", 2),
        ("sent", 3),
        ("sent", 2),
    ]
    assert at_server(server) == all_once(3) and time.pauses == [30.0]


def test_put_off_each_time(
    smtp_server: Callable[..., Any], scripted_smtp: Any, account_at: Callable[..., Account]
) -> None:
    """451 four times: tried again after 30, 120 and 300 seconds, then left ready with the server's words, no World."""
    server = smtp_server(scripted_smtp.Step(command="RCPT", do="451 4.7.1 Greylisted", of="dv2@"))
    time = Time()
    log = send(letters(3), account_at(server.port), time)
    assert log.state == {1: "sent", 2: "ready", 3: "sent"}
    assert log.calls.count(("ready", 2)) == 4 and time.pauses == [30.0, 120.0, 300.0]
    assert log.replies[2] == "dv2@unit.test: 451 4.7.1 Greylisted"


def test_a_server_that_puts_everything_off_is_left_in_peace(
    smtp_server: Callable[..., Any], scripted_smtp: Any, account_at: Callable[..., Account]
) -> None:
    """After ten letters put off in a row the others wait for the pause, too, untried; in the end all went."""
    first = tuple(range(1, PUT_OFF_IN_A_ROW + 6))
    server = smtp_server(scripted_smtp.Step(command="MAIL", do="450 4.7.0 Too fast", at=first))
    time = Time()
    log = send(letters(30), account_at(server.port), time)
    put_off = [id for state, id in log.calls if state == "ready"]
    assert put_off == [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 1, 2, 3, 4, 5]
    assert set(log.state.values()) == {"sent"} and at_server(server) == all_once(30)
    assert time.pauses == [30.0, 120.0]


def test_some_addresses_refused(
    smtp_server: Callable[..., Any], scripted_smtp: Any, account_at: Callable[..., Account]
) -> None:
    """One of the recipient's addresses is enough; the reply says which was not reached. None is not enough, even with
    the office's own."""
    server = smtp_server(scripted_smtp.Step(command="RCPT", do="550 5.1.1 Gone", of="gone"))
    some = [
        Outgoing(id=1, to=("gone@unit.test", "dv1@unit.test"), data=lambda: b"x"),
        Outgoing(id=2, to=("gone@unit.test", "gone2@unit.test"), data=lambda: b"x"),
        Outgoing(id=3, to=("không phải@unit.test", "dv3@unit.test"), data=lambda: b"x"),
    ]
    log = send(some, account_at(server.port))
    assert log.state == {1: "sent", 2: "failed", 3: "sent"}
    assert log.replies[1] == "250 2.0.0 OK – không gửi được đến gone@unit.test (550 5.1.1 Gone)"
    assert log.replies[2] == "gone@unit.test: 550 5.1.1 Gone; gone2@unit.test: 550 5.1.1 Gone"
    assert "«không phải@unit.test»" in log.replies[3]
    assert [m.to for m in server.accepted] == [("dv1@unit.test", OFFICE), ("dv3@unit.test", OFFICE)]


def test_one_refused_for_good_one_for_now(
    smtp_server: Callable[..., Any], scripted_smtp: Any, account_at: Callable[..., Account]
) -> None:
    """While one of the addresses may still be reached, the letter is ready, not failed."""
    server = smtp_server(
        scripted_smtp.Step(command="RCPT", do="550 5.1.1 Gone", of="gone"),
        scripted_smtp.Step(command="RCPT", do="452 4.2.2 Full", of="full"),
    )
    both = Outgoing(id=1, to=("gone@unit.test", "full@unit.test"), data=lambda: b"x")
    assert send([both], account_at(server.port)).state == {1: "ready"}
    assert server.accepted == []


def test_the_offices_own_address_refused(
    smtp_server: Callable[..., Any], scripted_smtp: Any, account_at: Callable[..., Account]
) -> None:
    """The letter goes all the same, and its reply says that no copy came home."""
    server = smtp_server(scripted_smtp.Step(command="RCPT", do="550 5.7.1 Not to yourself", of=OFFICE))
    log = send(letters(1), account_at(server.port))
    assert log.replies == {1: "250 2.0.0 OK – máy chủ không nhận bản gửi về hộp thư của mình"}
    assert [m.to for m in server.accepted] == [("dv1@unit.test",)]


@pytest.mark.parametrize(
    ("command", "do"),
    [
        ("MAIL", "553 5.7.1 Sender not owned by user"),
        ("MAIL", "550 5.4.5 Daily sending quota exceeded"),
        ("CONTENT", "550 5.4.5 Daily sending quota exceeded"),
        ("CONTENT", "554 5.7.60 Not allowed to send as this sender"),
    ],
)
def test_refused_for_everybody(
    smtp_server: Callable[..., Any], scripted_smtp: Any, account_at: Callable[..., Account], command: str, do: str
) -> None:
    """What no other letter would escape stops the run with the server's words: no letter is marked as failed for it."""
    server = smtp_server(scripted_smtp.Step(command=command, do=do, at=(2, 3, 4, 5)))
    log = send(letters(5), account_at(server.port))
    assert log.state.pop(0) == "world.mail_refused" and do in log.replies[0]
    assert log.state == ({1: "sent", 2: "ready"} if command == "CONTENT" else {1: "sent"})
    assert at_server(server) == all_once(1)


def test_refused_at_mail_for_its_size(
    smtp_server: Callable[..., Any], scripted_smtp: Any, account_at: Callable[..., Account]
) -> None:
    """552 to MAIL is about the letter: failed, the others go."""
    server = smtp_server(scripted_smtp.Step(command="MAIL", do="552 5.3.4 Too big", at=(1,)))
    log = send(letters(2), account_at(server.port))
    assert log.state == {1: "failed", 2: "sent"} and log.replies[1] == "552 5.3.4 Too big"


def test_rset_unheard(smtp_server: Callable[..., Any], scripted_smtp: Any, account_at: Callable[..., Account]) -> None:
    """A connection that dies while the refused letter is cleared away takes nothing from the refusal."""
    server = smtp_server(
        scripted_smtp.Step(command="RCPT", do="550 5.1.1 Gone", at=(1,)),
        scripted_smtp.Step(command="RSET", do="cut"),
    )
    log = send(letters(2), account_at(server.port))
    assert log.calls == [("failed", 1), ("sending", 2), ("sent", 2)]


# -- the ledger, or the archive, cannot --


def test_nothing_is_sent_that_the_ledger_does_not_know(
    smtp_server: Callable[..., Any], account_at: Callable[..., Account]
) -> None:
    """Where `starting` fails – the disk is full – the content is not handed over, and the error passes through."""
    server = smtp_server()

    def full(letter: Outgoing) -> None:
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        send_letters(
            letters(2), account_at(server.port), PASSWORD, starting=full, ended=Log().ended, sleep=Time().sleep
        )
    assert server.accepted == [] and server.seen["DATA"] == 1


def test_a_letter_that_cannot_be_read(smtp_server: Callable[..., Any], account_at: Callable[..., Account]) -> None:
    """What `data` raises passes through; what went before is told and stands."""
    server, log = smtp_server(), Log()

    def damaged() -> bytes:
        raise World("world.archive_damaged", ma="ab", duong_dan="x")

    some = [*letters(1), Outgoing(id=2, to=("dv2@unit.test",), data=damaged)]
    with pytest.raises(World) as caught:
        send_letters(
            some, account_at(server.port), PASSWORD, starting=log.starting, ended=log.ended, sleep=Time().sleep
        )
    assert caught.value.code == "world.archive_damaged" and log.state == {1: "sent"}
