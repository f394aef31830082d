"""Letters that came back, as servers tell it: every shape below is one that is met."""

from __future__ import annotations

import base64
import time

import pytest

from lamtheo_xls.mail.bounces import bounce_of

OURS = "<0123456789abcdef0123456789abcdef@tinh.example>"
WHO = "vanthu@xa.example"
LETTER = (
    f"Return-Path: <vp@tinh.example>\nFrom: vp@tinh.example\nTo: {WHO}\nSubject: =?utf-8?B?QmnhuyN1?= [LTB x CB017]\n"
    f"Message-ID: {OURS}\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=ours\n\n"
    "--ours\nContent-Type: text/plain\n\nKinh gui.\n\n"
    "--ours\nContent-Type: application/octet-stream; name=b.xlsx\n\nPK\n--ours--\n"
)
HEAD = LETTER.partition("\n\n")[0]


def report(sender: str, words: str, fields: str, returned: str = LETTER, *, kind: str = "", **more: str) -> bytes:
    """A multipart/report as RFC 3464 wants it."""
    kind = kind or "message/rfc822"
    heads = "".join(f"{name.replace('_', '-')}: {text}\n" for name, text in more.items())
    return (
        f"Return-Path: <>\nFrom: {sender}\nTo: vp@tinh.example\nMessage-ID: <notice@tinh.example>\n{heads}"
        'MIME-Version: 1.0\nContent-Type: multipart/report; report-type=delivery-status;\n\tboundary="=_b"\n\n'
        f"This is a MIME-encapsulated message.\n\n--=_b\nContent-Type: text/plain; charset=us-ascii\n\n{words}\n\n"
        f"--=_b\nContent-Description: Delivery report\nContent-Type: message/delivery-status\n\n{fields}\n\n"
        f"--=_b\nContent-Description: Undelivered Message\nContent-Type: {kind}\n\n{returned}\n--=_b--\n"
    ).encode()


def plain(sender: str, subject: str, words: str, **more: str) -> bytes:
    heads = "".join(f"{name.replace('_', '-')}: {text}\n" for name, text in more.items())
    return (
        f"Return-Path: <>\nFrom: {sender}\nTo: vp@tinh.example\nSubject: {subject}\nMessage-ID: <notice@xa.example>\n"
        f"{heads}\n{words}\n"
    ).encode()


