"""Sentences of sheet SỐ LIỆU, ready to paste into a report; what is not the case is not told."""

from __future__ import annotations

from lamtheo_xls.definitions import period_label
from lamtheo_xls.findings import say
from lamtheo_xls.merge import Counts, Roll
from lamtheo_xls.reports.consolidated_words import Told, number_words, percent, several


def sentences(counts: Counts, told: Told) -> tuple[str, ...]:
    """All of them, in the order a report tells them."""
    return (
        *about_roll(counts.roll, told),
        *_about_models(counts, told),
        *_about_wholeness(counts, told),
        *_about_groups(counts, told),
        *_about_repeats(counts, told),
        *_about_earlier(counts, told),
    )


def about_roll(roll: Roll, told: Told, *, beyond: str = "beyond") -> list[str]:
    """Who is in and who is not; signed copies beside the soft ones. `beyond`: what those who sent without owing are
    («beyond», of people «voluntary»)."""
    key = "units_none" if not roll.expected else "units_closed" if told.closed_on else "units"
    share = percent(len(roll.present), len(roll.expected))
    counted = {"co": len(roll.present), "tong": len(roll.expected), "phan_tram": share, "ngay": told.day}
    out = [say(f"merge.sentences.{key}", **told.common, **counted)]
    for name, codes in (
        ("late", roll.late),
        ("missing", roll.missing),
        ("nil", roll.silent),
        ("excused", roll.excused),
        (beyond, roll.beyond),
    ):
        if codes:
            out.append(say(f"merge.sentences.{name}", **told.common, n=len(codes), ten=told.listed(codes)))
    if roll.expected and not roll.missing:
        out.append(say("merge.sentences.missing_none", **told.common))
    if roll.unsigned:
        more = {"n": len(roll.signed), "con": len(roll.unsigned), "ten": told.listed(roll.unsigned)}
        key = "unsigned" if roll.signed else "unsigned_all"
        out.append(say(f"merge.sentences.{key}", **told.common, **more))
    elif roll.signed:
        out.append(say("merge.sentences.signed", **told.common, n=len(roll.signed)))
    return out


def _about_models(counts: Counts, told: Told) -> list[str]:
    words, out = told.common, []
    if counts.models:
        parts = [_part(id, n, counts, told) for id, n in counts.amounts.items()]
        detail = say("merge.sentences.parts", danh_sach=", ".join(parts)) if parts else ""
        out.append(say("merge.sentences.models", **words, n=number_words(counts.models), chi_tiet=detail))
    elif counts.roll.counted:
        out.append(say("merge.sentences.models_none", **words))
    unclear = counts.unmarked + counts.marked_twice
    if unclear:
        out.append(say("merge.sentences.unclear", **words, n=unclear))
    if counts.sizes:
        out += _about_sizes(counts, told)
    elif counts.units_without:
        codes = counts.units_without
        out.append(say("merge.sentences.units_without", **words, n=len(codes), ten=told.listed(codes)))
    elif counts.roll.counted:
        out.append(say("merge.sentences.units_all", **words))
    for asked in counts.asked:
        if asked.units:
            key = "asked_lacking" if asked.lacking else "asked_all"
            more = {"dau": told.column(asked.column).short, "can": asked.count, "tong": len(asked.units)}
            names = told.listed(asked.lacking)
            out.append(say(f"merge.sentences.{key}", **words, **more, n=len(asked.lacking), ten=names))
    if counts.children:
        lacking = counts.children_without
        children = [say("merge.sentences.child", ten=name, don_vi=told.name(code)) for code, name in lacking]
        names = several(children, told.other)
        key = "children_without" if lacking else "children_all"
        out.append(say(f"merge.sentences.{key}", **words, tong=counts.children, n=len(lacking), ten=names))
    return out


def _part(id: str, n: float, counts: Counts, told: Told) -> str:
    short = told.column(id).short
    if told.column(id).type == "tick":
        return say("merge.sentences.part", ten=short, n=number_words(n), phan_tram=percent(n, counts.models))
    return say("merge.sentences.part_sum", ten=short, n=number_words(n))


