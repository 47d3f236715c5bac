"""Limits of roads and rows of speeds: what is understood and what is told."""

from __future__ import annotations

import dataclasses
import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.errors import DataError
from dispatch.files.cells.moments import format_moment, parse_moment
from dispatch.files.cells.parse import CellError
from dispatch.files.scenario.editing import scenario_from_tables, scenario_tables
from dispatch.files.scenario.read import read_scenario, read_scenario_files
from dispatch.files.scenario.write import write_scenario, write_scenario_xlsx
from dispatch.geo.datum import from_wgs84
from dispatch.model.road_limits import Moment, RoadLimit, SpeedRule

if TYPE_CHECKING:
    from dispatch.model.scenario import Scenario

TINY = Path(__file__).parents[2] / "data" / "tiny"
FILES = {path.name: path.read_bytes() for path in TINY.iterdir()}
DAY = dt.date(2022, 9, 6)
HEAD = (
    "limit_id,road,lat,lon,to_lat,to_lon,path,closed,max_weight_t,max_width_m,"
    "max_height_m,speed_kmh,valid_from,valid_until,notes\n"
)


def read(rows: str, head: str = HEAD, name: str = "roads/limits.csv") -> Scenario:
    files = {**FILES, name: (head + rows).encode()}
    return read_scenario_files(files, name="x")


def limits(rows: str, head: str = HEAD) -> tuple[RoadLimit, ...]:
    return read(rows, head).road_limits


def test_a_limit_with_everything() -> None:
    (found,) = limits(
        "A1,X031,27.15,112.81,27.16,112.82,,no,8,2.3,3.5,20,"
        "2022-09-06,2022-09-08 18:00,塌方\n"
    )
    assert found == RoadLimit(
        limit_id="A1",
        road="X031",
        points=((27.15, 112.81), (27.16, 112.82)),
        max_gross_t=8,
        max_width_m=2.3,
        max_height_m=3.5,
        speed_km_h=20,
        valid_from=Moment(date=DAY),
        valid_until=Moment(date=dt.date(2022, 9, 8), time_s=64_800),
        notes="塌方",
    )


def test_chinese_headers_and_ids_of_our_own() -> None:
    found = limits(
        "长岭路,是,,8点\nX031,否,8吨,\nL2,是,,\n",
        "道路,封闭,限重,开始时间\n",
    )
    assert [limit.limit_id for limit in found] == ["L1", "L2", "L3"]
    assert found[0].is_closed
    assert found[0].valid_from == Moment(time_s=28_800)
    assert found[1].max_gross_t == 8


def test_ids_of_our_own_avoid_given_ones() -> None:
    found = limits("L1,X1,yes\n,X2,yes\n", "limit_id,road,closed\n")
    assert [limit.limit_id for limit in found] == ["L1", "L2"]


def test_drawn_lines_and_areas() -> None:
    found = limits(
        '"LINESTRING(112.81 27.15, 112.82 27.16, 112.83 27.16)",yes\n'
        '"POLYGON((112.8 27.1, 112.9 27.1, 112.9 27.2, 112.8 27.1))",yes\n',
        "path,closed\n",
    )
    assert found[0].shape == "line"
    assert found[0].points == ((27.15, 112.81), (27.16, 112.82), (27.16, 112.83))
    assert found[1].shape == "area"
    assert found[1].points == ((27.1, 112.8), (27.1, 112.9), (27.2, 112.9))


