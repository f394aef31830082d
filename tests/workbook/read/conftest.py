"""Small packages made by hand: the reader's odd and hostile cases are written as the XML they are about."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Mapping

import pytest

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"


def make_zip(parts: Mapping[str, str | bytes]) -> bytes:
    """A zip of these members, in this order, the same bytes every time."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def book_parts(*sheets: str, content_type: str = XLSX, book: str = "", **more: str) -> dict[str, str]:
    """The parts of a workbook whose sheets hold these texts of `<sheetData>` (or are whole worksheets).

    `strings` and `styles` in `more` are the insides of the parts; `book` goes into the workbook part.
    """
    rels = "".join(f'<Relationship Id="r{i}" Type="{OFFICE}/worksheet" Target="s{i}.xml"/>' for i in range(len(sheets)))
    named = "".join(f'<sheet name="S{i}" sheetId="{i + 1}" r:id="r{i}"/>' for i in range(len(sheets)))
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{TYPES}"><Default Extension="xml" ContentType="application/xml"/>'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{content_type}"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{PACKAGE}">'
        f'<Relationship Id="r1" Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}">{book}<sheets>{named}</sheets></workbook>',
    }
    if "strings" in more:
        rels += f'<Relationship Id="rs" Type="{OFFICE}/sharedStrings" Target="/xl/sharedStrings.xml"/>'
        parts["xl/sharedStrings.xml"] = f'<sst xmlns="{MAIN}">{more["strings"]}</sst>'
    if "styles" in more:
        rels += f'<Relationship Id="rt" Type="{OFFICE}/styles" Target="styles.xml"/>'
        parts["xl/styles.xml"] = f'<styleSheet xmlns="{MAIN}">{more["styles"]}</styleSheet>'
    parts["xl/_rels/workbook.xml.rels"] = f'<Relationships xmlns="{PACKAGE}">{rels}</Relationships>'
    for i, sheet in enumerate(sheets):
        whole = sheet if "<worksheet" in sheet or "worksheet " in sheet else f"<sheetData>{sheet}</sheetData>"
        parts[f"xl/s{i}.xml"] = whole if whole is sheet else f'<worksheet xmlns="{MAIN}">{whole}</worksheet>'
    return parts


@pytest.fixture(name="zipped", scope="session")
def _zipped() -> Callable[[Mapping[str, str | bytes]], bytes]:
    return make_zip


@pytest.fixture(name="parts_of", scope="session")
def _parts_of() -> Callable[..., dict[str, str]]:
    return book_parts


@pytest.fixture(name="book", scope="session")
def _book() -> Callable[..., bytes]:
    return lambda *sheets, **more: make_zip(book_parts(*sheets, **more))
