"""What officials are told of a day equals its ledger, on both databases."""

from __future__ import annotations

import datetime as dt
import io
import re
from dataclasses import replace
from decimal import Decimal

import pypdf
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dispatch.day.desk import townships_of
from dispatch.day.editing import save_day
from dispatch.day.ledger import ledger_answer
from dispatch.day.official import official_day, townships_short
from dispatch.day.official_paper import official_pdf
from dispatch.day.official_text import answers_of
from dispatch.day.opening import close_day, day_scenario, import_scenario, open_day
from dispatch.day.overview import township_days
from dispatch.day.payment import set_rules
from dispatch.day.people import Account
from dispatch.day.publishing import publish_version, withdraw_version
from dispatch.day.reporting import report_from, take_reports
from dispatch.files.plan.plan_json import plan_to_json
from dispatch.files.scenario.snapshot import scenario_to_bytes
from dispatch.model.outcome import plan_totals, village_outcomes
from dispatch.model.plan import Cause, Plan, Route, SolverInfo, Stop
from dispatch.roads.travel import travel_matrix
from dispatch.store.days import add_version, day_of
from dispatch.words.words import Words
from tests.operations.test_delivered import DATE, TOWN

SIX = dt.datetime.combine(DATE, dt.time(6))
EIGHT = dt.datetime.combine(DATE, dt.time(20))
ZH = Words("zh")
EVERYBODY = Account(
    person_id=1,
    name="王",
    role="official",
    township="",
    county="",
    is_blocked=False,
    has_password=True,
)


def plan_of(scenario):
    """Bring 2,000 L to the first village and 500 to the second; 3,130 L stay open."""
    stops = (
        Stop("depart", "D", 25_200, 25_200, 25_200),
        Stop("fill", "S", 26_400, 26_400, 26_700, 2_500),
        Stop("deliver", "V1", 28_800, 28_800, 29_100, 2_000),
        Stop("deliver", "V2", 30_800, 30_800, 31_100, 500),
        Stop("return", "D", 32_400, 32_400, 32_400),
    )
    routes = (Route("T", "D", stops),)
    causes = {"V1": (Cause("fleet_busy", 1_880),), "V2": (Cause("source_dry", 1_250),)}
    villages = village_outcomes(scenario, routes, causes)
    totals = plan_totals(scenario, travel_matrix(scenario), routes, villages)
    solver = SolverInfo("hand", "1", 0.0, "feasible")
    return Plan(scenario.name, scenario.date, 0, solver, routes, villages, totals)


def publish(db, code, scenario):
    with db.write() as session:
        number = add_version(
            session,
            day_of(session, code, scenario.date),
            scenario=scenario_to_bytes(scenario),
            plan=plan_to_json(plan_of(scenario)),
            violations=[],
            changes=[],
            now_s=None,
            previous=None,
            created_at=SIX,
        ).number
    publish_version(db, code, scenario.date, number, who="t", at=SIX)


def send(db, *rows, code="1", date=DATE, received_at=EIGHT):
    reports = [report_from(row, date=date, truck=row.get("truck", "T")) for row in rows]
    answers = take_reports(db, code, reports, received_at=received_at)
    assert [answer.status for answer in answers] == ["new"] * len(rows), answers
    return answers


def row(key, kind, place, litres=None, at="08:00", **more):
    values = {"key": key, "kind": kind, "place": place, "at": at, **more}
    return values if litres is None else {**values, "litres": litres}


@pytest.fixture
def town(db):
    import_scenario(db, "1", TOWN, who="t", at=SIX)
    publish(db, "1", TOWN)
    return db


def told(db, code="1", date=DATE, today=DATE):
    return official_day(db, code, date, today=today)


def text(day, lang="zh", now=EIGHT):
    answers = answers_of(day, Words(lang), now=now)
    return "\n".join((answers.headline, *answers.lines, *answers.warnings))


