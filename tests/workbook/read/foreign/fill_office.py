"""Fills one workbook through LibreOffice's API and saves it as .xlsx, .xls, .ods: run by the Python that has `uno`.

    python3 fill_office.py JOB.json

«locked» are encrypted with the password of the sheets; «structure» has the structure lock set, which makes LibreOffice
encrypt it with the password all programs know.
"""

import contextlib
import json
import os
import subprocess
import sys
import tempfile
import time

import uno
from com.sun.star.beans import PropertyValue
from com.sun.star.lang import Locale

FILTERS = {"xlsx": "Calc MS Excel 2007 XML", "xls": "MS Excel 97", "ods": "calc8"}


def value(name, content):
    made = PropertyValue()
    made.Name, made.Value = name, content
    return made


def start(profile):
    pipe = f"lt{os.getpid()}"
    program = ["soffice", f"-env:UserInstallation=file://{profile}", "--headless", "--norestore", "--nologo"]
    process = subprocess.Popen(
        [*program, f"--accept=pipe,name={pipe};urp;"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    local = uno.getComponentContext()
    resolver = local.ServiceManager.createInstanceWithContext("com.sun.star.bridge.UnoUrlResolver", local)
    for _ in range(300):
        try:
            return process, resolver.resolve(f"uno:pipe,name={pipe};urp;StarOffice.ComponentContext")
        except Exception:
            time.sleep(0.1)
    process.kill()
    raise SystemExit("LibreOffice did not start")


def put(document, cell, what):
    if "text" in what:
        cell.setString(what["text"])
    elif "number" in what:
        cell.setValue(what["number"])
    else:
        cell.setFormula(what["formula"])
    if "font" in what:
        cell.CharFontName = what["font"]
    if "format" in what:
        formats, locale = document.NumberFormats, Locale("en", "US", "")
        key = formats.queryKey(what["format"], locale, False)
        cell.NumberFormat = key if key != -1 else formats.addNew(what["format"], locale)


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        job = json.load(file)
    with tempfile.TemporaryDirectory() as profile:
        process, context = start(profile)
        desktop = context.ServiceManager.createInstanceWithContext("com.sun.star.frame.Desktop", context)
        try:
            url = uno.systemPathToFileUrl(job["source"])
            document = desktop.loadComponentFromURL(url, "_blank", 0, (value("Hidden", True),))
            sheet = document.Sheets.getByIndex(0)
            for address, what in job["cells"].items():
                put(document, sheet.getCellRangeByName(address), what)
            document.calculateAll()

            def save(name, kind, password=""):
                arguments = [value("FilterName", FILTERS[kind])]
                if password:
                    arguments.append(value("Password", password))
                target = os.path.join(job["folder"], f"{name}.{kind}")
                document.storeToURL(uno.systemPathToFileUrl(target), tuple(arguments))

            for kind in FILTERS:
                save("libreoffice", kind)
            for name in job["not_in_encrypted"]:  # what is encrypted cannot be packed: these are kept small
                document.Sheets.removeByName(name)
            save("locked", "xls", job["password"])
            save("locked", "ods", job["password"])
            document.protect("")
            save("structure", "xls")
            document.close(True)
        finally:
            with contextlib.suppress(Exception):
                desktop.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()


main()
