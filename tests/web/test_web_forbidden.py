"""Trucks that do not go somewhere today: made, told, lifted on the page of a plan."""

from __future__ import annotations

import pytest

from dispatch.errors import DispatchError
from dispatch.operations.pairs import Pair, pairs_of
from dispatch.web.context import Context
from dispatch.web.views import pairs
from tests.web.office import shown, texts


def adjust(office):
    return office.page("plan", view="adjust")


def test_a_truck_is_kept_away_by_hand_and_let_go_again(office):
    office.plan()
    app = adjust(office)
    app.selectbox(key="pair_truck").set_value("T1")
    app.selectbox(key="pair_place").set_value("V1")
    app.button(key="pair_forbid").click()
    text = shown(app)
    assert pairs_of(office.scenario()) == [Pair("T1", "V1")]
    assert "今天的规定：A · 湘A00001 不去上村" in text
    # The version still does it, which is told with the time.
    assert "违反今天规定的送水（08\\:00 A · 湘A00001 不去上村）" in text
    app.button(key="pair_lift 0").click()
    assert "今天的规定" not in shown(app)
    assert pairs_of(office.scenario()) == []


def test_the_visit_that_was_chosen_is_forbidden_with_one_button(office):
    office.plan()
    app = office.page("plan", view="adjust", hand_asked=("T1", 2))
    app.button(key="hand_forbid").click()
    shown(app)
    assert pairs_of(office.scenario()) == [Pair("T1", "V1")]
    # Any change by hand is now checked by it, by the name of the rule.
    app.number_input(key=next(k for k in inputs(app) if "litres" in k)).set_value(3_000)
    app.button(key="hand_set").click()
    assert "处不合规则" in shown(app)
    table = next(f.value for f in app.dataframe if "规定" in f.value.to_string())
    assert len(table) >= 1


def test_a_version_against_the_rules_of_today_is_not_published(office):
    office.plan()
    pairs_set(office)
    app = office.page("plan")
    app.button(key="publish").click()
    assert "规则 9" in shown(app)
    assert office.desk().published is None


def test_officials_make_no_rules(office):
    office.plan()
    context = Context(office.frame("领导"), office.desk(), office.scenario())
    with pytest.raises(DispatchError):
        context.frame.require("edit")
    pairs.forbid(context, Pair("T1", "V1"))
    assert pairs_of(office.scenario()) == []


def pairs_set(office):
    pairs.set_pair(
        office.db,
        office.desk().township,
        office.desk().date,
        Pair("T1", "V1"),
        is_forbidden=True,
        who="别人",
        at=office.now,
    )


def inputs(app):
    return [each.key for each in app.number_input if each.key]


def test_markup_in_names_stays_text(office):
    office.edit_village("V1", name="**粗** $x$ `y`")
    office.plan()
    pairs_set(office)
    text = texts(office.page("plan"))
    assert r"\*\*粗\*\* \$x\$ \`y\`" in text
