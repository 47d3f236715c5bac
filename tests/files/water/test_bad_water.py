"""Every rule of the water tables stops with its sentence, at its row and column."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

import dispatch
from dispatch.errors import DataError
from dispatch.files.scenario.editing import scenario_from_tables, scenario_tables
from tests.files.water.tables import (
    Change,
    changed,
    demo_files,
    problems_of,
    read,
    rows_of,
    with_rows,
)

WORDS = Path(dispatch.__file__).parent / "words" / "water.toml"
CHINESE = re.compile("[\u4e00-\u9fff]")

#: Key of the message, its column, and the change of the demo that brings it.
CASES: list[tuple[str, str, Change]] = [
    # One cell.
    ("must_be_one_of", "kind", ("water_nodes", "W-J1", {"kind": "湖"})),
    ("must_be_one_of", "grade", ("fields", "F-YH", {"grade": "很旱"})),
    ("must_be_post_end", "until", ("posts", "G-J1", {"until": "有时"})),
    ("unit_unknown", "capacity_m3", ("stores", "W-QS", {"capacity_m3": "600 kg"})),
    ("must_be_at_most", "loss_share", ("canals", "C-Z4", {"loss_share": "28"})),
    ("must_be_at_most", "hours", ("plant", "U-1", {"hours": "25"})),
    ("must_not_be_negative", "rain_mm", ("weather", "2022-09-06", {"rain_mm": "-1"})),
    ("must_be_date", "return_by", ("pumps", "P4", {"return_by": "下周"})),
    ("off_the_map", "lat", ("water_nodes", "W-J1", {"lat": "97"})),
    ("position_missing", "lat", ("doors", "H01", {"lat": "", "lon": ""})),
    # Ids.
    ("id_used_here", "canal_id", ("canals", "C-G2", {"canal_id": "C-G1"})),
    ("id_used_elsewhere", "pump_id", ("pumps", "P5", {"pump_id": "C-G1"})),
    ("id_used_here", "person_id", ("people", "M02", {"person_id": "M01"})),
    ("id_used_here", "household_id", ("doors", "H02", {"household_id": "H01"})),
    ("id_used_here", "node_id", ("stores", "W-QS", {"node_id": "W-QC"})),
    ("no_such_water_node", "node_id", ("stores", "W-QS", {"node_id": "W-QX"})),
    ("no_such_water_node", "to_node", ("canals", "C-G2", {"to_node": "W-J9"})),
    ("no_such_water_node", "from_node", ("canals", "C-G2", {"from_node": "W-J9"})),
    ("no_such_water_node", "node_id", ("fields", "F-YH", {"node_id": "W-J9"})),
    ("no_such_water_node", "to_node", ("lifts", "L-HZ", {"to_node": "W-J9"})),
    ("no_such_water_node", "tank_node", ("zones", "Z-A", {"tank_node": "W-J9"})),
    ("no_such_water_node", "raw_node", ("plant", "U-1", {"raw_node": "W-J9"})),
    ("no_such_post", "gate_post_id", ("canals", "C-G2", {"gate_post_id": "G-9"})),
    ("no_such_post", "operator_post_id", ("lifts", "L-HZ", {"operator_post_id": "D"})),
    ("no_such_post", "valve_post_id", ("zones", "Z-A", {"valve_post_id": "V-9"})),
    ("no_such_water_object", "object_id", ("posts", "G-J1", {"object_id": "W-J9"})),
    ("no_such_water_object", "object_id", ("works", "K1", {"object_id": "C-G9"})),
    ("no_such_village", "village_id", ("fields", "F-YH", {"village_id": "V9"})),
    ("no_such_village", "village_id", ("doors", "H01", {"village_id": "V9"})),
    ("no_such_source", "source_id", ("water_nodes", "W-QS", {"source_id": "S9"})),
    ("no_such_person", "keeper", ("doors", "H01", {"keeper": "M99"})),
    ("list_lacks_village", "village_ids", ("zones", "Z-A", {"village_ids": "V9"})),
    (
        "village_in_two_zones",
        "village_ids",
        ("zones", "Z-B", {"village_ids": "430423201002-1;430423201202-1"}),
    ),
    ("list_lacks_pump", "pump_ids", ("plant", "U-1", {"pump_ids": "P1;P9"})),
    ("day_twice", "date", ("weather", "2022-09-07", {"date": "2022-09-06"})),
    ("crop_twice", "stage", ("crops", None, {"stage": "灌浆"})),
    ("crop_stage_missing", "stage", ("fields", "F-YH", {"stage": "孕穗"})),
    # Figures that do not go together.
    ("stock_above_capacity", "stock_m3", ("stores", "W-QS", {"stock_m3": "601"})),
    ("dead_above_stock", "dead_m3", ("stores", "W-QS", {"dead_m3": "351"})),
    ("reserve_twice", "reserve_days", ("stores", "W-JGQ", {"reserve_days": "10"})),
    (
        "reserve_above_capacity",
        "reserve_people_m3",
        ("stores", "W-JGQ", {"reserve_people_m3": "3100000"}),
    ),
    (
        "reserve_not_there",
        "reserve_people_m3",
        ("stores", "W-JGQ", {"reserve_people_m3": "12万方"}),
    ),
    ("ends_where_it_starts", "to_node", ("canals", "C-G2", {"to_node": "W-J1"})),
    ("ends_where_it_starts", "to_node", ("lifts", "L-HZ", {"to_node": "W-QC"})),
    ("ends_where_it_starts", "tank_node", ("plant", "U-1", {"tank_node": "W-QC"})),
    (
        "least_flow_above_most",
        "min_flow_m3_per_h",
        ("canals", "C-Z4", {"min_flow_m3_per_h": "0.2 m3/s"}),
    ),
    ("loss_twice", "loss_share", ("canals", "C-G1", {"loss_share": "20%"})),
    ("loss_half", "loss_m", ("canals", "C-G1", {"loss_m": ""})),
    ("loss_half", "loss_a", ("canals", "C-G1", {"loss_a": ""})),
    ("fill_without_travel", "travel_h", ("canals", "C-G1", {"travel_h": ""})),
    ("wet_and_dry", "days_dry", ("fields", "F-YH", {"days_dry": "3"})),
    ("layer_backwards", "layer_max_mm", ("crops", "晚稻", {"layer_max_mm": "2"})),
    ("stage_backwards", "until", ("crops", "晚稻", {"until": "2022-07-01"})),
    (
        "weather_says_nothing",
        "et0_mm",
        ("weather", "2022-09-06", {"tmin_c": "", "tmax_c": ""}),
    ),
    ("temperature_half", "tmax_c", ("weather", "2022-09-06", {"tmax_c": ""})),
    ("temperature_half", "tmin_c", ("weather", "2022-09-06", {"tmin_c": ""})),
    ("temperature_backwards", "tmin_c", ("weather", "2022-09-06", {"tmin_c": "36"})),
    ("curve_half", "flow_3_m3_per_h", ("pumps", "P2", {"flow_3_m3_per_h": ""})),
    ("curve_half", "head_3_m", ("pumps", "P2", {"head_3_m": ""})),
    ("heads_must_rise", "head_2_m", ("pumps", "P2", {"head_2_m": "8"})),
    ("flow_rises", "flow_2_m3_per_h", ("pumps", "P2", {"flow_2_m3_per_h": "221"})),
    ("fuel_of_electric", "fuel_l_per_h", ("pumps", "P1", {"fuel_l_per_h": "2"})),
    ("kwh_of_engine", "kwh_per_h", ("pumps", "P2", {"kwh_per_h": "2"})),
    (
        "goes_before_it_comes",
        "return_by",
        ("pumps", "P4", {"available_from": "2022-09-13"}),
    ),
    (
        "returned_already",
        "return_by",
        ("pumps", "P4", {"return_by": "2022-09-05", "available_from": ""}),
    ),
    (
        "more_vulnerable_than_people",
        "vulnerable_people",
        ("zones", "Z-A", {"vulnerable_people": "3201"}),
    ),
    (
        "post_backwards",
        "until",
        ("posts", "V-A", {"from": "2022-09-06", "until": "2022-09-01"}),
    ),
    ("post_backwards", "free_until", ("people", "M11", {"free_until": "2022-09-01"})),
    ("posts_overlap", "object_id", ("posts", None, {"post_id": "V-D"})),
    ("jars_overfull", "stock_l", ("doors", "H01", {"stock_l": "61"})),
    (
        "windows_overlap",
        "window",
        ("doors", "H01", {"window": "8:00-10:00;9:00-11:00"}),
    ),
    # Works.
    ("work_column_unknown", "column", ("works", "K1", {"column": "name"})),
    ("work_column_unknown", "column", ("works", "K1", {"column": "leak_share"})),
    ("must_be_one_of", "value", ("works", "K1", {"value": "好"})),
    ("work_at_bare_node", "object_id", ("works", "K1", {"object_id": "W-J1"})),
    (
        "work_refused",
        "value",
        ("works", "K1", {"column": "min_flow_m3_per_h", "value": "2901"}),
    ),
]


def test_the_demo_is_good() -> None:
    """Otherwise every case below could fail for another reason."""
    scenario = read(demo_files(), strict=True)
    assert scenario.water is not None
    assert scenario.water_people is not None


@pytest.mark.parametrize(
    ("key", "column", "change"), CASES, ids=[f"{c[0]}-{c[1]}-{c[2][0]}" for c in CASES]
)
def test_a_rule_is_told_where_it_is_broken(
    key: str, column: str, change: Change
) -> None:
    files = changed(change)
    table, row_id, _ = change
    rows = rows_of(table, files)
    first = next(iter(rows[0]))
    cells = {**change[2]}
    wanted = cells.get(first, row_id)
    at = [number for number, row in enumerate(rows, 2) if row[first] == wanted]
    told = [
        problem
        for problem in problems_of(files)
        if problem.message.key == key and problem.column == column
    ]
    assert told, [str(problem) for problem in problems_of(files)]
    assert told[0].file == f"water/{table}.csv"
    assert told[0].row in at or row_id is None
    for lang in ("zh", "en"):
        assert "{" not in told[0].text(lang)  # type: ignore[arg-type]  # a language
    assert CHINESE.search(told[0].message.text("zh"))


def test_only_a_reserve_that_is_not_there_goes_on() -> None:
    """All other cases are errors: nothing can be planned with them."""
    for key, _, change in CASES:
        if key == "reserve_not_there":
            assert read(changed(change)).water is not None
        else:
            with pytest.raises(DataError):
                read(changed(change))


NOTICES: list[tuple[str, str]] = [
    ("notice_not_text", "phone = 5\n"),
    ("notice_not_text", '[phone]\nfr = "x"\n'),
    ("notice_key_bad", '["Phone No"]\nzh = "5"\n'),
    ("toml_broken", "phone = \n"),
    ("must_not_be_empty", '[phone]\nen = "5"\n'),
]


@pytest.mark.parametrize(("key", "text"), NOTICES)
def test_bad_notices(key: str, text: str) -> None:
    files = {**demo_files(), "water/notices.toml": text.encode()}
    told = [problem.message.key for problem in problems_of(files)]
    assert told == [key]


def test_villages_and_sources_that_the_water_needs_stay() -> None:
    base = read(demo_files())
    tables = scenario_tables(base)
    tables["villages"] = tables["villages"].iloc[1:]
    tables["sources"] = tables["sources"].iloc[1:]
    with pytest.raises(DataError) as caught:
        scenario_from_tables(tables, base=base)
    keys = {problem.message.key for problem in caught.value.problems}
    assert keys == {"village_of_the_water", "source_of_the_water"}


def test_every_message_of_the_water_is_said_by_a_test() -> None:
    """A sentence that no bad input brings may be wrong for years."""
    elsewhere = {"village_of_the_water", "source_of_the_water"}
    tested = {key for key, *_ in CASES} | {key for key, _ in NOTICES} | elsewhere
    assert set(tomllib.loads(WORDS.read_text("utf-8"))) <= tested


def test_all_problems_are_told_at_once() -> None:
    files = changed(
        ("canals", "C-G2", {"to_node": "W-J9", "length_km": "x"}),
        ("stores", "W-QS", {"stock_m3": "601"}),
        ("people", "M02", {"village_id": "V9"}),
    )
    told = {(p.file, p.row, p.column) for p in problems_of(files)}
    assert told == {
        ("water/canals.csv", 3, "to_node"),
        ("water/canals.csv", 3, "length_km"),
        ("water/stores.csv", 5, "stock_m3"),
        ("water/people.csv", 3, "village_id"),
    }


def test_one_mistake_is_one_problem() -> None:
    """A node that cannot be read must not make its canals wrong as well."""
    files = changed(("water_nodes", "W-J1", {"lat": "x"}))
    assert len(problems_of(files)) == 1


def test_a_hint_names_the_nearest_id() -> None:
    files = changed(("fields", "F-YH", {"stage": "孕穗抽"}))
    assert "did you mean 孕穗抽穗?" in str(problems_of(files)[0])


@pytest.mark.parametrize(
    ("times", "overlap"),
    [
        # V-A is here from 2022-09-06 05:30 to the end of 2022-09-15.
        ({"from": "2022-09-16", "until": ""}, False),
        ({"from": "", "until": "2022-09-06 05:30"}, False),
        ({"from": "", "until": "2022-09-06 05:31"}, True),
        ({"from": "2022-09-15", "until": "2022-09-20"}, True),
        ({"from": "18:00", "until": "06:00"}, True),
        ({"from": "", "until": "while flowing"}, True),
    ],
)
def test_posts_of_one_place_in_turn(times: dict[str, str], overlap: bool) -> None:
    cells = {"post_id": "V-X", "object_id": "Z-A", "kind": "valve", **times}
    own = {"from": "2022-09-06 05:30", "until": "2022-09-15"}
    files = changed(("posts", "V-A", own), ("posts", None, cells))
    told = [p.message.key for p in problems_of(files)]
    assert told == (["posts_overlap"] if overlap else [])


@pytest.mark.parametrize(
    ("first", "second", "overlap"),
    [
        (("18:00", "06:00"), ("06:00", "18:00"), False),
        (("18:00", "06:00"), ("05:00", "18:00"), True),
        (("18:00", "06:00"), ("17:00", "18:30"), True),
        (("06:00", "12:00"), ("12:00", "18:00"), False),
    ],
)
def test_posts_by_day_and_night(
    first: tuple[str, str], second: tuple[str, str], overlap: bool
) -> None:
    """Times without dates hold every day, over midnight too."""
    rows = rows_of("posts", demo_files())
    day = {**rows[-1], "post_id": "A", "from": first[0], "until": first[1]}
    night = {**rows[-1], "post_id": "B", "from": second[0], "until": second[1]}
    files = with_rows("posts", [*rows[:-1], {**rows[-1]}, day, night], demo_files())
    files = with_rows("zones", _without_valve(files), files)
    posts = [row for row in rows_of("posts", files) if row["post_id"] != "V-C"]
    told = [p.message.key for p in problems_of(with_rows("posts", posts, files))]
    assert told == (["posts_overlap"] if overlap else [])


def _without_valve(files: dict[str, bytes]) -> list[dict[str, str]]:
    rows = rows_of("zones", files)
    return [
        {
            **row,
            "valve_post_id": "" if row["zone_id"] == "Z-C" else row["valve_post_id"],
        }
        for row in rows
    ]
