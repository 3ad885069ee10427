"""Lets a headless LibreOffice look at a spreadsheet, edit it, or print it.

    libreoffice.py inspect FILE                    what it makes of it, as JSON
    libreoffice.py save FILE EDITS OUT...          EDITS: JSON [[tab, "A1", text], ...]; formats by the endings of OUT
    libreoffice.py protect FILE PASSWORD OUT...    saved with a password

Formulas are calculated anew first. Needs LibreOffice's own Python or a system's with its module uno.
"""

import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

import uno
from com.sun.star.beans import NamedValue, PropertyValue
from com.sun.star.connection import NoConnectException

FILTERS = {
    ".xlsx": "Calc MS Excel 2007 XML",
    ".xls": "MS Excel 97",
    ".ods": "calc8",
    ".csv": "Text - txt - csv (StarCalc)",
    ".pdf": "calc_pdf_Export",
}
STARTS_WITHIN = 120


def properties(**named):
    return tuple(PropertyValue(Name=name, Value=value) for name, value in named.items())


def url(path):
    return pathlib.Path(path).resolve().as_uri()


class Office:
    """A LibreOffice of our own, with a profile of its own, ended with us."""

    def __enter__(self):
        self.profile = tempfile.mkdtemp(prefix="bugscrub-libreoffice-")
        pipe = f"bugscrub-{os.getpid()}"
        self.process = subprocess.Popen(
            [
                os.environ.get("SOFFICE", "soffice"), "--headless", "--norestore", "--nologo",
                f"-env:UserInstallation={url(self.profile)}", f"--accept=pipe,name={pipe};urp;",
            ],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        local = uno.getComponentContext()
        resolver = local.ServiceManager.createInstanceWithContext("com.sun.star.bridge.UnoUrlResolver", local)
        deadline = time.monotonic() + STARTS_WITHIN
        while True:
            try:
                context = resolver.resolve(f"uno:pipe,name={pipe};urp;StarOffice.ComponentContext")
                break
            except NoConnectException:
                if self.process.poll() not in (None, 81):
                    sys.exit(f"LibreOffice ended with {self.process.returncode}")
                if time.monotonic() > deadline:
                    sys.exit("LibreOffice did not start in time")
                time.sleep(0.1)
        self.desktop = context.ServiceManager.createInstanceWithContext("com.sun.star.frame.Desktop", context)
        return self

    def open(self, path):
        document = self.desktop.loadComponentFromURL(url(path), "_blank", 0, properties(Hidden=True))
        if document is None:
            sys.exit(f"LibreOffice does not open {path}")
        document.calculateAll()
        return document

    def __exit__(self, *_):
        try:
            self.desktop.terminate()
        except Exception:  # The connection ends with the office.
            pass
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()
        shutil.rmtree(self.profile, ignore_errors=True)


def cell(found):
    kind = found.Type.value.lower()
    return {
        "kind": kind,
        "formula": found.Formula if kind == "formula" else None,
        "value": found.Value,
        "text": found.String,
        "error": found.getError(),
    }


def hidden(sheet, rows):
    return [y for y in range(rows) if not sheet.Rows.getByIndex(y).IsVisible]


def inspect(document):
    controller = document.CurrentController
    tabs = []
    for index, sheet in enumerate(document.Sheets):
        cursor = sheet.createCursor()
        cursor.gotoEndOfUsedArea(False)
        rows, columns = cursor.RangeAddress.EndRow + 1, cursor.RangeAddress.EndColumn + 1
        controller.setActiveSheet(sheet)
        filters = None
        hidden_rows = hidden(sheet, rows)
        ranges = document.getPropertyValue("UnnamedDatabaseRanges")
        if ranges.hasByTable(index):
            ranged = ranges.getByTable(index)
            area = ranged.DataArea
            filters = {
                "shown": ranged.AutoFilter,
                "area": [area.StartColumn, area.StartRow, area.EndColumn, area.EndRow],
                "fields": [
                    {
                        "column": field.Field,
                        "and": field.Connection.value == "AND",
                        "operator": field.Operator,
                        "values": [
                            value.NumericValue if value.IsNumeric else value.StringValue for value in field.Values
                        ],
                    }
                    for field in ranged.FilterDescriptor.FilterFields3
                ],
            }
            # The filter anew, as someone would who presses its button.
            ranged.refresh()
        tabs.append({
            "name": sheet.Name,
            "cells": [[cell(sheet.getCellByPosition(x, y)) for x in range(columns)] for y in range(rows)],
            "hidden_columns": [x for x in range(columns) if not sheet.Columns.getByIndex(x).IsVisible],
            "hidden_rows": hidden_rows,
            "filtered_rows": hidden(sheet, rows),
            "frozen": [controller.SplitColumn, controller.SplitRow] if controller.hasFrozenPanes() else None,
            "filter": filters,
        })
    return tabs


def save(document, out, **more):
    suffix = pathlib.Path(out).suffix
    if suffix == ".csv":
        more["FilterOptions"] = "44,34,76,1"  # comma, quotes, UTF-8
    document.storeToURL(url(out), properties(FilterName=FILTERS[suffix], Overwrite=True, **more))


def main(command, path, *rest):
    with Office() as office:
        document = office.open(path)
        if command == "inspect":
            json.dump(inspect(document), sys.stdout)
        elif command == "save":
            edits, *outs = rest
            for tab, address, text in json.loads(edits):
                document.Sheets.getByName(tab).getCellRangeByName(address).String = text
            for out in outs:
                save(document, out)
        elif command == "protect":
            password, *outs = rest
            sealed = NamedValue("OOXPassword", password), NamedValue("CryptoType", "Standard")
            for out in outs:
                if out.endswith(".xlsx"):
                    save(document, out, EncryptionData=uno.Any("[]com.sun.star.beans.NamedValue", sealed))
                else:
                    save(document, out, Password=password)
        document.close(True)


main(*sys.argv[1:])
