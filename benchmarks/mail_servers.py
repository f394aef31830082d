"""Real mail servers on loopback, for the tests of mail and for the benchmark: a throw-away CA, Postfix, Dovecot.

Everything a server needs lies in a folder of its own; nothing of the machine's own mail system is read or changed.
The folder must be one that other users may pass through (servers drop their rights): `open_folder()` makes one.
Postfix delivers into `<folder>/mail/<domain>/<name>/` (Maildir), which is where Dovecot looks.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import getpass
import ipaddress
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

MAIL_UID = 5000
"""Whose the mailboxes are: a number no account of the machine needs to have."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Authority:
    """A throw-away CA and the server certificate it gave to `localhost` (and to no address: 127.0.0.1 mismatches)."""

    ca: Path
    certificate: Path
    key: Path


def make_authority(folder: Path, host: str = "localhost", *, days: int = 2) -> Authority:
    """A CA and one certificate for `host`, as PEM files in `folder`; a negative `days` makes it expired."""
    folder.mkdir(parents=True, exist_ok=True)
    now = dt.datetime.now(dt.UTC)
    root_key, key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    root_name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Thử nghiệm CA")])
    span = (now - dt.timedelta(days=30), now + dt.timedelta(days=30))
    root = (
        _certificate(root_name, root_name, root_key.public_key(), span)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs=True), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(root_key.public_key()), critical=False)
        .sign(root_key, hashes.SHA256())
    )
    leaf = (
        _certificate(
            x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)]),
            root_name,
            key.public_key(),
            (now - dt.timedelta(days=10), now + dt.timedelta(days=days)),
        )
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName([_name_of(host)]), critical=False)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(_usage(signs=False), critical=True)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(root_key.public_key()), critical=False)
        .sign(root_key, hashes.SHA256())
    )
    made = Authority(ca=folder / "ca.pem", certificate=folder / "server.pem", key=folder / "server.key")
    made.ca.write_bytes(root.public_bytes(serialization.Encoding.PEM))
    made.certificate.write_bytes(leaf.public_bytes(serialization.Encoding.PEM))
    made.key.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    made.key.chmod(0o600)
    return made


def _certificate(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, span: tuple[dt.datetime, dt.datetime]
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(span[0])
        .not_valid_after(span[1])
    )


