"""Small extracts written by hand: what each tag does to the network."""

from __future__ import annotations

import bz2
import gzip
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dispatch.errors import DataError
from dispatch.model.roads import CLOSED, NO_HEAVY, OPEN, RoadEdge, RoadNetwork
from dispatch.roads import cache
from dispatch.roads.osm import extract as reader
from dispatch.roads.osm.extract import read_osm, read_osm_bytes

REAL = Path(__file__).parents[3].parent / "shared" / "data" / "roads_real"

# Nodes 1 to 9 lie in a row on the equator, 0.001 degrees or 111.195 m apart.
STEP_M = 111.195
STREET = {"highway": "residential"}


def osm(
    *ways: tuple[int, list[int], dict[str, str]],
    nodes: dict[int, dict[str, str]] | None = None,
    without: tuple[int, ...] = (),
) -> bytes:
    """Return an extract of ways (id, node ids, tags) over the nodes in a row."""
    used = sorted({node for _, refs, _ in ways for node in refs} - set(without))
    lines = ['<?xml version="1.0"?>', '<osm version="0.6">']
    for node in used:
        lines.append(f'<node id="{node}" lat="0" lon="{100 + node / 1000:.3f}">')
        lines += tags((nodes or {}).get(node, {}))
        lines.append("</node>")
    for way_id, refs, values in ways:
        lines.append(f'<way id="{way_id}">')
        lines += [f'<nd ref="{ref}"/>' for ref in refs]
        lines += tags(values)
        lines.append("</way>")
    return "\n".join([*lines, "</osm>"]).encode()


def tags(values: dict[str, str]) -> list[str]:
    return [
        f'<tag k="{key}" v="{text.replace(chr(34), "&quot;")}"/>'
        for key, text in values.items()
    ]


def network(
    *ways: tuple[int, list[int], dict[str, str]],
    nodes: dict[int, dict[str, str]] | None = None,
    without: tuple[int, ...] = (),
) -> RoadNetwork:
    return read_osm_bytes(osm(*ways, nodes=nodes, without=without), "a.osm")


def only(roads: RoadNetwork) -> RoadEdge:
    assert roads.num_edges == 1
    return roads.edge(0)


def by_id(roads: RoadNetwork) -> dict[str, RoadEdge]:
    return {edge.edge_id: edge for edge in roads.edges()}


def test_a_way_with_all_its_tags() -> None:
    edge = only(
        network(
            (
                7,
                [1, 2, 3],
                {
                    "highway": "track",
                    "name": "长岭路",
                    "ref": "X031",
                    "surface": "gravel",
                    "tracktype": "grade3",
                    "smoothness": "bad",
                    "maxweight": "7.5 t",
                    "maxweightrating": "5",
                    "maxwidth": "2.3",
                    "width": "3",
                    "maxheight": "8'6\"",
                    "maxspeed": "30 mph",
                    "maxspeed:hgv": "20",
                    "incline": "-5%",
                    "hgv": "no",
                    "bridge": "yes",
                },
            )
        )
    )
    assert edge == RoadEdge(
        edge_id="7-0",
        from_node="1",
        to_node="3",
        length_m=pytest.approx(2 * STEP_M, abs=0.01),
        name="长岭路",
        road_class="track",
        surface="gravel",
        tracktype="grade3",
        smoothness="bad",
        width_m=2.3,
        max_height_m=2.591,
        max_gross_t=5.0,
        max_speed_km_h=20.0,
        grade=-0.05,
        access=NO_HEAVY,
        is_bridge=True,
        shape=((0.0, 100.002),),
    )


def test_the_width_of_the_carriageway_is_no_limit() -> None:
    assert only(network((7, [1, 2], {**STREET, "width": "2"}))).width_m is None


def test_a_road_without_name_is_called_by_its_number() -> None:
    assert only(network((7, [1, 2], {**STREET, "ref": "Y012"}))).name == "Y012"


def test_two_ways_that_share_a_node_meet_there() -> None:
    roads = network((7, [1, 2, 3], STREET), (8, [4, 2], STREET))
    ends = {key: (e.from_node, e.to_node) for key, e in by_id(roads).items()}
    assert ends == {"7-0": ("1", "2"), "7-1": ("2", "3"), "8-0": ("4", "2")}
    assert roads.node_ids == ("1", "2", "3", "4")
    assert roads.attribution == "© OpenStreetMap contributors (ODbL)"


