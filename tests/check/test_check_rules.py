"""Every rule of docs/PLAN.md, kept by the plan in conftest.py and broken once here."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from dispatch.check.facts import Violation
from dispatch.check.rules import RULES, check_plan
from dispatch.model.plan import Bound, Route, Stop
from dispatch.model.scenario import ServiceRules, TimeWindow
from dispatch.model.travel import NO_ROAD
from dispatch.words.message import say


def with_villages(scenario, village_id, **changes):
    return replace(
        scenario,
        villages=tuple(
            replace(v, **changes) if v.village_id == village_id else v
            for v in scenario.villages
        ),
    )


def with_sources(scenario, source_id, **changes):
    return replace(
        scenario,
        sources=tuple(
            replace(s, **changes) if s.source_id == source_id else s
            for s in scenario.sources
        ),
    )


def with_trucks(scenario, truck_id, **changes):
    return replace(
        scenario,
        trucks=tuple(
            replace(t, **changes) if t.truck_id == truck_id else t
            for t in scenario.trucks
        ),
    )


def with_legs(travel, seconds):
    table = travel.seconds[0].copy()
    table[table == 600] = seconds
    return replace(travel, seconds=(table,))


def routes_only(plan, stops, *, truck="A"):
    return replace(plan, routes=(Route(truck, "D", tuple(stops)),), bound=None)


def test_hand_made_plan_keeps_every_rule(scenario, travel, plan):
    """All other tests break this plan in one way, so it must be clean."""
    assert check_plan(scenario, travel, plan) == []


class TestRule1Shift:
    def test_start_before_the_shift(self, scenario, travel, plan, rules):
        late = with_trucks(scenario, "A", shift_start_s=25201)
        assert rules(late, travel, plan) == {1}

    def test_return_after_the_shift(self, scenario, travel, plan, rules):
        assert rules(with_trucks(scenario, "A", shift_end_s=45851), travel, plan) == {1}
        kept = with_trucks(scenario, "A", shift_end_s=45852)
        assert rules(kept, travel, plan) == set()

    def test_route_without_depart_or_return(self, scenario, travel, plan, rules):
        route = plan.routes[0]
        for stops in (route.stops[1:], route.stops[:-1], ()):
            broken = replace(plan, routes=(replace(route, stops=stops), plan.routes[1]))
            assert 1 in rules(scenario, travel, broken)

    def test_foreign_depot(self, scenario, travel, plan, rules, edit):
        other = replace(scenario.depots[0], depot_id="E")
        scenario = replace(scenario, depots=(*scenario.depots, other))
        size = len(scenario.place_ids)
        legs = np.full((size, size), 600) - 600 * np.eye(size, dtype=np.int64)
        travel = replace(
            travel,
            place_ids=scenario.place_ids,
            seconds=(legs,),
            metres=(legs // 600 * 5000,),
        )
        assert rules(scenario, travel, plan) == set()
        assert rules(scenario, travel, edit("A", 6, place_id="E")) == {1}

    def test_return_in_the_middle(self, scenario, travel, plan, rules):
        stops = plan.routes[1].stops
        twice = replace(plan.routes[1], stops=(*stops, stops[-1]))
        assert rules(
            scenario, travel, replace(plan, routes=(plan.routes[0], twice))
        ) == {1}


class TestRule2Legs:
    def test_leg_shorter_than_the_way(self, scenario, travel, plan, rules, edit):
        early = edit("A", 6, arrive_s=45851)
        assert rules(scenario, travel, early) == {2}

    def test_faster_truck_may_arrive_earlier(self, scenario, travel, plan, rules, edit):
        """600 s / 1.5 = 400 s; driving falls from 4800 to 5 * 400 + 1800 s."""
        fast = with_trucks(scenario, "A", speed_factor=1.5)
        totals = replace(plan.totals, driving_s=3800)
        early = replace(edit("A", 6, arrive_s=45652), totals=totals)
        assert rules(fast, travel, early) == set()
        too_early = replace(edit("A", 6, arrive_s=45651), totals=totals)
        assert rules(fast, travel, too_early) == {2}

    def test_slower_truck_needs_more(self, scenario, travel, plan, rules):
        slow = with_trucks(scenario, "A", speed_factor=0.99)
        assert 2 in rules(slow, travel, plan)

    def test_no_road(self, scenario, travel, plan, rules):
        broken = check_plan(scenario, with_legs(travel, NO_ROAD), plan)
        assert {v.rule for v in broken} == {0, 2}
        assert "no road from D" in str(broken[0])

    @pytest.mark.parametrize(
        "times", [{"start_s": 44783}, {"end_s": 44000}, {"arrive_s": 44785}]
    )
    def test_times_out_of_order(self, scenario, travel, rules, edit, times):
        assert 2 in rules(scenario, travel, edit("A", 5, **times))

    def test_break_while_driving(self, scenario, travel, rules, edit):
        assert rules(scenario, travel, edit("A", 3, end_s=43201)) == {2}


class TestRule3Fillings:
    def test_filling_too_short(self, scenario, travel, rules, edit):
        assert rules(scenario, travel, edit("A", 1, end_s=26309)) == {3}

    def test_no_rate_takes_the_setup_only(self, scenario, travel, rules, edit):
        assert rules(scenario, travel, edit("B", 1, end_s=26099)) == {3}

    def test_more_than_the_tank_holds(self, scenario, travel, plan, rules):
        small = with_trucks(scenario, "A", capacity_l=3499)
        assert rules(small, travel, plan) == {3}

    def test_filling_with_water_in_the_tank(self, scenario, travel, rules, edit):
        broken = rules(scenario, travel, edit("A", 2, litres=3400))
        assert {3, 4} <= broken

    @pytest.mark.parametrize("litres", [0, -5])
    def test_nothing_filled(self, scenario, travel, rules, edit, litres):
        assert 3 in rules(scenario, travel, edit("B", 1, litres=litres))


class TestRule4Loads:
    def test_water_brought_home(self, scenario, travel, rules, edit):
        broken = rules(scenario, travel, edit("B", 1, litres=381))
        assert broken == {4}

    def test_more_delivered_than_filled(self, scenario, travel, rules, edit):
        assert rules(scenario, travel, edit("B", 1, litres=379)) == {4}

    def test_delivery_before_any_filling(self, scenario, travel, plan, rules):
        stops = tuple(stop for stop in plan.routes[1].stops if stop.kind != "fill")
        dry = replace(plan.routes[1], stops=stops)
        broken = rules(scenario, travel, replace(plan, routes=(plan.routes[0], dry)))
        assert 4 in broken


class TestRule5Visits:
    def test_visit_too_short(self, scenario, travel, rules, edit):
        assert rules(scenario, travel, edit("A", 2, end_s=27629)) == {5}
        assert rules(scenario, travel, edit("B", 2, end_s=26999)) == {5}

    def test_outside_the_window(self, scenario, travel, plan, rules):
        windows = (TimeWindow(20000, 26910), TimeWindow(30000, 31000))
        kept = with_villages(scenario, "V1", windows=windows)
        assert rules(kept, travel, plan) == set()
        shut = with_villages(scenario, "V1", windows=(TimeWindow(26911, 61200),))
        assert rules(shut, travel, plan) == {5}


class TestRule6Bays:
    def test_filling_reaches_over_closing_time(self, scenario, travel, plan, rules):
        kept = with_sources(scenario, "T", windows=(TimeWindow(25800, 44184),))
        assert rules(kept, travel, plan) == set()
        shut = with_sources(
            scenario, "T", windows=(TimeWindow(25800, 30000), TimeWindow(43800, 44183))
        )
        assert rules(shut, travel, plan) == {6}

    def test_filling_across_two_openings(self, scenario, travel, plan, rules):
        """Water is shut off at noon: a filling cannot go on after lunch."""
        split = with_sources(
            scenario, "T", windows=(TimeWindow(25800, 44000), TimeWindow(44001, 50000))
        )
        assert rules(split, travel, plan) == {6}

    def test_two_trucks_at_one_bay(self, scenario, travel, plan, rules):
        """B fills at the tap, one second before A is done, then as A is done."""
        home = [Stop("depart", "D", 25200, 25200, 25200)]

        def second_truck(start_s, bay):
            stops = (
                *home,
                Stop("fill", "T", 25800, start_s, start_s + 400, 380, bay),
                Stop("deliver", "V2", 30000, 30000, 31000, 380),
                Stop("return", "D", 32000, 32000, 32000),
            )
            return replace(plan, routes=(plan.routes[0], Route("B", "D", stops)))

        roomy = with_sources(scenario, "T", supply_l=9000)
        assert rules(roomy, travel, second_truck(26310, 1)) == set()
        assert rules(roomy, travel, second_truck(26309, 1)) == {6}
        two_bays = with_sources(roomy, "T", bays=2)
        assert rules(two_bays, travel, second_truck(26309, 2)) == set()
        assert rules(two_bays, travel, second_truck(26309, None)) == set()
        assert rules(two_bays, travel, second_truck(26309, 1)) == {6}

    def test_bay_that_does_not_exist(self, scenario, travel, rules, edit):
        assert rules(scenario, travel, edit("A", 1, bay=2)) == {6}
        assert rules(scenario, travel, edit("A", 1, bay=0)) == {6}


class TestRule7Supply:
    def test_more_than_the_daily_supply(self, scenario, travel, plan, rules):
        dry = with_sources(scenario, "T", supply_l=4899)
        assert rules(dry, travel, plan) == {7}

    def test_spring_that_has_not_refilled_yet(self, scenario, travel, plan, rules):
        """3500 l are drawn at 26310 s: 510 s after 7:10, at 3600 l/h = 510 l."""
        opening = {"windows": (TimeWindow(25800, 61200),), "inflow_l_per_h": 3600}
        kept = with_sources(scenario, "T", stock_l=2990, **opening)
        assert rules(kept, travel, plan) == set()
        dry = with_sources(scenario, "T", stock_l=2989, **opening)
        assert rules(dry, travel, plan) == {7}


class TestRule8NeedAndStorage:
    def test_more_than_the_need_of_the_day(self, scenario, travel, plan, rules):
        full = with_villages(scenario, "V1", stock_l=1)
        assert rules(full, travel, plan) == {0, 8}

    def test_more_than_the_tank_takes(self, scenario, travel, plan, rules):
        kept = with_villages(scenario, "V1", storage_l=3500)
        assert rules(kept, travel, plan) == set()
        small = with_villages(scenario, "V1", storage_l=3499)
        assert rules(small, travel, plan) == {8}

    def test_more_non_potable_water_than_need(self, scenario, travel, plan, rules):
        fewer = with_villages(scenario, "V2", cattle=9)
        assert {8, 10} <= rules(fewer, travel, plan)


class TestRule9Access:
    @pytest.mark.parametrize(
        ("limit", "kept", "broken"),
        [("max_gross_t", 12.0, 11.9), ("max_width_m", 2.5, 2.4)],
    )
    def test_truck_too_big(self, scenario, travel, plan, rules, limit, kept, broken):
        assert rules(with_villages(scenario, "V1", **{limit: kept}), travel, plan) == (
            set()
        )
        narrow = with_villages(scenario, "V1", **{limit: broken})
        assert rules(narrow, travel, plan) == {9}


class TestRule10Potable:
    def test_potable_truck_at_the_pond(self, scenario, travel, plan, rules):
        clean = with_trucks(scenario, "B", potable=True)
        assert rules(clean, travel, plan) == {10}

    def test_non_potable_water_for_people(self, scenario, travel, rules, edit):
        """The same 380 l to the village without animals."""
        assert {8, 10} <= rules(scenario, travel, edit("B", 2, place_id="V1"))

    def test_non_potable_truck_spoils_good_water(self, scenario, travel, plan, rules):
        """Truck B may fill at the tap, its water still is for animals only."""
        clean = with_sources(scenario, "P", potable=True)
        assert rules(clean, travel, plan) == set()
        fewer = with_villages(clean, "V2", cattle=9)
        assert 10 in rules(fewer, travel, plan)


class TestRule11SmallVisits:
    def test_small_visit_that_completes_nothing(self, scenario, travel, plan, rules):
        rule = replace(scenario, service=ServiceRules(min_drop_l=3000))
        more = with_villages(rule, "V2", population=41)
        assert 11 in rules(more, travel, plan)

    def test_small_visit_that_completes_need_or_animals(
        self, scenario, travel, plan, rules
    ):
        """1400 l complete V2, 380 l complete its animals: neither is too small."""
        rule = replace(scenario, service=ServiceRules(min_drop_l=3000))
        assert rules(rule, travel, plan) == set()

    def test_small_visit_that_fills_the_tank(self, scenario, travel, plan, rules):
        rule = replace(scenario, service=ServiceRules(min_drop_l=3600))
        tank = with_villages(rule, "V1", storage_l=3500, population=200)
        assert 11 not in rules(tank, travel, plan)
        assert 11 in rules(with_villages(rule, "V1", population=200), travel, plan)

    def test_earlier_small_visit_is_not_the_one_that_completes(
        self, scenario, travel, plan, rules
    ):
        """Two potable visits of which only the second completes the village."""
        stops = (
            Stop("depart", "D", 25200, 25200, 25200),
            Stop("fill", "T", 25800, 25800, 26310, 3500, 1),
            Stop("deliver", "V1", 26910, 26910, 27630, 100),
            Stop("deliver", "V2", 28230, 28230, 29000, 1780),
            Stop("deliver", "V1", 29600, 29600, 30500, 1620),
            Stop("return", "D", 31100, 31100, 31100),
        )
        short = with_villages(scenario, "V1", storage_l=1720)
        found = [
            v
            for v in check_plan(short, travel, routes_only(plan, stops))
            if v.rule == 11
        ]
        assert [v.stop_index for v in found] == [2]

    @pytest.mark.parametrize("litres", [0, -5])
    def test_nothing_delivered(self, scenario, travel, rules, edit, litres):
        assert 11 in rules(scenario, travel, edit("B", 2, litres=litres))


class TestRule12Ids:
    def test_truck_with_two_routes(self, scenario, travel, plan, rules):
        twice = replace(plan, routes=(*plan.routes, plan.routes[1]))
        assert 12 in rules(scenario, travel, twice)

    def test_unknown_truck(self, scenario, travel, plan, rules):
        ghost = replace(plan.routes[1], truck_id="X")
        broken = replace(plan, routes=(plan.routes[0], ghost))
        assert 12 in rules(scenario, travel, broken)

    @pytest.mark.parametrize(
        "change", [{"place_id": "X"}, {"place_id": "T"}, {"kind": "fly"}]
    )
    def test_unknown_place_or_kind(self, scenario, travel, rules, edit, change):
        assert 12 in rules(scenario, travel, edit("B", 2, **change))


class TestRule13Breaks:
    @pytest.mark.parametrize(
        "times", [{"end_s": 43199}, {"start_s": 41399}, {"kind": "deliver"}]
    )
    def test_break_too_short_or_outside(self, scenario, travel, rules, edit, times):
        assert 13 in rules(scenario, travel, edit("A", 3, **times))

    def test_no_break_needed_for_half_a_day(self, scenario, travel, plan, rules):
        """Truck B is home before its window ends."""
        kept = with_trucks(
            scenario, "B", break_s=600, break_window=TimeWindow(26000, 27600)
        )
        assert rules(kept, travel, plan) == set()
        needed = with_trucks(
            scenario, "B", break_s=600, break_window=TimeWindow(26000, 27599)
        )
        assert rules(needed, travel, plan) == {13}
        started = with_trucks(
            scenario, "B", break_s=600, break_window=TimeWindow(25200, 27599)
        )
        assert rules(started, travel, plan) == set()

    def test_break_at_the_place_of_the_next_stop(self, scenario, travel, rules, edit):
        """A may drive to the tap first and rest there; elsewhere it may not."""
        rest = {"arrive_s": 28230, "start_s": 41400, "end_s": 43200}
        at_tap = edit("A", 3, place_id="T", **rest)
        assert rules(scenario, travel, at_tap) == set()
        astray = rules(scenario, travel, edit("A", 3, place_id="D", **rest))
        assert 13 in astray


class TestRule14MaxVisits:
    def test_too_many_visits(self, scenario, travel, plan, rules):
        assert rules(with_villages(scenario, "V2", max_visits=2), travel, plan) == (
            set()
        )
        once = with_villages(scenario, "V2", max_visits=1)
        assert rules(once, travel, plan) == {14}


class TestRule0Figures:
    @pytest.mark.parametrize("name", ["delivered_l", "shortage_l"])
    def test_wrong_village_figure(self, scenario, travel, plan, rules, name):
        first = replace(plan.villages[0], **{name: 7})
        wrong = replace(plan, villages=(first, plan.villages[1]))
        assert rules(scenario, travel, wrong) == {0}

    @pytest.mark.parametrize("name", ["need_l", "served_l"])
    def test_wrong_band(self, scenario, travel, plan, rules, name):
        bands = {**plan.villages[0].need_l, "basic": 1}
        first = replace(plan.villages[0], **{name: bands})
        wrong = replace(plan, villages=(first, plan.villages[1]))
        assert rules(scenario, travel, wrong) == {0}
        total = replace(plan.totals, **{name: bands})
        assert rules(scenario, travel, replace(plan, totals=total)) == {0}

    @pytest.mark.parametrize("name", ["delivered_l", "driving_s", "driving_m"])
    def test_wrong_total(self, scenario, travel, plan, rules, name):
        wrong = replace(plan, totals=replace(plan.totals, **{name: 1}))
        assert rules(scenario, travel, wrong) == {0}

    def test_village_missing_twice_or_unknown(self, scenario, travel, plan, rules):
        one, two = plan.villages
        for villages in ((one,), (one, two, two), (one, replace(two, village_id="X"))):
            assert 0 in rules(scenario, travel, replace(plan, villages=villages))

    def test_bound_that_the_plan_beats(self, scenario, travel, plan, rules):
        served = plan.totals.served_l
        for bound in (
            Bound("hand", served, 5279, 0.0),
            Bound("hand", {**served, "basic": 1749}, 5280, 0.0),
            Bound("hand", served, 6000, 0.0),
        ):
            assert rules(scenario, travel, replace(plan, bound=bound)) == {0}
        loose = Bound("hand", served, 6000, 0.12)
        assert rules(scenario, travel, replace(plan, bound=loose)) == set()

    def test_plan_of_another_day(self, scenario, travel, plan, rules):
        assert rules(scenario, travel, replace(plan, scenario="other")) == {0}

    def test_litres_where_none_can_be(self, scenario, travel, rules, edit):
        assert rules(scenario, travel, edit("A", 3, litres=5)) == {0}


def test_weird_plans_are_reported_and_never_raise(scenario, travel, plan):
    """A plan edited by hand can hold anything that its types allow."""
    stop = Stop("deliver", "??", -5, 10**12, -(10**12), -3, -1)
    weird = replace(
        plan,
        routes=(
            Route("??", "??", (stop,) * 3),
            Route("A", "??", ()),
            Route("A", "D", (replace(stop, kind="fill"), stop, stop)),
            Route("B", "D", tuple(reversed(plan.routes[1].stops))),
        ),
        villages=(replace(plan.villages[0], need_l={}, served_l={"basic": -1}),),
        bound=Bound("", {}, 0, float("nan")),
    )
    broken = check_plan(scenario, travel, weird)
    assert {0, 1, 2, 3, 4, 12} <= {violation.rule for violation in broken}
    assert all(str(violation) for violation in broken)
    blind = replace(travel, place_ids=(), class_of_truck={})
    assert check_plan(scenario, blind, plan)


def test_there_is_one_function_for_every_rule():
    """docs/PLAN.md has rules 1 to 14, and 0 for the plan's own figures."""
    numbers = [(rule.__doc__ or "").split(":")[0].strip() for rule in RULES]
    assert numbers == [f"Rule {number}" for number in (*range(1, 15), 0)]


