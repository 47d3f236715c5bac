"""Extracts, GeoJSON lines and tables of roads, in a scenario and alone."""

from __future__ import annotations

import io
import json
import shutil
import zipfile
from pathlib import Path
from typing import Any

import pytest

from dispatch.errors import DataError, DispatchError
from dispatch.files.roads.write import write_roads
from dispatch.files.scenario.read import read_scenario, read_scenario_files
from dispatch.files.scenario.read_roads import read_roads
from dispatch.files.scenario.write import write_scenario, write_scenario_xlsx
from dispatch.geo.datum import from_wgs84
from dispatch.model.roads import CLOSED, NO_HEAVY, OPEN, RoadNetwork

TINY = Path(__file__).parents[2] / "data" / "tiny"
REAL = Path(__file__).parents[3].parent / "shared" / "data" / "roads_real"
STEP_M = 111.195  # 0.001 degrees of latitude

# A street from 27.150 to 27.152 north, past the places of the tiny scenario, with a
# barrier; a second way meets it; a third is in another province.
OSM = """<osm version="0.6">
<node id="1" lat="27.150" lon="112.81"><tag k="ele" v="100"/></node>
<node id="2" lat="27.151" lon="112.81"/>
<node id="3" lat="27.152" lon="112.81"><tag k="ele" v="110"/></node>
<node id="4" lat="27.152" lon="112.82"><tag k="barrier" v="bollard"/></node>
<node id="5" lat="27.152" lon="112.83"/>
<node id="8" lat="20.0" lon="110.0"/><node id="9" lat="20.0" lon="110.1"/>
<way id="7"><nd ref="1"/><nd ref="2"/><nd ref="3"/>
 <tag k="highway" v="tertiary"/><tag k="name" v="长岭路"/><tag k="maxweight" v="12 st"/>
 <tag k="maxspeed" v="30 mph"/><tag k="hgv" v="no"/></way>
<way id="8"><nd ref="3"/><nd ref="4"/><nd ref="5"/><tag k="highway" v="track"/>
 <tag k="incline" v="-7%"/><tag k="oneway" v="-1"/><tag k="maxheight" v="3.2"/>
 <tag k="tracktype" v="grade3"/><tag k="smoothness" v="bad"/><tag k="bridge" v="yes"/>
</way>
<way id="9"><nd ref="8"/><nd ref="9"/><tag k="highway" v="primary"/></way>
</osm>"""
FILES = {path.name: path.read_bytes() for path in TINY.iterdir()}
# Near the few roads of these tests.
FILES["villages.csv"] = FILES["villages.csv"].replace(b"27.17,112.80", b"27.16,112.811")


def line(points: list[tuple[float, float]], **properties: Any) -> dict[str, Any]:
    coordinates = [[lon, lat] for lat, lon in points]
    geometry = {"type": "LineString", "coordinates": coordinates}
    return {"type": "Feature", "properties": properties, "geometry": geometry}


def geojson(*features: dict[str, Any]) -> bytes:
    return json.dumps({"type": "FeatureCollection", "features": features}).encode()


def read_lines(tmp_path: Path, *features: dict[str, Any]) -> RoadNetwork:
    path = tmp_path / "lines.geojson"
    path.write_bytes(geojson(*features))
    return read_roads(path)


def table_roads(nodes: str, edges: str) -> RoadNetwork | None:
    files = {"nodes.csv": nodes.encode(), "edges.csv": edges.encode()}
    return read_scenario_files({**FILES, **files}, name="x").roads


def test_an_extract_is_the_road_network_of_a_scenario() -> None:
    scenario = read_scenario_files({**FILES, "roads/a.osm": OSM.encode()}, name="x")
    assert scenario.roads is not None
    assert scenario.roads.edge_ids == ("7-0", "8-0", "8-1", "n4b-0")
    assert "OpenStreetMap" in scenario.roads.attribution


