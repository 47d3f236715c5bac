"""The drought form of small waters worked by hand, and of the demo."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from dispatch.model.need import BANDS
from dispatch.model.road_limits import Moment
from dispatch.model.scenario import Scenario, Village
from dispatch.model.water.dispatch import Watch, WaterDispatch
from dispatch.model.water.form import FORM_KEYS, FORM_UNITS
from dispatch.model.water.hours import Span
from dispatch.model.water.network import WaterNetwork
from dispatch.model.water.plan import (
    CanalRun,
    FieldDay,
    FieldOutcome,
    PumpRun,
    WaterPlan,
    ZoneDay,
)
from dispatch.water.drought_form import drought_form, people_short
from tests.files.water.dispatched import demo
from tests.solver.water import small

NEED = dict.fromkeys(BANDS, 0) | {
    "survival_vulnerable": 100,
    "survival": 900,
    "basic_vulnerable": 200,
    "basic": 1800,
}


@pytest.mark.parametrize(
    ("served", "short"),
    [
        # 100 people, 10 of them vulnerable.
        ({}, 0),
        # Two thirds of the basic need of 90: 60 have it.
        ({"basic": 1200}, 30),
        # Parts of a person are a person short.
        ({"basic": 1210}, 30),
        ({"survival_vulnerable": 50}, 5),
        ({"survival": 0, "basic": 0}, 90),
        # A litre is lost by rounding.
        ({"basic": 1799}, 0),
    ],
)
def test_people_without_the_basic_need(served: dict[str, int], short: int) -> None:
    assert people_short(100, 10, NEED, NEED | served) == short


def test_rice_by_name() -> None:
    late = small.block("F", "N", "s")
    for crop, is_rice in (("晚稻", True), ("Late rice", True), ("玉米", False)):
        assert replace(late, crop=crop).is_rice == is_rice


#: What the tables ask for 100 people, 10 of them vulnerable; two thirds of the basic
#: need of the others come.
ZONE_NEED = dict.fromkeys(BANDS, 0) | {
    "survival_vulnerable": 75,
    "survival": 675,
    "basic_vulnerable": 125,
    "basic": 1125,
    "normal": 1500,
}


def township() -> tuple[Scenario, WaterDispatch]:
    """
    Return a day on which 1,000 of 4,000 m3 come to field A, and two lifts in a chain.

    A (100 mu, light) can be watered to a quarter; B (80 mu, heavy) gets nothing; C (50
    mu, to be sown again) gets all it needs, too late; D was never surveyed; E is well.
    """
    surveyed = Moment(date=dt.date(2022, 9, 4), time_s=10 * 3600)

    def block(label: str, mu: float, grade: str | None, crop: str = "晚稻"):
        own = small.block(label, "N", "s", area_mu=mu, grade=grade)
        return replace(own, crop=crop, surveyed_at=surveyed if grade else None)

    network = WaterNetwork(
        nodes=(
            small.node("R", "river"),
            small.node("N"),
            small.node("P", "sump"),
            small.node("T", "tank"),
        ),
        canals=(small.canal("K1", "R", "N"), small.canal("K2", "N", "P")),
        fields=(
            block("A", 100, "light"),
            block("B", 80, "heavy", "玉米"),
            block("C", 50, "dead"),
            block("D", 30, None),
            block("E", 20, "normal"),
        ),
        crops=(
            small.stage("s"),
            replace(small.stage("s"), crop="玉米"),
        ),
        pumps=(small.pump("P1", 50), small.pump("P2", 50)),
        lifts=(small.lift("L1", "R", "P"), small.lift("L2", "P", "N")),
        zones=(small.zone("Z", "T", people=100, vulnerable_people=10),),
        works=(),
    )
    scenario = Scenario(
        name="test",
        date=small.DAY,
        villages=(
            Village(
                village_id="V1", name="V1", lat=27, lon=112, population=40, cattle=7
            ),
            Village(
                village_id="V2",
                name="V2",
                lat=27,
                lon=112,
                population=10,
                cattle=3,
                stock_l=10_000,
                storage_l=20_000,
            ),
        ),
        sources=(),
        depots=(),
        trucks=(),
        water=network,
    )
    run = PumpRun(pump_id="P1", lift_id="L1", day=0, hours=5, m3=250, fuel_l=20)
    plan = WaterPlan(
        scenario="test",
        first_day=small.DAY,
        num_days=1,
        canals=(
            CanalRun(
                canal_id="K1", day=0, from_h=0, until_h=10, head_m3=600, end_m3=600
            ),
            CanalRun(
                canal_id="K2", day=0, from_h=0, until_h=10, head_m3=100, end_m3=100
            ),
        ),
        pumps=(run, replace(run, pump_id="P2", lift_id="L2")),
        zones=(
            ZoneDay(
                zone_id="Z",
                day=0,
                into_m3=3,
                filling_m3=0,
                need_l=ZONE_NEED,
                served_l=ZONE_NEED | {"basic": 750, "normal": 0},
            ),
        ),
        fields=(
            FieldDay(field_id="A", day=0, field_m3=1000, head_m3=1200),
            FieldDay(field_id="C", day=0, field_m3=2000, head_m3=2000),
        ),
        outcomes=tuple(
            FieldOutcome(
                field_id=label,
                critical=False,
                need_m3=need,
                field_m3=given,
                due_day=None,
                lost_kg=None,
            )
            for label, need, given in (
                ("A", 4000, 1000),
                ("B", 3200, 0),
                ("C", 2000, 2000),
            )
        ),
    )
    watch = Watch(post_id="G", spans=(Span(0, 3600),), persons=2)
    return scenario, WaterDispatch(plan=plan, watches=(watch,))


def test_figures_by_hand() -> None:
    scenario, dispatch = township()
    form = drought_form(scenario, dispatch)
    values = {figure.key: figure.value for figure in form.figures}
    assert values == {
        # 30 of the zone, and 40 whose water trucks bring; 10 live on their tank.
        "people_short": 70,
        "animals_short": 7,
        # 75 of A, 80 of B, and C, which no water saves.
        "area_drought": 205,
        "area_light": 75,
        "area_heavy": 80,
        "area_dead": 50,
        "area_rice": 125,
        "area_irrigable": 25,
        "area_unsurveyed": 30,
        "people_on_duty": 2,
        "pumps": 2,
        "trucks": 0,
        "electricity": 0,
        "fuel": 40,
        # Let out of the river; what runs on through K2 is the same water.
        "water_released": 600,
        # The second stage lifts what the first has lifted.
        "water_lifted": 250,
        "area_irrigated": 75,
        "works_money": None,
    }


def test_every_figure_has_unit_moment_and_rows() -> None:
    form = drought_form(*township())
    assert tuple(figure.key for figure in form.figures) == FORM_KEYS
    for figure in form.figures:
        assert figure.unit == FORM_UNITS[figure.key]
        assert sum(row.value for row in figure.rows) == (figure.value or 0)
    assert form.figure("area_light").at == dt.datetime(2022, 9, 4, 10)
    assert form.figure("people_short").at == dt.datetime(2022, 9, 7)
    pumped = form.figure("fuel")
    assert (pumped.since, pumped.at) == (small_day(0), small_day(1))


def small_day(day: int) -> dt.datetime:
    return dt.datetime.combine(small.DAY, dt.time()) + dt.timedelta(days=day)


def test_works_under_way_are_what_somebody_says() -> None:
    scenario, dispatch, duty = demo()
    form = drought_form(scenario, dispatch, duty, under_way=("K1", "K4"))
    assert form.figure("works_money").value == 27_000
    assert drought_form(scenario, dispatch).figure("works_money").value is None


def test_people_on_duty_are_counted_once() -> None:
    scenario, dispatch, duty = demo()
    on_duty = drought_form(scenario, dispatch, duty).figure("people_on_duty")
    carriers = {visit.person_id for visit in duty.rounds.visits}
    assert on_duty.value == len({*duty.roster.person_ids, *carriers})
