"""A scenario that the program keeps for itself comes back equal in every field."""

from __future__ import annotations

import dataclasses
import datetime as dt
import zipfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dispatch.errors import Problem
from dispatch.files.scenario.read import read_scenario
from dispatch.files.scenario.snapshot import (
    SHARED_FIELDS,
    SnapshotError,
    scenario_from_bytes,
    scenario_to_bytes,
)
from dispatch.files.scenario.template import example_scenario
from dispatch.model.areas import Area, MapFeature
from dispatch.model.digest import digest_of
from dispatch.model.road_limits import Moment, RoadLimit, SpeedRule
from dispatch.model.roads import RoadEdge, RoadNetwork, RoadNode
from dispatch.model.scenario import (
    Depot,
    NeedStandard,
    Resting,
    Scenario,
    ServiceRules,
    Source,
    StraightLine,
    TimeWindow,
    Truck,
    Village,
)
from dispatch.model.travel import TravelTable
from dispatch.words.message import COMMAS, joined, say
from tests.files.scenario.scenario_equal import assert_same_scenario

ROOT = Path(__file__).parents[3]
SHARED = ROOT.parent / "shared" / "scenarios"
TINY = ROOT / "tests" / "data" / "tiny"
ODD = ROOT / "tests" / "data" / "odd"


def assert_comes_back(scenario: Scenario) -> None:
    data = scenario_to_bytes(scenario)
    again = scenario_from_bytes(data)
    assert_same_scenario(again, scenario)
    assert (again.warnings, again.folder) == (scenario.warnings, scenario.folder)
    texts = [[p.text(lang) for p in again.warnings] for lang in ("zh", "en")]
    assert texts == [[p.text(lang) for p in scenario.warnings] for lang in ("zh", "en")]
    # Pages compare digests to tell old plans from those of today.
    assert digest_of(again) == digest_of(scenario)
    assert scenario_to_bytes(again) == data


@pytest.mark.parametrize("path", [*sorted(ROOT.glob("data/*/")), TINY], ids=str)
def test_demos_come_back(path: Path) -> None:
    assert_comes_back(read_scenario(path))


@pytest.mark.parametrize("name", ["full-24", "peer-120"])
def test_matrices_come_back(name: str) -> None:
    if not SHARED.is_dir():
        pytest.skip("the shared scenarios are not beside this checkout")
    assert_comes_back(read_scenario(SHARED / name))


@pytest.mark.parametrize("folder", sorted(ODD.iterdir()), ids=lambda path: path.name)
def test_warnings_come_back(folder: Path, tmp_path: Path) -> None:
    """Each odd input gives warnings, with figures and messages in their blanks."""
    for base in (TINY, folder):
        for path in base.rglob("*"):
            if path.is_file():
                target = tmp_path / path.relative_to(base)
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(path.read_bytes())
    scenario = read_scenario(tmp_path)
    assert scenario.warnings
    assert_comes_back(scenario)


TEXTS = st.text(max_size=8)
LABELS = st.text(min_size=1, max_size=6)
LATS = st.floats(-90, 90)
LONS = st.floats(-180, 180)
POINTS = st.lists(st.tuples(LATS, LONS), max_size=4).map(tuple)
COUNTS = st.integers(0, 10**12)
SIZES = st.none() | st.floats(0, 1e9)
RATES = st.none() | st.floats(0.001, 1e9)
PEOPLE = st.integers(0, 10**6)
MOMENTS = st.builds(
    Moment, date=st.none() | st.dates(), time_s=st.none() | st.integers(0, 86_400)
)


@st.composite
def windows(draw: st.DrawFn) -> tuple[TimeWindow, ...]:
    edges = sorted(draw(st.sets(st.integers(0, 1400), max_size=4)))
    return tuple(
        TimeWindow(early * 60, late * 60)
        for early, late in zip(edges[::2], edges[1::2], strict=False)
    )


def villages(label: str) -> st.SearchStrategy[Village]:
    return st.builds(
        Village,
        village_id=st.just(f"v{label}"),
        name=TEXTS,
        lat=LATS,
        lon=LONS,
        population=PEOPLE.map(lambda people: people + 10**6),
        vulnerable_people=PEOPLE,
        poultry=PEOPLE,
        storage_l=st.none() | COUNTS,
        stock_l=COUNTS,
        windows=windows(),
        max_gross_t=SIZES,
        max_visits=st.none() | COUNTS,
        code=TEXTS,
        out_of_service=st.booleans(),
        notes=TEXTS,
    )


