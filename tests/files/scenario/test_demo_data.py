"""The demo scenarios read without a warning and make an interesting day."""

from __future__ import annotations

from pathlib import Path

from dispatch.files.scenario.read import read_scenario
from dispatch.model.need import BANDS, needs_l
from dispatch.roads.route import RouteFinder
from dispatch.roads.travel import travel_matrix

DATA = Path(__file__).parents[3] / "data"


def test_yonghe() -> None:
    scenario = read_scenario(DATA / "yonghe", strict=True)
    assert len(scenario.villages) == 31
    assert len({village.village_id[:12] for village in scenario.villages}) == 12
    assert all(
        village.village_id.startswith("430423201") for village in scenario.villages
    )
    assert {"新场市水厂", "九观桥水库"} <= {source.name for source in scenario.sources}
    assert len(scenario.trucks) == 6
    assert sum(not truck.potable for truck in scenario.trucks) == 1
    assert travel_matrix(scenario).method == "roads"


def test_yonghe_is_short_of_water_but_not_of_survival() -> None:
    scenario = read_scenario(DATA / "yonghe")
    needs = needs_l(scenario)
    total = {band: sum(need[band] for need in needs.values()) for band in BANDS}
    near = sum(
        source.supply_l or 0
        for source in scenario.sources
        if source.potable and source.name != "九观桥水库"
    )
    survival = total["facility"] + total["survival_vulnerable"] + total["survival"]
    assert survival < near < sum(total.values())
    for village in scenario.villages:
        free_l = village.free_storage_l
        need = needs[village.village_id]
        must = need["facility"] + need["survival_vulnerable"] + need["survival"]
        assert free_l is None or free_l >= must


def test_tanks_of_yonghe_limit_a_few_places_only() -> None:
    """With public tanks alone, every shortage was one of tanks: no plan to show."""
    scenario = read_scenario(DATA / "yonghe")
    needs = needs_l(scenario)
    short = 0
    for village in scenario.villages:
        free_l = village.free_storage_l
        need = needs[village.village_id]
        basic = sum(need[band] for band in BANDS if band != "normal")
        assert free_l is None or free_l >= basic, village.name
        short += free_l is not None and free_l < sum(need.values())
    assert 0 < short < len(scenario.villages) / 4


def test_every_leg_of_yonghe_can_be_drawn() -> None:
    scenario = read_scenario(DATA / "yonghe")
    finder = RouteFinder(scenario)
    for village in scenario.villages:
        assert len(finder.line("T1", "SRC-JGQ", village.village_id)) > 3


def test_heping() -> None:
    scenario = read_scenario(DATA / "heping", strict=True)
    assert len(scenario.villages) == 12
    assert len(scenario.trucks) == 1
    assert scenario.trucks[0].potable
    assert travel_matrix(scenario).is_estimate


def test_the_readme_names_what_is_not_real() -> None:
    text = (DATA / "README.md").read_text("utf-8")
    for part in ("synthetic", "invented", "WTFPL", "CC BY 4.0", "Sphere", "planning"):
        assert part in text
