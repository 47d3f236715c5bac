"""``dispatch water`` on the terminal: plan, check, show, write."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import typer
from rich.markup import escape

from dispatch.atomic import write_text
from dispatch.cli.failures import NO_PLAN, show_warnings
from dispatch.cli.run import default_out, names_of, usable_folder
from dispatch.cli.screen import errors_console, results_console
from dispatch.cli.summary import new_table
from dispatch.cli.water_check import TRUCKS_JSON
from dispatch.cli.water_files import write_all_water
from dispatch.files.plan.plan_json import plan_to_json, read_plan
from dispatch.files.scenario.read import read_scenario
from dispatch.files.water.plan_file import water_plan_to_json
from dispatch.files.water.plan_tables import moment_text
from dispatch.planning.township import plan_township
from dispatch.planning.water_helping import water_helping
from dispatch.solver.water.case import WaterParams
from dispatch.water.releases import releases_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from rich.console import Console
    from rich.table import Table

    from dispatch.model.water.network import WaterNetwork
    from dispatch.model.water.plan import WaterPlan
    from dispatch.model.water.turns import TurnOrder
    from dispatch.planning.water_helping import WaterHelp
    from dispatch.planning.whole_water import WholeWater
    from dispatch.words.words import Words

REJECTED = "water.rejected.json"
#: Rows of broken rules that are listed.
MAX_VIOLATIONS = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class WaterOptions:
    """What was asked for on the command line."""

    days: int
    equal_shares: bool = False
    helping: bool = False
    trucks: Path | None = None
    turn_order: TurnOrder = "far_first"


def water_on_terminal(
    path: Path, out: Path | None, options: WaterOptions, *, strict: bool, t: Words
) -> None:
    """
    Plan all the water of ``path``, show the plan, and write it into ``out``.

    Parameters
    ----------
    path
        The scenario.
    out
        Folder of the plan; None: ``out`` and the scenario's name.
    options
        Days, order of goals, and whether to look for what would help.
    strict
        Whether warnings stop the reading like errors.
    t
        Words in the language of the reader.

    Raises
    ------
    typer.Exit
        With code 3 if the plan breaks a rule.
    """
    scenario = read_scenario(path, strict=strict)
    folder = default_out(scenario)
    out = usable_folder(out or folder.with_name(f"{folder.name}-water"), t)
    show_warnings(errors_console(), scenario.warnings, t)
    params = WaterParams(equal_shares=options.equal_shares)
    given = options.trucks
    if given is not None and given.is_dir():
        given /= "plan.json"
    township = plan_township(
        scenario,
        num_days=options.days,
        params=params,
        given=None if given is None else read_plan(given, scenario=scenario),
        turn_order=options.turn_order,
    )
    planned, trucks = township.water, township.trucks
    broken = trucks is not None and bool(trucks.broken.to_come)
    if not planned.is_good or broken:
        _reject(planned, out, t)
        raise typer.Exit(NO_PLAN)
    console = results_console()
    show_water(console, planned, t)
    show_hours(console, planned, t)
    duty = planned.duty if scenario.water_people is not None else None
    written = write_all_water(scenario, planned.dispatch, duty, out, t)
    if trucks is not None:
        plan = plan_to_json(trucks.plan)
        written.append(write_text(out / TRUCKS_JSON, plan))
    (out / REJECTED).unlink(missing_ok=True)
    if options.helping:
        helps = water_helping(
            scenario,
            num_days=options.days,
            params=params,
            taken_m3=township.taken_m3(options.days),
        )
        console.print(helping_table(helps, t))
    console.print(escape(t("cli.plan.checked")), style="green")
    names = "  ".join(names_of(written, out))
    text = f"{t('cli.plan.files', folder=out)} {names}"
    console.print(escape(text), soft_wrap=True)


def _reject(planned: WholeWater, out: Path, t: Words) -> None:
    """Keep a plan that breaks rules where nobody takes it for a good one."""
    console = errors_console()
    path = write_text(out / REJECTED, water_plan_to_json(planned.dispatch.plan))
    lines = [violation.line for violation in planned.violations]
    lines += [violation.line for violation in planned.hour_violations]
    for line in lines[:MAX_VIOLATIONS]:
        console.print(escape(line.text(t.lang)), soft_wrap=True)
    text = escape(t("cli.plan.rejected", path=path))
    console.print(text, style="bold red", soft_wrap=True)


def show_water(console: Console, planned: WholeWater, t: Words) -> None:
    """
    Show what a coordinator asks first: how good it is, which gates, who is short.

    Parameters
    ----------
    console
        Where results go.
    planned
        The plan with what was found out.
    t
        Words of the language of the terminal.
    """
    plan = planned.dispatch.plan

    def say(text: str, style: str = "") -> None:
        console.print(escape(text), style=style, soft_wrap=True)

    say(
        t("water_cli.title", name=plan.scenario, date=plan.first_day, n=plan.num_days),
        "bold",
    )
    console.print(goals_table(plan, t))
    console.print()
    console.print(releases_table(planned.network, plan, t))
    console.print()
    if plan.shortages:
        console.print(shortages_table(plan, t))
        console.print()
    say(t("water_cli.lost", kg=f"{plan.lost_kg:,.0f}"))
    if plan.equal_shares_kg is not None:
        say(t("water_cli.equal_price", kg=f"{plan.equal_shares_kg:,.0f}"))
    for tail in planned.tails:
        say(tail.message(planned.network).text(t.lang), "yellow")


def show_hours(console: Console, planned: WholeWater, t: Words) -> None:
    """
    Say how many turns, slots, watches and rounds there are, and what is not kept.

    Parameters
    ----------
    console
        Where results go.
    planned
        Days, hours and people.
    t
        Words of the language of the terminal.
    """
    dispatch, duty = planned.dispatch, planned.duty
    text = t(
        "water_cli.hours",
        turns=sum(len(rota.turns) for rota in dispatch.rotas),
        slots=len(dispatch.slots.slots),
        shifts=len(duty.roster.duties),
        rounds=len(duty.rounds.visits),
    )
    console.print(escape(text), soft_wrap=True)
    lacking = sum(watch.unstaffed_h for watch in dispatch.watches)
    if lacking:
        text = t("water_cli.unstaffed", hours=f"{lacking:,.0f}")
        console.print(escape(text), style="yellow", soft_wrap=True)
    if duty.rounds.dry:
        doors = len({door.household_id for door in duty.rounds.dry})
        text = t("water_cli.dry_doors", count=doors)
        console.print(escape(text), style="yellow", soft_wrap=True)
    if not dispatch.is_kept:
        text = t("water_page.not_kept", n=dispatch.num_rounds)
        console.print(escape(text), style="yellow", soft_wrap=True)


def _filled(
    title: str, columns: Sequence[tuple[str, bool]], rows: Sequence[Sequence[str]]
) -> Table:
    table = new_table(title, columns)
    for row in rows:
        table.add_row(*map(escape, row))
    return table


def goals_table(plan: WaterPlan, t: Words) -> Table:
    """
    Return goals that anything is missing of, with bound and gap.

    Parameters
    ----------
    plan
        The days.
    t
        Words in the language of the reader.
    """
    names = ("goal", "unit", "value", "bound", "gap")
    columns = [(t(f"water_cli.{x}"), n > 1) for n, x in enumerate(names)]
    rows = [
        (
            t(f"water_goal.{goal.goal}"),
            t(f"water_unit.{goal.unit}"),
            f"{goal.value:,.2f}",
            "–" if goal.bound is None else f"{goal.bound:,.2f}",
            "–" if goal.gap is None else t.percent(goal.gap),
        )
        for goal in plan.goals
    ]
    return _filled(t("water_cli.goals"), columns, rows)


def releases_table(network: WaterNetwork, plan: WaterPlan, t: Words) -> Table:
    """
    Return what is let out, gate by gate.

    Parameters
    ----------
    network
        Gives names.
    plan
        The days.
    t
        Words in the language of the reader.
    """
    names = ("gate", "from", "until", "flow", "m3")
    columns = [(t(f"water_cli.{x}"), n > 2) for n, x in enumerate(names)]
    canals = network.canal_by_id
    rows = [
        (
            canals[row.canal_id].name,
            moment_text(plan, row.from_h),
            moment_text(plan, row.until_h),
            f"{row.m3_per_h:,.0f}",
            f"{row.m3_per_h * (row.until_h - row.from_h):,.0f}",
        )
        for row in releases_of(network, plan)
    ]
    return _filled(t("water_cli.releases"), columns, rows)


def shortages_table(plan: WaterPlan, t: Words) -> Table:
    """
    Return who is short, of what, and why.

    Parameters
    ----------
    plan
        The days.
    t
        Words in the language of the reader.
    """
    names = ("who", "what", "m3", "reason")
    columns = [(t(f"water_cli.{x}"), x == "m3") for x in names]
    rows = [
        (
            row.object_id,
            t("water_cli.field") if row.band is None else t(f"band.{row.band}"),
            f"{row.m3:,.1f}",
            t("unit.between").join(
                f"{t(f'water_reason.{cause.reason}')} {cause.m3:,.0f}"
                for cause in row.causes
            ),
        )
        for row in plan.shortages
    ]
    return _filled(t("water_cli.shortages"), columns, rows)


def helping_table(helps: Sequence[WaterHelp], t: Words) -> Table:
    """
    Return what would help, best first.

    Parameters
    ----------
    helps
        From `water_helping`.
    t
        Words in the language of the reader.
    """
    gains = ("people_l", "animals_l", "normal_l", "critical_kg", "mu", "kg")
    names = ("help", *gains, "kg_per_yuan", "kg_per_crew_day")
    columns = [(t(f"water_cli.{x}"), n > 0) for n, x in enumerate(names)]

    def ratio(value: float | None) -> str:
        return "–" if value is None else f"{value:,.2f}"

    rows = [
        (
            item.name.text(t.lang),
            *(
                f"{value:,.0f}"
                for value in (
                    *(item.people_l, item.animals_l, item.normal_l),
                    *(item.critical_kg, item.mu, item.kg),
                )
            ),
            ratio(item.kg_per_yuan),
            ratio(item.kg_per_crew_day),
        )
        for item in helps
    ]
    return _filled(t("water_cli.helping"), columns, rows)
