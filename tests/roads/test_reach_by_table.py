"""Who gets where by a travel table with ways missing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from dispatch.files.scenario.read import read_scenario_files
from dispatch.roads.reach import round_trips, single_trips

if TYPE_CHECKING:
    from dispatch.model.scenario import Scenario

FILES = {
    "scenario.toml": b"date = 2022-09-06\n",
    "depots.csv": b"depot_id,lat,lon\nD1,27.15,112.81\n",
    "sources.csv": b"source_id,lat,lon,potable\nS1,27.16,112.82,yes\n",
    "trucks.csv": b"truck_id,capacity_l,depot_id,shift_start,shift_end,potable\n"
    b"T1,5000,D1,08:00,18:00,yes\n",
    "villages.csv": b"village_id,lat,lon,population\n"
    b"V1,27.17,112.8,9\nV2,27.17,112.8,9\n",
}
IDS = ("D1", "S1", "V1", "V2")


def scenario(*lost: str) -> Scenario:
    """Return a day in which the ways such as ``V1 D1`` are missing."""
    lines = [f"place_id,{','.join(IDS)}"]
    for one in IDS:
        times = ["0" if one == to else "600" for to in IDS]
        for position, to in enumerate(IDS):
            if f"{one} {to}" in lost:
                times[position] = "-1"
        lines.append(f"{one},{','.join(times)}")
    return read_scenario_files(
        {**FILES, "travel_s.csv": "\n".join(lines).encode()}, name="t"
    )


@pytest.mark.parametrize(
    ("lost", "reached", "says"),
    [
        ([], [True, True], []),
        # Home by the source and the other village, or by that alone.
        (["V1 D1"], [True, True], []),
        (["V1 D1", "V1 S1"], [True, True], []),
        (["V1 D1", "V1 V2"], [True, True], []),
        # The other village first, then this one.
        (["S1 V1"], [True, True], []),
        (["V1 D1", "V2 D1"], [False, False], ["没有路回车场", "没有路回车场"]),
        (["V1 D1", "V1 S1", "V1 V2"], [False, True], ["没有路回车场"]),
        (["S1 V1", "V2 V1"], [False, True], ["从任何水源都没有车能走的路"]),
        (["D1 S1"], [False, False], ["从任何水源", "从任何水源"]),
    ],
)
def test_who_gets_where(lost: list[str], reached: list[bool], says: list[str]) -> None:
    day = scenario(*lost)
    assert round_trips(day)["T1"][0].tolist() == reached
    told = [problem.text("zh") for problem in day.warnings]
    assert len(told) == len(says)
    for line, part in zip(told, says, strict=True):
        assert part in line


def test_only_the_way_home_is_missing() -> None:
    day = scenario("V1 D1", "V2 D1")
    assert single_trips(day)["T1"][0].tolist() == [True, True]


def test_a_second_source_is_reached_by_a_village() -> None:
    """The truck cannot drive from its depot to S2, but from V1."""
    files = {
        **FILES,
        "sources.csv": FILES["sources.csv"] + b"S2,27.16,112.82,yes\n",
        "travel_s.csv": b"place_id,D1,S1,S2,V1,V2\nD1,0,9,-1,9,9\nS1,9,0,9,9,-1\n"
        b"S2,9,9,0,9,9\nV1,9,9,9,0,-1\nV2,9,9,9,-1,0\n",
    }
    day = read_scenario_files(files, name="t")
    assert round_trips(day)["T1"].tolist() == [[True, False], [True, True]]
    assert not [p for p in day.warnings if p.message.key == "nobody_can_bring"]