def test_a_worked_example(town):
    """The first village has 1,500 of 2,000 L; the visit of the second one failed.

    750 L let 100 people survive, 750 of 1,250 more give 60 of them basic use.
    """
    set_rules(town, "1", {"price_per_m3": "40"}, who="t", at=SIX)
    send(
        town,
        row("a", "filled", "S", 2_500, "07:30"),
        row("b", "delivered", "V1", 1_500, "08:10"),
        row("c", "impossible", "V2", None, "08:40", reason="路塌了"),
    )
    day = told(town)
    first, second = day.places
    assert (first.planned_l, first.delivered_l) == (2_000, 1_500)
    assert (first.survival, first.basic, first.short) == (100, 60, 40)
    assert (first.planned_short, first.l_per_person) == (0, 15.0)
    assert first.lacks == (("fleet_busy", 1_880), ("to_come", 500))
    assert (second.delivered_l, second.short, second.planned_short) == (0, 50, 40)
    assert second.lacks == (("source_dry", 1_250), ("failed", 500))
    assert (day.people, day.short, day.planned_short) == (150, 90, 40)
    assert (day.cattle, day.cattle_short, day.planned_cattle_short) == (10, 10, 10)
    assert day.amount == Decimal("60.00")
    assert (day.num_visits, day.num_visits_done) == (2, 2)
    assert day.last_report == dt.datetime.combine(DATE, dt.time(8, 40))
    ledger = ledger_answer(town, "1", DATE, DATE, "zh")
    assert day.delivered_l == ledger["delivered_l"] == 1_500
    said = text(day, now=day.last_report)
    assert "90 人还达不到基本用水（60%）；按方案送完后 40 人" in said
    assert "按截至 08:40 的上报：150 人中 60 人" in said
    assert "已送达 1,500 升，计划 2,500 升（60%）；完成 2 / 2 次" in said
    assert "最多的上村比最少的下村每人多 15.0 升" in said
    assert "运水费 60.00 元，每方 40 元" in said
    assert "没有新的上报" not in said
    assert "08:40 以后没有新的上报" in text(day)


def test_reasons_add_up_in_litres(town):
    send(town, row("b", "delivered", "V1", 1_500))
    day = told(town)
    lacks = day.lacks()
    assert sum(lack.litres for lack in lacks) == day.figures.shortage_l
    assert [lack.reason for lack in lacks] == ["fleet_busy", "source_dry", "to_come"]
    assert lacks[0].people == 40


def test_nothing_reported_yet(town):
    day = told(town)
    assert (day.delivered_l, day.short, day.last_report) == (0, 150, None)
    said = text(day)
    assert "还没有上报" in said
    assert "这一天没有任何上报" in said
    # Tomorrow nobody can have reported.
    assert "没有任何上报" not in text(day, now=SIX - dt.timedelta(days=1))


def test_a_village_that_got_more_than_planned(town):
    send(town, row("b", "delivered", "V2", 1_750))
    second = told(town).places[1]
    assert (second.planned_l, second.delivered_l, second.short) == (500, 1_750, 0)
    assert (second.shortage_l, second.lacks) == (0, ())
    assert second.planned_short == 40


def test_late_reports_count_and_are_told(town):
    close_day(town, "1", DATE, who="t", at=EIGHT)
    later = EIGHT + dt.timedelta(hours=30)
    send(town, row("b", "delivered", "V1", 2_000), received_at=later)
    day = told(town)
    assert (day.delivered_l, day.num_late, day.is_over) == (2_000, 1, True)
    assert day.places[0].lacks == (("fleet_busy", 1_880),)
    assert day.places[1].lacks == (("source_dry", 1_250), ("not_brought", 500))
    assert "关账后补报 1 条" in text(day)
    assert "若第 1 版方案全部送到，应有 40 人达不到。" in text(day)
    assert "2022-09-06：50 人达不到基本用水，占 33.3%" in text(day)


def test_a_day_gone_by_that_is_not_closed_is_told(town):
    day = told(town, today=DATE + dt.timedelta(days=1))
    assert day.is_over
    assert "还没有关账" in text(day, now=EIGHT + dt.timedelta(days=1))


def test_a_changed_table_makes_the_plan_old(town):
    assert not told(town).is_old
    more = replace(TOWN.villages[0], population=120)
    ours = replace(TOWN, villages=(more, TOWN.villages[1]))
    save_day(town, "1", DATE, base=TOWN, ours=ours, who="t", at=SIX)
    day = told(town)
    assert day.is_old
    assert "编制后数据改过" in text(day)


def test_a_reading_of_a_source_alone_makes_no_plan_old(town):
    send(town, row("r", "reading", "S", 90_000))
    # It was planned without the reading: both may be what it was made from.
    assert not told(town).is_old
    read, other = TOWN.sources
    publish(town, "1", replace(TOWN, sources=(replace(read, supply_l=90_000), other)))
    assert not told(town).is_old


def test_no_plan_is_published(db):
    import_scenario(db, "1", TOWN, who="t", at=SIX)
    send(db, row("b", "delivered", "V1", 2_000))
    day = told(db)
    assert (day.version, day.planned, day.planned_short) == (None, None, None)
    assert {lack.reason for lack in day.lacks()} == {"no_plan"}
    said = text(day)
    assert "没有发布的方案" in said
    assert "已送达 2,000 升。" in said


def test_a_day_that_was_never_opened(town):
    later = DATE + dt.timedelta(days=3)
    day = told(town, date=later, today=later)
    assert (day.state, day.places, day.short) == ("none", (), 0)
    assert "还没有开始" in text(day)


