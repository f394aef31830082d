"""Fills and saves workbooks in LibreOffice, as a person at the keyboard would: run by the Python that has `uno`.

    python3 fill_libreoffice.py JOBS.json LOCALE PROFILE_FOLDER

One soffice start for all jobs. «type» goes through the dispatcher (go to the cell, enter the string), so LibreOffice
itself decides, by its locale and the cell's format and lock, what becomes of the text. Everything else is what its
menus do: unprotect, insert, delete, sort, merge, cut, paste, move or copy a sheet, save as.
"""

import contextlib
import json
import os
import subprocess
import sys
import time

import uno
from com.sun.star.beans import NamedValue, PropertyValue
from com.sun.star.table import TableSortField

FILTERS = {
    "xlsx": "Calc MS Excel 2007 XML",
    "xlsm": "Calc MS Excel 2007 VBA XML",
    "xls": "MS Excel 97",
    "ods": "calc8",
    "pdf": "calc_pdf_Export",
    "csv": "Text - txt - csv (StarCalc)",
}
ITEM = (
    '<item oor:path="/org.openoffice.{path}"><prop oor:name="{name}" oor:op="fuse"><value>{value}</value></prop></item>'
)


def settings(locale):
    """registrymodifications.xcu of a profile: locale, language, no welcome."""
    language = "vi" if locale == "vi-VN" else locale
    items = (
        ("Setup/L10N", "ooSetupSystemLocale", locale),
        ("Setup/L10N", "ooLocale", language),
        ("Office.Linguistic/General", "UILocale", language),
        ("Office.Common/Misc", "FirstRun", "false"),
        ("Office.Calc/Input", "MoveSelection", "false"),
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<oor:items xmlns:oor="http://openoffice.org/2001/registry" xmlns:xs="http://www.w3.org/2001/XMLSchema"'
        ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">\n'
        + "\n".join(ITEM.format(path=path, name=name, value=content) for path, name, content in items)
        + "\n</oor:items>\n"
    )


def value(name, content):
    made = PropertyValue()
    made.Name, made.Value = name, content
    return made


def url(path):
    return uno.systemPathToFileUrl(os.path.abspath(path))


class Office:
    """A running soffice."""

    def __init__(self, locale, profile):
        user = os.path.join(profile, "user")
        os.makedirs(user, exist_ok=True)
        with open(os.path.join(user, "registrymodifications.xcu"), "w", encoding="utf-8") as file:
            file.write(settings(locale))
        pipe = f"lamtheo{os.getpid()}"
        command = [
            "soffice",
            f"-env:UserInstallation={url(profile)}",
            "--headless",
            "--norestore",
            "--nologo",
            f"--accept=pipe,name={pipe};urp;StarOffice.ComponentContext",
        ]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        local = uno.getComponentContext()
        resolver = local.ServiceManager.createInstanceWithContext("com.sun.star.bridge.UnoUrlResolver", local)
        for _ in range(240):
            try:
                self.context = resolver.resolve(f"uno:pipe,name={pipe};urp;StarOffice.ComponentContext")
                break
            except Exception:
                time.sleep(0.25)
        else:
            raise SystemExit("soffice did not start")
        services = self.context.ServiceManager
        self.desktop = services.createInstanceWithContext("com.sun.star.frame.Desktop", self.context)
        self.dispatcher = services.createInstanceWithContext("com.sun.star.frame.DispatchHelper", self.context)

    def close(self):
        with contextlib.suppress(Exception):
            self.desktop.terminate()
        self.process.wait(60)


