"""Files that are too large, too deep or made to harm: a sentence, and before the work.

Each is small enough for every run; the limits themselves are checked against the
marks of files that are larger.
"""

from __future__ import annotations

import bz2
import csv
import gzip
import io
import struct
import tomllib
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from dispatch.errors import DataError
from dispatch.files.plan.plan_json import plan_from_json
from dispatch.files.scenario.read import read_scenario_files
from dispatch.files.tables import packed as packed_module
from dispatch.files.tables import raw as raw_module
from dispatch.files.tables.raw import TableError, parse_csv
from tests.files.tables.office_book import office_book, read, saved

if TYPE_CHECKING:
    from collections.abc import Callable

TINY = Path(__file__).parents[2] / "data" / "tiny"
FILES = {path.name: path.read_bytes() for path in TINY.iterdir()}
LONG = b"9" * 5000
DATE = b"date = 2022-09-06\n"
LINE = (
    b'{"type":"FeatureCollection","features":[{"type":"Feature","properties":{%s},'
    b'"geometry":{"type":"LineString","coordinates":[[%s,27.15],[112.81,27.16]]}}]}'
)
BOMB = b"<!DOCTYPE x [<!ENTITY a 'aaaaaaaaaa'>" + b"".join(
    b"<!ENTITY %c '%s'>" % (98 + i, b"&%c;" % (97 + i) * 10) for i in range(9)
)
HEAD = b"village_id,lat,lon,population,storage_l,open_from,max_gross_t,name\n"

