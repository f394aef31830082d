"""Whom a mail server's certificate is verified against, and what is said when it does not verify."""

from __future__ import annotations

import ssl
from pathlib import Path

from lamtheo_xls.findings import World, say
from lamtheo_xls.mail.model import Account, Server

_PEM = b"-----BEGIN "
_NAME_MISMATCH = (62, 64)
"""OpenSSL's X509_V_ERR_HOSTNAME_MISMATCH and X509_V_ERR_IP_ADDRESS_MISMATCH."""
_UNKNOWN_ISSUER = (18, 19, 20, 21)
_EXPIRED = (9, 10)


def context_for(account: Account) -> ssl.SSLContext:
    """The system's roots and the account's own CA file; certificate and host name are always verified.

    World: mail_ca_file where that file holds no certificate.
    """
    context = ssl.create_default_context()
    if account.ca_file is not None:
        found = certificates_in(account.ca_file)
        if found is None:
            raise World("world.mail_ca_file", duong_dan=account.ca_file)
        context.load_verify_locations(cadata=found)
        # What an office trusts by hand may be the server's own certificate, or come from a CA that leaves out what
        # newer Pythons insist on: what is in the file is trusted, alike under every Python.
        context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
        context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    return context


def certificates_in(path: Path) -> str | bytes | None:
    """The certificates of a file as OpenSSL takes them, text (PEM) or bytes (DER); None where there are none."""
    try:
        data = path.read_bytes()
        found = data.decode("ascii", "ignore") if _PEM in data else data
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cadata=found)
    except (OSError, ValueError):  # SSLError is an OSError; an empty file is a ValueError
        return None
    return found


def distrusted(server: Server, error: ssl.SSLCertVerificationError) -> World:
    """What to tell where a certificate did not verify: mail_certificate_name where it is another host's, else
    mail_certificate, which asks for the CA file."""
    if error.verify_code in _NAME_MISMATCH:
        return World("world.mail_certificate_name", may_chu=server.host)
    if error.verify_code in _UNKNOWN_ISSUER:
        why = say("mail.certificate.unknown")
    elif error.verify_code in _EXPIRED:
        why = say("mail.certificate.expired")
    else:
        why = error.verify_message or str(error)
    return World("world.mail_certificate", may_chu=server.host, loi=why)


def unprotected(server: Server) -> World:
    """What to tell where a server offers no TLS, or none that is safe enough: mail_no_tls."""
    return World("world.mail_no_tls", may_chu=server.host, cong=server.port)
