"""Labels of places: names are bad keys, nine villages of one city are 和平村."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dispatch.files.scenario.template import example_scenario
from dispatch.model.scenario import Scenario, Village


def scenario(*rows: tuple[str, str, str, str]) -> Scenario:
    """Return villages of (id, name, township, code)."""
    villages = tuple(
        Village(village_id=i, name=n, township=t, code=c, lat=27.0, lon=112.0)
        for i, n, t, c in rows
    )
    return replace(example_scenario(), villages=villages)


def labels(*rows: tuple[str, str, str, str]) -> list[str]:
    found = scenario(*rows).labels
    return [found[row[0]] for row in rows]


def test_a_name_of_its_own_stays() -> None:
    assert labels(("1", "龙凤村", "永和乡", "")) == ["龙凤村"]


def test_a_name_in_two_townships_gets_the_township() -> None:
    rows = [("1", "和平村", "角山镇", ""), ("2", "和平村", "永和乡", "")]
    assert labels(*rows) == ["和平村（角山镇）", "和平村（永和乡）"]


def test_a_name_twice_in_a_township_gets_the_end_of_the_code() -> None:
    rows = [
        ("a", "和平村", "角山镇", "430407100212"),
        ("b", "和平村", "角山镇", "430407100213"),
        ("c", "和平村", "永和乡", "430423201212"),
    ]
    assert labels(*rows) == [
        "和平村（角山镇，…212）",
        "和平村（角山镇，…213）",
        "和平村（永和乡）",
    ]


def test_without_codes_the_id_tells_apart() -> None:
    rows = [("V1", "和平村", "", ""), ("V2", "和平村", "", "")]
    assert labels(*rows) == ["和平村（V1）", "和平村（V2）"]


def test_points_of_one_village_share_its_code_so_the_id_tells() -> None:
    rows = [
        ("430407100212-1", "和平村", "角山镇", "430407100212"),
        ("430407100212-2", "和平村", "角山镇", "430407100212"),
    ]
    assert labels(*rows) == ["和平村（角山镇，…2-1）", "和平村（角山镇，…2-2）"]


def test_a_tail_grows_until_it_tells_apart() -> None:
    rows = [
        ("a", "和平村", "x", "430407100212"),
        ("b", "和平村", "x", "430407101212"),
    ]
    assert labels(*rows) == ["和平村（x，…0212）", "和平村（x，…1212）"]


@pytest.mark.parametrize("township", ["", "角山镇"])
def test_a_source_of_the_same_name_is_told_apart_too(township: str) -> None:
    base = scenario(("1", "和平", township, ""))
    source = replace(base.sources[0], name="和平")
    found = replace(base, sources=(source,)).labels
    assert len(set(found.values())) == len(found)