#: Name of the file and content; all of it must end in a sentence or a scenario.
HOSTILE: dict[str, tuple[str, bytes]] = {
    "toml with 5,000 digits": (
        "scenario.toml",
        DATE + b"[service]\nmin_drop_l=" + LONG,
    ),
    "toml with 4,000 digits": (
        "scenario.toml",
        DATE + b"[service]\nmin_drop_l=" + LONG[:4000],
    ),
    "toml with a huge hex": (
        "scenario.toml",
        DATE + b"[service]\nmin_drop_l=0x" + b"f" * 9000,
    ),
    "toml with a huge float": ("scenario.toml", DATE + b"[travel]\ndetour=1e999"),
    "toml of brackets": ("scenario.toml", DATE + b"a = " + b"[" * 50_000),
    "toml of arrays": ("scenario.toml", DATE + b"a = " + b"[" * 200 + b"]" * 200),
    "toml of tables": (
        "scenario.toml",
        DATE + b"a = " + b"{b=" * 90 + b"1" + b"}" * 90,
    ),
    "toml of dots": ("scenario.toml", DATE + b".".join([b"a"] * 900) + b" = 1"),
    "toml of 30,000 keys": (
        "scenario.toml",
        DATE + b"".join(b"servise_%d = 1\n" % i for i in range(30_000)),
    ),
    "toml of the year 1": ("scenario.toml", b"date = 0001-01-01\n"),
    "toml of the year 9999": ("scenario.toml", b"date = 9999-12-31\n"),
    "a day that is none": ("scenario.toml", b"date = 2022-02-31\n"),
    "csv of commas": ("villages.csv", b"," * 300_000),
    "csv of newlines": ("villages.csv", b"\n" * 300_000),
    "csv of quotes": ("villages.csv", b'"' * 300_000),
    "csv of an open quote": ("villages.csv", b'a,b\n"' + b"x,\n" * 90_000),
    "csv of one cell": ("villages.csv", b"a" * 300_000),
    "csv with digits": ("villages.csv", HEAD + b"V,27,112," + LONG * 9),
    "csv with minus": ("villages.csv", HEAD + b"V,27,112,-" + LONG),
    "csv with an exponent": ("villages.csv", HEAD + b"V,27,112,1e999999999,1e99"),
    "csv with degrees": ("villages.csv", HEAD + b"V," + LONG + b",1e400,9"),
    "csv with long cells": (
        "villages.csv",
        HEAD + b'V,27,112,9,"%s","%s",9\n' % (b"1," * 30_000, b"8:00;" * 9_000),
    ),
    "csv with a long name": ("villages.csv", HEAD + b"V,27,112,9,,,," + b"x " * 40_000),
    "csv with a long id": ("villages.csv", HEAD + b"V" * 90_000 + b",27,112,9\n"),
    "csv with a long header": ("villages.csv", HEAD[:-1] + b",(((" * 9_000 + b"\nV"),
    "csv with a header of slashes": (
        "villages.csv",
        HEAD[:-1] + b"," + b"a" + b"/" * 90_000 + b"(\nV,27,112,9\n",
    ),
    "csv of controls": ("villages.csv", HEAD + b"\x01\x02\x03,27,112,9\n"),
    "utf-16 of noise": ("villages.csv", b"\xff\xfe" + b"\x00\xd8" * 9_000),
    "an odd utf-16": ("villages.csv", b"\xff\xfea"),
    "trucks of no depot": (
        "trucks.csv",
        b"truck_id,capacity_l,depot_id,shift_start,shift_end\n"
        + b"".join(b"T%d,5000,Depot%d,8:00,18:00\n" % (i, i) for i in range(3_000)),
    ),
    "matrix of commas": ("travel_s.csv", b"," * 300_000),
    "matrix of one row": (
        "travel_s.csv",
        b"p" + b",P" * 3_000 + b"\nP" + b",1" * 3_000,
    ),
    "matrix of digits": ("travel_s.csv", b"p,D1\nD1," + LONG),
    "geojson of brackets": ("roads/r.geojson", b"[" * 100_000),
    "geojson of objects": ("roads/r.geojson", b'{"a":' * 100_000),
    "geojson of digits": ("roads/r.geojson", LINE % (b'"length_m":' + LONG, b"112.8")),
    "geojson of many digits": (
        "roads/r.geojson",
        LINE % (b'"length_m":%s,"edge_id":%s' % (LONG[:4000], LONG[:4000]), b"112.8"),
    ),
    "geojson of a far point": ("roads/r.geojson", LINE % (b"", LONG[:400])),
    "geojson of nested names": (
        "roads/r.geojson",
        LINE % (b'"name":' + b"[" * 800 + b"]" * 800, b"112.8"),
    ),
    "geojson of nothing": ("roads/r.geojson", b"null"),
    "areas of brackets": ("areas.geojson", b"[" * 100_000),
    "areas of digits": (
        "areas.geojson",
        b'{"features":[{"properties":{"name":"x","code":%s},"geometry":{"type":"Point",'
        b'"coordinates":[%s,27]}}]}' % (LONG[:4000], LONG[:400]),
    ),
    "basemap of digits": (
        "roads/basemap.geojson",
        LINE % (b'"kind":"water","name":' + LONG[:4000], LONG[:400]),
    ),
    "basemap of brackets": ("roads/basemap.geojson", b"[" * 100_000),
    "osm with entities": (
        "roads/r.osm",
        BOMB + b']><osm version="0.6"><node id="1" lat="27" lon="112">&j;</node></osm>',
    ),
    "osm with digits": (
        "roads/r.osm",
        b'<osm version="0.6"><node id="%s" lat="27" lon="112"/></osm>' % LONG,
    ),
    "pbf of noise": ("roads/r.osm.pbf", b"\x00\x00\x00\x0d\x0a\x09OSMHeader" * 999),
    "gz that is cut": ("roads/r.osm.gz", b"\x1f\x8b\x08\x00" + b"\x00" * 99),
    "a zip of noise": ("a.zip", b"PK\x03\x04" + b"\x00" * 9_000),
    "a zip with an end only": ("a.zip", b"PK\x05\x06" + b"\xff" * 18),
    "a workbook of noise": ("a.xlsx", b"PK\x03\x04" + b"\xff" * 9_000),
}


def read_files(name: str, data: bytes) -> None:
    """Read the tiny scenario with one file changed; refusals must say something."""
    files = {name: data} if name.startswith("a.") else {**FILES, name: data}
    try:
        told = read_scenario_files(files, name="t").warnings
    except DataError as error:
        told = error.problems
    for problem in told:
        for lang in ("zh", "en"):
            # A sentence for a person, not the file once more.
            assert len(problem.text(lang)) < 2_000


@pytest.mark.parametrize("case", HOSTILE)
def test_a_sentence_or_a_scenario(case: str) -> None:
    read_files(*HOSTILE[case])


