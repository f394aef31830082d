"""Owns what was sent and what came back: the SQLite ledger, the archive of every byte, what counts of it."""

from lamtheo_xls.ledger.judgement import examination_of, findings_of, text_of
from lamtheo_xls.ledger.ledger import Ledger, open_ledger
from lamtheo_xls.ledger.lock import lock
from lamtheo_xls.ledger.records import (
    KINDS,
    LETTER_KINDS,
    LETTER_STATES,
    STATES,
    Arrival,
    Arrived,
    Counted,
    Decision,
    Event,
    IssueRecord,
    LetterRecord,
    MailedCopy,
    MailSource,
    SeenMessage,
    SignedCopy,
    Standing,
    SubmissionRecord,
    signed_copy_of,
    submission_id,
)

__all__ = [
    "KINDS",
    "LETTER_KINDS",
    "LETTER_STATES",
    "STATES",
    "Arrival",
    "Arrived",
    "Counted",
    "Decision",
    "Event",
    "IssueRecord",
    "Ledger",
    "LetterRecord",
    "MailSource",
    "MailedCopy",
    "SeenMessage",
    "SignedCopy",
    "Standing",
    "SubmissionRecord",
    "examination_of",
    "findings_of",
    "lock",
    "open_ledger",
    "signed_copy_of",
    "submission_id",
    "text_of",
]