POSTFIX = report(
    "MAILER-DAEMON@mail.tinh.example (Mail Delivery System)",
    "This is the mail system at host mail.tinh.example.\n\nI'm sorry to have to inform you that your\n"
    f"message could not be delivered to someone.\n\n<{WHO}>: host mx.xa.example[203.0.113.7] said:\n550 5.1.1"
    f"    <{WHO}>: Recipient address rejected: User unknown (in reply to RCPT TO command)",
    "Reporting-MTA: dns; mail.tinh.example\nX-Postfix-Queue-ID: 4BX2\nArrival-Date: Mon, 22 Feb 2027 08:00:00 +0700\n\n"
    f"Final-Recipient: rfc822; {WHO}\nOriginal-Recipient: rfc822;{WHO}\nAction: failed\nStatus: 5.1.1\n"
    "Remote-MTA: dns; mx.xa.example\nDiagnostic-Code: smtp; 550 5.1.1 <vanthu@xa.example>: Recipient address\n"
    "    rejected: User unknown",
    Subject="Undelivered Mail Returned to Sender",
    Auto_Submitted="auto-replied",
)
ZIMBRA_HEADS = report(
    "MAILER-DAEMON@mail.tinh.example (Mail Delivery System)",
    "The mail system",
    f"Reporting-MTA: dns; mail.tinh.example\n\nFinal-Recipient: rfc822; {WHO}\nAction: failed\nStatus: 5.2.2\n"
    "Diagnostic-Code: X-Postfix; maildir delivery failed: Over quota",
    HEAD,
    kind="text/rfc822-headers",
)
EXCHANGE = report(
    '"Microsoft Outlook" <MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@xa.example>',
    "Delivery has failed to these recipients or groups:\n\nThe e-mail address you entered couldn't be found.",
    f"Reporting-MTA: dns;EX01.xa.example\n\nFinal-Recipient: RFC822;{WHO.upper()}\nAction: failed\nStatus: 5.1.10\n"
    "Diagnostic-Code: smtp;550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found\n"
    "X-Display-Name: vanthu",
    In_Reply_To=OURS,
    References=OURS,
    Subject="Undeliverable: x",
)
EXCHANGE_BARE = EXCHANGE.replace(f"Message-ID: {OURS}".encode(), b"X-Nothing: 1")
GMAIL = report(
    "Mail Delivery Subsystem <mailer-daemon@googlemail.example>",
    "** Address not found **\n\nYour message wasn't delivered because the address couldn't be found.",
    "Reporting-MTA: dns; googlemail.example\nX-Original-Message-ID: " + OURS + "\n\n"
    f"Final-Recipient: rfc822; {WHO}\nAction: failed\nStatus: 5.1.1\n"
    "Diagnostic-Code: smtp; 550-5.1.1 The email account that you tried to reach does not exist.\n"
    "Last-Attempt-Date: Sun, 21 Feb 2027 18:00:00 -0800 (PST)",
    X_Failed_Recipients=WHO,
    Subject="Delivery Status Notification (Failure)",
)
EXIM_OLD = plain(
    "Mail Delivery System <Mailer-Daemon@may.xa.example>",
    "Mail delivery failed: returning message to sender",
    "This message was created automatically by mail delivery software.\n\nA message that you sent could not be\n"
    "delivered to one or more of its recipients. This is a permanent error.\nThe following address(es) failed:\n\n"
    f"  {WHO}\n    SMTP error from remote mail server after RCPT TO:<{WHO}>:\n"
    "    host mx.xa.example [203.0.113.7]: 550 No such user here\n\n"
    f"------ This is a copy of the message, including all the headers. ------\n\n{LETTER}",
    X_Failed_Recipients=WHO,
    Auto_Submitted="auto-replied",
)
QMAIL = plain(
    "MAILER-DAEMON@may.xa.example",
    "failure notice",
    "Hi. This is the qmail-send program at may.xa.example.\nI'm afraid I wasn't able to deliver your message to the\n"
    f"following addresses.\nThis is a permanent error; I've given up. Sorry it didn't work out.\n\n<{WHO}>:\n"
    "203.0.113.7 does not like recipient.\nRemote host said: 550 5.1.1 unknown user\nGiving up on 203.0.113.7.\n\n"
    f"--- Below this line is a copy of the message.\n\n{LETTER}",
)
SENDMAIL = report(
    "Mail Delivery Subsystem <MAILER-DAEMON@may.xa.example>",
    "   ----- The following addresses had permanent fatal errors -----\n<vanthu@xa.example>",
    f"Reporting-MTA: dns; may.xa.example\n\nFinal-Recipient: RFC822; {WHO}\nAction: failed\nStatus: 5.2.2\n"
    "Diagnostic-Code: SMTP; 552 5.2.2 Mailbox full",
    Subject="Returned mail: see transcript for details",
)
PACKED = POSTFIX.replace(
    b"Content-Type: message/delivery-status\n\n",
    b"Content-Type: message/delivery-status\nContent-Transfer-Encoding: base64\n\n",
)
PACKED = PACKED.replace(
    PACKED.partition(b"base64\n\n")[2].partition(b"\n\n--=_b")[0],
    base64.encodebytes(PACKED.partition(b"base64\n\n")[2].partition(b"\n\n--=_b")[0]).strip(),
)
MARKED = plain(
    "postmaster@xa.example",
    "Undeliverable: Bieu",
    f"<html><body><p>Your message to <b>{WHO}</b> couldn't be delivered.</p><p>550 5.7.1 Message rejected</p>"
    f"<p>Message-ID: &lt;{OURS.strip('<>')}&gt;</p></body></html>".replace("<p>Message-ID", "\nMessage-ID"),
    Content_Type="text/html; charset=utf-8",
)
VIETNAMESE = plain(
    "Mail Delivery System <mailer-daemon@xa.example>",
    "=?utf-8?B?VGjGsCBraMO0bmcgZ+G7rWkgxJHGsOG7o2M=?=",
    f"Thư gửi đến {WHO} không gửi được.\n552 5.2.2 Hộp thư đầy\n\nMessage-ID: {OURS}\nSubject: x",
    Content_Type="text/plain; charset=utf-8",
)
CUT_SHORT = POSTFIX[: POSTFIX.index(OURS.encode()) + len(OURS) + 1]

