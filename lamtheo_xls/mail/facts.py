"""What a letter may speak of: the facts its template is filled from, and what follows from them.

docs/mau-thu.md, and the comment at the head of each template, tell staff of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lamtheo_xls.findings import say

FACTS = ("co_quan", "nguoi_nhan", "dau_moi", "thu_nhan", "ky", "bieu", "so_tep", "phan", "lan")
FORM_FACTS = (
    *("ma", "ten", "nhan_de", "ten_day_du", "don_vi", "nguoi", "han", "han_ngay", "nhan_den", "han_day_du"),
    *("con", "con_lai", "tep", "ban_ky", "loi", "ngay_nhan"),
)
FAULTS_TOLD = 15
"""Faults of one form that a letter names; the feedback workbook lists them all."""


def complete(facts: Mapping[str, Any]) -> dict[str, Any]:
    """The facts, texts in one line each, with what was left out, and for each form what follows from the others."""
    given = _in_lines(dict.fromkeys(FACTS, "") | {"bieu": (), "so_tep": 0, "lan": 0} | dict(facts))
    units = {form.get("don_vi", "") for form in given["bieu"]}
    forms = [_form(form, to=given["nguoi_nhan"] if len(units) == 1 else "") for form in given["bieu"]]
    return given | {"bieu": forms, "dau_moi": given["dau_moi"].rstrip(" .;,")}


def _form(facts: Mapping[str, Any], *, to: str) -> dict[str, Any]:
    """`to`: whom the letter is to, where all its forms are of one unit. That unit is named with the form unless it is
    the one written to, or the form is a person's."""
    form = _in_lines(dict.fromkeys(FORM_FACTS, "") | dict(facts))
    faults = [one_line(fault) for fault in form["loi"]]
    if len(faults) > FAULTS_TOLD + 1:
        faults[FAULTS_TOLD:] = [say("mail.template.more_faults", n=len(faults) - FAULTS_TOLD)]
    named = " – ".join(dict.fromkeys(part for part in (form["ten"], form["nhan_de"]) if part))
    unit = "" if to and (form["nguoi"] or form["don_vi"] in to) else form["don_vi"]
    whose = ", ".join(part for part in (form["nguoi"], unit) if part)
    full = say("mail.template.of", ten=named, cua=whose) if whose else named
    form |= {"loi": faults, "ten_day_du": full, "con_lai": _left(form["con"])}
    return form | {"han_day_du": _due(form)}


def _due(form: Mapping[str, Any]) -> str:
    """«trong tháng 02/2027 (hết ngày 28/02/2027), còn 7 ngày, vẫn nhận đến 05/03/2027», of what is known."""
    due = form["han"] or form["han_ngay"]
    if form["han"] and form["han_ngay"]:
        due = say("mail.template.due", han=form["han"], ngay=form["han_ngay"])
    until = say("mail.template.until", ngay=form["nhan_den"]) if form["nhan_den"] else ""
    return ", ".join(part for part in (due, form["con_lai"], until) if part)


def _in_lines(facts: Mapping[str, Any]) -> dict[str, Any]:
    return {name: one_line(value) if isinstance(value, str) else value for name, value in facts.items()}


def _left(days: object) -> str:
    if not isinstance(days, int):
        return ""
    if days == 0:
        return say("mail.template.left_today")
    return say("mail.template.left", n=days) if days > 0 else say("mail.template.past", n=-days)


def one_line(text: str) -> str:
    """The text in one line, single spaces between its words."""
    return " ".join(text.split())
