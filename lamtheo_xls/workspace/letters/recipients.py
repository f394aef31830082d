"""Whom letters go to: one addressee for every set of addresses, however many units, persons and forms it is for."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from lamtheo_xls.findings import say
from lamtheo_xls.register import Assignment, Person, Unit, person_by_code, unit_of
from lamtheo_xls.register.naming import mails_valid
from lamtheo_xls.workspace.folder import Office

_SPLIT = re.compile(r"[;,\s]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Addressee:
    """Everything sent to one addressee at one time is one letter."""

    addresses: tuple[str, ...]
    """As the register writes them, each once."""
    recipients: tuple[str, ...]
    """Whose addresses these are: 'unit:<code>', 'person:<code>', in the order of their assignments."""
    name: str
    """Whom the letter speaks to: the unit by its full name, the person («đồng chí …»), several joined."""


def addressees_of(
    office: Office, assignments: Iterable[Assignment]
) -> tuple[dict[Addressee, tuple[Assignment, ...]], tuple[Assignment, ...]]:
    """The addressees of those who owe `assignments`, with what each is owed for, in the order given; and the
    assignments nobody has an address for. A person's forms go to the person's own address, else to the unit's."""
    found: dict[frozenset[str], tuple[Addressee, list[Assignment]]] = {}
    without: list[Assignment] = []
    for assignment in assignments:
        recipient, name, addresses = _holder(office, assignment)
        if not addresses:
            without.append(assignment)
            continue
        key = address_set(addresses)
        addressee, owed = found.get(key, (Addressee(addresses=addresses, recipients=(), name=""), []))
        if recipient not in addressee.recipients:
            names = [name] if not addressee.name else [addressee.name, name]
            addressee = replace(addressee, recipients=(*addressee.recipients, recipient), name="; ".join(names))
        found[key] = (addressee, [*owed, assignment])
    return {addressee: tuple(owed) for addressee, owed in found.values()}, tuple(without)


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


def holder_of(office: Office, recipient: str) -> Person | Unit | None:
    """The person or unit of the register that 'person:<code>' or 'unit:<code>' names; None where it left."""
    about, _, code = recipient.partition(":")
    return person_by_code(office.register, code) if about == "person" else unit_of(office.register, code)


def addresses_of(office: Office, recipients: Iterable[str]) -> frozenset[str]:
    """The addresses they have today, as they are compared."""
    holders = (holder_of(office, recipient) for recipient in recipients)
    return address_set(address for holder in holders if holder is not None for address in addresses_in(holder.mail))


def _holder(office: Office, assignment: Assignment) -> tuple[str, str, tuple[str, ...]]:
    """Whose address the assignment's letters go to: recipient, name, addresses (none: nobody has one)."""
    person = person_by_code(office.register, assignment.person)
    if person is not None and (own := addresses_in(person.mail)):
        return f"person:{person.code}", say("workspace.letter.person", ten=person.name), own
    unit = unit_of(office.register, assignment.unit)
    if unit is None:
        return f"unit:{assignment.unit}", assignment.unit, ()
    return f"unit:{unit.code}", unit.name, addresses_in(unit.mail)
