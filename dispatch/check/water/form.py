"""
Rule 10: figures of the drought form add up, and notices say what is planned.

Everything is counted once more from tables and dispatch, by code of its own; of the
form only its classes are known here.
"""

from __future__ import annotations

import datetime as dt
import math
from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Final

from dispatch.check.water.facts import WaterFacts, WaterViolation
from dispatch.model.need import gross_need_l, need_l
from dispatch.model.water.form import FORM_KEYS, FORM_UNITS
from dispatch.words.message import say

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from dispatch.model.need import Band
    from dispatch.model.scenario import Scenario
    from dispatch.model.water.dispatch import WaterDispatch, WaterDuty
    from dispatch.model.water.form import DroughtForm, FormFigure, FormKey

#: Rounding of sums, in the unit of the figure.
_SLACK: Final = 1e-6
#: Object and day of a row of the form.
_Place = tuple[str, int | None]
_Rows = dict[_Place, float]


def check_form(
    scenario: Scenario,
    dispatch: WaterDispatch,
    duty: WaterDuty | None,
    form: DroughtForm,
) -> list[WaterViolation]:
    """
    Return every broken rule of a form; an empty list means that it is right.

    Parameters
    ----------
    scenario
        With tables of the water; without them nothing is known.
    dispatch
        What the form is of.
    duty
        Who is on duty, if the form was made with it; None: posts were counted.
    form
        What is to be checked; its own sums are not believed.
    """
    if scenario.water is None:
        return []
    facts = WaterFacts(scenario, scenario.water, dispatch.plan)
    counts = Counter(figure.key for figure in form.figures)
    found = [
        WaterViolation(10, say("water_broken.form_times", count=counts[key]), key)
        for key in FORM_KEYS
        if counts[key] != 1
    ]
    known = _Recount(facts, dispatch, duty)
    for figure in form.figures:
        found += check_sum(figure)
        found += check_moment(facts, figure)
        found += check_rows(known, figure)
    return found


def check_sum(figure: FormFigure) -> Iterator[WaterViolation]:
    """Rule 10: a figure is the sum of its rows, in its unit."""
    if figure.unit != FORM_UNITS[figure.key]:
        yield WaterViolation(10, say("water_broken.form_unit"), figure.key)
    if figure.value is None:
        return
    total = math.fsum(row.value for row in figure.rows)
    if abs(total - figure.value) > _SLACK * max(1.0, abs(total)):
        message = say("water_broken.form_sum", told=figure.value, found=total)
        yield WaterViolation(10, message, figure.key)


def check_moment(facts: WaterFacts, figure: FormFigure) -> Iterator[WaterViolation]:
    """
    Rule 10: surveys hold when they were made, the rest within the days planned.

    Parameters
    ----------
    facts
        Tables and plan.
    figure
        Of the form.
    """
    start = dt.datetime.combine(facts.plan.first_day, dt.time())
    end = start + dt.timedelta(days=facts.plan.num_days)
    right: tuple[dt.datetime | None, dt.datetime] = (start, end)
    if figure.key in ("people_short", "animals_short"):
        right = (None, start + dt.timedelta(days=1))
    elif figure.key.startswith("area_") and figure.key != "area_irrigated":
        surveys = [
            dt.datetime.combine(at.date, dt.time())
            + dt.timedelta(seconds=at.time_s or 0)
            for at in (block.surveyed_at for block in facts.network.fields)
            if at is not None and at.date is not None
        ]
        right = (None, max(surveys, default=start))
    if (figure.since, figure.at) != right:
        yield WaterViolation(10, say("water_broken.form_moment"), figure.key)


def check_rows(known: _Recount, figure: FormFigure) -> Iterator[WaterViolation]:
    """
    Rule 10: every row says what tables and dispatch give, and none is left out.

    Parameters
    ----------
    known
        Counts from tables and dispatch.
    figure
        Of the form.
    """
    if figure.value is None:
        if figure.key != "works_money":
            message = say("water_broken.form_unknown")
            yield WaterViolation(10, message, figure.key)
        return
    told: defaultdict[_Place, float] = defaultdict(float)
    for row in figure.rows:
        told[row.row_id, row.day] += row.value
    if figure.key == "works_money":
        # Which works are under way no table says; what they cost it does.
        costs = known.costs()
        right = {place: costs[place] for place in told if place in costs}
    else:
        right = known.rows(figure.key)
    for place in sorted({*told, *right}, key=str):
        value, found = told.get(place, 0.0), right.get(place, 0.0)
        if abs(value - found) > _SLACK * max(1.0, abs(found)):
            message = say(
                "water_broken.form_row", row=place[0], told=value, found=found
            )
            yield WaterViolation(10, message, figure.key, place[1])


