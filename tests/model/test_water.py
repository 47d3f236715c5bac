"""The classes of the water guard themselves; curves, works and reserves compute."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.model.water.canals import Canal, Work
from dispatch.model.water.duty import Door, Person, Post
from dispatch.model.water.fields import CropStage, FieldBlock, WeatherDay
from dispatch.model.water.network import WaterNetwork, WaterPeople
from dispatch.model.water.notices import NoticeText
from dispatch.model.water.places import Store, WaterNode
from dispatch.model.water.pumps import CurvePoint, Lift, Pump
from dispatch.model.water.supply import Plant, Zone
from dispatch.model.water.works import with_work

DAY = dt.date(2022, 9, 6)
NODES = tuple(
    WaterNode(node_id=label, name=label, kind="junction", lat=27.1, lon=112.8)
    for label in ("A", "B", "C")
)
STORE = Store(node_id="A", capacity_m3=100, stock_m3=60, dead_m3=10)
CANAL = Canal(
    canal_id="AB",
    name="AB",
    from_node="A",
    to_node="B",
    length_km=2,
    capacity_m3_per_h=50,
    loss_a=3.4,
    loss_m=0.5,
)
PUMP = Pump(
    pump_id="P",
    name="P",
    energy="diesel",
    curve=(CurvePoint(8, 220), CurvePoint(16, 160), CurvePoint(24, 80)),
)
LIFT = Lift(lift_id="L", name="L", from_node="B", to_node="C", head_m=12)
ZONE = Zone(zone_id="Z", name="Z", tank_node="C", village_ids=("V",), people=10)
PLANT = Plant(
    plant_id="U",
    name="U",
    raw_node="B",
    tank_node="C",
    capacity_m3_per_h=9,
    pump_ids=("P",),
)
CROP = CropStage(crop="rice", stage="mid", kc=1.2)
BLOCK = FieldBlock(
    field_id="F", village_id="V", node_id="C", area_mu=9, crop="rice", stage="mid"
)
POST = Post(post_id="G", name="G", object_id="AB", kind="gate")
WEATHER = WeatherDay(date=DAY, et0_mm=5)
PERSON = Person(person_id="M", name="M")
DOOR = Door(household_id="H", village_id="V", lat=27.1, lon=112.8, people=1, jar_l=60)
WORK = Work(work_id="K", name="K", object_id="AB", column="state", value="ok")
NETWORK = WaterNetwork(
    nodes=NODES,
    stores=(STORE,),
    canals=(CANAL,),
    fields=(BLOCK,),
    crops=(CROP,),
    weather=(WEATHER,),
    pumps=(PUMP,),
    lifts=(LIFT,),
    zones=(ZONE,),
    plants=(PLANT,),
    posts=(POST,),
)

REFUSED: list[tuple[Any, dict[str, Any], str]] = [
    (NODES[0], {"lat": 91.0}, "off the map"),
    (NODES[0], {"lon": float("nan")}, "off the map"),
    (STORE, {"stock_m3": 101.0}, "above capacity"),
    (STORE, {"stock_m3": float("inf")}, "finite"),
    (STORE, {"dead_m3": 61.0}, "above the stock"),
    (STORE, {"reserve_people_m3": 5.0, "reserve_days": 2.0}, "both"),
    (STORE, {"reserve_people_m3": 91.0}, "reserve above"),
    (CANAL, {"to_node": "A"}, "ends where it starts"),
    (CANAL, {"min_flow_m3_per_h": 51.0}, "above capacity"),
    (CANAL, {"loss_share": 0.1}, "both"),
    (CANAL, {"loss_m": None}, "belong together"),
    (CANAL, {"loss_a": None, "loss_m": None, "loss_share": 1.0}, "share"),
    (CANAL, {"fill_m3": 5.0}, "needs travel_h"),
    (CANAL, {"length_km": -1.0}, ">= 0"),
    (BLOCK, {"area_mu": 0.0}, "positive"),
    (BLOCK, {"layer_mm": 5.0, "days_dry": 2.0}, "without one"),
    (CROP, {"layer_min_mm": 5.0}, "above layer_max_mm"),
    (CROP, {"starts_on": DAY, "ends_on": dt.date(2022, 9, 5)}, "before it starts"),
    (WEATHER, {"et0_mm": None}, "neither"),
    (WEATHER, {"tmin_c": 20.0}, "one temperature"),
    (WEATHER, {"tmin_c": 30.0, "tmax_c": 20.0}, "above tmax"),
    (WEATHER, {"rh_pct": 101.0}, "above 100"),
    (WEATHER, {"sun_h": 25.0}, "above 24"),
    (PUMP, {"curve": ()}, "one to three"),
    (PUMP, {"curve": (CurvePoint(8, -1),)}, "negative"),
    (PUMP, {"curve": (CurvePoint(8, 9), CurvePoint(8, 5))}, "heads must rise"),
    (PUMP, {"curve": (CurvePoint(8, 9), CurvePoint(9, 10))}, "flow rises"),
    (PUMP, {"hours_per_day": 25.0}, "above 24"),
    (PUMP, {"kwh_per_h": 2.0}, "kWh of another"),
    (PUMP, {"energy": "electric", "fuel_l_per_h": 2.0}, "fuel of an electric"),
    (PUMP, {"available_from": DAY, "return_by": dt.date(2022, 9, 5)}, "goes back"),
    (LIFT, {"to_node": "B"}, "ends where it starts"),
    (ZONE, {"vulnerable_people": 11}, "vulnerable"),
    (ZONE, {"leak_share": 1.0}, "share"),
    (PLANT, {"tank_node": "B"}, "ends where it starts"),
    (PLANT, {"hours": 25.0}, "above 24"),
    (POST, {"persons": 0}, "at least 1"),
    (POST, {"shift_h": 0.0}, "shift_h"),
    (PERSON, {"max_h_per_day": 25.0}, "above 24"),
    (DOOR, {"stock_l": 61}, "more water"),
    (NoticeText(key="phone", zh="5"), {"key": "Phone No."}, "bad key"),
    (WORK, {"column": "name"}, "cannot be changed"),
    (NETWORK, {"nodes": NODES[:2]}, "unknown water node C"),
    (NETWORK, {"nodes": (*NODES, NODES[0])}, "used twice"),
    (NETWORK, {"crops": ()}, "crops lack"),
    (NETWORK, {"pumps": ()}, "unknown pump"),
    (NETWORK, {"canals": ()}, "post at unknown"),
    (NETWORK, {"stores": (STORE, STORE)}, "used twice"),
    (NETWORK, {"weather": (WEATHER, WEATHER)}, "used twice"),
    (NETWORK, {"zones": (ZONE, replace(ZONE, zone_id="Y"))}, "village of a zone"),
    (NETWORK, {"zones": (replace(ZONE, valve_post_id="X"),)}, "unknown post"),
    (WaterPeople(people=(PERSON,)), {"doors": (replace(DOOR, keeper="X"),)}, "keeper"),
    (WaterPeople(), {"people": (PERSON, PERSON)}, "used twice"),
]


@pytest.mark.parametrize(("item", "changes", "part"), REFUSED)
def test_what_cannot_be_is_refused(
    item: Any, changes: dict[str, Any], part: str
) -> None:
    """Every later step relies on it; the border tells users before."""
    with pytest.raises(ValueError, match=part):
        replace(item, **changes)


def test_a_pump_lifts_less_at_a_higher_head() -> None:
    """Half way from 8 to 16 m it lifts the mean of 220 and 160 m3/h."""
    assert PUMP.flow_m3_per_h(12) == 190
    assert PUMP.flow_m3_per_h(3) == 220
    assert PUMP.flow_m3_per_h(24) == 80
    assert PUMP.flow_m3_per_h(24.1) == 0
    assert PUMP.max_head_m == 24


@given(st.floats(0, 30), st.floats(0, 5))
def test_no_pump_lifts_more_at_a_higher_head(head: float, more: float) -> None:
    assert PUMP.flow_m3_per_h(head + more) <= PUMP.flow_m3_per_h(head) + 1e-9


def test_a_lent_pump_runs_until_its_last_day() -> None:
    lent = replace(PUMP, available_from=DAY, return_by=dt.date(2022, 9, 8))
    days = [dt.date(2022, 9, number) for number in range(5, 10)]
    assert [lent.may_run_on(day) for day in days] == [False, True, True, True, False]
    assert not replace(PUMP, state="broken").may_run_on(DAY)


def test_a_reserve_in_days_falls_with_each() -> None:
    by_days = replace(STORE, reserve_days=3.0)
    got = [by_days.reserve_m3(day, need_m3_per_d=2) for day in range(5)]
    assert got == [6, 4, 2, 0, 0]
    assert replace(STORE, reserve_people_m3=7.0).reserve_m3(9, need_m3_per_d=2) == 7
    assert STORE.reserve_m3(0, need_m3_per_d=2) == 0


def test_jars_of_a_zone() -> None:
    assert ZONE.jars_m3 is None
    assert replace(ZONE, households=50, jar_l_per_household=80.0).jars_m3 == 4


def work(object_id: str, column: str, value: float | str) -> Work:
    return replace(WORK, object_id=object_id, column=column, value=value)


def test_works_change_one_figure() -> None:
    """Of a store, a canal, a pump, a lift, a zone or a unit of the works."""
    assert with_work(NETWORK, work("A", "dead_m3", 5)).stores[0].dead_m3 == 5
    assert with_work(NETWORK, work("AB", "state", "broken")).canals[0].state == "broken"
    assert with_work(NETWORK, work("L", "max_pumps", 2.0)).lifts[0].max_pumps == 2
    assert with_work(NETWORK, work("Z", "leak_share", 0.1)).zones[0].leak_share == 0.1
    assert with_work(NETWORK, work("U", "hours", 9)).plants[0].hours == 9
    kept = with_work(NETWORK, work("P", "return_by", "2022-09-09")).pumps[0]
    assert kept.return_by == dt.date(2022, 9, 9)
    # All else is as it was.
    done = with_work(NETWORK, work("AB", "state", "broken"))
    assert replace(done, canals=NETWORK.canals) == NETWORK


def test_a_lined_canal_loses_a_share_instead_of_by_its_soil() -> None:
    lined = with_work(NETWORK, work("AB", "loss_share", 0.05)).canals[0]
    assert (lined.loss_share, lined.loss_a, lined.loss_m) == (0.05, None, None)


@pytest.mark.parametrize(
    ("object_id", "column"),
    [("B", "capacity_m3"), ("AB", "leak_share"), ("X", "state")],
)
def test_a_work_needs_an_object_with_that_figure(object_id: str, column: str) -> None:
    with pytest.raises(ValueError, match=f"nothing there has {column}"):
        with_work(NETWORK, work(object_id, column, 1))


def test_a_work_keeps_the_guards() -> None:
    with pytest.raises(ValueError, match="above capacity"):
        with_work(NETWORK, work("AB", "min_flow_m3_per_h", 60))


def test_tables_by_id() -> None:
    assert NETWORK.object_by_id["U"] is PLANT
    assert NETWORK.zone_by_village["V"] is ZONE
    assert NETWORK.village_ids == {"V"}
    assert WaterPeople(people=(PERSON,), doors=(DOOR,)).village_ids == {"V"}
    assert NoticeText(key="phone", zh="电话", en="phone").text("en") == "phone"