def _about_sizes(counts: Counts, told: Told) -> list[str]:
    """How many units have 0, 1, 2 … rows where the form sets a limit, and who has more than it (S3.9)."""
    *within, beyond = counts.sizes
    parts = [
        say(f"merge.sentences.{'size' if size else 'size_none'}", **told.common, n=len(codes), so=size)
        for size, codes in enumerate(within)
        if codes
    ]
    if beyond:
        parts.append(say("merge.sentences.size_more", **told.common, n=len(beyond), so=counts.limit))
    out = [say("merge.sentences.sizes", danh_sach="; ".join(parts))] if parts else []
    for key, codes in (("units_without", within[0]), ("units_beyond", beyond)):
        if codes:
            more = {"n": len(codes), "so": counts.limit, "ten": told.listed(codes)}
            out.append(say(f"merge.sentences.{key}", **told.common, **more))
    return out


def _about_wholeness(counts: Counts, told: Told) -> list[str]:
    """Which rows lack what ought to be said of them (S3.7, S3.12)."""
    lacking = {id: n for id, n in counts.blanks.items() if n}
    words = told.common
    if not counts.models or not (lacking or any(c.wanted for c in told.columns)):
        return []
    if not lacking:
        return [say("merge.sentences.whole", **words, gom=", ".join(told.column(id).short for id in counts.blanks))]
    parts = [say("merge.sentences.lack", n=n, ten=told.column(id).short) for id, n in lacking.items()]
    more = {"n": counts.models - counts.complete, "tong": counts.models, "danh_sach": "; ".join(parts)}
    names = told.listed(u.unit for u in counts.units if u.blanks)
    return [say("merge.sentences.lacking", **words, **more, ten=names)]


def _about_groups(counts: Counts, told: Told) -> list[str]:
    out = []
    for group in counts.groups:
        if not group.models:
            continue
        key = "group" if group.label else "group_blank"
        share = percent(group.models, counts.models)
        more = {"ten": group.label, "n": group.models, "phan_tram": share, "don_vi": group.units}
        out.append(say(f"merge.sentences.{key}", **told.common, **more))
    return out


def _about_repeats(counts: Counts, told: Told) -> list[str]:
    out = []
    for key, found in (("repeated", counts.repeated), ("left_out", counts.left_out)):
        if found:
            each = [_repeat(r.name, told.name(r.unit), told.forms.get(r.form, r.form), r.part) for r in found]
            names = several(each, say("merge.rest.case"))
            out.append(say(f"merge.sentences.{key}", **told.common, n=len(found), ten=names))
    if counts.alike:
        pairs = [say("merge.sentences.pair", mot=a.one, hai=a.other, don_vi=told.name(a.unit)) for a in counts.alike]
        names = several(pairs, say("merge.rest.case"))
        out.append(say("merge.sentences.alike", **told.common, n=len(counts.alike), ten=names))
    return out


def _repeat(name: str, unit: str, form: str, part: str) -> str:
    key = "repeat_part" if part else "repeat"
    return say(f"merge.sentences.{key}", ten=name, don_vi=unit, bieu=form, phan=part)


def _about_earlier(counts: Counts, told: Told) -> list[str]:
    beside, words = counts.earlier, told.common
    if beside is None:
        return []
    words |= {"ky_truoc": period_label(beside.period)}
    out = []
    if beside.units:
        parts = [
            say(f"merge.sentences.{key}", **words, n=n)
            for key, n in (("kept", beside.kept), ("new", beside.new), ("dropped", beside.dropped))
            if n
        ]
        more = {"n": len(beside.units), "truoc": beside.before, "nay": beside.now}
        change = _change(beside.before, beside.now)
        out.append(say("merge.sentences.earlier", **words, **more, thay_doi=change, gom="; ".join(["", *parts])))
    if beside.awaited:
        out.append(say("merge.sentences.earlier_awaited", **words, n=beside.awaited_models, m=len(beside.awaited)))
    if beside.unknown:
        names = told.listed(beside.unknown)
        out.append(say("merge.sentences.earlier_unknown", **words, n=len(beside.unknown), ten=names))
    return out


def _change(before: int, now: int) -> str:
    if before == now:
        return say("merge.sentences.same")
    text = say(f"merge.sentences.{'more' if now > before else 'fewer'}", n=abs(now - before))
    return text + (say("merge.sentences.share", phan_tram=percent(abs(now - before), before)) if before else "")