def test_one_way_against_the_drawing_is_turned_round() -> None:
    edge = only(network((7, [1, 2, 4], {**STREET, "oneway": "-1", "incline": "8%"})))
    assert (edge.from_node, edge.to_node, edge.one_way) == ("4", "1", True)
    assert edge.shape == ((0.0, 100.002),)
    assert edge.grade == -0.08


def test_the_shape_of_a_turned_way_runs_from_its_new_start() -> None:
    edge = only(network((7, [1, 2, 3, 4], {**STREET, "oneway": "reverse"})))
    assert edge.shape == ((0.0, 100.003), (0.0, 100.002))


def test_a_roundabout_is_one_way() -> None:
    ring = {**STREET, "junction": "roundabout"}
    roads = network((7, [1, 2, 3, 1], ring), (8, [2, 5], STREET))
    edges = by_id(roads)
    assert [edges[key].one_way for key in ("7-0", "7-1", "8-0")] == [True, True, False]
    assert (edges["7-1"].from_node, edges["7-1"].to_node) == ("2", "1")


def test_a_ring_alone_is_an_edge_from_a_node_to_itself() -> None:
    edge = only(network((7, [1, 2, 3, 1], STREET)))
    assert (edge.from_node, edge.to_node) == ("1", "1")
    assert edge.length_m == pytest.approx(4 * STEP_M, abs=0.01)


def test_a_way_is_split_where_it_meets_itself() -> None:
    roads = network((7, [1, 2, 3, 4, 2], STREET))
    assert [(e.from_node, e.to_node) for e in roads.edges()] == [("1", "2"), ("2", "2")]


def test_a_node_twice_in_a_row_is_one() -> None:
    edge = only(network((7, [1, 2, 2, 3], STREET)))
    assert (edge.from_node, edge.to_node) == ("1", "3")


def test_a_way_ends_where_its_nodes_are_missing() -> None:
    """Extracts cut ways at their border: no straight line over the gap."""
    roads = network((7, [1, 2, 3, 4, 5, 6], STREET), without=(3, 6))
    assert [(e.from_node, e.to_node) for e in roads.edges()] == [("1", "2"), ("4", "5")]


def test_areas_and_roads_not_built_are_left_out() -> None:
    roads = network(
        (7, [1, 2], STREET),
        (8, [3, 4, 5, 3], {**STREET, "area": "yes"}),
        (9, [5, 6], {"highway": "construction", "construction": "primary"}),
        (10, [6, 7], {"highway": "proposed"}),
        (11, [7, 8], {"highway": "footway"}),
        (12, [8, 9], {"building": "yes"}),
    )
    assert roads.edge_ids == ("7-0",)


@pytest.mark.parametrize(
    ("values", "limits"),
    [
        ({"barrier": "bollard"}, (CLOSED, None, None)),
        ({"barrier": "block", "motor_vehicle": "no"}, (CLOSED, None, None)),
        ({"barrier": "bollard", "maxwidth": "2.1"}, (OPEN, 2.1, None)),
        ({"barrier": "height_restrictor", "maxheight": "2.8"}, (OPEN, None, 2.8)),
        ({"barrier": "lift_gate", "access": "private"}, (CLOSED, None, None)),
    ],
)
def test_a_barrier_on_a_road_is_an_edge_of_no_length(
    values: dict[str, str], limits: tuple[int, float | None, float | None]
) -> None:
    roads = network((7, [1, 2, 3], STREET), nodes={2: values})
    edges = by_id(roads)
    assert set(edges) == {"7-0", "7-1", "n2b-0"}
    barrier = edges["n2b-0"]
    assert (barrier.access, barrier.width_m, barrier.max_height_m) == limits
    assert (barrier.from_node, barrier.to_node) == ("2", "n2b")
    assert barrier.length_m == 0
    assert {edges["7-0"].to_node, edges["7-1"].from_node} == {"2", "n2b"}
    assert roads.node_lon[roads.node_ids.index("n2b")] == 100.002