@pytest.mark.parametrize(
    ("case", "says"),
    [
        ("toml with 5,000 digits", "几千位的数字"),
        ("toml with 4,000 digits", "不能大于 1e+09"),
        ("toml of brackets", "层次太深"),
        ("toml of dots", "层次太深"),
        ("toml of 30,000 keys", "超过 2,000 项设置"),
        ("toml of the year 1", "日期要在 1900 年到 2199 年之间"),
        ("csv of one cell", "有单元格超过 100,000 个字符"),
        ("csv with long cells", "最多 4000 个字符"),
        ("geojson of digits", "几千位的数字"),
        ("geojson of brackets", "层次太深"),
        ("areas of brackets", "层次太深"),
        ("a zip of noise", "文件损坏"),
        ("a workbook of noise", "文件损坏"),
    ],
)
def test_the_sentence_says_what_is_wrong(case: str, says: str) -> None:
    name, data = HOSTILE[case]
    files = {name: data} if name.startswith("a.") else {**FILES, name: data}
    with pytest.raises(DataError) as caught:
        read_scenario_files(files, name="t")
    assert says in caught.value.text("zh")


PLANS: dict[str, bytes] = {
    "brackets": b"[" * 100_000,
    "objects": b'{"routes":' * 100_000,
    "digits": b'{"seed":' + LONG + b"}",
    "many digits": b'{"routes":[],"seed":' + LONG[:4000] + b"}",
    "keys": b'{"a":1,"a":2}',
    "the year 1": b'{"routes":[],"date":"0001-01-01"}',
    "the year 9999": b'{"routes":[],"date":"9999-12-31"}',
    "no number": b'{"routes":[],"seed":NaN}',
    "stops": b'{"routes":[{"stops":[' + b",".join([b'{"kind":"x"}'] * 9_000) + b"]}]}",
    "half a sign": b'{"routes":"\\ud800"}',
}


@pytest.mark.parametrize("case", PLANS)
def test_a_plan_made_to_harm(case: str) -> None:
    with pytest.raises(DataError) as caught:
        plan_from_json(PLANS[case])
    assert caught.value.text("zh")


# --- workbooks ------------------------------------------------------------------


def with_part(name: str, change: Callable[[bytes], bytes]) -> bytes:
    """Return a good workbook with one part changed."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(saved(office_book()))) as good,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as book,
    ):
        for part in good.namelist():
            content = good.read(part)
            book.writestr(part, change(content) if part == name else content)
    return out.getvalue()


def cell(text: bytes) -> Callable[[bytes], bytes]:
    """Return a change that puts cells into the first row of a sheet."""
    return lambda sheet: sheet.replace(b"<sheetData>", b"<sheetData>" + text, 1)


SHEET = "xl/worksheets/sheet2.xml"
BOOKS: dict[str, tuple[str, Callable[[bytes], bytes]]] = {
    "entities": (SHEET, lambda sheet: BOMB + b"]>" + sheet),
    "entities in a list": ("xl/_rels/workbook.xml.rels", lambda x: BOMB + b"]>" + x),
    "a long cell": (
        SHEET,
        cell(b'<row><c t="inlineStr"><is><t>%s</t></is></c></row>' % (b"ab" * 60_000)),
    ),
    "a number of digits": (SHEET, cell(b"<row><c><v>%s</v></c></row>" % LONG)),
    "a text beyond the list": (SHEET, cell(b'<row><c t="s"><v>99999</v></c></row>')),
    "a row of no number": (SHEET, cell(b'<row r="x"><c><v>1</v></c></row>')),
    "a row far below": (SHEET, cell(b'<row r="%s"><c><v>1</v></c></row>' % LONG[:30])),
    "a style of none": (SHEET, cell(b'<row><c s="9999"><v>1</v></c></row>')),
    "a date far away": (SHEET, cell(b'<row><c t="d"><v>0000-99-99</v></c></row>')),
    "merges over each other": (
        SHEET,
        lambda sheet: sheet.replace(
            b"</sheetData>",
            b"</sheetData><mergeCells>"
            + b'<mergeCell ref="A2:XFD1048576"/>' * 3_000
            + b"</mergeCells>",
        ),
    ),
    "a merge of nonsense": (
        SHEET,
        lambda sheet: sheet.replace(
            b"</sheetData>",
            b'</sheetData><mergeCells><mergeCell ref="A0:?"/></mergeCells>',
        ),
    ),
    "arrays over all": (
        SHEET,
        cell(b'<row><c><f t="array" ref="A1:XFD1048576">1</f></c></row>' * 900),
    ),
    "no sheet": (SHEET, lambda _: b""),
    "no texts": ("xl/sharedStrings.xml", lambda _: b"<sst/>"),
    "a hidden range of columns": (
        SHEET,
        lambda sheet: sheet.replace(
            b"<sheetData>",
            b'<cols><col min="1" max="99999999" hidden="1"/></cols><sheetData>',
        ),
    ),
}


@pytest.mark.parametrize("case", BOOKS)
def test_a_workbook_made_to_harm(case: str) -> None:
    read_files("a.xlsx", with_part(*BOOKS[case]))


def test_entities_are_refused() -> None:
    with pytest.raises(DataError, match="damaged"):
        read_scenario_files({"a.xlsx": with_part(*BOOKS["entities"])}, name="t")


def test_a_list_of_members_is_read_only_if_it_is_short(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Sixty thousand empty members are seen in the last bytes of the file."""
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 60_000, 60_000, 9_000, 0, 0)

    def never(*_: object) -> None:
        raise AssertionError("the archive was opened")

    monkeypatch.setattr(zipfile, "ZipFile", never)
    with pytest.raises(DataError, match="60,000 parts"):
        read_scenario_files({"a.zip": b"PK\x03\x04" + end}, name="t")