FAILED = {
    "postfix": (POSTFIX, "550 5.1.1 <vanthu@xa.example>: Recipient address rejected: User unknown"),
    "zimbra, head alone": (ZIMBRA_HEADS, "5.2.2 maildir delivery failed: Over quota"),
    "exchange": (EXCHANGE, "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found"),
    "exchange, letter without its head": (
        EXCHANGE_BARE,
        "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found",
    ),
    "gmail": (GMAIL, "5.1.1 550-5.1.1 The email account that you tried to reach does not exist."[6:]),
    "exim, words alone": (
        EXIM_OLD,
        f"SMTP error from remote mail server after RCPT TO:<{WHO}>: host mx.xa.example [203.0.113.7]: 550 No",
    ),
    "qmail": (
        QMAIL,
        f"<{WHO}>: 203.0.113.7 does not like recipient. Remote host said: 550 5.1.1 unknown user Giving up",
    ),
    "sendmail": (SENDMAIL, "552 5.2.2 Mailbox full"),
    "packed in base64": (PACKED, "550 5.1.1 <vanthu@xa.example>: Recipient address rejected: User unknown"),
    "html": (MARKED, "Your message to vanthu@xa.example couldn't be delivered. 550 5.7.1 Message rejected"),
    "vietnamese": (VIETNAMESE, "552 5.2.2 Hộp thư đầy"),
    "cut short": (CUT_SHORT, "550 5.1.1 <vanthu@xa.example>: Recipient address rejected: User unknown"),
}


@pytest.mark.parametrize("shape", FAILED)
@pytest.mark.parametrize("ends", ["\n", "\r\n"])
def test_a_letter_that_came_back(shape: str, ends: str) -> None:
    """Which letter, to whom, and why, in the server's own words."""
    data, diagnosis = FAILED[shape]
    found = bounce_of(data.replace(b"\n", ends.encode()))
    assert found is not None and found.kind == "failed"
    assert found.message_ids[0] == OURS
    assert found.recipients == (WHO,)
    assert diagnosis in found.diagnosis


DELAYED = {
    "postfix": report(
        "MAILER-DAEMON@mail.tinh.example (Mail Delivery System)",
        "# THIS IS A WARNING ONLY.  YOU DO NOT NEED TO RESEND YOUR MESSAGE. #",
        f"Reporting-MTA: dns; mail.tinh.example\n\nFinal-Recipient: rfc822; {WHO}\nAction: delayed\nStatus: 4.4.1\n"
        "Diagnostic-Code: X-Postfix; connect to mx.xa.example[203.0.113.7]:25: Connection timed out\n"
        "Will-Retry-Until: Sat, 27 Feb 2027 08:00:00 +0700",
        HEAD,
        kind="text/rfc822-headers",
        Subject="Delayed Mail (still being retried)",
    ),
    "exim": plain(
        "Mail Delivery System <Mailer-Daemon@may.xa.example>",
        "Warning: message 1abcDE-000 delayed 24 hours",
        "A message that you sent has not yet been delivered to one or more of its recipients after 24 hours.\n"
        f"The address to which the message has not yet been delivered is:\n\n  {WHO}\n"
        "\nNo action is required on your part. Delivery attempts will continue.",
        X_Failed_Recipients=WHO,
        References=OURS,
    ),
    "no action told": report(
        "postmaster@xa.example",
        "Slow.",
        f"Final-Recipient: rfc822; {WHO}\nStatus: 4.4.1",
        Subject="Mail Delivery (Delay)",
    ),
}


@pytest.mark.parametrize("shape", DELAYED)
def test_a_letter_still_on_its_way(shape: str) -> None:
    """A warning is no failure."""
    found = bounce_of(DELAYED[shape])
    assert found is not None and found.kind == "delayed"
    assert OURS in found.message_ids and found.recipients == (WHO,)


def test_some_of_several() -> None:
    """Where one address failed and another waits or got it, the one that failed is told."""
    fields = (
        "Reporting-MTA: dns; x.example\n\nFinal-Recipient: rfc822; a@xa.example\nAction: relayed\nStatus: 2.0.0\n\n"
        "Final-Recipient: rfc822; b@xa.example\nAction: delayed\nStatus: 4.4.1\n\n"
        "Final-Recipient: rfc822; C@xa.example\nAction: failed (bad mailbox)\nStatus: 5.1.1 (bad)\n"
        "Diagnostic-Code: smtp; 550 no\n\nFinal-Recipient: rfc822; d@xa.example\nAction: FAILED\nStatus: 5.1.1\n"
        "Diagnostic-Code: smtp; 550 no"
    )
    found = bounce_of(report("MAILER-DAEMON@x.example", "Sorry", fields))
    assert found is not None
    assert (found.kind, found.recipients, found.diagnosis) == (
        "failed",
        ("c@xa.example", "d@xa.example"),
        "5.1.1 550 no",
    )


