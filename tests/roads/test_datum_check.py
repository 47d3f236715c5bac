"""A file read in the wrong datum is found out by roads or boundary; no other is."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from dispatch.errors import DataError
from dispatch.files.scenario.read import read_scenario
from dispatch.files.scenario.write import write_scenario
from dispatch.geo.areas import Outline
from dispatch.model.areas import Area
from dispatch.model.roads import RoadEdge, RoadNetwork, RoadNode
from dispatch.roads.datum_check import DATUMS, datum_doubts, reread, road_gaps_m

if TYPE_CHECKING:
    from dispatch.model.scenario import Datum, Scenario

ROOT = Path(__file__).parents[2]
SHARED = ROOT.parent / "shared" / "data"
PAIRS = [(x, y) for x in DATUMS for y in DATUMS if x != y]


@pytest.fixture(scope="module")
def yonghe() -> Scenario:
    return read_scenario(ROOT / "data" / "yonghe")


def mistaken(points: Any, *, really: Datum, read_as: Datum) -> Any:
    """Return true points as they come out when read in the wrong datum."""
    return reread(np.array(points), read_as=really, really=read_as)


def move(
    scenario: Scenario, table: str, *, really: Datum, read_as: Datum, noise_m: float = 0
) -> Scenario:
    rng = np.random.default_rng(1)
    places = getattr(scenario, table)
    true = np.array([(place.lat, place.lon) for place in places])
    true += rng.normal(0, noise_m / 111_195, true.shape)
    points = mistaken(true, really=really, read_as=read_as)
    moved = [
        replace(place, lat=float(lat), lon=float(lon))
        for place, (lat, lon) in zip(places, points, strict=True)
    ]
    return replace(scenario, **{table: tuple(moved)})


def found(scenario: Scenario, read_as: Datum) -> list[tuple[str, Datum]]:
    doubts = datum_doubts(scenario, lambda table: read_as)
    return [(doubt.table, doubt.would_fit) for doubt in doubts]


@pytest.mark.parametrize(("really", "read_as"), PAIRS)
@pytest.mark.parametrize("noise_m", [0, 60])
def test_villages_in_another_datum(
    yonghe: Scenario, really: Datum, read_as: Datum, noise_m: float
) -> None:
    bad = move(yonghe, "villages", really=really, read_as=read_as, noise_m=noise_m)
    assert found(bad, read_as) == [("villages", really)]


@pytest.mark.parametrize(("really", "read_as"), PAIRS)
def test_roads_in_another_datum(
    yonghe: Scenario, really: Datum, read_as: Datum
) -> None:
    """Then it is not every other file that is wrong."""
    roads = yonghe.roads
    assert roads is not None
    nodes = mistaken(
        np.column_stack([roads.node_lat, roads.node_lon]),
        really=really,
        read_as=read_as,
    )
    shapes = mistaken(
        np.column_stack([roads.shape_lat, roads.shape_lon]),
        really=really,
        read_as=read_as,
    )
    moved = replace(
        roads,
        node_lat=nodes[:, 0],
        node_lon=nodes[:, 1],
        shape_lat=shapes[:, 0],
        shape_lon=shapes[:, 1],
    )
    assert found(replace(yonghe, roads=moved), read_as) == [("nodes", really)]


@pytest.mark.parametrize("read_as", DATUMS)
@pytest.mark.parametrize("name", ["yonghe", "heping"])
def test_no_false_alarm_on_the_demos(name: str, read_as: Datum) -> None:
    assert found(read_scenario(ROOT / "data" / name), read_as) == []


@pytest.mark.parametrize("num", [1, 2])
def test_one_or_two_points_prove_nothing(yonghe: Scenario, num: int) -> None:
    few = replace(
        yonghe,
        villages=yonghe.villages[:num],
        sources=yonghe.sources[:0],
    )
    bad = move(few, "villages", really="gcj02", read_as="wgs84")
    assert found(bad, "wgs84") == []


@pytest.mark.parametrize("num", [3, 5, 12, 31])
def test_places_anywhere_are_no_wrong_datum(yonghe: Scenario, num: int) -> None:
    """Positions that somebody guessed fit badly in every datum."""
    rng = np.random.default_rng(num)
    alarms = 0
    for _ in range(40):
        guessed = tuple(
            replace(
                village,
                lat=float(rng.uniform(27.12, 27.19)),
                lon=float(rng.uniform(112.68, 112.82)),
            )
            for village in yonghe.villages[:num]
        )
        bad = replace(
            yonghe, villages=guessed, sources=yonghe.sources[:0], depots=yonghe.depots
        )
        alarms += bool(found(bad, "wgs84"))
    assert alarms <= 1


def test_gaps_are_measured_to_the_shape_of_a_road() -> None:
    """A place at the bend of a road is on it, far as it is from both ends."""
    nodes = [
        RoadNode(node_id=i, lat=27.0, lon=112 + n / 100) for n, i in enumerate("ab")
    ]
    bent = RoadEdge(
        edge_id="e", from_node="a", to_node="b", length_m=1, shape=((27.005, 112.005),)
    )
    points = np.array([(27.005, 112.005), (27.0025, 112.0025), (27.006, 112.005)])
    gaps_m = road_gaps_m(RoadNetwork.of(nodes, [bent]), points)
    assert gaps_m == pytest.approx([0, 0, 111.2], abs=0.5)


def outline(path: Path, code: str) -> Area:
    if not path.is_file():
        pytest.skip("the shared data are not beside this checkout")
    features = json.loads(path.read_text(encoding="utf-8"))["features"]
    shape = next(f for f in features if f["properties"]["adcode"] == code)["geometry"]
    rings = tuple(tuple((y, x) for x, y in r) for r in shape["coordinates"])
    return Area(name="衡山县", level="county", code=code, rings=rings)


def hengshan(yonghe: Scenario, name: str) -> Scenario:
    """Return villages just inside the real border of Hengshan, all around it."""
    true = outline(SHARED / "hengyang_counties_wgs84.geojson", "430423")
    border = np.array(true.rings[0][::20])
    inside = border + (border.mean(axis=0) - border) * 0.01
    is_in = Outline(true).beyond_m(lat=inside[:, 0], lon=inside[:, 1]) == 0
    villages = tuple(
        replace(yonghe.villages[0], village_id=f"V{i}", lat=float(lat), lon=float(lon))
        for i, (lat, lon) in enumerate(inside[is_in])
    )
    area = outline(SHARED / name, "430423")
    return replace(yonghe, villages=villages, roads=None, areas=(area,))


def test_a_boundary_finds_the_datum_without_roads(yonghe: Scenario) -> None:
    good = hengshan(yonghe, "hengyang_counties_wgs84.geojson")
    assert found(good, "wgs84") == []
    bad = move(good, "villages", really="gcj02", read_as="wgs84")
    (doubt,) = datum_doubts(bad, lambda table: "wgs84")
    assert (doubt.table, doubt.would_fit, doubt.by) == ("villages", "gcj02", "boundary")
    assert doubt.then <= doubt.now / 4


def test_a_boundary_in_another_datum_is_told_itself(yonghe: Scenario) -> None:
    bad = hengshan(yonghe, "hengshan_boundary_gcj02.geojson")
    assert found(bad, "wgs84") == [("areas", "gcj02")]


def test_the_warning_says_file_datums_figures_and_remedy(
    yonghe: Scenario, tmp_path: Path
) -> None:
    bad = move(yonghe, "villages", really="gcj02", read_as="wgs84")
    folder = write_scenario(bad, tmp_path / "s")
    warnings = read_scenario(folder).warnings
    (problem,) = [p for p in warnings if p.message.key == "datum_off_roads"]
    assert str(problem) == (
        "villages.csv: median 203 m between places and roads as WGS-84, 0 m as GCJ-02: "
        "is it GCJ-02? then write in scenario.toml, below the line [datums]: "
        'villages = "gcj02"'
    )
    assert "按 WGS-84 读取时" in problem.text("zh")
    with pytest.raises(DataError):
        read_scenario(folder, strict=True)


def test_doing_as_the_warning_says_mends_it(yonghe: Scenario, tmp_path: Path) -> None:
    bad = move(yonghe, "villages", really="gcj02", read_as="wgs84")
    folder = write_scenario(bad, tmp_path / "s")
    settings = folder / "scenario.toml"
    text = settings.read_text(encoding="utf-8")
    settings.write_text(
        text.replace('villages = ""', 'villages = "gcj02"'), encoding="utf-8"
    )
    mended = read_scenario(folder)
    assert [p for p in mended.warnings if p.message.key == "datum_off_roads"] == []
    lats = [village.lat for village in mended.villages]
    assert lats == pytest.approx([v.lat for v in yonghe.villages], abs=1e-7)