def test_members_that_are_not_wanted_are_not_unpacked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in FILES.items():
            archive.writestr(name, data)
        archive.writestr("photo.jpg", b"x" * 9_000)
    opened: list[str] = []
    real = zipfile.ZipFile.open
    monkeypatch.setattr(
        zipfile.ZipFile,
        "open",
        lambda self, member: (opened.append(member.filename), real(self, member))[1],
    )
    assert read_scenario_files({"a.zip": out.getvalue()}, name="t").villages
    assert sorted(opened) == sorted(FILES)


# --- limits before the work ------------------------------------------------------


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress])
def test_an_extract_that_unpacks_to_gigabytes(
    pack: Callable[[bytes], bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two megabytes of a packed file hold two gigabytes of blanks."""
    monkeypatch.setattr(packed_module, "MAX_UNPACKED_XML", 1_000_000)
    monkeypatch.setattr(packed_module, "_SMALL_GZIP", 100)
    name = "roads/r.osm.gz" if pack is gzip.compress else "roads/r.osm.bz2"
    data = pack(b'<osm version="0.6">' + b" " * 3_000_000 + b"</osm>")
    with pytest.raises(DataError, match="unpacks to more than 1 MB"):
        read_scenario_files({**FILES, name: data}, name="t")
    small = pack(b'<osm version="0.6"></osm>' + b" " * 3_000)
    with pytest.raises(DataError, match="no roads"):
        read_scenario_files({**FILES, name: small}, name="t")


def test_rows_and_cells_are_counted_before_parsing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A file of 64 MB of commas took 133 s and 1.6 GB."""

    def never(*_: object, **__: object) -> None:
        raise AssertionError("the file was parsed")

    monkeypatch.setattr(csv, "reader", never)
    monkeypatch.setattr(raw_module, "decode", never)
    for data, most in ((b"," * 9_000_000, "4,000,000"), (b"a\n" * 2_000_000, "50,000")):
        with pytest.raises(TableError, match=f"more than {most}"):
            parse_csv(data, "villages.csv", max_rows=50_000)


def test_settings_are_counted_before_parsing(monkeypatch: pytest.MonkeyPatch) -> None:
    def never(_: str) -> None:
        raise AssertionError("the file was parsed")

    monkeypatch.setattr(tomllib, "loads", never)
    many = DATE + b"a=1\n" * 3_000
    with pytest.raises(DataError, match="more than 2,000 settings"):
        read_scenario_files({**FILES, "scenario.toml": many}, name="t")
    large = DATE + b"#" * 3_000_000
    with pytest.raises(DataError, match="has 3 MB; at most 2 MB"):
        read_scenario_files({**FILES, "scenario.toml": large}, name="t")


def test_lists_are_counted_before_parsing(monkeypatch: pytest.MonkeyPatch) -> None:
    def never(_: str) -> None:
        raise AssertionError("the file was parsed")

    monkeypatch.setattr("json.loads", never)
    data = b"[]," * 1_600_000
    for name in ("roads/r.geojson", "areas.geojson"):
        with pytest.raises(DataError, match="more than 900,000 parts"):
            read_scenario_files({**FILES, name: data}, name="t")


def test_more_villages_than_any_county_has() -> None:
    rows = b"".join(b"V%d,27.1,112.8,9\n" % i for i in range(50_002))
    with pytest.raises(DataError, match="more than 50,000 rows"):
        read_scenario_files({**FILES, "villages.csv": HEAD + rows}, name="t")


def test_the_workbook_itself_is_good() -> None:
    assert len(read(office_book()).villages) == 3
