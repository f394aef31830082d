"""Owns the pencil that moves down a sheet while it is laid out: cells, keys and panel cells of the row it stands on."""

from __future__ import annotations

from lamtheo_xls.definitions.model import Block, Form
from lamtheo_xls.workbook.places import UNIT_FIELD, Kind, Laid, Spot


class Pencil:
    """What is drawn gathers in `cells`, `fields` and `heights`; both kinds of sheet are drawn with it."""

    def __init__(self, form: Form) -> None:
        self.form = form
        self.helpers: dict[str, int] = {}
        self.key_column = 0
        self.cells: list[Laid] = []
        self.fields: dict[str, Spot] = {}
        self.heights: dict[int, float] = {}
        self.row = 0

    def down(self, points: float) -> None:
        self.row += 1
        self.heights[self.row] = points

    def put(self, first: int, last: int, kind: Kind, style: str, text: str = "", **more: object) -> Spot:
        """A cell or a merge over columns first..last of the current row."""
        at = Spot(self.row, first)
        self.cells.append(
            Laid(at=at, to=Spot(self.row, last), kind=kind, style=style, text=text, **more)  # type: ignore[arg-type]
        )
        return at

    def over(
        self, first_row: int, last_row: int, first: int, last: int, style: str, text: str, *, printed: bool = True
    ) -> None:
        """A head over several rows."""
        self.cells.append(
            Laid(
                at=Spot(first_row, first),
                to=Spot(last_row, last),
                kind="static",
                style=style,
                text=text,
                printed=printed,
            )
        )

    def ask(self, id: str, first: int, last: int, style: str, *, printed: bool = True) -> None:
        """The cell of a single field, with its key and, where it can be at fault, its panel cells.

        A locked field says what the context says; it is never tested for itself.
        """
        field = UNIT_FIELD if id == UNIT_FIELD.id else self.form.field(id)
        if field.locked:
            self.fields[id] = self.put(first, last, "context", "told", field.default, field=id, printed=printed)
        else:
            self.fields[id] = self.put(first, last, "input", style, field=id, printed=printed)
        self.put(self.key_column, self.key_column, "key", "key", f"field.{id}", printed=False)
        ticked = any(
            r.kind == "exactly_one" and r.panel and not r.table and r.columns[0] == id for r in self.form.rules
        )
        numeric = field.type in ("integer", "number")
        if not field.locked and (field.required or field.wanted or field.max_length or numeric or ticked):
            self.watch(id)

    def watch(self, field: str, table: str = "", index: int = 0) -> None:
        """Panel cells of the current row: its message and its count of faults."""
        for role in ("message", "faulty", "faults"):
            style = "message" if role == "message" else "helper"
            self.help(role, style, role, field=field, table=table, index=index)

    def help(self, helper: str, style: str, role: str, **more: object) -> None:
        """A formula in one of the helper columns of the current row."""
        column = self.helpers[helper]
        self.put(column, column, "formula", style, role, printed=False, **more)

    def rank(self, first_row: int, last_row: int, role: str) -> None:
        """Hidden ranks by which BẢN IN finds its rows: a `line` always prints, a `hold` row never."""
        used = self.helpers["used"]
        for row in range(first_row, last_row + 1):
            at = Spot(row, used)
            self.cells.append(Laid(at=at, to=at, kind="formula", style="helper", text=role, printed=False))

    def said(self, first: int, last: int, style: str, text: str) -> Spot:
        """A printed text: as it is, from the context, or (`{=field}`) a formula that repeats what the unit types."""
        if "{=" not in text:
            return self.put(first, last, "context" if "{" in text else "static", style, text)
        words = self.helpers["words"]
        self.put(words, words, "context", "helper", text, printed=False)
        return self.put(first, last, "formula", style, "words", words=text)


def _taken(form: Form) -> frozenset[str]:
    """Fields that header, signature and the top have a place for."""
    head, closing = form.head, form.closing
    return frozenset((head.place_date, closing.post, closing.name, form.explanation, *closing.recipients))


def body_of(form: Form) -> tuple[Block, ...]:
    """The body in its order: as the form says, else its printed single fields, then its tables."""
    if form.body:
        return form.body
    taken = _taken(form)
    fields = [Block(kind="field", id=f.id) for f in form.fields if f.printed and f.id not in taken]
    return (*fields, *(Block(kind="table", id=t.id) for t in form.tables))


def side_fields(form: Form) -> tuple[str, ...]:
    """Fields that have no place in header, body or signature: they stand beside what prints."""
    placed = _taken(form) | {block.id for block in body_of(form) if block.kind == "field"}
    return tuple(f.id for f in form.fields if f.id not in placed)


def says_fields(form: Form) -> bool:
    """Whether some printed words repeat what the unit types (`{=field}`)."""
    texts = (*form.title, form.head.number, form.closing.below, *(block.text for block in form.body))
    return any("{=" in text for text in texts)


def end_key(form: Form, table: str) -> str:
    """The hidden key of the row below a table."""
    return "end" if len(form.tables) == 1 else f"end.{table}"


__all__ = ["Pencil", "body_of", "end_key", "says_fields", "side_fields"]
