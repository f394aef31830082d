"""Opening what a password closes: Office files by msoffcrypto, OpenDocument by its own manifest. Runs in the child.

Excel's own «read-only» and LibreOffice's structure lock encrypt a file with a password every program knows.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import io
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass

import msoffcrypto
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from msoffcrypto.exceptions import InvalidKeyError

from lamtheo_xls.workbook.read.gate import Package, Refused, damaged, parse_xml, too_large

KNOWN = "VelvetSweatshop"
_MANIFEST = "META-INF/manifest.xml"
_AES = "http://www.w3.org/2001/04/xmlenc#aes256-cbc"
_SHA256 = "http://www.w3.org/2000/09/xmldsig#sha256"
_NEEDED = ("content.xml", "styles.xml", "meta.xml")


def decrypt_office(data: bytes, passwords: tuple[str, ...]) -> bytes:
    """An encrypted .xlsx or .xls as it was before. Refused: file.encrypted where no password opens it."""
    for password in (KNOWN, *passwords):
        try:
            file = msoffcrypto.OfficeFile(io.BytesIO(data))
            verified = {"verify_password": True} if file.format == "ooxml" else {}  # .xls is always verified
            file.load_key(password=password, **verified)
            out = io.BytesIO()
            file.decrypt(out)
            return out.getvalue()
        except InvalidKeyError:
            continue
        except Exception:  # the library raises whatever befalls it: a scheme it does not know, a broken header
            raise Refused("file.encrypted") from None
    raise Refused("file.encrypted")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Lock:
    """How one part of an .ods is encrypted."""

    vector: bytes
    salt: bytes
    rounds: int
    size: int


def is_encrypted_ods(package: Package) -> bool:
    """Whether parts of an .ods are encrypted: its manifest says so."""
    return package.has(_MANIFEST) and b"encryption-data" in package.part(_MANIFEST)


def decrypt_ods(package: Package, passwords: tuple[str, ...]) -> bytes:
    """An encrypted .ods as a plain one that holds what is read. Refused: file.encrypted where no password opens it,
    or where it is encrypted in a way not known here (LibreOffice 24.8 and later: wholly, by Argon2)."""
    locks = _locks(package)
    if "content.xml" not in locks:
        raise Refused("file.encrypted")
    for password in passwords:
        if _opened(package, "content.xml", locks["content.xml"], password) is not None:
            out = io.BytesIO()
            with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as plain:
                for name in _NEEDED:
                    if package.has(name):
                        lock = locks.get(name)
                        part = package.part(name) if lock is None else _opened(package, name, lock, password)
                        if part is None:
                            raise damaged(name)
                        plain.writestr(name, part)
            return out.getvalue()
    raise Refused("file.encrypted")


def _locks(package: Package) -> Mapping[str, _Lock]:
    found: dict[str, _Lock] = {}
    name = ""
    said: dict[str, str] = {}

    def start(tag: str, attrs: dict[str, str]) -> None:
        nonlocal name
        if tag == "manifest:file-entry":
            name = attrs.get("manifest:full-path", "")
            said.clear()
        said.update(attrs)

    def end(tag: str) -> None:
        if tag == "manifest:file-entry":
            lock = _lock(said)
            if lock is not None:
                found[name] = lock

    parse_xml(package.part(_MANIFEST), _MANIFEST, start=start, end=end)
    return found


def _lock(said: Mapping[str, str]) -> _Lock | None:
    if said.get("manifest:algorithm-name") != _AES or said.get("manifest:key-derivation-name") != "PBKDF2":
        return None
    if said.get("manifest:start-key-generation-name") != _SHA256:
        return None
    try:
        vector = base64.b64decode(said["manifest:initialisation-vector"], validate=True)
        salt = base64.b64decode(said["manifest:salt"], validate=True)
        rounds, size = int(said["manifest:iteration-count"]), int(said["manifest:size"])
    except (KeyError, ValueError, binascii.Error):
        return None
    return _Lock(vector=vector, salt=salt, rounds=rounds, size=size) if len(vector) == 16 and rounds > 0 else None


def _opened(package: Package, name: str, lock: _Lock, password: str) -> bytes | None:
    """The part in plain bytes; None where the password is another one. Refused: file.too_large."""
    limit = package.limits.part_bytes
    if not 0 <= lock.size <= limit:
        raise too_large(name, lock.size, limit)
    packed = package.part(name)
    if len(packed) % 16:
        return None
    key = hashlib.pbkdf2_hmac("sha1", hashlib.sha256(password.encode()).digest(), lock.salt, lock.rounds, 32)
    cipher = Cipher(algorithms.AES(key), modes.CBC(lock.vector)).decryptor()
    plain = cipher.update(packed) + cipher.finalize()
    stream = zlib.decompressobj(-15)
    try:
        out = stream.decompress(plain, lock.size + 1)
    except zlib.error:
        return None
    return out if stream.eof and len(out) == lock.size else None