def test_positions_are_moved_to_wgs84() -> None:
    lat, lon = from_wgs84(lat=27.15, lon=112.81, datum="gcj02")
    path = f'"LINESTRING({lon} {lat}, 112.9 27.2)"'
    settings = b'datum = "gcj02"\n' + FILES["scenario.toml"].replace(b"datum", b"#")
    rows = f"{lat},{lon},{lat},{lon},,yes\n,,,,{path},yes\n"
    head = "lat,lon,to_lat,to_lon,path,closed\n"
    files = {**FILES, "scenario.toml": settings, "limits.csv": (head + rows).encode()}
    first, second = read_scenario_files(files, name="x").road_limits
    for point in (*first.points, second.points[0]):
        assert point == pytest.approx((27.15, 112.81), abs=1e-8)


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("A,X,,,,,,,,,,,,,", "nothing is limited"),
        ("A,X,,,,,,no,,,,,,,", "nothing is limited"),
        ("A,,,,,,,yes,,,,,,,", "the place is missing"),
        ("A,,27.1,,,,,yes,,,,,,,", "latitude and longitude must both"),
        ("A,,,,27.1,112.8,,yes,,,,,,,", "an end needs a start"),
        ("A,,27.1,112.8,27.1,,,yes,,,,,,,", "latitude and longitude must both"),
        ("A,,112.8,27.1,,,,yes,,,,,,,", "look swapped"),
        ("A,,95,112.8,,,,yes,,,,,,,", "lat = 95"),
        ("A,,27.1,112.8,112.8,27.1,,yes,,,,,,,", "to_lat = 112.8"),
        ("A,X,,,,,,maybe,,,,,,,", "must be yes or no"),
        ("A,X,,,,,,,0,,,,,,", "must be at least 0.1"),
        ("A,X,,,,,,,,,,nan,,,", "speed_kmh = nan: must be a number"),
        ("A,X,,,,,,yes,,,,,2022-09-06,2022-09-05,", "must be later than valid_from"),
        ("A,X,,,,,,yes,,,,,22:00,06:00,", "must be later than valid_from"),
        ("A,X,,,,,,yes,,,,,soon,,", "must be a date, a time, or both"),
        ("A,X,,,,,,yes,,,,,2022-13-01,,", "must be a date"),
        ("A,X,,,,,,yes,,,,,2022-09-06 25:00,,", "must be a date, a time, or both"),
        ("A,,,,,,LINESTRING(112 27),yes,,,,,,,", "must be LINESTRING"),
        ("A,,,,,,circle,yes,,,,,,,", "must be LINESTRING"),
        ('A,,27,112,,,"LINESTRING(112 27,112 28)",yes,,,,,,,', "not both"),
        ("A,X,,,,,,yes,,,,,,,\nA,X,,,,,,yes,,,,,,,", "limit_id = A"),
    ],
)
def test_wrong_limits_are_told(row: str, said: str) -> None:
    with pytest.raises(DataError, match=said) as caught:
        limits(f"{row}\n")
    assert len(caught.value.problems) == 1


@pytest.mark.parametrize(
    ("cell", "moment"),
    [
        ("2022-09-06", Moment(date=DAY)),
        ("2022年9月6日", Moment(date=DAY)),
        ("2022/9/6 14:00", Moment(date=DAY, time_s=50_400)),
        ("2022年9月6日下午2点", Moment(date=DAY, time_s=50_400)),
        ("2022-09-06T14:00:05", Moment(date=DAY, time_s=50_405)),
        ("2022-09-06 00:00:00", Moment(date=DAY)),
        ("2022-09-06 00:00", Moment(date=DAY, time_s=0)),
        ("14:00", Moment(time_s=50_400)),
        ("24:00", Moment(time_s=86_400)),
        (dt.date(2022, 9, 6), Moment(date=DAY)),
        (dt.datetime(2022, 9, 6), Moment(date=DAY)),
        (dt.datetime(2022, 9, 6, 14), Moment(date=DAY, time_s=50_400)),
        (dt.time(14), Moment(time_s=50_400)),
        (dt.datetime(1899, 12, 30, 14), Moment(time_s=50_400)),
        (0.25, Moment(time_s=21_600)),
    ],
)
def test_moments(cell: str, moment: Moment) -> None:
    assert parse_moment(cell) == moment


@pytest.mark.parametrize("cell", ["", "x", "2022-02-30", "2022-09-06 x", True, 44810])
def test_no_moments(cell: str) -> None:
    with pytest.raises(CellError):
        parse_moment(cell)


MOMENTS = st.builds(
    Moment,
    date=st.none() | st.dates(dt.date(2000, 1, 1), dt.date(2100, 1, 1)),
    time_s=st.none() | st.integers(0, 86_400),
).filter(lambda moment: moment != Moment())


@given(MOMENTS)
def test_moments_survive_their_text(moment: Moment) -> None:
    assert parse_moment(format_moment(moment)) == moment


