"""What the files of an assignment are called, and whose an assignment's id is."""

from __future__ import annotations

from lamtheo_xls.register.model import PERSON_NAME, SHORT_NAME, Assignment, Person, Register, Unit
from lamtheo_xls.text import slug

_CUT = 12
"""Letters of a name that are kept where its code must follow beside another name."""


def file_stem(assignment: Assignment, register: Register) -> str:
    """The file name of an assignment without its ending, ASCII, one for each unit or person.

    `mau-02_2026_DU-SO-TAI-CHINH`; of a person `ke-hoach-ca-nhan_2024_CB-VAN-PHONG_LE-THI-HOA`; of a part `…_1`. Where
    names give one file name (or none), the code follows after "--", which no name can hold. A person's stem stays
    under 130 letters, so that it fits the paths of Windows.
    """
    unit = register.index.by_code.get(assignment.unit)
    parts = [assignment.id.partition("_")[0], assignment.period]
    if assignment.person is None:
        parts.append(_unit_name(assignment, unit, register))
    else:
        person = register.index.persons.get(assignment.person)
        parts += [_short_name(assignment, unit, register), _person_name(assignment.person, person, register)]
    if assignment.part:
        parts.append(slug(assignment.part) or assignment.part)
    return "_".join(parts)


def _unit_name(assignment: Assignment, unit: Unit | None, register: Register) -> str:
    name = slug(unit.short_name) if unit else ""
    if name and register.index.names[name] < 2:
        return name
    return f"{name}--{assignment.unit.upper()}"


def _short_name(assignment: Assignment, unit: Unit | None, register: Register) -> str:
    name = slug(unit.short_name, SHORT_NAME) if unit else ""
    if name and register.index.short_names[name] < 2:
        return name
    return f"{slug(name, _CUT)}--{assignment.unit.upper()}"


def _person_name(code: str, person: Person | None, register: Register) -> str:
    name = slug(person.name, PERSON_NAME) if person else ""
    if person and name and register.index.person_names[person.unit, name] < 2:
        return name
    return f"{slug(name, _CUT)}--{code.upper()}"


def unit_code_of(assignment: str, part: str = "") -> str:
    """The unit of `<form>_<period>_<unit code>[.<person code>][_<part>]`; neither form nor period holds an underscore,
    no code holds an underscore or a dot."""
    return _owner(assignment, part).partition(".")[0]


def person_of(assignment: str, part: str = "") -> str:
    """The person of an assignment's id; '' where it is a unit's."""
    return _owner(assignment, part).partition(".")[2]


def _owner(assignment: str, part: str) -> str:
    code = assignment.split("_", 2)[-1]
    return code.removesuffix(f"_{part}") if part else code
