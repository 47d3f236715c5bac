"""
Texts that people could type, by chance or to harm, for every field that takes a text.

A text that runs as a script sets `hacked` of the window; as a template, it does sums or
makes the file of that name; as a formula, it opens a program.
"""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from dataclasses import fields, is_dataclass, replace
from typing import Any
from xml.etree import ElementTree

import pypdf
from openpyxl import load_workbook

from dispatch.model.areas import MapFeature

PAYLOADS = {
    "markup": '<img src=x onerror="window.top.hacked=1">',
    "script": "</script><script>window.top.hacked=1</script>",
    "comment": "--><svg onload=window.top.hacked=1><!--",
    "template literal": "${window.top.hacked=1}",
    "back tick": "`+(window.top.hacked=1)+`",
    "single quote": "'+(window.top.hacked=1)+'",
    "double quote": '"+(window.top.hacked=1)+"',
    "backslash": "\\'+(window.top.hacked=1)//",
    "lone quotes": "'\"`\\",
    "sum of a template": "{{ 7907*7919 }}",
    "loop of a template": "{% for x in range(1337) %}PWNED{% endfor %}",
    "comment of a template": "{# comment #}",
    "system of a template": (
        "{{ cycler.__init__.__globals__.os.system('touch hacked') }}"
    ),
    "blanks": "{0} {x} %s %(x)s",
    "markdown": "**粗** [点我](javascript:top.hacked=1) :red[x] $x$ # ~~a~~",
    "query": "'); DROP TABLE event; --",
    "formula": "=cmd|'/C calc'!A0",
    "sum": "=1+1",
    "plus": "+49 1",
    "minus": "-1+1",
    "at": "@SUM(A1)",
    "header of a sheet": "&Lleft&P",
    "link": "javascript:top.hacked=1",
    "address": "https://example.org",
    "right to left": "\u202e村\u202d\u2066李\u2069\u200f",
    "emoji": "💧🚚👨‍👩‍👧‍👦🇨🇳",
    "rare signs": "塝崀垴磜㵲㙍𠮷",
    "control signs": "a\tb\nc\x00\x1b\x7f\u2028d",
    "lines": "一\r\n二\n\n三",
    "long": "村" * 10_000,
    "long word": "W" * 10_000,
}
#: Most of them in one text, which is a formula too.
JOINED = PAYLOADS["formula"] + "".join(
    text
    for name, text in PAYLOADS.items()
    if len(text) < 200 and name not in ("formula", "control signs", "lines")
)

#: What ran where names were given to Folium as they are, as one name.
MARKUP = "".join(
    PAYLOADS[name]
    for name in (
        "markup",
        "script",
        "template literal",
        "back tick",
        "sum of a template",
    )
)

#: All in one text but for what is long.
ALL = JOINED + PAYLOADS["control signs"] + PAYLOADS["lines"]

#: What the program itself looks up, where it is no id: no text at will.
_OWN = frozenset({"code", "letter", "level", "road", "datum", "warnings"})


def evil(row: Any, text: str) -> Any:
    """Return a row, or a whole scenario, with a text wherever people type one."""
    changed: dict[str, Any] = {}
    for field in fields(row):
        value = getattr(row, field.name)
        is_list = field.name == "kind" and isinstance(row, MapFeature)
        if field.name.endswith("_id") or field.name in _OWN or is_list:
            continue
        if isinstance(value, str):
            changed[field.name] = text
        elif isinstance(value, tuple) and value and is_dataclass(value[0]):
            changed[field.name] = tuple(evil(each, text) for each in value)
    if getattr(row, "roads", None) is not None:
        names = (text,) * row.roads.num_edges
        changed["roads"] = replace(row.roads, names=names, attribution=text)
    return replace(row, **changed)


def is_harmless(cell: str) -> bool:
    """Whether a spreadsheet takes a cell of a CSV file for a text or a number."""
    quoted = r'="([^"]|"")*"'  # a formula that is nothing but a text
    number = r"-?\d+(\.\d+)?"
    return cell[:1] not in tuple("=+-@\t\r") or any(
        re.fullmatch(pattern, cell) for pattern in (quoted, number)
    )


def check_file(name: str, data: bytes) -> None:
    """Open a file again; no cell of it is run by a spreadsheet."""
    kind = name.rpartition(".")[2]
    if kind == "xlsx":
        book = load_workbook(io.BytesIO(data))
        for sheet in book.worksheets:
            for row in sheet.iter_rows():
                assert not [c.value for c in row if c.data_type == "f" or c.hyperlink]
    elif kind == "csv":
        for row in csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")):
            assert not [cell for cell in row if not is_harmless(cell)]
    elif kind in ("gpx", "kml"):
        ElementTree.fromstring(data)
    elif kind in ("json", "geojson"):
        json.loads(data)
    elif kind == "pdf":
        assert pypdf.PdfReader(io.BytesIO(data)).pages
    elif kind == "zip":
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for each in archive.namelist():
                check_file(each, archive.read(each))