def test_an_extract_is_wgs84_whatever_the_datum_of_the_scenario() -> None:
    settings = FILES["scenario.toml"].replace(b'"wgs84"', b'"gcj02"')
    settings = settings if b"gcj02" in settings else b'datum = "gcj02"\n' + settings
    files = {**FILES, "scenario.toml": settings, "a.osm": OSM.encode()}
    scenario = read_scenario_files(files, name="x")
    assert scenario.roads is not None
    assert scenario.roads.node_lat[0] == 27.15
    plain = read_scenario_files(FILES, name="x")
    assert scenario.villages[0].lat != plain.villages[0].lat


@pytest.mark.parametrize("form", ["folder", "zip"])
def test_folder_and_zip_with_an_extract(form: str, tmp_path: Path) -> None:
    folder = tmp_path / "day"
    shutil.copytree(TINY, folder)
    (folder / "villages.csv").write_bytes(FILES["villages.csv"])
    (folder / "roads").mkdir()
    (folder / "roads" / "a.osm").write_text(OSM, "utf-8")
    path = folder
    if form == "zip":
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            for item in folder.rglob("*"):
                archive.write(item, f"day/{item.relative_to(folder)}")
        path = tmp_path / "day.zip"
        path.write_bytes(packed.getvalue())
    roads = read_scenario(path).roads
    assert roads is not None
    assert roads.num_edges == 4


def test_tables_win_over_an_extract_with_a_warning() -> None:
    files = {
        **FILES,
        "roads/nodes.csv": b"node_id,lat,lon\nA,27.15,112.81\nB,27.16,112.81\n",
        "roads/edges.csv": b"edge_id,from,to\nE,A,B\n",
        "roads/a.osm": OSM.encode(),
    }
    scenario = read_scenario_files(files, name="x")
    assert scenario.roads is not None
    assert scenario.roads.edge_ids == ("E",)
    told = [str(problem) for problem in scenario.warnings]
    assert any("roads/a.osm: is passed over" in text for text in told)


def test_of_two_extracts_the_first_is_taken_with_a_warning() -> None:
    files = {**FILES, "roads/a.osm": OSM.encode(), "roads/b.osm": b"wrong"}
    scenario = read_scenario_files(files, name="x")
    assert any("roads/b.osm" in str(problem) for problem in scenario.warnings)


def test_a_damaged_extract_stops_the_reading() -> None:
    files = {**FILES, "roads/a.osm.pbf": b"<html>not found</html>"}
    with pytest.raises(DataError, match=r"roads/a.osm.pbf: is no OpenStreetMap"):
        read_scenario_files(files, name="x")


def test_an_extract_of_another_region_stops_the_reading() -> None:
    far = OSM.replace('lat="27', 'lat="40')
    with pytest.raises(DataError, match="no roads near the places"):
        read_scenario_files({**FILES, "roads/a.osm": far.encode()}, name="x")


def same(one: RoadNetwork | None, other: RoadNetwork | None) -> bool:
    assert one is not None
    assert other is not None
    return one.digest == other.digest


def test_tables_of_an_extract_read_back_equal(tmp_path: Path) -> None:
    (tmp_path / "a.osm").write_text(OSM, "utf-8")
    roads = read_roads(tmp_path / "a.osm")
    assert roads.num_edges == 5
    assert roads.grade[0] == pytest.approx(0.045, abs=0.001)
    write_roads(roads, tmp_path / "tables")
    assert same(read_roads(tmp_path / "tables"), roads)
    with pytest.raises(DispatchError, match="is there already"):
        write_roads(roads, tmp_path / "tables")


@pytest.mark.parametrize("name", ["andorra_2013", "liechtenstein_2015"])
def test_tables_of_a_real_extract_read_back_equal(name: str, tmp_path: Path) -> None:
    if not REAL.is_dir():
        pytest.skip("the shared road networks are not beside this checkout")
    roads = read_roads(REAL / f"{name}.osm.pbf")
    write_roads(roads, tmp_path)
    assert same(read_roads(tmp_path), roads)


@pytest.mark.parametrize("chinese", [False, True])
def test_a_scenario_keeps_its_roads_in_folder_and_workbook(
    chinese: bool, tmp_path: Path
) -> None:
    scenario = read_scenario_files({**FILES, "roads/a.osm": OSM.encode()}, name="x")
    folder = write_scenario(scenario, tmp_path / "day", chinese_headers=chinese)
    assert same(read_scenario(folder).roads, scenario.roads)
    book = write_scenario_xlsx(scenario, tmp_path / "day.xlsx", chinese_headers=chinese)
    assert same(read_scenario(book).roads, scenario.roads)


