"""The office's mailbox over IMAP: folders, what came since a day, messages as bytes, and telling the server of them."""

from __future__ import annotations

import contextlib
import datetime as dt
import imaplib
import itertools
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

from imap_tools import AND, Header
from imap_tools.errors import ImapToolsError

from lamtheo_xls.findings import World, say
from lamtheo_xls.intake.headers import head_of, message_id_of
from lamtheo_xls.mail.imap import DEAD, SIZE, answers_in, drop, logged_in, moment_of, quoted, uid_of, words_of
from lamtheo_xls.mail.model import Account, Fetched, Server
from lamtheo_xls.mail.transaction import told

KEYWORD = "LamTheo"
"""Beside «read», on messages taken in, where the server keeps keywords."""
SMALL = 2**20
"""Messages up to so many bytes are fetched together, at most…"""
BULK_BYTES = 8 * 2**20
BULK = 50
HEADS = 500
"""Messages asked about, or told of, by one command."""
Answer = TypeVar("Answer")


@contextlib.contextmanager
def open_mailbox(account: Account, password: str) -> Iterator[Mailbox]:
    """The account's mailbox, logged in; left in order at the end.

    World: mail_unreachable, mail_certificate, mail_certificate_name, mail_no_tls, mail_ca_file, mail_login.
    """
    if account.imap is None:
        raise ValueError("the account has no server to receive from")
    mailbox = Mailbox(account, account.imap, password)
    try:
        yield mailbox
    except BaseException:
        mailbox.cut()
        raise
    mailbox.leave()


