"""A dispatch as tables in words, one a subject: what workbook and papers show."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from dispatch.files.cells.choices import format_choice
from dispatch.files.cells.moments import format_moment
from dispatch.files.water.form_rows import form_rows
from dispatch.files.water.notice_texts import NoticeWriter
from dispatch.water.drought_form import drought_form
from dispatch.water.network_facts import is_origin
from dispatch.water.notices import water_notices
from dispatch.water.pump_hours import pump_from_h
from dispatch.water.turn_rows import turn_rows, watered_mu

if TYPE_CHECKING:
    from dispatch.files.plan.tables import Value
    from dispatch.model.scenario import Scenario
    from dispatch.model.water.dispatch import WaterDispatch, WaterDuty
    from dispatch.model.water.form import DroughtForm
    from dispatch.model.water.network import WaterNetwork
    from dispatch.words.words import Words


Cell: TypeAlias = "Value | Decimal"
Rows: TypeAlias = "list[list[Cell]]"


class Table(NamedTuple):
    """Header and rows in the reader's language."""

    header: tuple[str, ...]
    rows: Rows


def tenth(value: float) -> Decimal:
    """Return a number with one decimal, as the workbook shows it."""
    return Decimal(f"{value:.1f}")


class SheetRows:
    """
    Tables of a dispatch.

    Parameters
    ----------
    scenario
        With tables of the water.
    dispatch
        Days and hours.
    duty
        Who is on duty; None: nobody is named.
    t
        Words in the language of the reader.

    Raises
    ------
    ValueError
        If the scenario has no tables of the water: a fault of the program.
    """

    def __init__(
        self,
        scenario: Scenario,
        dispatch: WaterDispatch,
        duty: WaterDuty | None,
        t: Words,
    ) -> None:
        if scenario.water is None:
            raise ValueError("a dispatch of no water")
        self.network: WaterNetwork = scenario.water
        self.scenario, self.dispatch, self.duty, self.t = scenario, dispatch, duty, t
        self.plan = dispatch.plan
        self.zones = {zone.zone_id: zone for zone in self.network.zones}

    # --- words ---------------------------------------------------------------

    def header(self, *names: str) -> tuple[str, ...]:
        """Return the headings of columns."""
        return tuple(self.t(f"water_column.{name}") for name in names)

    def word(self, name: str) -> str:
        """Return a word of closed lists of these tables."""
        return self.t(f"water_word.{name}")

    def moment(self, time_s: float) -> str:
        """Return date and clock, to the minute."""
        midnight = dt.datetime.combine(self.plan.first_day, dt.time())
        moment = midnight + dt.timedelta(minutes=round(time_s / 60))
        return moment.strftime("%Y-%m-%d %H:%M")

    def date(self, day: int) -> str:
        """Return the date of a day."""
        return (self.plan.first_day + dt.timedelta(days=day)).isoformat()

    def yes_no(self, is_so: bool) -> str:
        """Return yes or no."""
        return self.word("yes" if is_so else "no")

    def label(self, village_id: str) -> str:
        """Return what a village is called; its id, if it is not known."""
        return self.scenario.labels.get(village_id, village_id)

    # --- water ---------------------------------------------------------------

    def releases(self) -> Table:
        """Return what runs in canals, by time: gates of stores, and gates behind."""
        nodes = self.network.node_by_id
        rows: Rows = []
        for run in sorted(self.plan.canals, key=lambda r: (r.from_h, r.canal_id)):
            canal = self.network.canal_by_id.get(run.canal_id)
            if canal is None:
                continue
            is_release = is_origin(self.network, canal.from_node)
            rows.append(
                [
                    canal.name,
                    self.word("release" if is_release else "onward"),
                    nodes[canal.from_node].name,
                    nodes[canal.to_node].name,
                    self.moment(run.from_h * 3600),
                    self.moment(run.until_h * 3600),
                    round(run.head_m3_per_h),
                    round(run.head_m3),
                    round(run.wetting_m3),
                    round(run.end_m3),
                ]
            )
        names = ("canal", "kind", "gate", "to", "open", "shut", "flow", "head")
        return Table(self.header(*names, "wetting", "end"), rows)

    def turns(self) -> Table:
        """Return turns by time, and what canals have no time for."""
        rows: Rows = []
        missing = {
            (rota.canal_id, turn.group_id, number): turn
            for number, rota in enumerate(self.dispatch.rotas)
            for turn in rota.unkept
        }
        rota_of = {
            (turn.canal_id, turn.group_id, turn.span): number
            for number, rota in enumerate(self.dispatch.rotas)
            for turn in rota.turns
        }
        for turn in turn_rows(self.network, self.dispatch):
            number = rota_of[turn.canal_id, turn.field_id, turn.span]
            short = missing.pop((turn.canal_id, turn.field_id, number), None)
            rows.append(
                [
                    *self._field_cells(turn.canal_id, turn.field_id),
                    self.moment(turn.span.start_s),
                    self.moment(turn.span.end_s),
                    tenth(turn.span.duration_s / 3600),
                    round(turn.head_m3),
                    round(turn.field_m3),
                    tenth(turn.mu),
                    None if short is None else round(short.missing_m3),
                    None if short is None else self.t(f"turn_reason.{short.reason}"),
                ]
            )
        for (canal_id, field_id, _), short in missing.items():
            rows.append(
                [
                    *self._field_cells(canal_id, field_id),
                    self.word("not_kept"),
                    *(None,) * 5,
                    round(short.missing_m3),
                    self.t(f"turn_reason.{short.reason}"),
                ]
            )
        names = ("canal", "village", "group", "field", "area", "from", "until")
        more = ("hours", "head", "at_field", "mu", "missing", "why")
        return Table(self.header(*names, *more), rows)

    def _field_cells(self, canal_id: str, field_id: str) -> list[Cell]:
        canal = self.network.canal_by_id.get(canal_id)
        block = self.network.field_by_id.get(field_id)
        name = canal_id if canal is None else canal.name
        if block is None:
            return [name, None, None, field_id, None]
        village = self.label(block.village_id)
        return [name, village, block.group, field_id, tenth(block.area_mu)]

    def pumps(self) -> Table:
        """Return which pump works where on each day."""
        lifts = {lift.lift_id: lift for lift in self.network.lifts}
        rows: Rows = []
        for run in sorted(self.plan.pumps, key=lambda r: (r.day, r.lift_id)):
            pump, lift = (
                self.network.pump_by_id.get(run.pump_id),
                lifts.get(run.lift_id),
            )
            back = None if pump is None else pump.return_by
            rows.append(
                [
                    self.date(run.day),
                    run.lift_id if lift is None else lift.name,
                    run.pump_id if pump is None else pump.name,
                    (pump and pump.lent_by) or self.word("own"),
                    self.yes_no(run.moved),
                    self.moment(3600 * pump_from_h(run.day, run.hours)),
                    tenth(run.hours),
                    round(run.m3),
                    None if run.fuel_l is None else tenth(run.fuel_l),
                    None if run.kwh is None else tenth(run.kwh),
                    None if back is None else back.isoformat(),
                ]
            )
        names = ("date", "lift", "pump", "owner", "moved", "from", "hours", "m3")
        return Table(self.header(*names, "fuel", "kwh", "return_by"), rows)

    def slots(self) -> Table:
        """Return when zones are open, and what people lack at the time."""
        rows: Rows = []
        for slot in sorted(self.dispatch.slots.slots, key=lambda slot: slot.span):
            zone = self.zones.get(slot.zone_id)
            rows.append(
                [
                    self.date(slot.span.day),
                    slot.zone_id if zone is None else zone.name,
                    self.moment(slot.span.start_s),
                    self.moment(slot.span.end_s),
                    tenth(slot.span.duration_s / 3600),
                    tenth(slot.total_l / 1000),
                    None if zone is None else zone.people,
                    None,
                    None,
                ]
            )
        for gap in self.dispatch.slots.unmet:
            zone = self.zones.get(gap.zone_id)
            rows.append(
                [
                    self.date(gap.day),
                    gap.zone_id if zone is None else zone.name,
                    self.word("not_kept"),
                    *(None,) * 4,
                    gap.missing_l,
                    self.t(f"slot_reason.{gap.reason}"),
                ]
            )
        names = ("date", "zone", "from", "until", "hours", "m3", "people")
        return Table(self.header(*names, "missing_l", "why"), rows)

    # --- people --------------------------------------------------------------

    def watches(self) -> Table:
        """Return posts and times; with duty who is there, without how many."""
        if self.duty is None:
            return self._posts()
        people = {
            person.person_id: person
            for person in (
                self.scenario.water_people.people if self.scenario.water_people else ()
            )
        }
        rows: Rows = []
        for duty in sorted(
            self.duty.roster.duties, key=lambda d: (d.shift.whole, d.shift.post_id)
        ):
            person = people.get(duty.person_id)
            for span in duty.shift.spans:
                rows.append(
                    [
                        self._post_name(duty.shift.post_id),
                        self.moment(span.start_s),
                        self.moment(span.end_s),
                        1,
                        duty.person_id if person is None else person.name,
                        "" if person is None else person.phone,
                        None,
                    ]
                )
        for gap in self.duty.roster.unstaffed:
            for span in gap.shift.spans:
                rows.append(
                    [
                        self._post_name(gap.shift.post_id),
                        self.moment(span.start_s),
                        self.moment(span.end_s),
                        gap.persons,
                        self.word("nobody"),
                        None,
                        self.t(f"staff_reason.{gap.reason}"),
                    ]
                )
        names = ("post", "from", "until", "persons", "person", "phone", "why")
        return Table(self.header(*names), rows)

    def _posts(self) -> Table:
        rows: Rows = []
        for watch in self.dispatch.watches:
            for number, span in enumerate(watch.spans):
                lack = watch.unstaffed_h if number == 0 else 0.0
                rows.append(
                    [
                        self._post_name(watch.post_id),
                        self.moment(span.start_s),
                        self.moment(span.end_s),
                        watch.persons,
                        tenth(lack) if lack else None,
                    ]
                )
        rows.sort(key=lambda row: (str(row[1]), str(row[0])))
        names = ("post", "from", "until", "persons", "unstaffed")
        return Table(self.header(*names), rows)

    def _post_name(self, post_id: str) -> str:
        post = self.network.post_by_id.get(post_id)
        return post_id if post is None else post.name

    def rounds(self) -> Table:
        """Return who brings water to which door: for those who go alone."""
        holder = self.scenario.water_people
        people = {p.person_id: p.name for p in (holder.people if holder else ())}
        doors = {d.household_id: d for d in (holder.doors if holder else ())}
        rows: Rows = []
        for visit in self.duty.rounds.visits if self.duty else ():
            door = doors.get(visit.household_id)
            rows.append(
                [
                    self.date(visit.day),
                    self.moment(visit.span.start_s),
                    self.moment(visit.span.end_s),
                    people.get(visit.person_id, visit.person_id),
                    "" if door is None else self.label(door.village_id),
                    visit.household_id,
                    visit.litres,
                    visit.trips,
                ]
            )
        names = ("date", "from", "until", "person", "village", "household")
        return Table(self.header(*names, "litres", "goes"), rows)

    # --- what it comes to ----------------------------------------------------

    def fields(self) -> Table:
        """Return every field with its survey, what it needs, gets and loses."""
        outcomes = {row.field_id: row for row in self.plan.outcomes}
        watered = watered_mu(self.network, self.plan)
        reasons = {row.object_id: row.reason for row in self.plan.shortages}
        is_zh = self.t.lang == "zh"
        rows: Rows = []
        for block in self.network.fields:
            grade = block.grade
            outcome = outcomes.get(block.field_id)
            reason = reasons.get(block.field_id)
            cells: list[Cell] = [None] * 5
            if outcome is not None:
                need = outcome.need_m3
                cells = [
                    round(need),
                    round(outcome.field_m3),
                    min(1.0, outcome.field_m3 / need) if need > 0 else None,
                    tenth(watered.get(block.field_id, 0.0)),
                    None if outcome.lost_kg is None else round(outcome.lost_kg),
                ]
            rows.append(
                [
                    self.label(block.village_id),
                    block.group,
                    block.field_id,
                    tenth(block.area_mu),
                    block.crop,
                    block.stage,
                    self.yes_no(outcome is not None and outcome.critical),
                    format_choice(grade, "grade", chinese=is_zh) if grade else None,
                    block.surveyed_by,
                    format_moment(block.surveyed_at),
                    *cells,
                    self.t(f"water_reason.{reason}") if reason else None,
                ]
            )
        names = ("village", "group", "field", "area", "crop", "stage", "critical")
        survey = ("grade", "surveyed_by", "surveyed_at")
        water = ("need", "at_field", "share", "mu", "lost", "why")
        return Table(self.header(*names, *survey, *water), rows)

    def stores(self) -> Table:
        """Return the water of every store, day by day."""
        rows: Rows = []
        for row in self.plan.stores:
            node = self.network.node_by_id.get(row.node_id)
            amounts = (
                *(row.start_m3, row.inflow_m3, row.in_m3, row.loss_m3, row.out_m3),
                *(row.trucks_m3, row.overflow_m3, row.end_m3, row.floor_m3),
            )
            name = row.node_id if node is None else node.name
            rows.append([name, self.date(row.day), *map(round, amounts)])
        names = ("store", "date", "start", "inflow", "into", "loss", "out")
        more = ("trucks", "overflow", "at_end", "floor")
        return Table(self.header(*names, *more), rows)

    def goals(self) -> Table:
        """Return the goals in their order, with what no plan can go below."""
        rows: Rows = [
            [
                self.t(f"water_goal.{goal.goal}"),
                self.t(f"water_unit.{goal.unit}"),
                tenth(goal.value),
                None if goal.bound is None else tenth(goal.bound),
            ]
            for goal in self.plan.goals
        ]
        return Table(self.header("goal", "unit", "value", "bound"), rows)

    def form(self, form: DroughtForm | None = None) -> Table:
        """Return the drought form; None: it is made here, without works."""
        own = form or drought_form(self.scenario, self.dispatch, self.duty)
        words = form_rows(own, self.t)
        rows: Rows = []
        for figure, texts in zip(own.figures, words.rows, strict=True):
            value: Cell = texts[1] if figure.value is None else round(figure.value)
            rows.append([texts[0], value, *texts[2:4], len(figure.rows), texts[5]])
        return Table(words.headings, rows)

    def notices(self) -> Table:
        """Return all notices with their versions."""
        writer = NoticeWriter(self.scenario, self.t)
        notices = water_notices(self.network, self.dispatch)
        rows: Rows = [
            [
                texts.name,
                "\n".join((texts.title, texts.to, *texts.paragraphs, texts.signature)),
                texts.loud,
                texts.loud_s,
                texts.short,
            ]
            for texts in writer.all(notices)
        ]
        return Table(self.header("whom", "paper", "loud", "seconds", "short"), rows)
