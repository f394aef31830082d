"""What a row of theo-doi.xlsx showed when it was written, short, in a hidden cell beside it.

A row that still shows it says nothing that is not known: a cell is emptied only where it was filled, and a sheet that
could not be replaced (open in Excel) does not take back what another row of it ruled.
"""

from __future__ import annotations

import hashlib

from lamtheo_xls.ledger.records import SignedCopy
from lamtheo_xls.text import nfc

INPUTS = ("on", "number", "dated", "signer", "way")
"""What staff fill of a signed copy, in the order of the columns."""
_LENGTH = 12


def row_mark(*texts: str) -> str:
    """The mark of a row whose cells hold these texts; '' where all are blank."""
    if not any(text.strip() for text in texts):
        return ""
    joined = "\n".join(nfc(text) for text in texts)
    return hashlib.sha256(joined.encode("utf-8", "surrogatepass")).hexdigest()[:_LENGTH]


def texts_of(copy: SignedCopy | None) -> dict[str, str]:
    """Input → its text; dates are ISO dates, what is not known is absent."""
    return {name: text for name, text in (copy.detail if copy else {}).items() if name in INPUTS}


def copy_mark(copy: SignedCopy | None) -> str:
    """The mark of a row of BẢN KÝ that says this."""
    texts = texts_of(copy)
    return row_mark(*(texts.get(name, "") for name in INPUTS))
