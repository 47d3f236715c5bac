"""Travel tables in another unit, and cells that no road explains."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from dispatch.files.scenario.read import read_scenario, read_scenario_files
from dispatch.geo.distance import haversine_m

ROOT = Path(__file__).parents[3]
#: Place, lat, lon: some kilometres apart.
PLACES = [
    ("D1", 27.150, 112.810),
    ("S1", 27.160, 112.830),
    ("V1", 27.180, 112.800),
    ("V2", 27.200, 112.840),
    ("V3", 27.120, 112.790),
]
FILES = {
    "scenario.toml": b"date = 2022-09-06\n",
    "depots.csv": b"depot_id,lat,lon\nD1,27.150,112.810\n",
    "sources.csv": b"source_id,lat,lon,potable\nS1,27.160,112.830,yes\n",
    "trucks.csv": b"truck_id,capacity_l,depot_id,shift_start,shift_end,potable\n"
    b"T1,5000,D1,08:00,18:00,yes\n",
    "villages.csv": b"village_id,lat,lon,population\n"
    b"V1,27.180,112.800,100\nV2,27.200,112.840,100\nV3,27.120,112.790,100\n",
}


def metres() -> np.ndarray:
    """Return road lengths: half as long again as the straight line."""
    lat = np.array([place[1] for place in PLACES])
    lon = np.array([place[2] for place in PLACES])
    return haversine_m(lat=lat, lon=lon, to_lat=lat, to_lon=lon) * 1.5


def csv(values: np.ndarray) -> bytes:
    ids = [place[0] for place in PLACES]
    lines = [",".join(["place_id", *ids])]
    for label, row in zip(ids, values, strict=True):
        lines.append(",".join([label, *(str(round(float(v))) for v in row)]))
    return "\n".join(lines).encode()


def told(seconds: np.ndarray, lengths: np.ndarray | None = None) -> list[str]:
    files = {**FILES, "travel_s.csv": csv(seconds)}
    if lengths is not None:
        files["travel_m.csv"] = csv(lengths)
    scenario = read_scenario_files(files, name="t")
    return [problem.text("zh") for problem in scenario.warnings]


SECONDS = metres() / 1000 / 25 * 3600


def test_good_tables_are_not_doubted() -> None:
    assert told(SECONDS, metres()) == []


@pytest.mark.parametrize("divisor", [60, 3600])
def test_minutes_or_hours(divisor: int) -> None:
    (line,) = told(np.ceil(SECONDS / divisor), metres())
    assert line.startswith("travel_s.csv：20 个行车时间里有 ")
    assert "必须填秒：分钟要乘 60，小时要乘 3600" in line


def test_thousandths_of_a_second() -> None:
    (line,) = told(SECONDS * 1000)
    assert "相当于时速不到 2 公里" in line


def test_kilometres() -> None:
    (line,) = told(SECONDS, np.ceil(metres() / 1000))
    assert line.startswith("travel_m.csv：20 个里程里有 20 个比直线距离还短")
    assert "公里要乘 1000" in line


def test_centimetres() -> None:
    (line,) = told(SECONDS, metres() * 100)
    assert "超过直线距离的 20 倍" in line


def test_one_wrong_time() -> None:
    """The line names the pair, the length and the time."""
    wrong = SECONDS.copy()
    wrong[1, 2] = 12
    (line,) = told(wrong)
    assert "有 1 个行车时间相当于时速 150 公里以上：S1 → V1: 3.7 km / 12 s" in line


def test_one_way_that_takes_hours() -> None:
    wrong = SECONDS.copy()
    wrong[1, 2] *= 30
    lines = told(wrong)
    assert any(
        "S1 → V1" in line and "去和回的时间相差五倍以上" in line for line in lines
    )


def test_one_short_length() -> None:
    wrong = metres()
    wrong[3, 0] /= 10
    (line,) = told(SECONDS, wrong)
    assert "有 1 个里程比直线距离还短：V2 → D1" in line


def test_a_way_back_that_is_somewhat_longer_is_no_wonder() -> None:
    longer = SECONDS.copy()
    longer[1, 2] *= 3
    assert told(longer) == []


@pytest.mark.parametrize("name", ["yonghe", "heping"])
def test_the_demos_are_read_without_a_warning(name: str) -> None:
    assert not read_scenario(ROOT / "data" / name).warnings