def test_new_columns_in_chinese() -> None:
    roads = table_roads(
        "路口编号,纬度,经度,海拔\nA,27.15,112.81,100\nB,27.16,112.81,-20\n",
        "路段编号,起点,终点,长度,路名,限高,机耕道等级,平整度,限速,坡度,通行,桥\n"
        "E,A,B,1200,X031,3.5米,grade2,差,30,8%,禁止货车,是\n"
        "F,A,B,0,,,,,,,禁止通行,\n"
        "G,A,B,,,,,,,,,\n",
    )
    assert roads is not None
    edge, barrier, plain = roads.edges()
    assert edge.name == "X031"
    assert (edge.max_height_m, edge.tracktype, edge.smoothness) == (3.5, "grade2", "差")
    assert (edge.max_speed_km_h, edge.grade, edge.access) == (30, 0.08, NO_HEAVY)
    assert edge.is_bridge
    assert (barrier.length_m, barrier.access, barrier.grade) == (0, CLOSED, None)
    assert plain.access == OPEN
    # 120 m down on 1,112 m.
    assert plain.grade == pytest.approx(-0.1079, abs=0.0001)


@pytest.mark.parametrize(
    ("row", "grade"),
    [
        ("E,A,B,1000,,", 0.12),
        ("E,A,B,29,,", None),
        ("E,A,B,100,,", 0.25),
        ("E,B,A,1000,,", -0.12),
        ("E,A,B,1000,,yes", None),
        ("E,A,B,1000,3,", 0.03),
        ("E,A,A,1000,,", 0.0),
        ("E,A,C,1000,,", None),
    ],
)
def test_grades_follow_from_heights(row: str, grade: float | None) -> None:
    roads = table_roads(
        "node_id,lat,lon,ele_m\nA,27.15,112.81,100\nB,27.15,112.81,220\n"
        "C,27.15,112.81,\n",
        f"edge_id,from,to,length_m,grade_pct,bridge\n{row}\n",
    )
    assert roads is not None
    assert roads.edge(0).grade == (None if grade is None else pytest.approx(grade))


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("E,A,X,5,,", "no such road node"),
        ("E,A,B,nan,,", "length_m = nan: must be a number"),
        ("E,A,B,inf,,", "length_m = inf: must be a number"),
        ("E,A,B,-1,,", "length_m = -1: must be >= 0"),
        ("E,A,B,5,200,", "grade_pct = 200: must be at most 100"),
        ("E,A,B,5,,maybe", "access = maybe: must be empty or yes"),
    ],
)
def test_wrong_edges_are_told(row: str, said: str) -> None:
    with pytest.raises(DataError, match=said):
        table_roads(
            "node_id,lat,lon\nA,27.15,112.81\nB,27.16,112.81\n",
            f"edge_id,from,to,length_m,grade_pct,access\n{row}\n",
        )


def test_a_shape_may_have_its_ends_or_not() -> None:
    inner = "LINESTRING(112.82 27.155)"
    whole = "LINESTRING(112.81 27.15, 112.82 27.155, 112.81 27.16)"
    back = "LINESTRING(112.81 27.16, 112.82 27.155, 112.81 27.15)"
    rows = "".join(f'{i},A,B,"{s}"\n' for i, s in enumerate((inner, whole, back)))
    roads = table_roads(
        "node_id,lat,lon\nA,27.15,112.81\nB,27.16,112.81\n",
        f"edge_id,from,to,shape\n{rows}",
    )
    assert roads is not None
    assert [edge.shape for edge in roads.edges()] == [((27.155, 112.82),)] * 3


A, B, C, D = (27.150, 112.81), (27.151, 112.81), (27.152, 112.81), (27.151, 112.82)