def sources(label: str) -> st.SearchStrategy[Source]:
    return st.builds(
        Source,
        source_id=st.just(f"s{label}"),
        name=TEXTS,
        lat=LATS,
        lon=LONS,
        supply_l=st.none() | COUNTS,
        fill_rate_l_per_min=RATES,
        windows=windows(),
        potable=st.booleans(),
        inflow_l_per_h=SIZES,
    )


def trucks(label: str) -> st.SearchStrategy[Truck]:
    return st.builds(
        Truck,
        truck_id=st.just(f"t{label}"),
        capacity_l=st.integers(1, 10**6),
        depot_id=st.just("depot"),
        shift_start_s=st.integers(0, 40_000),
        shift_end_s=st.integers(40_000, 90_000),
        plate=TEXTS,
        gross_t=SIZES,
        loaded_speed_km_h=SIZES,
        potable=st.booleans(),
        speed_factor=st.floats(0.01, 100),
        break_window=st.builds(TimeWindow, st.integers(0, 9), st.integers(9, 99)),
    )


@st.composite
def networks(draw: st.DrawFn) -> RoadNetwork:
    labels = draw(st.lists(LABELS, min_size=2, max_size=5, unique=True))
    nodes = [
        RoadNode(
            node_id=label,
            lat=draw(LATS),
            lon=draw(LONS),
            name=draw(TEXTS),
            ele_m=draw(st.none() | st.floats(-400, 9000)),
        )
        for label in labels
    ]
    edges = [
        draw(
            st.builds(
                RoadEdge,
                edge_id=LABELS,
                from_node=st.sampled_from(labels),
                to_node=st.sampled_from(labels),
                length_m=st.floats(0, 1e6),
                name=TEXTS,
                road_class=TEXTS,
                width_m=SIZES,
                grade=st.none() | st.floats(-1, 1),
                access=st.sampled_from([0, 1, 2]),
                is_bridge=st.booleans(),
                one_way=st.booleans(),
                shape=POINTS,
            )
        )
        for _ in range(draw(st.integers(0, 4)))
    ]
    return RoadNetwork.of(nodes, edges, attribution=draw(TEXTS))


@st.composite
def problems(draw: st.DrawFn) -> Problem:
    inner = say("did_you_mean", near=draw(TEXTS))
    said = draw(
        st.sampled_from(
            [
                say("must_be_at_most", high=draw(st.integers() | st.floats(-9, 9))),
                say("no_such_depot", hint=inner),
                say("no_such_depot", hint=joined((inner, draw(TEXTS)), COMMAS)),
                say("folder_not_empty", folder=Path("here") / "there"),
                joined((inner, inner)),
            ]
        )
    )
    return Problem(
        file=draw(TEXTS),
        message=said,
        row=draw(st.none() | st.integers(1, 99)),
        column=draw(st.none() | TEXTS),
        value=draw(st.none() | TEXTS),
        severity=draw(st.sampled_from(["error", "warning"])),
    )