LIMITS = (
    RoadLimit(limit_id="L1", road="X031", is_closed=True),
    RoadLimit(
        limit_id="L2",
        points=((27.15, 112.81),),
        max_gross_t=8.0,
        valid_from=Moment(time_s=0),
        valid_until=Moment(time_s=36_000),
    ),
    RoadLimit(
        limit_id="L3",
        points=((27.15, 112.81), (27.16, 112.82)),
        speed_km_h=15.0,
        valid_until=Moment(date=DAY, time_s=0),
        notes="塌方",
    ),
    RoadLimit(
        limit_id="L4",
        points=((27.1, 112.8), (27.1, 112.9), (27.2, 112.9)),
        shape="area",
        max_width_m=2.3,
        max_height_m=3.5,
    ),
    RoadLimit(
        limit_id="L5",
        points=((27.1, 112.8), (27.1, 112.9), (27.2, 112.9)),
        is_closed=True,
    ),
)
RULES = (
    SpeedRule(kind="class", value="tertiary", empty_km_h=40.0, loaded_km_h=30.0),
    SpeedRule(kind="up", value="0.06", loaded_km_h=12.0, source="手册"),
    SpeedRule(kind="tracktype", value="grade5", max_gross_t=3.5),
)


@pytest.fixture
def limited() -> Scenario:
    base = read_scenario(TINY)
    return dataclasses.replace(base, road_limits=LIMITS, speed_rules=RULES)


@pytest.mark.parametrize("chinese", [False, True])
def test_limits_and_speeds_are_written_and_read_back(
    limited: Scenario, chinese: bool, tmp_path: Path
) -> None:
    folder = write_scenario(limited, tmp_path / "day", chinese_headers=chinese)
    assert (folder / "roads" / "limits.csv").is_file()
    book = write_scenario_xlsx(limited, tmp_path / "a.xlsx", chinese_headers=chinese)
    for path in (folder, book):
        again = read_scenario(path)
        assert again.road_limits == LIMITS
        assert again.speed_rules == RULES


def test_the_editor_carries_limits_and_speeds(limited: Scenario) -> None:
    frames = scenario_tables(limited)
    again = scenario_from_tables({"villages": frames["villages"]}, base=limited)
    assert again.road_limits == LIMITS
    assert again.speed_rules == RULES
    frames["limits"].loc[0, "road"] = "X032"
    edited = scenario_from_tables({"limits": frames["limits"]}, base=limited)
    assert edited.road_limits[0].road == "X032"
    assert edited.road_limits[1:] == LIMITS[1:]
    none = scenario_from_tables({"limits": frames["limits"].iloc[:0]}, base=limited)
    assert none.road_limits == ()
    assert not [p for p in none.warnings if p.file == "limits"]


def test_wrong_limits_of_the_editor_are_told(limited: Scenario) -> None:
    frame = scenario_tables(limited)["limits"]
    frame.loc[0, "closed"] = False
    with pytest.raises(DataError, match="limits, row 2: nothing is limited"):
        scenario_from_tables({"limits": frame}, base=limited)


def speeds(rows: str) -> tuple[SpeedRule, ...]:
    head = "kind,value,empty_kmh,loaded_kmh,max_weight_t,source\n"
    return read(rows, head, "roads/speeds.csv").speed_rules


def test_speeds() -> None:
    assert speeds(
        "等级,tertiary,40,30,,\n上坡,6%,,12,,\ndown,8,,10,,\n路面,沥青,,,8吨,手册\n"
        "up,0.1,,0,,\n"
    ) == (
        SpeedRule(kind="class", value="tertiary", empty_km_h=40, loaded_km_h=30),
        SpeedRule(kind="up", value="0.06", loaded_km_h=12),
        SpeedRule(kind="down", value="0.08", loaded_km_h=10),
        SpeedRule(kind="surface", value="沥青", max_gross_t=8, source="手册"),
        SpeedRule(kind="up", value="0.1", loaded_km_h=0),
    )


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("weather,rain,1,1,,", "must be class, surface"),
        ("up,steep,1,1,,", "must be a grade"),
        ("class,,1,1,,", "must not be empty"),
        ("class,a,,,,x", "give a speed or a weight"),
        ("class,a,-1,,,", "must be >= 0"),
        ("class,a,1,,,\nclass,A,2,,,", "in row 2 already"),
        ("up,6%,1,,,\nup,0.06,2,,,", "in row 2 already"),
    ],
)
def test_wrong_speeds_are_told(row: str, said: str) -> None:
    with pytest.raises(DataError, match=said):
        speeds(f"{row}\n")
