"""`dispatch replan`: the rest of a day, with as little change as asked for."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import typer
from rich.markup import escape

from dispatch.check.past import past_message
from dispatch.cli import summary
from dispatch.cli.failures import NO_PLAN, show_warnings
from dispatch.cli.run import reject, usable_folder, write_all
from dispatch.cli.screen import errors_console, results_console
from dispatch.errors import DispatchError
from dispatch.files.plan.plan_json import read_plan
from dispatch.files.scenario.read import read_scenario
from dispatch.planning.change_rows import change_rows
from dispatch.planning.day import prepare_day
from dispatch.planning.piped import with_piped_l
from dispatch.planning.plan_day import plan_day
from dispatch.planning.today import today_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from rich.table import Table

    from dispatch.model.scenario import Scenario
    from dispatch.planning.changes import Change
    from dispatch.solver.params import SolveParams
    from dispatch.words.words import Words

#: Changes shown on the terminal; the folder holds all.
MAX_SHOWN = 40


def replan_on_terminal(
    path: Path,
    plan_path: Path,
    out: Path,
    params: SolveParams,
    *,
    now_s: int,
    late: Sequence[str],
    locked: Sequence[str],
    broken: Sequence[str],
    price_l: int,
    seed: int,
    overwrite: bool = False,
    t: Words,
) -> None:
    """
    Plan the rest of the day, show what changes and why, and write the new plan.

    Parameters
    ----------
    path
        The scenario as it is now.
    plan_path
        The plan so far, or its folder.
    out
        Folder of the new plan.
    params
        Limits of the run.
    now_s
        Seconds since midnight; what began earlier stays.
    late
        Texts like ``T1=25``: trucks and the minutes that they are behind.
    locked
        Ids of villages whose trips stay as they were promised.
    broken
        Ids of trucks that drive no more.
    price_l
        Litres that the new plan must gain for every changed village.
    seed
        Start of the random numbers; equal seeds repeat a run.
    overwrite
        Whether the new plan may take the place of the old one.
    t
        Words in the language of the reader.

    Raises
    ------
    typer.Exit
        With code 3 if the new plan breaks a rule that what is done does not break.
    """
    plan_path = plan_path / "plan.json" if plan_path.is_dir() else plan_path
    if not overwrite:
        _spare_old_plan(plan_path, out, t)
    scenario = read_scenario(path)
    out = usable_folder(out, t)
    errors, console = errors_console(), results_console()
    show_warnings(errors, scenario.warnings, t)
    previous = read_plan(plan_path)
    scenario = with_piped_l(scenario, previous.piped_l)
    delays_s = parse_delays(late, scenario, t)
    require_known(locked, scenario, t)
    require_trucks(broken, scenario, t)
    day = prepare_day(scenario, previous=previous, now_s=now_s, delays_s=delays_s)
    today = today_of(
        day,
        previous,
        now_s=now_s,
        delays_s=delays_s,
        locked_villages=locked,
        broken_trucks=broken,
        change_price_l=price_l,
    )
    planned = plan_day(day, params, seed=seed, today=today)
    if planned.broken.to_come:
        reject(planned, out, t)
        raise typer.Exit(NO_PLAN)
    scenario, plan, changes = planned.scenario, planned.plan, planned.changes
    if past := planned.broken.past:
        console.print(summary.violations_table(past, scenario, t))
        text = past_message(scenario, plan, past).text(t.lang)
        console.print(escape(text), style="yellow", soft_wrap=True)
    summary.show_summary(console, planned, t)
    console.print(changes_table(scenario, changes, t))
    if len(changes) > MAX_SHOWN:
        more = t("cli.replan.more", count=len(changes) - MAX_SHOWN)
        console.print(escape(more))
    for note in plan.notes:
        console.print(escape(note.text(t.lang)), style="yellow", soft_wrap=True)
    write_all(planned, out, t)
    text = t("cli.replan.written", folder=out)
    console.print(escape(text), style="green", soft_wrap=True)


def _spare_old_plan(plan_path: Path, out: Path, t: Words) -> None:
    """
    Ask before the new plan replaces the old one, of which drivers have paper.

    Raises
    ------
    DispatchError
        If nobody is there to ask, or the answer is no.
    """
    target = out / "plan.json"
    if not (target.exists() and plan_path.exists() and target.samefile(plan_path)):
        return
    question = t("cli.replan.same_folder", folder=out)
    if sys.stdin.isatty() and typer.confirm(f"{question}\n{t('cli.replan.sure')}"):
        return
    raise DispatchError(question)


def parse_delays(late: Sequence[str], scenario: Scenario, t: Words) -> dict[str, int]:
    """
    Return seconds per truck of texts like ``T1=25`` (minutes).

    Parameters
    ----------
    late
        Texts like ``T1=25``.
    scenario
        Gives the trucks, those out of service too.
    t
        Words in the language of the reader.

    Raises
    ------
    DispatchError
        If a text is not of that form or names no truck, with all that are wrong.
    """
    trucks = {truck.truck_id for truck in scenario.all_trucks}
    delays, wrong = {}, []
    for text in late:
        truck_id, _, minutes = text.rpartition("=")
        is_whole = minutes.isascii() and minutes.isdecimal()
        if truck_id in trucks and is_whole and int(minutes) < 1_440:
            delays[truck_id] = int(minutes) * 60
        else:
            wrong.append(text)
    if wrong:
        raise DispatchError(t("cli.replan.bad_late", texts="  ".join(wrong)))
    return delays


def require_known(locked: Sequence[str], scenario: Scenario, t: Words) -> None:
    """
    Refuse villages that the scenario lacks, all of them at once.

    Parameters
    ----------
    locked
        Ids of villages.
    scenario
        The day to plan.
    t
        Words in the language of the reader.

    Raises
    ------
    DispatchError
        If one is unknown.
    """
    villages = {village.village_id for village in scenario.villages}
    unknown = [village_id for village_id in locked if village_id not in villages]
    if unknown:
        raise DispatchError(t("cli.replan.bad_lock", ids="  ".join(unknown)))


def require_trucks(broken: Sequence[str], scenario: Scenario, t: Words) -> None:
    """
    Refuse trucks that the scenario lacks, all of them at once.

    Parameters
    ----------
    broken
        Ids of trucks.
    scenario
        The day to plan.
    t
        Words in the language of the reader.

    Raises
    ------
    DispatchError
        If one is unknown.
    """
    trucks = [truck.truck_id for truck in scenario.all_trucks]
    unknown = [truck_id for truck_id in broken if truck_id not in trucks]
    if unknown:
        text = t(
            "cli.replan.bad_broken", ids="  ".join(unknown), known="  ".join(trucks)
        )
        raise DispatchError(text)


def changes_table(scenario: Scenario, changes: Sequence[Change], t: Words) -> Table:
    """
    Return what changes for whom, and why; villages and trucks with their ids.

    Parameters
    ----------
    scenario
        Gives names.
    changes
        As from `plan_changes`; only the first ones are shown.
    t
        Words in the language of the reader.
    """
    rows = change_rows(
        changes[:MAX_SHOWN],
        t,
        village=lambda village_id: f"{scenario.label(village_id)} {village_id}",
        truck=str,
    )
    title = t("cli.replan.title", count=len(changes))
    return summary.rows_table(title, rows)