@st.composite
def scenarios(draw: st.DrawFn) -> Scenario:
    labels = draw(st.lists(LABELS, max_size=3, unique=True))
    own = tuple(draw(villages(label)) for label in labels)
    own_sources = tuple(draw(sources(label)) for label in labels)
    own_trucks = tuple(draw(trucks(label)) for label in labels)
    resting = (
        draw(st.builds(Resting, st.integers(0, 9), villages("out")))
        if draw(st.booleans())
        else Resting(0, draw(trucks("out") | sources("out")))
    )
    places = (
        "depot",
        *(s.source_id for s in own_sources),
        *(v.village_id for v in own),
    )
    cells = st.integers(-1, 2**40)
    size = len(places)
    matrices = [
        np.array(
            draw(st.lists(cells, min_size=size**2, max_size=size**2)), dtype=np.int64
        ).reshape(size, size)
        for _ in range(2)
    ]
    metres = matrices[1] if draw(st.booleans()) else None
    table = TravelTable(place_ids=places, seconds=matrices[0], metres=metres)
    outlines = st.lists(POINTS, max_size=2).map(tuple)
    return Scenario(
        name=draw(TEXTS),
        date=draw(st.dates()),
        villages=own,
        sources=own_sources,
        depots=(Depot(depot_id="depot", name=draw(TEXTS), lat=0.1 + 0.2, lon=-1e-9),),
        trucks=own_trucks,
        datum=draw(st.sampled_from(["wgs84", "gcj02", "bd09"])),
        need=NeedStandard(survival_l_per_person=draw(st.floats(0, 20))),
        service=ServiceRules(min_drop_l=draw(COUNTS)),
        straight_line=StraightLine(speed_km_h=draw(st.floats(0.1, 99))),
        equity_steps=draw(st.integers(1, 20)),
        travel_table=draw(st.sampled_from([None, table])),
        roads=draw(st.none() | networks()),
        road_limits=draw(
            st.lists(
                st.builds(
                    RoadLimit,
                    limit_id=TEXTS,
                    points=POINTS,
                    shape=st.sampled_from(["line", "area"]),
                    is_closed=st.booleans(),
                    max_gross_t=SIZES,
                    valid_from=st.none() | MOMENTS,
                    valid_until=st.none() | MOMENTS,
                ),
                max_size=2,
            ).map(tuple)
        ),
        speed_rules=(SpeedRule(kind="up", value=draw(TEXTS), loaded_km_h=draw(SIZES)),),
        areas=draw(
            st.lists(
                st.builds(
                    Area,
                    name=TEXTS,
                    level=st.sampled_from(["township", "county"]),
                    rings=outlines,
                    centre=st.none() | st.tuples(LATS, LONS),
                ),
                max_size=2,
            ).map(tuple)
        ),
        basemap=(MapFeature(kind="river", name=draw(TEXTS), lines=draw(outlines)),),
        folder=draw(st.sampled_from([None, Path("/data/town")])),
        warnings=tuple(draw(st.lists(problems(), max_size=2))),
        resting=(resting,),
    )


@given(scenarios())
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_scenario_comes_back(scenario: Scenario) -> None:
    assert_comes_back(scenario)


def test_every_field_is_kept() -> None:
    """A field that is added to scenarios must be kept from the day on."""
    names = {field.name for field in dataclasses.fields(Scenario)}
    kept_apart = {"travel_table", "roads", "water", "water_people"}
    assert {*SHARED_FIELDS, *kept_apart} == names


def test_a_message_of_another_version_keeps_its_text(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A page would fail on a key that is in no table any more."""
    told = Problem("a.csv", say("must_be_at_most", high=5), 2, "x", "7", "warning")
    scenario = dataclasses.replace(example_scenario(), warnings=(told,))
    data = scenario_to_bytes(scenario)
    from dispatch.words import message

    left = {k: v for k, v in message.templates().items() if k != "must_be_at_most"}
    monkeypatch.setattr(message, "templates", lambda: left)
    (warning,) = scenario_from_bytes(data).warnings
    assert warning.message == say("note_as_written", text="不能大于 5")
    assert (warning.file, warning.row, warning.severity) == ("a.csv", 2, "warning")


@given(data=st.data())
@settings(max_examples=150, deadline=None)
def test_broken_bytes_are_no_scenario(data: st.DataObject) -> None:
    """A disk that was full, another program's file: one kind of error, whatever."""
    table = TravelTable(
        place_ids=example_scenario().place_ids,
        seconds=np.zeros((len(example_scenario().place_ids),) * 2, dtype=np.int64),
    )
    scenario = dataclasses.replace(
        example_scenario(), travel_table=table, date=dt.date(2022, 9, 6)
    )
    whole = bytearray(scenario_to_bytes(scenario))
    place = data.draw(st.integers(0, len(whole) - 1))
    kind = data.draw(st.sampled_from(["cut", "flip"]))
    broken = bytes(whole[:place])
    if kind == "flip":
        whole[place] ^= data.draw(st.integers(1, 255))
        broken = bytes(whole)
    try:
        again = scenario_from_bytes(broken)
    except SnapshotError:
        return
    # What a check sum does not cover: dates and flags of the zip itself.
    assert kind == "flip"
    assert_same_scenario(again, scenario)


def test_members_can_be_read_by_other_programs(tmp_path: Path) -> None:
    path = tmp_path / "scenario.zip"
    path.write_bytes(scenario_to_bytes(read_scenario(ROOT / "data" / "yonghe")))
    names = zipfile.ZipFile(path).namelist()
    assert {"scenario.json", "roads.json", "roads/length_m.npy"} <= set(names)