def test_lines_are_split_where_they_meet(tmp_path: Path) -> None:
    """The second line ends 0.5 m beside a middle point of the first one."""
    beside = (B[0] + 0.0000045, B[1])
    roads = read_lines(
        tmp_path,
        line([A, B, C], edge_id="E1", 道路等级="村道", 限重="8吨", length_m=500),
        line([D, beside], 路段编号="E2", one_way="yes"),
    )
    edges = {edge.edge_id: edge for edge in roads.edges()}
    assert set(edges) == {"E1-0", "E1-1", "E2"}
    assert edges["E1-0"].to_node == edges["E2"].to_node == edges["E1-1"].from_node
    assert edges["E1-0"].length_m == pytest.approx(250, abs=1.5)
    assert edges["E1-1"].max_gross_t == 8
    assert edges["E1-1"].road_class == "村道"
    assert edges["E2"].one_way
    assert roads.attribution == ""


def test_lines_that_only_cross_do_not_meet(tmp_path: Path) -> None:
    roads = read_lines(
        tmp_path,
        line([A, C]),
        line([(27.151, 112.80), D]),
        line([(27.150, 112.80), (27.150, 112.79)]),
    )
    assert roads.num_nodes == 6
    assert roads.edge_ids == ("L1", "L2", "L3")


def test_lines_with_the_tags_of_openstreetmap(tmp_path: Path) -> None:
    roads = read_lines(
        tmp_path,
        line([A, B], highway="track", maxweight="3500 kg", oneway="-1", access=None),
        {
            "type": "Feature",
            "properties": {"highway": "service"},
            "geometry": {
                "type": "MultiLineString",
                "coordinates": [[[112.81, 27.151], [112.81, 27.152]], [[1, 2]]],
            },
        },
        {"type": "Feature", "properties": None, "geometry": None},
    )
    first, second = roads.edges()
    assert (first.max_gross_t, first.one_way, first.road_class) == (3.5, True, "track")
    assert first.from_node == second.from_node
    assert "OpenStreetMap" in roads.attribution


def test_lines_stand_in_the_datum_of_the_scenario() -> None:
    drawn = [from_wgs84(lat=lat, lon=lon, datum="gcj02") for lat, lon in (A, B)]
    settings = b'datum = "gcj02"\n' + FILES["scenario.toml"].replace(b"datum", b"#")
    files = {**FILES, "scenario.toml": settings}
    scenario = read_scenario_files(
        {**files, "roads/a.geojson": geojson(line(drawn))}, name="x"
    )
    assert scenario.roads is not None
    assert scenario.roads.node_lat[0] == pytest.approx(A[0], abs=1e-8)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "no GeoJSON"),
        (b"[]", "no GeoJSON"),
        (b'{"features": 3}', "no GeoJSON"),
        (b'{"features": [1]}', "no GeoJSON"),
        (b"[" * 5000, "nested too deep"),
        (geojson(), "has no lines"),
        (geojson(line([A])), "has no lines"),
        (geojson(line([(3000000.0, 1.0), A])), "row 1: this line has points"),
        (geojson(line([(float("nan"), 1.0), A])), "this line has points"),
        (geojson(line([A, B], length_m=-3)), "length_m = -3: must be >= 0"),
        (geojson(line([A, B], 限重="重")), "must be a number"),
        (geojson(line([A, B], id=1), line([B, C], id=1)), "row 2, id = 1"),
    ],
)
def test_wrong_lines_are_told(data: bytes, said: str, tmp_path: Path) -> None:
    path = tmp_path / "a.geojson"
    path.write_bytes(data)
    with pytest.raises(DataError, match=said):
        read_roads(path)


def test_a_folder_without_roads_is_told(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="holds no roads"):
        read_roads(tmp_path)
    with pytest.raises(DataError, match="no such file"):
        read_roads(tmp_path / "none")


def test_a_box_leaves_roads_elsewhere_out(tmp_path: Path) -> None:
    (tmp_path / "a.osm").write_text(OSM, "utf-8")
    path = tmp_path / "a.osm"
    assert read_roads(path, box=(19, 109, 21, 111)).edge_ids == ("9-0",)
    with pytest.raises(DataError, match="no roads near"):
        read_roads(path, box=(0, 0, 1, 1))