def test_the_address_the_letter_was_for() -> None:
    """Where a mailbox forwards, the address the letter bore is told, not the one behind it."""
    fields = (
        f"Original-Recipient: rfc822;{WHO}\nFinal-Recipient: rfc822; khac@gmail.example\nAction: failed\nStatus: 5.1.1"
    )
    found = bounce_of(report("MAILER-DAEMON@x.example", "Sorry", fields))
    assert found is not None and found.recipients == (WHO,)


def test_long_words_are_cut() -> None:
    """What a server says is kept on one line of no more than 300 characters."""
    fields = (
        f"Final-Recipient: rfc822; {WHO}\nAction: failed\nStatus: 5.0.0\nDiagnostic-Code: smtp; " + "550 dài\n " * 500
    )
    found = bounce_of(report("MAILER-DAEMON@x.example", "Sorry", fields.rstrip()))
    assert found is not None
    assert len(found.diagnosis) == 300 and "\n" not in found.diagnosis and found.diagnosis.endswith("…")


NO_NOTICE = {
    "a letter": LETTER.encode(),
    "absent": plain(
        "Nguyễn Văn A <a@xa.example>",
        "Tự động trả lời: Biểu",
        "Tôi đi vắng.",
        Auto_Submitted="auto-replied",
        In_Reply_To=OURS,
    ),
    "delivered": report(
        "MAILER-DAEMON@x.example",
        "Your message was delivered.",
        f"Final-Recipient: rfc822; {WHO}\nAction: delivered\nStatus: 2.0.0",
        Subject="Successful Mail Delivery Report",
    ),
    "read": (
        f"From: {WHO}\nSubject: Read: x\n"
        "Content-Type: multipart/report; report-type=disposition-notification; boundary=b\n\n"
        "--b\nContent-Type: text/plain\n\nRead.\n\n--b\nContent-Type: message/disposition-notification\n\n"
        f"Final-Recipient: rfc822; {WHO}\nOriginal-Message-ID: {OURS}\nDisposition: manual-action; displayed\n"
        "--b--\n"
    ).encode(),
    "a person who is postmaster": plain("postmaster@xa.example", "Nộp biểu", "Xin gửi văn phòng biểu đã điền."),
    "a forwarded notice": (
        b"Return-Path: <a@xa.example>\nFrom: a@xa.example\nSubject: Fwd: Undelivered Mail Returned to Sender\n"
        b"Content-Type: multipart/mixed; boundary=f\n\n--f\nContent-Type: text/plain\n\nXem giup.\n\n"
        b"--f\nContent-Type: message/rfc822\n\n" + POSTFIX + b"\n--f--\n"
    ),
    "nothing": b"",
    "no message": b"PK\x03\x04" + bytes(range(256)) * 20,
}


@pytest.mark.parametrize("shape", NO_NOTICE)
def test_no_notice(shape: str) -> None:
    """Letters, absence notes, receipts, and what people forward are no notices."""
    assert bounce_of(NO_NOTICE[shape]) is None


def test_whatever_is_made_of_it() -> None:
    """Cut anywhere, or with bytes changed, a notice is read or not, at once, and breaks nothing."""
    begun = time.monotonic()
    for data in (POSTFIX, QMAIL, EXIM_OLD, PACKED):
        for at in range(0, len(data), 37):
            bounce_of(data[:at])
            bounce_of(data[:at] + b"\xff\x00\r\n\n--=_b\n" + data[at + 5 :])
    nested = b"".join(b"Content-Type: multipart/report; boundary=x%d\n\n--x%d\n" % (n, n) for n in range(3000))
    assert bounce_of(b"From: MAILER-DAEMON@x\nSubject: Undelivered\n" + nested) is not None
    assert bounce_of(b"From: MAILER-DAEMON@x\nSubject: delayed\n\n" + b"<" * 2_000_000) is not None
    assert bounce_of(b"From: MAILER-DAEMON@x\nSubject: Undelivered\n\n" + b"a@a." * 500_000) is not None
    assert bounce_of(b"From: MAILER-DAEMON@x\nSubject: Undelivered\n\n" + b"Message-ID: \n> " * 100_000) is not None
    assert time.monotonic() - begun < 60
