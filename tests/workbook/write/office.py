"""Run by the system's Python: drives one headless LibreOffice over a list of jobs read as JSON from stdin.

A job: {"file", "set": {"SHEET!D15": text}, "formula": {…}, "cut": [["SHEET", "D15", "D20"]], "show": [places]}. Each is
loaded, changed, recalculated hard; out come all formula cells as {"file", "cells": {"SHEET!A2": value}, "texts": {…}}.
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


def prop(name, value):
    found = PropertyValue()
    found.Name, found.Value = name, value
    return found


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


def cell_of(doc, place):
    sheet, cell = place.split("!")
    return doc.Sheets.getByName(sheet).getCellRangeByName(cell)


def letters(column):
    return (chr(64 + column // 26) if column >= 26 else "") + chr(65 + column % 26)


def do(desktop, context, job):
    url = uno.systemPathToFileUrl(job["file"])
    doc = desktop.loadComponentFromURL(url, "_blank", 0, (prop("Hidden", not job.get("cut")),))
    for place, text in job.get("set", {}).items():
        cell_of(doc, place).setString(text)
    for place, formula in job.get("formula", {}).items():
        cell_of(doc, place).setFormula(formula)
    if job.get("cut"):
        dispatcher = context.ServiceManager.createInstanceWithContext("com.sun.star.frame.DispatchHelper", context)
        frame = doc.CurrentController.Frame
        for sheet, source, target in job["cut"]:
            doc.CurrentController.setActiveSheet(doc.Sheets.getByName(sheet))
            for command, args in (
                (".uno:GoToCell", (prop("ToPoint", source),)),
                (".uno:Cut", ()),
                (".uno:GoToCell", (prop("ToPoint", target),)),
                (".uno:Paste", ()),
            ):
                dispatcher.executeDispatch(frame, command, "", 0, args)
    doc.calculateAll()
    cells = {}
    for sheet in doc.Sheets:
        cursor = sheet.createCursor()
        cursor.gotoEndOfUsedArea(False)
        last = cursor.RangeAddress
        area = sheet.getCellRangeByPosition(0, 0, last.EndColumn, last.EndRow)
        for row, (formulas, values) in enumerate(zip(area.FormulaArray, area.DataArray, strict=True)):
            for column, (formula, value) in enumerate(zip(formulas, values, strict=True)):
                if formula.startswith(("=", "{=")):
                    cells[f"{sheet.Name}!{letters(column)}{row + 1}"] = "#" if value is None else value
    texts = {place: cell_of(doc, place).String for place in job.get("show", [])}
    doc.close(True)
    return {"file": job["file"], "cells": cells, "texts": texts}


def main():
    jobs = json.load(sys.stdin)
    with tempfile.TemporaryDirectory() as profile:
        process, context = start(profile)
        desktop = context.ServiceManager.createInstanceWithContext("com.sun.star.frame.Desktop", context)
        try:
            out = [do(desktop, context, job) for job in jobs]
        finally:
            with contextlib.suppress(Exception):
                desktop.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
    json.dump(out, sys.stdout)


main()
