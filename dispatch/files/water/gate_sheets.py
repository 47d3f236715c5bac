"""Sheets to hang at gates and pumps: releases, turns, pumping, in large type."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from dispatch.files.plan.on_paper import LEFT
from dispatch.files.water.notice_parts import date_text
from dispatch.files.water.paper_table import draw_paragraph, draw_table, water_paper
from dispatch.units import DAY_S, format_clock
from dispatch.water.pump_hours import pump_from_h
from dispatch.water.turn_rows import turn_rows
from dispatch.words.words import Words

if TYPE_CHECKING:
    import datetime as dt

    from dispatch.files.plan.edition import Edition
    from dispatch.model.scenario import Scenario
    from dispatch.model.water.canals import Canal
    from dispatch.model.water.dispatch import WaterDispatch
    from dispatch.model.water.network import WaterNetwork
    from dispatch.model.water.plan import PumpRun
    from dispatch.model.water.pumps import Lift
    from dispatch.words.message import Lang

_WIDTH: Final = 190.0
_OPENINGS: Final = (38.0, 38.0, 22.0, 22.0, 26.0, 44.0)
_TURNS: Final = (37.0, 37.0, 46.0, 26.0, 20.0, 24.0)
_PUMPS: Final = (38.0, 50.0, 16.0, 20.0, 16.0, 24.0, 26.0)


def gates_pdf(
    scenario: Scenario,
    dispatch: WaterDispatch,
    lang: Lang = "zh",
    *,
    edition: Edition | None = None,
) -> bytes:
    """
    Return a PDF with a page for every canal that runs, and for every lift in use.

    Parameters
    ----------
    scenario
        With tables of the water.
    dispatch
        What is printed.
    lang
        Language of the texts.
    edition
        The version that it is of; None: of a plan without a store.

    Raises
    ------
    ValueError
        If the scenario has no tables of the water: a fault of the program.
    """
    if scenario.water is None:
        raise ValueError("sheets of no water")
    sheets = _Sheets(scenario, scenario.water, dispatch, Words(lang), edition)
    return sheets.content()


class _Sheets:
    """Draws the sheets of one dispatch."""

    def __init__(
        self,
        scenario: Scenario,
        network: WaterNetwork,
        dispatch: WaterDispatch,
        t: Words,
        edition: Edition | None,
    ) -> None:
        self.scenario, self.network, self.t = scenario, network, t
        self.dispatch, self.plan = dispatch, dispatch.plan
        title = t("water_paper.gates_file", name=scenario.name)
        self.paper = water_paper(title, self.plan.first_day, t, edition)
        self.turns = turn_rows(network, dispatch)

    def content(self) -> bytes:
        running = {run.canal_id for run in self.plan.canals}
        running |= {turn.canal_id for turn in self.turns}
        lifting = {run.lift_id for run in self.plan.pumps}
        for canal in self.network.canals:
            if canal.canal_id in running:
                self.add_canal(canal)
        for lift in self.network.lifts:
            if lift.lift_id in lifting:
                self.add_lift(lift)
        if not running and not lifting:
            self.paper.new_section(self.scenario.name)
            text = self.t("water_paper.none")
            self.paper.text(LEFT, self.paper.y, _WIDTH, text, size_pt=20)
        return self.paper.content()

    # --- a page --------------------------------------------------------------

    def moment(self, time_s: float) -> str:
        """Return date and clock to the minute, the date as on notices."""
        whole_s = round(time_s / 60) * 60
        date = date_text(self.plan.first_day, whole_s // DAY_S, self.t)
        return f"{date} {format_clock(whole_s % DAY_S)}"

    def _head(self, name: str, kind: str, way: str) -> None:
        paper, t = self.paper, self.t
        first, last = (
            date_text(self.plan.first_day, day, t, year=not day)
            for day in (0, self.plan.num_days - 1)
        )
        days = t("water_paper.days", first=first, last=last)
        paper.new_section(f"{name}  ·  {days}", name=kind)
        paper.text(LEFT, paper.y, 130, name, size_pt=34, bold=True)
        paper.text(LEFT + 132, paper.y + 3, 58, kind, size_pt=20, align="R")
        paper.text(LEFT, paper.y + 16, 130, way, size_pt=16)
        paper.text(LEFT + 132, paper.y + 16, 58, days, size_pt=14, align="R")
        paper.y += 26

    def _sub(self, text: str) -> None:
        self.paper.need_mm(30)
        self.paper.text(LEFT, self.paper.y + 2, _WIDTH, text, size_pt=18, bold=True)
        self.paper.y += 11

    def _foot(self, rules: str) -> None:
        paper, t = self.paper, self.t
        phones = [text for text in self.network.notices if text.key == "phone"]
        paper.need_mm(32)
        paper.y += 4
        draw_paragraph(paper, rules, _WIDTH, size_pt=14)
        for phone in phones:
            line = t("water_paper.phone", phone=phone.text(t.lang))
            paper.text(LEFT, paper.y + 2, _WIDTH, line, size_pt=18, bold=True)
            paper.y += 10

    def _guard(self, post_id: str) -> None:
        post = self.network.post_by_id.get(post_id)
        if post is None:
            return
        line = self.t("water_paper.gate_post", post=post.name, persons=post.persons)
        self.paper.text(LEFT, self.paper.y, _WIDTH, line, size_pt=14)
        self.paper.y += 8

    # --- canals --------------------------------------------------------------

    def add_canal(self, canal: Canal) -> None:
        """Add the pages of a canal: when its gate is open, and whose turn it is."""
        t = self.t
        nodes = self.network.node_by_id
        start, end = nodes[canal.from_node].name, nodes[canal.to_node].name
        way = t("water_paper.way", start=start, end=end)
        self._head(canal.name, t("water_paper.gate"), way)
        self._guard(canal.gate_post_id)
        openings = [
            (
                self.moment(run.from_h * 3600),
                self.moment(run.until_h * 3600),
                f"{run.head_m3_per_h:,.0f}",
                f"{run.head_m3_per_h / 3600:.2f}",
                f"{run.head_m3:,.0f}",
                "",
            )
            for run in sorted(self.plan.canals, key=lambda run: run.from_h)
            if run.canal_id == canal.canal_id
        ]
        if openings:
            self._sub(t("water_paper.gate_open"))
            header = (
                t("water_column.open"),
                t("water_column.shut"),
                t("water_column.flow"),
                t("water_paper.flow_m3_s"),
                t("water_column.m3"),
                t("water_paper.true_times"),
            )
            draw_table(self.paper, header, openings, _OPENINGS, size_pt=17)
        self._add_turns(canal)
        self._foot(t("water_paper.rules"))

    def _add_turns(self, canal: Canal) -> None:
        t = self.t
        rows = []
        for turn in self.turns:
            if turn.canal_id != canal.canal_id:
                continue
            block = self.network.field_by_id.get(turn.field_id)
            village = "" if block is None else self.scenario.label(block.village_id)
            group = "" if block is None else block.group
            rows.append(
                (
                    self.moment(turn.span.start_s),
                    self.moment(turn.span.end_s),
                    village,
                    f"{group} {turn.field_id}".strip(),
                    f"{turn.head_m3:,.0f}",
                    "",
                )
            )
        if not rows:
            return
        self._sub(t("water_paper.gate_turns"))
        names = ("from", "until", "village", "group", "head")
        header = [t(f"water_column.{name}") for name in names]
        header.append(t("water_paper.signed"))
        draw_table(self.paper, header, rows, _TURNS, size_pt=17)

    # --- lifts ---------------------------------------------------------------

    def add_lift(self, lift: Lift) -> None:
        """Add the pages of a lift: which pump runs how long on each day."""
        t = self.t
        nodes = self.network.node_by_id
        start, end = nodes[lift.from_node].name, nodes[lift.to_node].name
        way = t("water_paper.way", start=start, end=end)
        self._head(lift.name, t("water_paper.pump"), way)
        self._guard(lift.operator_post_id)
        runs = [run for run in self.plan.pumps if run.lift_id == lift.lift_id]
        names = ("from", "pump", "hours", "m3", "fuel", "return_by")
        header = [t(f"water_column.{name}") for name in names]
        header.append(t("water_paper.true_hours"))
        rows = [self._pump_row(run) for run in sorted(runs, key=lambda run: run.day)]
        draw_table(self.paper, header, rows, _PUMPS, size_pt=16)
        self._foot(t("water_paper.pump_rules"))

    def _pump_row(self, run: PumpRun) -> tuple[str, ...]:
        pump = self.network.pump_by_id.get(run.pump_id)
        name = run.pump_id if pump is None else pump.name
        back = None if pump is None else pump.return_by
        if run.moved:
            name = f"{name} ({self.t('water_column.moved')})"
        return (
            self.moment(3600 * pump_from_h(run.day, run.hours)),
            name,
            f"{run.hours:.1f}",
            f"{run.m3:,.0f}",
            "" if run.fuel_l is None else f"{run.fuel_l:.0f}",
            "" if back is None else self._date(back),
            "",
        )

    def _date(self, date: dt.date) -> str:
        return date_text(date, 0, self.t)