@pytest.mark.parametrize("kind", ["gate", "lift_gate", "cattle_grid", "toll_booth"])
def test_a_gate_is_open_unless_a_tag_closes_it(kind: str) -> None:
    roads = network((7, [1, 2, 3], STREET), nodes={2: {"barrier": kind}})
    assert roads.edge_ids == ("7-0",)


def test_a_barrier_between_two_ways_parts_them() -> None:
    roads = network(
        (7, [1, 2], STREET), (8, [2, 3], STREET), nodes={2: {"barrier": "block"}}
    )
    edges = by_id(roads)
    assert edges["7-0"].to_node != edges["8-0"].from_node
    assert set(edges) == {"7-0", "8-0", "n2b-0"}


def test_a_barrier_on_a_junction_closes_the_lane_not_the_main_road() -> None:
    roads = network(
        (7, [1, 2, 3], {"highway": "primary"}),
        (8, [2, 4], {"highway": "track"}),
        nodes={2: {"barrier": "bollard"}},
    )
    edges = by_id(roads)
    assert edges["7-0"].to_node == edges["7-1"].from_node == "2"
    assert edges["8-0"].from_node == "n2b"


def test_heights_give_the_grade() -> None:
    """10 m up on 111 m is 9 %; on a bridge heights of the ground say nothing."""
    heights = {1: {"ele": "100"}, 2: {"ele": "110 m"}, 3: {"ele": "high"}}
    roads = network(
        (7, [1, 2], STREET),
        (8, [2, 1], {**STREET, "bridge": "viaduct"}),
        (9, [2, 3], STREET),
        nodes=heights,
    )
    assert roads.grade[0] == pytest.approx(0.0899)
    assert np.isnan(roads.grade[1:]).all()
    assert roads.node_ele_m[:2].tolist() == [100, 110]


def test_only_ways_with_a_point_in_the_box_stay() -> None:
    data = osm((7, [1, 2, 3], STREET), (8, [5, 6], STREET))
    roads = read_osm_bytes(data, "a.osm", box=(-1, 100.0025, 1, 100.0035))
    assert roads.edge_ids == ("7-0",)
    with pytest.raises(DataError, match="no roads near the places"):
        read_osm_bytes(data, "a.osm", box=(10, 0, 11, 1))


def test_ids_of_what_was_drawn_by_hand_are_negative() -> None:
    assert network((-7, [-1, -2], STREET)).edge_ids == ("-7-0",)


@pytest.mark.parametrize(
    ("name", "pack"), [("a.osm.gz", gzip.compress), ("a.osm.bz2", bz2.compress)]
)
def test_packed_extracts(name: str, pack: object) -> None:
    assert callable(pack)
    data = osm((7, [1, 2], STREET))
    assert read_osm_bytes(pack(data), name) == read_osm_bytes(data, "a.osm")


HTML = b"<!DOCTYPE html><html><body>404 Not Found</body></html>"


@pytest.mark.parametrize("name", ["a.osm.pbf", "a.osm", "a.osm.gz", "a.osm.bz2"])
@pytest.mark.parametrize("data", [b"", HTML, b"\0" * 64, bytes(range(256))])
def test_what_is_no_extract_is_told(name: str, data: bytes) -> None:
    with pytest.raises(DataError, match="no OpenStreetMap extract") as caught:
        read_osm_bytes(data, name)
    assert caught.value.problems[0].file == name


def test_an_extract_cut_off_anywhere_is_told() -> None:
    data = osm((7, [1, 2, 3], STREET), (8, [3, 4], STREET))
    for size in range(0, len(data) - 1, 7):
        with pytest.raises(DataError):
            read_osm_bytes(data[:size], "a.osm")


@pytest.mark.parametrize("share", [0.0001, 0.01, 0.3, 0.5, 0.9, 0.999])
def test_a_truncated_pbf_is_told(share: float) -> None:
    if not REAL.is_dir():
        pytest.skip("the shared road networks are not beside this checkout")
    data = (REAL / "andorra_2013.osm.pbf").read_bytes()
    with pytest.raises(DataError, match="damaged or cut off"):
        read_osm_bytes(data[: int(len(data) * share)], "a.osm.pbf")