class Mailbox:
    """A mailbox open on one folder at a time.

    A connection that dies is made anew once for each question, on the same folder; then World: mail_unreachable. A
    refusal of the server is World: mail_refused.
    """

    def __init__(self, account: Account, server: Server, password: str) -> None:
        self._account = account
        self._server = server
        self._password = password
        self._folder = ""
        self._validity = 0
        self._writable = True
        self._keyword = False
        self._names: dict[str, str] = {}
        with self._told():
            self._box, self._able = logged_in(account, server, password)

    # -- folders ------------------------------------------------------------------------------------------------------

    def folders(self) -> tuple[str, ...]:
        """Names of the folders that hold messages, as the server writes them."""
        return tuple(dict.fromkeys(self._known().values()))

    def has(self, folder: str) -> bool:
        """Whether there is a folder of that name."""
        return _plain(folder) in self._known()

    def select(self, folder: str) -> int:
        """Opens the folder; its UIDVALIDITY. World: mail_folder where there is none of that name."""
        name = self._known().get(_plain(folder))
        if name is None:
            raise World("world.mail_folder", thu_muc=folder, co="; ".join(self.folders()))
        self._folder = ""
        self._validity = self._ask(lambda: self._set(name))
        self._folder = name
        return self._validity

    def _known(self) -> Mapping[str, str]:
        """What a clerk may write for a folder → its name; asked for once."""
        if not self._names:
            listed = self._ask(lambda: self._box.folder.list())
            for one in listed:
                if "\\noselect" not in (f.lower() for f in one.flags):
                    self._names.setdefault(_plain(one.name), one.name)
                    if one.delim not in ("", "/", "NIL"):
                        self._names.setdefault(_plain(one.name.replace(one.delim, "/")), one.name)
        return self._names

    def _set(self, name: str) -> int:
        """Selects the folder, for reading only where no more is allowed."""
        client = self._box.client
        try:
            self._box.folder.set(name)
            self._writable = True
        except imaplib.IMAP4.readonly:
            self._box.folder.set(name, readonly=True)
            self._writable = False
        _, kept = client.response("PERMANENTFLAGS")
        flags = b" ".join(x for x in kept or () if x).lower()
        self._keyword = b"\\*" in flags or KEYWORD.lower().encode() in flags
        _, validity = client.response("UIDVALIDITY")
        return int(validity[0] or 0) if validity and validity[0] else 0

    # -- messages -----------------------------------------------------------------------------------------------------

    def uids(self, since: dt.date | None) -> tuple[int, ...]:
        """Numbers of the messages the server got on `since` or later (None: all), the oldest first. Servers count days
        by clocks of their own, so those of the day before are among them."""
        wanted = AND(date_gte=since - dt.timedelta(days=1)) if since else "ALL"
        return tuple(sorted(int(u) for u in self._ask(lambda: self._box.uids(wanted, charset=None))))

    def message_ids(self, uids: Sequence[int]) -> Mapping[int, str]:
        """uid → Message-ID («<…@…>», '' for none), without fetching the messages; those gone are left out."""
        found: dict[int, str] = {}
        for some in _slices(uids, HEADS):
            for head, data in self._fetched(some, "(UID BODY.PEEK[HEADER.FIELDS (MESSAGE-ID)])"):
                found[uid_of(head)] = message_id_of(head_of(data))
        return found

    def fetch(self, uids: Sequence[int]) -> Iterator[Fetched]:
        """The messages whole, without marking them as read: small ones several at a time, big ones one by one. Those
        gone meanwhile are left out."""
        for some in _slices(uids, HEADS):
            sizes = {}
            for head, _ in self._fetched(some, "(UID RFC822.SIZE)"):
                size = SIZE.search(head)
                sizes[uid_of(head)] = int(size[1]) if size else SMALL + 1
            for bulk in _bulks([(u, sizes[u]) for u in some if u in sizes]):
                for head, data in self._fetched(bulk, "(UID INTERNALDATE BODY.PEEK[])"):
                    yield Fetched(uid=uid_of(head), data=data, arrived=moment_of(head))

    def holds(self, message_id: str) -> bool:
        """Whether a message of that Message-ID lies in a folder of the account or where messages taken in are moved
        to. The folder open stays open."""
        open_now = self._folder
        wanted = AND(header=Header("Message-ID", message_id))
        try:
            for folder in (*self._account.folders, self._account.move_to):
                if folder and self.has(folder):
                    self.select(folder)
                    if self._ask(lambda: self._box.uids(wanted, charset=None)):
                        return True
            return False
        finally:
            if open_now and open_now != self._folder:
                self.select(open_now)

    # -- telling the server -------------------------------------------------------------------------------------------

    def mark(self, uids: Sequence[int]) -> None:
        """Marks the messages as read and with our keyword, where the folder allows it."""
        flags = f"(\\Seen {KEYWORD})" if self._keyword else "(\\Seen)"
        if self._writable:
            self._tell(uids, "STORE", "+FLAGS.SILENT", flags)

    def move(self, uids: Sequence[int], folder: str) -> None:
        """Marks the messages and moves them to the folder, which is made where it is missing. Where the server knows no
        moving, they are copied, then marked as deleted – and nothing else is ever cleared away."""
        if not uids or not self._writable:
            return
        self.mark(uids)
        name = self._known().get(_plain(folder)) or self._made(folder)
        target = quoted(name)
        if "MOVE" in self._able:
            self._tell(uids, "MOVE", target)
            return
        self._tell(uids, "COPY", target)
        self._tell(uids, "STORE", "+FLAGS.SILENT", "(\\Deleted)")
        if "UIDPLUS" in self._able:
            self._tell(uids, "EXPUNGE")

    def _made(self, folder: str) -> str:
        def make() -> None:
            self._box.folder.create(folder)
            self._box.folder.subscribe(folder, True)

        self._ask(make)
        self._names[_plain(folder)] = folder
        return folder

    # -- the connection -----------------------------------------------------------------------------------------------

    def leave(self) -> None:
        """Says goodbye; a server that is gone by now takes nothing away."""
        try:
            self._box.client.logout()
        except (imaplib.IMAP4.error, OSError, EOFError):
            self.cut()

    def cut(self) -> None:
        """Drops the connection without a word."""
        drop(self._box)

    def _fetched(self, uids: Sequence[int], parts: str) -> list[tuple[bytes, bytes]]:
        """(what is said of the message, its bytes) for every message the server still has."""
        return answers_in(self._say("FETCH", _set_of(uids), parts))

    def _tell(self, uids: Sequence[int], command: str, *args: str) -> None:
        for some in _slices(uids, HEADS):
            self._say(command, _set_of(some), *args)

    def _say(self, command: str, *args: str) -> list[Any]:
        """What the server answers to a UID command it says yes to."""
        typ, data = self._ask(lambda: self._box.client.uid(command, *args))
        if typ != "OK":
            raise World("world.mail_refused", may_chu=self._server.host, loi=words_of(data))
        return data

    def _ask(self, question: Callable[[], Answer]) -> Answer:
        """The answer; where the connection died, it is made anew and the question put once more."""
        with self._told():
            try:
                return question()
            except DEAD:
                self._again()
                return question()

    def _again(self) -> None:
        self.cut()
        self._box, self._able = logged_in(self._account, self._server, self._password)
        if self._folder and self._set(self._folder) != self._validity:
            raise imaplib.IMAP4.abort("UIDVALIDITY changed")

    @contextlib.contextmanager
    def _told(self) -> Iterator[None]:
        """What goes wrong below, as one line for the clerk; never with the password in it."""
        host = self._server.host
        try:
            yield
        except DEAD as error:
            cause = error if isinstance(error, OSError) else error.__context__
            words = told(cause) if isinstance(cause, OSError) else say("mail.sending.silent")
            raise World("world.mail_unreachable", may_chu=host, loi=words) from error
        except (imaplib.IMAP4.error, ImapToolsError) as error:
            raise World("world.mail_refused", may_chu=host, loi=words_of([error])) from error


def _plain(folder: str) -> str:
    """A folder's name as clerks tell it: INBOX however written, one spelling of «ế»."""
    name = unicodedata.normalize("NFC", folder).strip()
    return "INBOX" if name.upper() == "INBOX" else name


def _slices(uids: Sequence[int], n: int) -> Iterator[Sequence[int]]:
    rest = iter(uids)
    while some := tuple(itertools.islice(rest, n)):
        yield some


def _bulks(sized: Iterable[tuple[int, int]]) -> Iterator[tuple[int, ...]]:
    """Messages to fetch together, in their order; a big one alone."""
    bulk: list[int] = []
    held = 0
    for uid, size in sized:
        if bulk and (size > SMALL or held + size > BULK_BYTES or len(bulk) >= BULK):
            yield tuple(bulk)
            bulk, held = [], 0
        bulk.append(uid)
        held += size
        if size > SMALL:
            yield tuple(bulk)
            bulk, held = [], 0
    if bulk:
        yield tuple(bulk)


def _set_of(uids: Iterable[int]) -> str:
    return ",".join(map(str, uids))
