"""All files of a dispatch: what is handed round, and what is personal."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import replace
from typing import TYPE_CHECKING

import openpyxl
import pypdf
import pytest

from dispatch.cli.water_files import write_all_water
from dispatch.errors import DispatchError
from dispatch.files.water.plan_file import read_water_plan
from dispatch.files.water.write import PERSONAL, write_personal, write_water
from dispatch.words.words import Words
from tests.files.water.dispatched import demo
from tests.payloads import PAYLOADS, check_file

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def out(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("water")
    written = write_all_water(*demo(), folder, Words("zh"))
    assert {path for path in folder.rglob("*") if path.is_file()} == set(written)
    assert written[-1].name == "water.json"
    return folder


def test_every_file_is_there(out) -> None:
    names = {path.name for path in out.iterdir()}
    assert names == {
        *("water.json", "water.xlsx", "water.html", "water", PERSONAL),
        *("water-gates.pdf", "water-slots.pdf", "water-notices.pdf"),
    }
    tables = {path.stem for path in (out / "water").iterdir()}
    assert tables >= {"releases", "turns", "slots", "watches", "stocks", "goals"}
    assert read_water_plan(out) == demo()[1].plan


def rows(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(path.read_text("utf-8-sig"))))


def test_tables_of_the_hours(out) -> None:
    slots = rows(out / "water" / "slots.csv")
    assert slots[0] == {
        "zone_id": "Z-A",
        "name": "新场市片",
        "from": "2022-09-06T06:00",
        "until": "2022-09-06T08:00",
        "m3": "80.0",
    }
    assert {row["field_id"] for row in rows(out / "water" / "turns.csv")} == {
        *("F-WQ", "F-XY")
    }


def test_everybody_on_duty_has_a_calendar(out) -> None:
    duty = demo()[2]
    people = {*duty.roster.person_ids, *(v.person_id for v in duty.rounds.visits)}
    calendars = {path.stem for path in (out / PERSONAL).glob("*.ics")}
    assert calendars == people
    text = (out / PERSONAL / "M01.ics").read_text("utf-8")
    assert text.startswith("BEGIN:VCALENDAR")
    assert "DTSTAMP:20220905T160000Z" in text


def content(path: Path) -> str:
    """Return all that can be read in a file."""
    data = path.read_bytes()
    if path.suffix == ".pdf":
        pages = pypdf.PdfReader(io.BytesIO(data)).pages
        return "\n".join(page.extract_text() for page in pages).replace("\0", "")
    if path.suffix == ".xlsx":
        book = openpyxl.load_workbook(path)
        cells = [cell for sheet in book for row in sheet.values for cell in row]
        return "\n".join(map(str, cells))
    text = data.decode("utf-8")
    return re.sub(r"\\u([0-9a-f]{4})", lambda code: chr(int(code[1], 16)), text)


def test_names_and_doors_are_in_the_personal_folder_alone(out) -> None:
    people = demo()[0].water_people
    secret = [word for p in people.people for word in (p.name, p.phone)]
    doors = re.compile("|".join(rf"\b{d.household_id}\b" for d in people.doors))
    for path in out.rglob("*.*"):
        if not path.is_file():
            continue
        text = content(path)
        found = [word for word in secret if word in text]
        if path.parent.name != PERSONAL:
            assert found == [], path.name
            if path.suffix != ".html":  # Leaflet's scripts may hold H01
                assert not doors.search(text), path.name
        elif path.suffix == ".xlsx":
            assert found
            assert doors.search(text)


def test_personal_things_of_an_earlier_dispatch_go(tmp_path) -> None:
    scenario, dispatch, duty = demo()
    folder = tmp_path / PERSONAL
    alone = replace(
        duty,
        roster=replace(duty.roster, duties=duty.roster.duties[:1], unstaffed=()),
        rounds=replace(duty.rounds, visits=()),
    )
    write_personal(scenario, dispatch, duty, folder)
    write_personal(scenario, dispatch, alone, folder)
    (left,) = folder.glob("*.ics")
    assert left.stem == duty.roster.duties[0].person_id
    write_water(scenario, dispatch, None, tmp_path)
    assert list(folder.iterdir()) == []


def test_a_scenario_is_never_written_over(tmp_path) -> None:
    (tmp_path / "scenario.toml").touch()
    with pytest.raises(DispatchError):
        write_water(*demo(), tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["scenario.toml"]


def test_equal_dispatches_are_equal_files(out, tmp_path) -> None:
    again = write_all_water(*demo(), tmp_path, Words("zh"))
    same = {path.relative_to(tmp_path): path.read_bytes() for path in again}
    for path, data in same.items():
        # Folium marks its elements by chance.
        if path.suffix != ".html":
            assert (out / path).read_bytes() == data, path


def test_texts_of_the_tables_do_nothing_in_files(tmp_path) -> None:
    scenario, dispatch, duty = demo()
    network = scenario.water
    for number, text in enumerate((PAYLOADS["formula"], PAYLOADS["markup"])):
        evil = replace(
            network,
            zones=tuple(replace(zone, name=text) for zone in network.zones),
            fields=tuple(replace(f, group=text) for f in network.fields),
            nodes=tuple(replace(node, name=text) for node in network.nodes),
            canals=tuple(replace(canal, name=text) for canal in network.canals),
            posts=tuple(replace(post, name=text) for post in network.posts),
        )
        folder = tmp_path / str(number)
        for path in write_water(
            replace(scenario, water=evil), dispatch, duty, folder, "en"
        ):
            check_file(path.name, path.read_bytes())