class _Recount:
    """Rows of every figure by object and day, counted anew."""

    def __init__(
        self, facts: WaterFacts, dispatch: WaterDispatch, duty: WaterDuty | None
    ) -> None:
        self.facts, self.dispatch, self.duty = facts, dispatch, duty
        self.network, self.plan = facts.network, facts.plan

    def rows(self, key: FormKey) -> _Rows:
        """Return the rows of a figure."""
        match key:
            case "people_short":
                return self._people()
            case "animals_short":
                return self._animals()
            case "people_on_duty":
                return self._on_duty()
            case "trucks":
                trucks = self.facts.scenario.trucks
                return {(truck.truck_id, None): 1.0 for truck in trucks}
            case "water_released":
                return {
                    (canal_id, day): run.head_m3
                    for (canal_id, day), run in self.facts.runs.items()
                    if self.facts.is_origin(
                        self.network.canal_by_id[canal_id].from_node
                    )
                }
            case "area_irrigated":
                return {(label, None): mu for label, mu in self._watered().items()}
            case "pumps" | "electricity" | "fuel" | "water_lifted":
                return self._pumping(key)
            case _:
                return self._areas(key)

    def costs(self) -> _Rows:
        """Return what each work costs."""
        return {(work.work_id, None): work.cost_yuan for work in self.network.works}

    def _people(self) -> _Rows:
        rows: _Rows = {}
        for zone in self.network.zones:
            for day in self.plan.zones:
                if (day.zone_id, day.day) == (zone.zone_id, 0):
                    rows[zone.zone_id, 0] = _without_basic(
                        zone.people,
                        zone.vulnerable_people,
                        self.facts.needs_l[zone.zone_id],
                        day.served_l,
                    )
        standard = self.facts.scenario.need
        piped = {label for zone in self.network.zones for label in zone.village_ids}
        for village in self.facts.scenario.villages:
            if village.village_id not in piped:
                whole, left = gross_need_l(village, standard), need_l(village, standard)
                rows[village.village_id, 0] = _without_basic(
                    village.population,
                    village.vulnerable_people,
                    whole,
                    {band: whole[band] - left[band] for band in whole},
                )
        return rows

    def _animals(self) -> _Rows:
        watered = set()
        for day in self.plan.zones:
            need = self.facts.needs_l.get(day.zone_id, {}).get("livestock", 0)
            if day.day == 0 and day.served_l["livestock"] >= need - 1:
                watered.add(day.zone_id)
        zone_of = {v: z.zone_id for z in self.network.zones for v in z.village_ids}
        standard = self.facts.scenario.need
        rows: _Rows = {}
        for village in self.facts.scenario.villages:
            zone_id = zone_of.get(village.village_id)
            has_water = (
                need_l(village, standard)["livestock"] <= 0
                if zone_id is None
                else zone_id in watered
            )
            rows[village.village_id, 0] = 0.0 if has_water else village.cattle
        return rows

    def _on_duty(self) -> _Rows:
        if self.duty is None:
            return {(w.post_id, None): w.persons for w in self.dispatch.watches}
        ids = {own.person_id for own in self.duty.roster.duties}
        ids |= {visit.person_id for visit in self.duty.rounds.visits}
        return {(person_id, None): 1.0 for person_id in ids}

    def _pumping(self, key: FormKey) -> _Rows:
        rows: defaultdict[_Place, float] = defaultdict(float)
        runs = [row for row in self.facts.pump_runs if row[2].hours > 0]
        lifted_to = {lift.to_node for _, lift, _ in runs}
        for pump, lift, run in runs:
            place = (f"{pump.pump_id}/{lift.lift_id}", run.day)
            if key == "pumps":
                rows[pump.pump_id, None] = 1.0
            elif key == "electricity":
                rows[place] += (pump.kwh_per_h or 0.0) * run.hours
            elif key == "fuel":
                rows[place] += (pump.fuel_l_per_h or 0.0) * run.hours
            elif lift.from_node not in lifted_to:
                rows[place] += run.m3
        return rows

    def _watered(self) -> Mapping[str, float]:
        """Return mu by field: the part of its need that comes to it in all days."""
        given: defaultdict[str, float] = defaultdict(float)
        for row in self.plan.fields:
            given[row.field_id] += row.field_m3
        return {
            label: need.block.area_mu * min(1.0, given[label] / need.need_m3)
            for label, need in self.facts.fields.items()
            if need.need_m3 > 0
        }

    def _areas(self, key: FormKey) -> _Rows:
        watered = self._watered()
        rows: _Rows = {}
        for block in self.network.fields:
            place = (block.field_id, None)
            if key == "area_unsurveyed":
                rows[place] = block.area_mu if block.grade is None else 0.0
                continue
            if block.grade in (None, "normal"):
                continue
            can = 0.0 if block.grade == "dead" else watered.get(block.field_id, 0.0)
            if key == "area_irrigable":
                rows[place] = can
            elif key in ("area_drought", f"area_{block.grade}") or (
                key == "area_rice" and block.is_rice
            ):
                rows[place] = block.area_mu - can
        return rows


def _without_basic(
    people: int,
    vulnerable: int,
    need: Mapping[Band, int],
    served: Mapping[Band, int],
) -> int:
    """Return the people whose survival or basic need is not met, in whole people."""
    have = 0
    for count, suffix in ((vulnerable, "_vulnerable"), (people - vulnerable, "")):
        part = 1.0
        for band, litres in need.items():
            is_own = band in (f"survival{suffix}", f"basic{suffix}")
            if is_own and litres - served[band] > 1:
                part = min(part, served[band] / litres)
        have += math.floor(count * part + 1e-9)
    return people - have
