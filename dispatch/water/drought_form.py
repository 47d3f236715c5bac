"""
The drought form of a dispatch: who and what suffers, and what is done against it.

Definitions are those of the form: light, heavy and dead crops as surveyed; area that
this plan can still water is not counted as drought area; what has to be sown again
stays in it, as water comes too late.
"""

from __future__ import annotations

import datetime as dt
import math
from typing import TYPE_CHECKING, Final

from dispatch.model.need import BANDS, gross_need_l, need_l
from dispatch.model.water.form import (
    FORM_UNITS,
    DroughtForm,
    FormFigure,
    FormKey,
    FormRow,
)
from dispatch.water.network_facts import is_origin
from dispatch.water.turn_rows import watered_mu

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from dispatch.model.need import Band
    from dispatch.model.scenario import Scenario
    from dispatch.model.water.dispatch import WaterDispatch, WaterDuty
    from dispatch.model.water.fields import FieldBlock
    from dispatch.model.water.network import WaterNetwork
    from dispatch.model.water.plan import PumpRun

#: Bands that the basic need of the vulnerable and of all others is in.
_BASIC: Final[tuple[tuple[Band, ...], tuple[Band, ...]]] = (
    ("survival_vulnerable", "basic_vulnerable"),
    ("survival", "basic"),
)
#: Grades of fields that drought has reached, and their figures.
_GRADES: Final[tuple[tuple[str, FormKey], ...]] = (
    ("light", "area_light"),
    ("heavy", "area_heavy"),
    ("dead", "area_dead"),
)
#: Rounding of what a plan leaves of a field.
_NOTHING: Final = 1e-6
#: Litres that rounding may take from a need.
_ROUNDING_L: Final = 1


def drought_form(
    scenario: Scenario,
    dispatch: WaterDispatch,
    duty: WaterDuty | None = None,
    *,
    under_way: Iterable[str] = (),
) -> DroughtForm:
    """
    Return the form: need of the first day, areas as surveyed, efforts of all days.

    Parameters
    ----------
    scenario
        With tables of the water.
    dispatch
        Days and hours.
    duty
        Who is on duty, counted by id; None: posts are counted with their persons.
    under_way
        Ids of works that are being done; no table says so.

    Raises
    ------
    ValueError
        If the scenario has no tables of the water: a fault of the program.
    """
    if scenario.water is None:
        raise ValueError("a form of no water")
    maker = _Form(scenario, scenario.water, dispatch)
    figures = (
        *maker.suffering(),
        *maker.areas(),
        maker.on_duty(duty),
        *maker.efforts(),
        maker.works(tuple(under_way)),
    )
    plan = dispatch.plan
    return DroughtForm(
        first_day=plan.first_day, num_days=plan.num_days, figures=figures
    )


def people_short(
    people: int,
    vulnerable: int,
    need: Mapping[Band, int],
    served: Mapping[Band, int],
) -> int:
    """
    Return how many people do not have the basic need; parts are whole people short.

    Where a band is served in part, as many people have it as it is served.

    Parameters
    ----------
    people, vulnerable
        All, and the vulnerable among them.
    need, served
        Litres by band.
    """
    short = 0
    for count, bands in zip((vulnerable, people - vulnerable), _BASIC, strict=True):
        shares = [
            served[band] / need[band]
            for band in bands
            if need[band] - served[band] > _ROUNDING_L
        ]
        short += count - math.floor(count * min(shares, default=1.0) + 1e-9)
    return short