class Book:
    """One workbook open in a window of the office."""

    def __init__(self, office, source):
        self.office = office
        self.document = office.desktop.loadComponentFromURL(
            url(source) if source else "private:factory/scalc", "_blank", 0, ()
        )
        if source:
            names = self.document.Sheets.ElementNames
            self.page = self.document.Sheets.getByName(names[0])
            self.document.CurrentController.setActiveSheet(self.page)

    def send(self, command, **arguments):
        frame = self.document.CurrentController.Frame
        self.office.dispatcher.executeDispatch(
            frame, f".uno:{command}", "", 0, tuple(value(k, v) for k, v in arguments.items())
        )

    def go(self, cells):
        self.send("GoToCell", ToPoint=cells)

    def cells(self, name):
        return self.page.getCellRangeByName(name)

    # -- what a step may be ----------------------------------------------------------------------------------------

    def sheet(self, name):
        """Goes to another sheet."""
        self.page = self.document.Sheets.getByName(name)
        self.document.CurrentController.setActiveSheet(self.page)

    def type(self, cell, text):
        self.go(cell)
        self.send("EnterString", StringName=text)

    def set(self, cell, text):
        self.cells(cell).setString(text)

    def clear(self, cells):
        self.cells(cells).clearContents(1 | 2 | 4 | 16)

    def font(self, cell, name):
        self.cells(cell).CharFontName = name

    def unprotect(self, password):
        self.page.unprotect(password)
        if self.page.isProtected():
            raise RuntimeError("the sheet is still protected")

    def insert_rows(self, row, count):
        self.page.Rows.insertByIndex(row - 1, count)

    def delete_rows(self, row, count):
        self.page.Rows.removeByIndex(row - 1, count)

    def move(self, cells, to):
        """Moves a range as drag and drop does."""
        target = self.cells(to)
        self.page.moveRange(target.CellAddress, self.cells(cells).RangeAddress)

    def swap_columns(self, one, other, first, last):
        """Two columns of a table change places, each dragged as a block."""
        spare = "BA"
        for source, target in ((one, spare), (other, one), (spare, other)):
            self.move(f"{source}{first}:{source}{last}", f"{target}{first}")

    def sort(self, cells, column):
        """Sorts rows by a column of the range, counted from 0."""
        field = TableSortField()
        field.Field, field.IsAscending, field.IsCaseSensitive = column, True, False
        found = self.cells(cells)
        found.sort(
            (
                value("SortFields", uno.Any("[]com.sun.star.table.TableSortField", (field,))),
                value("ContainsHeader", False),
                value("SortColumns", False),
                value("BindFormatsToContent", True),
            )
        )

    def merge(self, cells):
        self.cells(cells).merge(True)

    def rename(self, name):
        self.page.setName(name)

    def remove_sheet(self, name):
        self.document.Sheets.removeByName(name)

    def lock_structure(self):
        """«Protect document»: nobody adds, renames or shows a sheet; in an .xls that means encryption."""
        self.document.protect("")
        if not self.document.isProtected():
            raise RuntimeError("the document is not protected")

    def cut_paste(self, cells, to):
        self.go(cells)
        self.send("Cut")
        self.go(to)
        self.send("Paste")

    def copy_sheet_to_new_book(self):
        """«Move or copy sheet … to document: – new document –»."""
        before = {component.RuntimeUID for component in self.office.desktop.Components}
        self.send("Move", DocName="", Index=32767, Copy=True)
        made = [c for c in self.office.desktop.Components if c.RuntimeUID not in before]
        if len(made) != 1:
            raise RuntimeError(f"{len(made)} new documents")
        self.document.close(True)
        self.document = made[0]
        self.page = self.document.Sheets.getByIndex(0)

    def import_sheet(self, source, sheet, name):
        """«Insert sheet from file»: a sheet of another workbook, under a name."""
        other = self.office.desktop.loadComponentFromURL(url(source), "_blank", 0, (value("Hidden", True),))
        self.document.Sheets.importSheet(other, sheet, 1)
        other.close(True)
        self.document.Sheets.getByIndex(1).setName(name)

    def save(self, target, kind, password, pages):
        arguments = [value("FilterName", FILTERS[kind])]
        if password:
            named = [NamedValue("OOXPassword", password), NamedValue("CryptoType", "Standard")]
            arguments.append(value("EncryptionData", uno.Any("[]com.sun.star.beans.NamedValue", tuple(named))))
        if kind == "pdf":
            wanted = (value("PageRange", pages), value("UseTaggedPDF", False), value("ExportBookmarks", False))
            arguments.append(value("FilterData", uno.Any("[]com.sun.star.beans.PropertyValue", wanted)))
        self.document.storeToURL(url(target), tuple(arguments))
        self.document.close(True)


def check(book, expected):
    """What LibreOffice shows must be what was meant, or the sample would not be what its name says."""
    for cell, text in expected.items():
        shown = book.cells(cell).getString()
        if shown != text:
            raise RuntimeError(f"{cell}: {shown!r} instead of {text!r}")


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        jobs = json.load(file)
    office = Office(sys.argv[2], sys.argv[3])
    try:
        for job in jobs:
            book = Book(office, job["source"])
            try:
                for step in job["steps"]:
                    name, arguments = step[0], step[1:]
                    getattr(book, name)(*arguments)
                check(book, job.get("shows", {}))
            except Exception as error:
                raise SystemExit(f"{job['target']}: {error}") from error
            book.save(job["target"], job.get("kind", "xlsx"), job.get("password", ""), job.get("pages", "3"))
    finally:
        office.close()


if __name__ == "__main__":
    main()