def test_days_without_water_and_the_trend(town):
    """Nothing came to the second village for two days; the first one had 2,000 L."""
    send(town, row("b", "delivered", "V1", 2_000))
    close_day(town, "1", DATE, who="t", at=EIGHT)
    second = DATE + dt.timedelta(days=1)
    open_day(town, "1", second, who="t", at=SIX + dt.timedelta(days=1))
    day = told(town, date=second, today=second)
    assert [place.days_below for place in day.places] == [1, 2]
    assert "下村 2 天" in text(day, now=SIX + dt.timedelta(days=1))
    assert len(day.trend) == 14
    assert day.trend[-2] == (DATE, 2_500, 2_000, 50, 150)
    assert day.trend[-1][:3] == (second, 0, 0)
    assert day.trend[0].short is None


def test_two_townships_keep_apart_and_stand_side_by_side(town):
    import_scenario(town, "2", TOWN, who="t", at=SIX)
    send(town, row("b", "delivered", "V1", 2_000))
    send(town, row("b", "delivered", "V2", 1_000), code="2")
    assert told(town).delivered_l == 2_000
    assert told(town, "2").delivered_l == 1_000
    names = townships_of(town, EVERYBODY)
    rows = {each.code: each for each in townships_short(town, names, DATE)}
    assert (rows["1"].short, rows["1"].planned_short) == (50, 40)
    assert (rows["2"].short, rows["2"].planned_short) == (100, None)
    for code, each in rows.items():
        day = told(town, code)
        assert (each.short, each.delivered_l) == (day.short, day.delivered_l)
    overview = township_days(town, names, DATE, today=DATE)
    assert {each.code: each.people_short for each in overview} == {"1": 50, "2": 100}


def test_a_place_that_left_the_tables_is_in_the_sum(town):
    """Its water was delivered, whatever the tables say now."""
    send(town, row("b", "delivered", "V2", 500))
    base = day_scenario(town, "1", DATE)
    one = replace(base, villages=base.villages[:1])
    save_day(town, "1", DATE, base=base, ours=one, who="t", at=SIX)
    withdraw_version(town, "1", DATE, 1, who="t", at=SIX)
    day = told(town)
    assert (day.delivered_l, day.elsewhere_l) == (500, 500)
    assert "500 升 送到当天数据里没有的地点" in text(day)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_sentence_is_in_the_language_of_the_reader(town, lang):
    send(town, row("b", "delivered", "V1", 1_500))
    said = text(told(town), lang).replace("上村", "").replace("下村", "")
    has_chinese = any("\u4e00" <= char <= "\u9fff" for char in said)
    assert has_chinese == (lang == "zh")


EVENTS = st.lists(
    st.tuples(
        st.sampled_from(("filled", "delivered", "refused", "returned")),
        st.sampled_from(("V1", "V2")),
        st.integers(0, 4_000),
        st.integers(6, 19),
    ),
    max_size=8,
)


@given(EVENTS)
@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_figures_equal_the_ledger_whatever_happens(town, events):
    """Each example adds to the day: the figures follow the ledger all along."""
    start = told(town).reports
    rows = []
    for number, (kind, place, litres, hour) in enumerate(events):
        where = {"filled": "S", "returned": "S"}.get(kind, place)
        values = row(f"{len(start)}-{number}", kind, where, at=f"{hour:02d}:00")
        if kind != "refused":
            values["litres"] = litres
        rows.append(values)
    if rows:
        send(town, *rows)
    day = told(town)
    ledger = ledger_answer(town, "1", DATE, DATE, "zh")
    assert day.delivered_l == ledger["delivered_l"]
    by_village = ledger["by_village"]
    for place in day.places:
        in_ledger = by_village.get(place.place, {"delivered_l": 0})["delivered_l"]
        assert place.delivered_l == in_ledger
        assert sum(litres for _, litres in place.lacks) == place.shortage_l
    assert day.elsewhere_l == 0
    assert day.trend[-1].delivered_l == day.delivered_l
    assert day.trend[-1].short == day.short


def test_the_page_of_paper_has_the_newest_day_first(town):
    send(town, row("b", "delivered", "V1", 1_500))
    paper = official_pdf(told(town), ZH, now=EIGHT)
    (page,) = pypdf.PdfReader(io.BytesIO(paper)).pages
    shown = page.extract_text().replace("\0", "")
    dates = re.findall(r"2022-09-0\d", shown.split("近期逐日")[1])
    assert dates[:5] == [f"2022-09-0{day}" for day in (6, 5, 4, 3, 2)]
    assert "填报人" in shown
