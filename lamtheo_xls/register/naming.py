"""Codes, short names and addresses: what a right one looks like, and which one to propose."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping, Set

from lamtheo_xls.findings import say, words
from lamtheo_xls.text import plain_key, same_unit, slug, text_key

CODE_LENGTH = 24
_CODE = re.compile(r"[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*")
_MAIL = re.compile(
    r"(?=.{1,254}$)[A-Za-z0-9._%+'-]{1,64}@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,63}"
)
_FREE_MAIL = re.compile(r"@(?:gmail|yahoo|hotmail|outlook|live|icloud|ymail)\.", re.IGNORECASE)
_PHONE = re.compile(r"(?:\+?84|0)[0-9]{7,10}")
_SPLIT = re.compile(r"\s*[;,\n]\s*")
_SQUASHED = 16


def code_valid(code: str) -> bool:
    """ASCII letters, digits and inner hyphens, at most 24 characters: it becomes part of ids and file names."""
    return len(code) <= CODE_LENGTH and _CODE.fullmatch(code) is not None


def code_like(text: str) -> str:
    """The nearest right code to what was typed."""
    return slug(text, CODE_LENGTH) or "DV"


def mails_valid(text: str) -> bool:
    """Every address of a «;»-separated list is of the form local@domain.tld."""
    return all(
        _MAIL.fullmatch(address) and ".." not in address and not address.startswith(".") and ".@" not in address
        for address in _SPLIT.split(text.strip(" ;,"))
    )


def mail_is_free(text: str) -> bool:
    """One of the addresses is with a free provider (officially banned, still used)."""
    return _FREE_MAIL.search(text) is not None


def phones_plausible(text: str) -> bool:
    """Every number of a list separated by ; , / or – with spaces – a dash is 8 to 11 digits beginning with 0 or +84."""
    numbers = re.split(r"[;,/\n]|\s-\s", text)
    return all(_PHONE.fullmatch(re.sub(r"[\s.()-]", "", number)) for number in numbers if number.strip())


def kind_word(name: str) -> tuple[str, str]:
    """What the first words of a name say and the rest: ("part_committee" | "committee" | "cell" | "", rest)."""
    known = words("register")["import_words"]
    for kind in ("part_committee", "committee", "cell"):
        for word in known[kind]:
            found = re.match(rf"{re.escape(text_key(word))}(?![^\W_])", text_key(name))
            if found:
                return kind, " ".join(name.split()[len(word.split()) :])
    return "", name


def kind_by_name(name: str) -> str:
    """The kind of unit that the first words of a name say beyond committee and cell – a commune's committee, a village
    cell, the front and its bodies, an office –, or ''."""
    key = text_key(name_in_full(name))
    told = words("register")["kinds_also"]
    found = [
        (len(spelled), kind)
        for kind in ("dang_uy_xa_phuong", "chi_bo_thon", "mat_tran_doan_the", "phong_ban_nganh")
        for spelled in map(text_key, told[kind])
        if re.match(rf"{re.escape(spelled)}(?![^\W_])", key)
    ]
    return max(found)[1] if found else ""


def short_name_of(name: str) -> str:
    """«Đảng ủy Sở Tài chính» → «ĐU Sở Tài chính», «Chi bộ Văn phòng» → «CB Văn phòng»; other names as they are."""
    kind, rest = kind_word(name)
    if not kind or not rest:
        return name
    return f"{say('register.import_words.short_' + ('cell' if kind == 'cell' else 'committee'))} {rest}"


def name_in_full(name: str) -> str:
    """«ĐU Sở Y tế» → «Đảng ủy Sở Y tế»: the first word written out, because the name is printed on official papers;
    in capitals where the whole name is. Other names as they are."""
    first, _, rest = name.partition(" ")
    full = {text_key(k): v for k, v in words("register")["import_words"]["in_full"].items()}.get(text_key(first))
    if full is None or not rest:
        return name
    return f"{full.upper() if name.isupper() else full} {rest}"


def propose_code(name: str, *, parent: str, crowded: bool, taken: Set[str]) -> str:
    """An ASCII code for a unit, not among the upper-case `taken`: DU-STC, CB-VANPHONG, CB-STC-VANPHONG.

    A committee gives its initials, a cell its words run together (initials where they are long). `crowded` names, borne
    by several units of the list, carry the last part of their parent's code. A number follows where all else is taken.
    """
    kind, rest = kind_word(name)
    prefix = say(f"register.import_words.prefix_{'cell' if kind == 'cell' else 'committee' if kind else 'other'}")
    body = _initials(rest or name) if kind in ("committee", "part_committee") else _squashed(rest or name)
    parts = [prefix, body]
    if crowded and parent:
        parts.insert(1, parent.partition("-")[2] or parent)
    return _free(slug("-".join(part for part in parts if part), CODE_LENGTH - 3) or prefix, taken)


def propose_person_code(name: str, *, taken: Set[str]) -> str:
    """An ASCII code for a person, not among the upper-case `taken`: the name, LE-THI-HOA, then LE-THI-HOA-2."""
    return _free(slug(name, CODE_LENGTH - 5) or say("register.import_words.prefix_person"), taken)


def _free(base: str, taken: Set[str]) -> str:
    code, number = base, 1
    while code in taken:
        number += 1
        code = f"{base}-{number}"
    return code


def _initials(text: str) -> str:
    tokens: list[str] = re.findall(r"[a-z]+|[0-9]+", plain_key(text))
    if len(tokens) == 1:
        return tokens[0].upper()[:_SQUASHED]
    return "".join(token if token.isdigit() else token[0] for token in tokens).upper()[:_SQUASHED]


def _squashed(text: str) -> str:
    run = re.sub(r"[^a-z0-9]", "", plain_key(text)).upper()
    return run if len(run) <= _SQUASHED else _initials(text)


def meant(text: str, names: Mapping[str, str]) -> str:
    """« – có thể ý là …» for an unknown code, from known codes and names; '' where nothing is near."""
    for code, name in names.items():
        if same_unit(text, name):
            return say("register.close.code", ten=name, goi_y=code)
    upper = {code.upper(): code for code in names}
    near = difflib.get_close_matches(slug(text) or text.upper(), upper, 1, 0.6)
    return say("register.close.one", goi_y=upper[near[0]]) if near else ""