class _Form:
    """Makes the figures of one dispatch."""

    def __init__(
        self, scenario: Scenario, network: WaterNetwork, dispatch: WaterDispatch
    ) -> None:
        self.scenario, self.network, self.plan = scenario, network, dispatch.plan
        self.watches = dispatch.watches
        self.start = dt.datetime.combine(self.plan.first_day, dt.time())
        self.end = self.start + dt.timedelta(days=self.plan.num_days)

    def figure(
        self,
        key: FormKey,
        rows: Iterable[FormRow],
        *,
        at: dt.datetime,
        since: dt.datetime | None = None,
    ) -> FormFigure:
        kept = tuple(row for row in rows if row.value > _NOTHING)
        value = sum(row.value for row in kept)
        unit = FORM_UNITS[key]
        return FormFigure(
            key=key, value=value, unit=unit, at=at, since=since, rows=kept
        )

    # --- people and animals on the first day ---------------------------------

    def suffering(self) -> tuple[FormFigure, FormFigure]:
        evening = self.start + dt.timedelta(days=1)
        return (
            self.figure("people_short", self._people_rows(), at=evening),
            self.figure("animals_short", self._animal_rows(), at=evening),
        )

    def _people_rows(self) -> list[FormRow]:
        zones = {zone.zone_id: zone for zone in self.network.zones}
        rows = []
        for day in self.plan.zones:
            if day.day == 0 and day.zone_id in zones:
                zone = zones[day.zone_id]
                short = people_short(
                    zone.people, zone.vulnerable_people, day.need_l, day.served_l
                )
                rows.append(
                    FormRow(table="zones", row_id=zone.zone_id, value=short, day=0)
                )
        for village in self.scenario.villages:
            if village.village_id in self.network.zone_by_village:
                continue
            need = gross_need_l(village, self.scenario.need)
            net = need_l(village, self.scenario.need)
            stock = {band: need[band] - net[band] for band in BANDS}
            short = people_short(
                village.population, village.vulnerable_people, need, stock
            )
            rows.append(
                FormRow(table="villages", row_id=village.village_id, value=short, day=0)
            )
        return rows

    def _animal_rows(self) -> list[FormRow]:
        served = {
            day.zone_id: day.need_l["livestock"] - day.served_l["livestock"]
            <= _ROUNDING_L
            for day in self.plan.zones
            if day.day == 0
        }
        rows = []
        for village in self.scenario.villages:
            zone = self.network.zone_by_village.get(village.village_id)
            if zone is None:
                is_short = need_l(village, self.scenario.need)["livestock"] > 0
            else:
                is_short = not served.get(zone.zone_id, False)
            rows.append(
                FormRow(
                    table="villages",
                    row_id=village.village_id,
                    value=village.cattle if is_short else 0,
                    day=0,
                )
            )
        return rows

    # --- fields as surveyed ----------------------------------------------------

    def areas(self) -> list[FormFigure]:
        watered = watered_mu(self.network, self.plan)
        drought: dict[FormKey, list[FormRow]] = {key: [] for _, key in _GRADES}
        rice, saved, unknown = [], [], []
        for block in self.network.fields:
            mu = watered.get(block.field_id, 0.0)
            key = dict(_GRADES).get(block.grade or "")
            if block.grade is None:
                unknown.append(_row_of(block, block.area_mu))
            if key is None:
                continue
            left = block.area_mu if block.grade == "dead" else block.area_mu - mu
            drought[key].append(_row_of(block, left))
            saved.append(_row_of(block, block.area_mu - left))
            if block.is_rice:
                rice.append(_row_of(block, left))
        every = [row for rows in drought.values() for row in rows]
        lists: list[tuple[FormKey, list[FormRow]]] = [
            ("area_drought", every),
            *drought.items(),
            ("area_rice", rice),
            ("area_irrigable", saved),
            ("area_unsurveyed", unknown),
        ]
        at = self._surveyed_at()
        return [self.figure(key, rows, at=at) for key, rows in lists]

    def _surveyed_at(self) -> dt.datetime:
        """Return when the last field was surveyed; else the start of the plan."""
        moments = [
            dt.datetime.combine(block.surveyed_at.date, dt.time())
            + dt.timedelta(seconds=block.surveyed_at.time_s or 0)
            for block in self.network.fields
            if block.surveyed_at is not None and block.surveyed_at.date is not None
        ]
        return max(moments, default=self.start)

    # --- efforts of all days ---------------------------------------------------

    def done(self, key: FormKey, rows: Iterable[FormRow]) -> FormFigure:
        return self.figure(key, rows, at=self.end, since=self.start)

    def on_duty(self, duty: WaterDuty | None) -> FormFigure:
        if duty is None:
            rows = [
                FormRow(table="watches", row_id=watch.post_id, value=watch.persons)
                for watch in self.watches
            ]
        else:
            people = {
                *duty.roster.person_ids,
                *(visit.person_id for visit in duty.rounds.visits),
            }
            rows = _counted("people", sorted(people))
        return self.done("people_on_duty", rows)

    def efforts(self) -> list[FormFigure]:
        runs = [run for run in self.plan.pumps if run.hours > 0]
        higher = self._higher_lifts({run.lift_id for run in runs})
        first = [run for run in runs if run.lift_id not in higher]
        pump_ids = sorted({run.pump_id for run in runs})
        truck_ids = [truck.truck_id for truck in self.scenario.trucks]
        watered = watered_mu(self.network, self.plan)
        lists: list[tuple[FormKey, list[FormRow]]] = [
            ("pumps", _counted("pumps", pump_ids)),
            ("trucks", _counted("trucks", truck_ids)),
            ("electricity", [_run_row(run, run.kwh or 0.0) for run in runs]),
            ("fuel", [_run_row(run, run.fuel_l or 0.0) for run in runs]),
            ("water_released", self._released()),
            ("water_lifted", [_run_row(run, run.m3) for run in first]),
            (
                "area_irrigated",
                [
                    FormRow(table="fields", row_id=field_id, value=mu)
                    for field_id, mu in watered.items()
                ],
            ),
        ]
        return [self.done(key, rows) for key, rows in lists]

    def _released(self) -> list[FormRow]:
        """Return what is let out of stores and rivers; behind them it counts once."""
        origins = {
            canal.canal_id
            for canal in self.network.canals
            if is_origin(self.network, canal.from_node)
        }
        return [
            FormRow(table="canals", row_id=run.canal_id, value=run.head_m3, day=run.day)
            for run in self.plan.canals
            if run.canal_id in origins
        ]

    def _higher_lifts(self, running: set[str]) -> set[str]:
        """Return lifts that lift on what another one has lifted: it counts once."""
        lifts = [lift for lift in self.network.lifts if lift.lift_id in running]
        ends = {lift.to_node for lift in lifts}
        return {lift.lift_id for lift in lifts if lift.from_node in ends}

    def works(self, under_way: tuple[str, ...]) -> FormFigure:
        rows = [
            FormRow(table="works", row_id=work.work_id, value=work.cost_yuan)
            for work in self.network.works
            if work.work_id in under_way
        ]
        figure = self.done("works_money", rows)
        if under_way:
            return figure
        # Nobody has said what is being built: that is not the same as nothing.
        return FormFigure(
            key="works_money", value=None, unit="yuan", at=self.end, since=self.start
        )


def _row_of(block: FieldBlock, mu: float) -> FormRow:
    return FormRow(table="fields", row_id=block.field_id, value=mu)


def _counted(table: str, ids: Iterable[str]) -> list[FormRow]:
    return [FormRow(table=table, row_id=label, value=1) for label in ids]


def _run_row(run: PumpRun, value: float) -> FormRow:
    label = f"{run.pump_id}/{run.lift_id}"
    return FormRow(table="pump_runs", row_id=label, value=value, day=run.day)
