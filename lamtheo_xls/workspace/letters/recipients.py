"""Whom letters go to: one mailbox for every set of addresses, however many units, persons and forms it is for."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from lamtheo_xls.findings import say
from lamtheo_xls.register import Assignment, person_by_code, unit_of
from lamtheo_xls.register.naming import mails_valid
from lamtheo_xls.workspace.folder import Office

_SPLIT = re.compile(r"[;,\s]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Mailbox:
    """Everything sent to one mailbox at one time is one letter."""

    addresses: tuple[str, ...]
    """As the register writes them, each once."""
    recipients: tuple[str, ...]
    """Whose addresses these are: 'unit:<code>', 'person:<code>', in the order of their assignments."""
    name: str
    """Whom the letter speaks to: the unit by its full name, the person («đồng chí …»), several joined."""


def mailboxes_of(
    office: Office, assignments: Iterable[Assignment]
) -> tuple[dict[Mailbox, tuple[Assignment, ...]], tuple[Assignment, ...]]:
    """The mailboxes of those who owe `assignments`, with what each is owed for, in the order given; and the assignments
    nobody has an address for. A person's forms go to the person's own address, else to the unit's."""
    found: dict[frozenset[str], tuple[Mailbox, list[Assignment]]] = {}
    without: list[Assignment] = []
    for assignment in assignments:
        recipient, name, addresses = _holder(office, assignment)
        if not addresses:
            without.append(assignment)
            continue
        key = address_set(addresses)
        box, owed = found.get(key, (Mailbox(addresses=addresses, recipients=(), name=""), []))
        if recipient not in box.recipients:
            names = [name] if not box.name else [box.name, name]
            box = replace(box, recipients=(*box.recipients, recipient), name="; ".join(names))
        found[key] = (box, [*owed, assignment])
    return {box: tuple(owed) for box, owed in found.values()}, tuple(without)


def addresses_in(cell: str) -> tuple[str, ...]:
    """The addresses of a cell of the register, each once; what is no address is left out (the register tells it)."""
    known: dict[str, str] = {}
    for address in _SPLIT.split(cell.strip()):
        if address and mails_valid(address):
            known.setdefault(address.casefold(), address)
    return tuple(known.values())


def address_set(addresses: Iterable[str]) -> frozenset[str]:
    """Addresses as they are compared: capitals make no other mailbox."""
    return frozenset(address.casefold() for address in addresses)


def _holder(office: Office, assignment: Assignment) -> tuple[str, str, tuple[str, ...]]:
    """Whose address the assignment's letters go to: recipient, name, addresses (none: nobody has one)."""
    person = person_by_code(office.register, assignment.person)
    if person is not None and (own := addresses_in(person.mail)):
        return f"person:{person.code}", say("workspace.letter.person", ten=person.name), own
    unit = unit_of(office.register, assignment.unit)
    if unit is None:
        return f"unit:{assignment.unit}", assignment.unit, ()
    return f"unit:{unit.code}", unit.name, addresses_in(unit.mail)