def _usage(*, signs: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs,
        key_cert_sign=signs,
        crl_sign=signs,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _name_of(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)


@contextlib.contextmanager
def open_folder() -> Iterator[Path]:
    """A new folder that servers may pass through after dropping their rights; gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="thu-"))
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def free_port() -> int:
    """A port of 127.0.0.1 that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(port: int, log: Path | None = None, *, seconds: float = 20.0) -> None:
    """Returns when somebody answers on the port; RuntimeError with the end of the log if nobody does."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.05)
    told = log.read_text("utf-8", "replace")[-2000:] if log and log.exists() else ""
    raise RuntimeError(f"nobody answers on port {port}\n{told}")


def postfix_absent() -> str:
    """Why Postfix cannot be started here; '' when it can."""
    if sys.platform == "win32" or not shutil.which("postfix"):
        return "postfix is not installed"
    return "" if os.geteuid() == 0 else "postfix is started by root only"


_MAIN = """\
compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/data
maillog_file = {folder}/postfix.log
maillog_file_prefixes = {folder}
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = mail.office.test
mydomain = office.test
mydestination =
mynetworks = 127.0.0.0/8
alias_maps =
alias_database =
local_recipient_maps =
relay_domains = {beyond}
transport_maps = texthash:{folder}/transport
default_transport = error:no mail leaves this machine
biff = no
message_size_limit = {size}
mailbox_size_limit = 0
virtual_mailbox_limit = 0
virtual_mailbox_base = {mail}
virtual_mailbox_domains = {domains}
virtual_mailbox_maps = texthash:{folder}/mailboxes
virtual_uid_maps = static:{uid}
virtual_gid_maps = static:{uid}
virtual_minimum_uid = 100
smtpd_tls_cert_file = {certificate}
smtpd_tls_key_file = {key}
smtpd_tls_security_level = encrypt
smtpd_tls_session_cache_database =
smtpd_client_connection_rate_limit = 0
smtpd_client_connection_count_limit = 0
smtpd_recipient_restrictions = {rules}
smtpd_relay_restrictions = permit_mynetworks, reject_unauth_destination
"""
_AUTH = """\
smtpd_sasl_auth_enable = yes
smtpd_sasl_type = dovecot
smtpd_sasl_path = {auth}
smtpd_tls_auth_only = yes
"""
_MASTER = """\
127.0.0.1:{port} inet n - n - - smtpd
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
pickup unix n - n 60 1 pickup
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
showq unix n - n - - showq
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
smtp unix - - n - - smtp
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
postlog unix-dgram n - n - 1 postlogd
"""
_WRAPPED = """\
127.0.0.1:{port} inet n - n - - smtpd
  -o smtpd_tls_wrappermode=yes
"""


@contextlib.contextmanager
def start_postfix(
    folder: Path,
    ca: Authority,
    users: Mapping[str, str],
    *,
    auth: Path | None = None,
    size: int = 52_428_800,
    port: int = 0,
    beyond: Mapping[str, int] | None = None,
    wrapped: int = 0,
) -> Iterator[int]:
    """Postfix on a loopback port (STARTTLS required) that delivers to `folder/mail/<domain>/<name>/` for the addresses
    of `users` (address → password) and for nobody else: unknown names of their domains are refused at RCPT. With `auth`
    – the socket of a Dovecot's auth service – one must log in to send; without it, no login is offered.
    Stopped on leaving. `port` names the port to come back on after a stop. `beyond`: domain → the loopback port of the
    server that takes mail for it; what that one refuses comes back to its sender from Postfix. On the port `wrapped`,
    where one is named, TLS is there from the start."""
    port = port or free_port()
    conf, mail, beyond = folder / "postfix", folder / "mail", beyond or {}
    for made in (conf, folder / "queue", mail):
        made.mkdir(exist_ok=True)
    if not (folder / "data").exists():
        (folder / "data").mkdir()
        shutil.chown(folder / "data", "postfix")
    os.chown(mail, MAIL_UID, MAIL_UID)
    places = {address: "{1}/{0}/".format(*address.split("@")) for address in users}
    (folder / "mailboxes").write_text("".join(f"{a} {place}\n" for a, place in places.items()), "utf-8")
    (folder / "transport").write_text("".join(f"{d} smtp:[127.0.0.1]:{p}\n" for d, p in beyond.items()), "utf-8")
    rules = "permit_sasl_authenticated, reject" if auth else "reject_unauth_destination"
    main = _MAIN.format(
        folder=folder,
        mail=mail,
        size=size,
        uid=MAIL_UID,
        domains=", ".join(sorted({a.split("@")[1] for a in users})),
        beyond=", ".join(sorted(beyond)),
        certificate=ca.certificate,
        key=ca.key,
        rules=f"reject_unlisted_recipient, {rules}",
    )
    (conf / "main.cf").write_text(main + (_AUTH.format(auth=auth) if auth else ""), "utf-8")
    (conf / "master.cf").write_text(_MASTER.format(port=port) + (_WRAPPED.format(port=wrapped) if wrapped else ""))
    _postfix(conf, "start")
    try:
        wait_for(port, folder / "postfix.log")
        yield port
    finally:
        _postfix(conf, "stop")


def _postfix(conf: Path, verb: str) -> None:
    done = subprocess.run(["postfix", "-c", str(conf), verb], capture_output=True, text=True, timeout=60)
    if done.returncode and verb == "start":
        raise RuntimeError(f"postfix {verb}: {done.stderr[-2000:]}")


def delivered(folder: Path, address: str) -> tuple[Path, ...]:
    """The messages in the INBOX of a user, in no order."""
    name, domain = address.split("@")
    home = folder / "mail" / domain / name
    return tuple(p for sub in ("new", "cur") for p in sorted(home.glob(f"{sub}/*")))


# -- Dovecot ---------------------------------------------------------------------------------------------------------


def dovecot_absent() -> str:
    """Why Dovecot cannot be started here; '' when it can."""
    return "dovecot is not installed" if sys.platform == "win32" or not shutil.which("dovecot") else ""


def _group_of(gid: int) -> str:
    import grp

    return grp.getgrgid(gid).gr_name


_DOVECOT = """\
protocols = imap
listen = 127.0.0.1
base_dir = {folder}/run
state_dir = {folder}/run
log_path = {folder}/dovecot.log
default_internal_user = {internal}
default_internal_group = {group}
default_login_user = {login}
ssl = required
ssl_cert = <{certificate}
ssl_key = <{key}
disable_plaintext_auth = yes
auth_mechanisms = plain login
auth_failure_delay = 0
first_valid_uid = 1
mail_location = maildir:{folder}/mail/%d/%n
mail_max_userip_connections = 100
namespace inbox {{
  inbox = yes
  separator = /
}}
passdb {{
  driver = passwd-file
  args = scheme=PLAIN username_format=%u {folder}/users
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={folder}/mail/%d/%n
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {plain}
  }}
  inet_listener imaps {{
    port = {port}
    ssl = yes
  }}
}}
service anvil {{
  chroot =
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service stats {{
  chroot =
}}
service auth {{
  unix_listener {folder}/auth {{
    mode = 0666
  }}
}}
"""


@contextlib.contextmanager
def start_dovecot(
    folder: Path, ca: Authority, users: Mapping[str, str], *, port: int = 0, plain: int = 0, capability: str = ""
) -> Iterator[int]:
    """Dovecot on a loopback port (TLS from the start) for the mailboxes in `folder/mail/<domain>/<name>/` of `users`
    (address → password), which are made; its auth service at `folder/auth`. On the port `plain`, where one is named,
    with STARTTLS. `capability`: what it says it can do after login, where that is to be less. Run by root or anybody.
    Stopped on leaving."""
    port = port or free_port()
    root = os.geteuid() == 0
    uid, gid = (MAIL_UID, MAIL_UID) if root else (os.getuid(), os.getgid())
    for address in users:
        name, domain = address.split("@")
        (folder / "mail" / domain / name).mkdir(parents=True, exist_ok=True)
    if root:
        for made in (folder / "mail", *(folder / "mail").glob("*"), *(folder / "mail").glob("*/*")):
            os.chown(made, uid, gid)
    (folder / "users").write_text("".join(f"{a}:{{PLAIN}}{word}\n" for a, word in users.items()), "utf-8")
    told = _DOVECOT.format(
        folder=folder,
        certificate=ca.certificate,
        key=ca.key,
        port=port,
        plain=plain,
        uid=uid,
        gid=gid,
        internal="dovecot" if root else getpass.getuser(),
        group="dovecot" if root else _group_of(gid),
        login="dovenull" if root else getpass.getuser(),
    )
    if capability:
        told += f"protocol imap {{\n  imap_capability = {capability}\n}}\n"
    (folder / "dovecot.conf").write_text(told, "utf-8")
    server = subprocess.Popen(["dovecot", "-F", "-c", str(folder / "dovecot.conf")])
    try:
        wait_for(port, folder / "dovecot.log")
        yield port
    finally:
        server.terminate()
        server.wait(20)
