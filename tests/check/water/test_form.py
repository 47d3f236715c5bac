"""Rule 10: a form and notices that are right, and each of them broken in one way."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from dispatch.check.water.form import check_form
from dispatch.check.water.notices import check_notices
from dispatch.model.water.hours import Span
from dispatch.model.water.told import SameSlots
from dispatch.water.drought_form import drought_form
from dispatch.water.notices import water_notices
from dispatch.words.message import templates
from tests.files.water.dispatched import demo
from tests.water.test_drought_form import township

if TYPE_CHECKING:
    from collections.abc import Callable

    from dispatch.model.water.form import DroughtForm, FormFigure
    from dispatch.model.water.told import SupplyNotice, TurnNotice, WaterNotices


def changed(form: DroughtForm, key: str, **changes: object) -> DroughtForm:
    figures = tuple(
        replace(figure, **changes) if figure.key == key else figure
        for figure in form.figures
    )
    return replace(form, figures=figures)


def test_forms_of_the_planner_are_right() -> None:
    scenario, dispatch, duty = demo()
    for own in (duty, None):
        form = drought_form(scenario, dispatch, own)
        assert check_form(scenario, dispatch, own, form) == []
    form = drought_form(scenario, dispatch, under_way=("K1", "K4"))
    assert check_form(scenario, dispatch, None, form) == []


def test_the_small_form_is_right() -> None:
    """Fields of two crops and all grades, two stages of a chain, a canal behind one."""
    scenario, dispatch = township()
    form = drought_form(scenario, dispatch)
    assert check_form(scenario, dispatch, None, form) == []


BROKEN: dict[str, tuple[Callable[[DroughtForm], DroughtForm], str]] = {
    "sum": (
        lambda form: changed(form, "fuel", value=form.figure("fuel").value + 1),
        "form_sum",
    ),
    "row left out": (
        lambda form: without_row(form, "pumps"),
        "form_row",
    ),
    "row twice": (
        lambda form: row_twice(form, "area_light"),
        "form_row",
    ),
    "unit": (lambda form: changed(form, "fuel", unit="m3"), "form_unit"),
    "moment": (
        lambda form: changed(form, "area_heavy", at=dt.datetime(2022, 9, 6)),
        "form_moment",
    ),
    "start": (lambda form: changed(form, "trucks", since=None), "form_moment"),
    "left open": (
        lambda form: changed(form, "trucks", value=None, rows=()),
        "form_unknown",
    ),
    "missing": (
        lambda form: replace(
            form, figures=tuple(f for f in form.figures if f.key != "people_short")
        ),
        "form_times",
    ),
    "twice": (
        lambda form: replace(form, figures=(*form.figures, form.figures[0])),
        "form_times",
    ),
}


def with_rows(figure: FormFigure, rows: tuple) -> dict[str, object]:
    return {"rows": rows, "value": sum(row.value for row in rows)}


def without_row(form: DroughtForm, key: str) -> DroughtForm:
    figure = form.figure(key)
    return changed(form, key, **with_rows(figure, figure.rows[1:]))


def row_twice(form: DroughtForm, key: str) -> DroughtForm:
    figure = form.figure(key)
    return changed(form, key, **with_rows(figure, (*figure.rows, figure.rows[0])))


@pytest.mark.parametrize("name", BROKEN)
def test_each_way_to_break_it_is_found(name: str) -> None:
    break_it, key = BROKEN[name]
    scenario, dispatch, duty = demo()
    form = break_it(drought_form(scenario, dispatch, duty))
    found = check_form(scenario, dispatch, duty, form)
    assert {v.message.key for v in found} == {f"water_broken.{key}"}
    assert {v.rule for v in found} == {10}


@pytest.mark.parametrize(
    "key",
    [
        *("people_short", "animals_short", "area_drought", "area_light", "area_heavy"),
        *("area_rice", "area_irrigable", "people_on_duty", "pumps", "trucks"),
        *("electricity", "fuel", "water_released", "water_lifted", "area_irrigated"),
    ],
)
def test_every_row_is_counted_anew(key: str) -> None:
    """A figure whose rows all say a little more adds up, and is wrong."""
    scenario, dispatch, duty = demo()
    form = drought_form(scenario, dispatch, duty)
    rows = tuple(replace(row, value=row.value + 1) for row in form.figure(key).rows)
    assert rows
    wrong = changed(form, key, **with_rows(form.figure(key), rows))
    found = check_form(scenario, dispatch, duty, wrong)
    assert {v.object_id for v in found} == {key}
    assert len(found) == len(rows)


def test_works_cost_what_the_table_says() -> None:
    scenario, dispatch, _ = demo()
    form = drought_form(scenario, dispatch, under_way=("K1",))
    (row,) = form.figure("works_money").rows
    wrong = changed(
        form, "works_money", **with_rows(None, (replace(row, row_id="K9"),))
    )
    (found,) = check_form(scenario, dispatch, None, wrong)
    assert found.message.key == "water_broken.form_row"


# --- notices ---------------------------------------------------------------------


def test_notices_of_the_planner_are_right() -> None:
    scenario, dispatch, _ = demo()
    notices = water_notices(scenario.water, dispatch)
    assert check_notices(scenario, dispatch, notices) == []


def first(notices: WaterNotices, **changes: object) -> WaterNotices:
    own: SupplyNotice = replace(notices.supply[0], **changes)
    return replace(notices, supply=(own, *notices.supply[1:]))


def without_a_day(notice: TurnNotice) -> TurnNotice:
    return replace(
        notice,
        other=tuple(replace(water, days=water.days[1:]) for water in notice.other),
    )


def with_more(notice: TurnNotice) -> TurnNotice:
    return replace(
        notice,
        other=tuple(
            replace(water, field_m3=water.field_m3 + 50) for water in notice.other
        ),
    )


EVERY_DAY = (0, 1, 2)
NOTICES: dict[str, tuple[Callable[[WaterNotices], WaterNotices], int, str]] = {
    "another hour": (
        lambda n: first(
            n, slots=(SameSlots(days=EVERY_DAY, spans=(Span(6 * 3600, 9 * 3600),)),)
        ),
        5,
        "notice_hours",
    ),
    "a day left out": (
        lambda n: first(n, slots=(replace(n.supply[0].slots[0], days=(0, 2)),)),
        5,
        "notice_hours",
    ),
    "more pumped than planned": (
        lambda n: replace(n, turns=tuple(map(with_more, n.turns))),
        3,
        "notice_water",
    ),
    "other days": (lambda n: first(n, num_days=2), 5, "notice_days"),
    "no approval": (lambda n: first(n, approval=None), 10, "no_approval"),
    "nobody is told": (lambda n: replace(n, supply=n.supply[1:]), 5, "notice_times"),
    "told twice": (
        lambda n: replace(n, supply=(*n.supply, n.supply[0])),
        5,
        "notice_times",
    ),
    "unknown zone": (
        lambda n: replace(n, supply=(*n.supply, replace(n.supply[0], zone_id="X"))),
        5,
        "notice_unknown",
    ),
    "a turn forgotten": (
        lambda n: replace(n, turns=tuple(replace(own, turns=()) for own in n.turns)),
        3,
        "notice_turn",
    ),
    "pumped water forgotten": (
        lambda n: replace(n, turns=tuple(replace(own, other=()) for own in n.turns)),
        3,
        "notice_water",
    ),
    "a day of it left out": (
        lambda n: replace(n, turns=tuple(map(without_a_day, n.turns))),
        3,
        "notice_water",
    ),
    "a turn told twice": (
        lambda n: replace(n, turns=(*n.turns, *n.turns)),
        3,
        "notice_turn",
    ),
}


@pytest.mark.parametrize("name", NOTICES)
def test_each_way_to_break_notices_is_found(name: str) -> None:
    break_it, rule, key = NOTICES[name]
    scenario, dispatch, _ = demo()
    notices = break_it(water_notices(scenario.water, dispatch))
    found = check_notices(scenario, dispatch, notices)
    assert (rule, f"water_broken.{key}") in {(v.rule, v.message.key) for v in found}
    for violation in found:
        assert violation.line.text("zh")
        assert "{" not in violation.line.text("en")


def test_slots_that_touch_are_told_as_one() -> None:
    scenario, dispatch, _ = demo()
    slots = dispatch.slots.slots
    first = slots[0]
    more = replace(first, span=Span(first.span.end_s, first.span.end_s + 1800))
    longer = replace(dispatch, slots=replace(dispatch.slots, slots=(*slots, more)))
    notices = water_notices(scenario.water, longer)
    told = notices.supply[0].slots[0].spans[0]
    assert told == Span(first.span.start_s, first.span.end_s + 1800)
    assert check_notices(scenario, longer, notices) == []


def test_cutting_needs_approval_even_where_taps_are_always_open() -> None:
    scenario, dispatch, _ = demo()
    rows = tuple(
        replace(row, served_l={**row.need_l, "normal": 0})
        for row in dispatch.plan.zones
    )
    always = replace(
        dispatch,
        plan=replace(dispatch.plan, zones=rows),
        slots=replace(dispatch.slots, slots=()),
    )
    notices = water_notices(scenario.water, always)
    assert check_notices(scenario, always, notices) == []
    found = check_notices(scenario, always, first(notices, approval=None))
    assert [v.message.key for v in found] == ["water_broken.no_approval"]


def test_every_sentence_of_form_and_notices_is_tested() -> None:
    text = Path(__file__).read_text("utf-8")
    names = {key.split(".")[1] for key in templates() if key.startswith("water_broken")}
    own = {n for n in names if n.startswith(("form_", "notice_", "no_approval"))}
    assert sorted(name for name in own if f'"{name}"' not in text) == []