def test_violation_names_truck_stop_and_place():
    said = say("broken.not_delivered", left=5, litres=9)
    violation = Violation(4, said, "A", "T", 1)
    english = "rule 4: truck A, stop 1, place T: 5 of 9 l filled here are not delivered"
    assert str(violation) == violation.line.text("en") == english
    assert violation.line.text("zh") == (
        "规则 4：车辆 A，站点 1，地点 T：在此装的 9 升有 5 升没有送出"
    )
    whole = Violation(0, say("broken.not_listed"))
    assert str(whole) == "rule 0: plan: the plan does not list it"
    assert whole.line.text("zh") == "规则 0：整个方案：方案没有列出它"


def test_ids_with_blanks_and_braces_stay_whole():
    """A truck T 1 or {x} is told as it is written, in both languages."""
    said = say("broken.bay_taken", bay=1, truck="T 1 {x}")
    line = Violation(6, said, "T 2", "S {y}").line
    assert line.text("zh") == (
        "规则 6：车辆 T 2，地点 S {y}：1 号装水口还被车辆 T 1 {x} 占用"
    )
    assert line.text("en").endswith("bay 1 is still taken by truck T 1 {x}")


def test_kinds_and_bands_are_named_in_the_readers_language(
    scenario, travel, plan, edit
):
    broken = check_plan(scenario, travel, edit("A", 0, kind="fill"))
    texts = {v.message.text("zh") for v in broken if v.rule == 1}
    assert "这里是“装水”，应为“出车”" in texts
    odd = check_plan(scenario, travel, edit("A", 1, kind="refuel"))
    texts = {v.message.text("zh") for v in odd if v.rule == 12}
    assert texts == {"不认识的站点类型“refuel”"}
    low = replace(plan, bound=Bound("guess", {"survival": 1}, 10**9, 0.0))
    (text,) = (
        v.message.text("zh")
        for v in check_plan(scenario, travel, low)
        if "超过了上限 1 升" in v.message.text("zh")
    )
    assert text.startswith("“最低生活”满足")


def test_six_hundred_villages_and_eighty_trucks_are_checked(scenario, travel, plan):
    villages = tuple(
        replace(scenario.villages[0], village_id=f"W{idx}") for idx in range(600)
    )
    trucks = tuple(replace(scenario.trucks[0], truck_id=f"A{idx}") for idx in range(80))
    big = replace(scenario, villages=villages, trucks=trucks)
    size = len(big.place_ids)
    legs = np.full((size, size), 600)
    travel = replace(
        travel,
        place_ids=big.place_ids,
        seconds=(legs,),
        metres=(legs,),
        class_of_truck={truck.truck_id: 0 for truck in trucks},
    )
    route = plan.routes[0]
    routes = tuple(
        replace(
            route,
            truck_id=truck.truck_id,
            stops=(
                route.stops[0],
                *(replace(route.stops[2], place_id=f"W{idx}") for idx in range(40)),
                *(replace(route.stops[1]) for _ in range(10)),
            ),
        )
        for truck in trucks
    )
    big = with_sources(big, "T", bays=None)
    assert check_plan(big, travel, replace(plan, routes=routes))