@given(st.binary(max_size=300), st.sampled_from(["a.osm.pbf", "a.osm", "a.osm.gz"]))
@settings(max_examples=60, deadline=None)
def test_random_bytes_are_told(data: bytes, name: str) -> None:
    with pytest.raises(DataError):
        read_osm_bytes(data, name)


@given(st.integers(0, 900), st.binary(min_size=1, max_size=6))
@settings(max_examples=60, deadline=None)
def test_a_damaged_extract_is_read_or_told(at: int, wrong: bytes) -> None:
    data = osm((7, [1, 2, 3], STREET), nodes={2: {"barrier": "bollard", "ele": "3"}})
    at = at % len(data)
    try:
        roads = read_osm_bytes(data[:at] + wrong + data[at + len(wrong) :], "a.osm")
    except DataError:
        return
    assert roads.num_edges


def test_half_an_answer_of_a_query_service_is_told() -> None:
    """It ends like a whole one, but for a remark."""
    remark = b"<remark> runtime error: Query timed out in line 3 </remark></osm>"
    data = osm((7, [1, 2], STREET)).replace(b"</osm>", remark)
    with pytest.raises(DataError, match="Query timed out"):
        read_osm_bytes(data, "a.osm")


def test_an_extract_without_roads_is_told() -> None:
    with pytest.raises(DataError, match="has no roads"):
        network((7, [1, 2], {"highway": "steps"}))
    with pytest.raises(DataError, match="has no roads"):
        network((7, [1, 2], STREET), without=(1, 2))


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="cannot be opened"):
        read_osm(tmp_path / "no.osm.pbf")


def test_the_second_reading_comes_from_the_cache(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DISPATCH_CACHE", str(tmp_path))
    data = osm((7, [1, 2, 3], {**STREET, "name": "路\n1"}), (8, [2, 4], STREET))
    first = read_osm_bytes(data, "a.osm")
    assert len(list(tmp_path.glob("*.npz"))) == 1

    def fail(*_: object) -> None:
        raise AssertionError("parsed again")

    monkeypatch.setattr(reader, "_parse", fail)
    again = read_osm_bytes(data, "b.osm")
    assert again == first
    with pytest.raises(AssertionError):
        read_osm_bytes(data, "a.osm", box=(-1, 100, 1, 101))


@pytest.mark.parametrize("wrong", [b"", b"PK\3\4 no zip", b"\0" * 500])
def test_a_damaged_cache_is_passed_over(
    wrong: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DISPATCH_CACHE", str(tmp_path))
    data = osm((7, [1, 2], STREET))
    first = read_osm_bytes(data, "a.osm")
    (path,) = tmp_path.glob("*.npz")
    whole = path.read_bytes()
    for content in (wrong, whole[: len(whole) // 2], whole[:-30]):
        path.write_bytes(content)
        assert read_osm_bytes(data, "a.osm") == first


def test_a_cache_that_cannot_be_written_is_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("DISPATCH_CACHE", str(tmp_path / "file" / "cache"))
    assert network((7, [1, 2], STREET)).num_edges == 1


def test_the_cache_is_trimmed_whenever_it_grows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DISPATCH_CACHE", str(tmp_path))
    trimmed: list[Path] = []
    monkeypatch.setattr(cache, "trim", trimmed.append)
    cache.store("k-0", {"a": np.zeros(3)})
    assert trimmed == [tmp_path]
    assert [path.name for path in tmp_path.iterdir()] == ["k-0.npz"]


def test_the_oldest_files_of_the_cache_go_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DISPATCH_CACHE", str(tmp_path))
    for number in range(3):
        cache.store(f"k-{number}", {"a": np.zeros(1000)})
    size = (tmp_path / "k-0.npz").stat().st_size
    cache.trim(tmp_path, most_bytes=2 * size)
    assert cache.load("k-0") is None
    kept = cache.load("k-2")
    assert kept is not None
    assert kept["a"].tolist() == [0.0] * 1000


@given(st.lists(st.text(st.characters(exclude_characters="\0"), max_size=5)))
def test_texts_survive_the_cache(texts: list[str]) -> None:
    clean = tuple(text.encode("utf-8", "replace").decode() for text in texts)
    assert cache.array_to_texts(cache.texts_to_array(clean)) == clean
