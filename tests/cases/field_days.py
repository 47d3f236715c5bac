"""Small days on hand-drawn roads: a main road from D1 over S1 to V1, and more."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from xml.sax.saxutils import quoteattr

from dispatch import check_plan, read_scenario, solve, travel_matrix
from dispatch.solver.params import SolveParams

CASES = Path(__file__).parent
PARAMS = SolveParams(iterations=150, workers=1)

SETTINGS = 'name = "t"\ndate = 2022-09-06\n[service]\nfill_setup_s = 300\n'
DEPOTS = "depot_id,lat,lon\nD1,{at}\n"
SOURCES = "source_id,lat,lon,potable,fill_rate_l_per_min\nS1,{at},yes,500\n"
TRUCKS = (
    "truck_id,capacity_l,depot_id,shift_start,shift_end,unload_rate_l_per_min,"
    "potable,gross_t,width_m,height_m\n"
    "T1,5000,D1,08:00,18:00,500,yes,10,2.4,3.0\n"
)
VILLAGES = "village_id,lat,lon,population\nV1,{at},{population}\n"
#: Main road north along 112.8, a way round by 112.83 from 27.17 to 27.18.
NODES = {
    1: (27.15, 112.8),
    2: (27.16, 112.8),
    3: (27.17, 112.8),
    4: (27.18, 112.8),
    5: (27.17, 112.83),
    6: (27.18, 112.83),
}
WAYS = {
    10: ((1, 2, 3), {"highway": "tertiary"}),
    11: ((3, 4), {"highway": "tertiary"}),
    12: ((3, 5, 6, 4), {"highway": "tertiary"}),
}


def osm_text(nodes, ways) -> str:
    """Return nodes {id: (lat, lon) or (lat, lon, tags)} and ways as an extract."""

    def tags(found) -> str:
        return "".join(f'<tag k="{k}" v={quoteattr(v)}/>' for k, v in found.items())

    rows = ['<?xml version="1.0"?>', '<osm version="0.6" generator="hand">']
    for ref, (lat, lon, *own) in nodes.items():
        inner = tags(own[0]) if own else ""
        rows.append(
            f'<node id="{ref}" lat="{lat}" lon="{lon}" version="1">{inner}</node>'
        )
    for ref, (refs, own) in ways.items():
        line = "".join(f'<nd ref="{node}"/>' for node in refs)
        rows.append(f'<way id="{ref}" version="1">{line}{tags(own)}</way>')
    return "\n".join([*rows, "</osm>"])


def road_day(
    folder: Path,
    *,
    nodes=(),
    ways=(),
    depot="27.15,112.8",
    source="27.16,112.8",
    village="27.18,112.8",
    limits: str | None = None,
    trucks: str = TRUCKS,
    more_depots: str = "",
    population: int = 100,
):
    """Return the day whose roads are the main ones with some more or others."""
    roads = folder / "roads"
    roads.mkdir(parents=True)
    text = osm_text({**NODES, **dict(nodes)}, {**WAYS, **dict(ways)})
    (roads / "x.osm").write_text(text, encoding="utf-8")
    if limits is not None:
        (roads / "limits.csv").write_text(limits, encoding="utf-8")
    for name, content in (
        ("scenario.toml", SETTINGS),
        ("depots.csv", DEPOTS.format(at=depot) + more_depots),
        ("sources.csv", SOURCES.format(at=source)),
        ("villages.csv", VILLAGES.format(at=village, population=population)),
        ("trucks.csv", trucks),
    ):
        (folder / name).write_text(content, encoding="utf-8")
    return read_scenario(folder)


def metres(scene, here: str, there: str) -> int:
    """Return the metres from place to place for the first truck, from morning on."""
    travel = travel_matrix(scene)
    at = travel.index
    truck_class = travel.class_of_truck[scene.trucks[0].truck_id]
    return int(travel.metres[truck_class][at[here], at[there]])


def solved(scene, params: SolveParams = PARAMS):
    """Return the checked plan of a day."""
    travel = travel_matrix(scene)
    plan = solve(scene, travel, params, seed=0).plan
    assert check_plan(scene, travel, plan) == []
    return plan


def litres(plan) -> int:
    return sum(
        stop.litres
        for route in plan.routes
        for stop in route.stops
        if stop.kind == "deliver"
    )


def notices(scene) -> list[str]:
    """Return what the reader said, in both languages."""
    return [str(problem) for problem in scene.warnings]


def with_trucks(scene, **changes):
    return replace(scene, trucks=tuple(replace(t, **changes) for t in scene.trucks))
