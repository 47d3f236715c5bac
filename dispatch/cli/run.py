"""One planning run on the terminal: read, travel, solve, check, show, write."""

from __future__ import annotations

import importlib
import re
import threading
import time
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

import typer
from rich.markup import escape

from dispatch.atomic import write_text
from dispatch.check.past import past_message, split_violations
from dispatch.check.rules import check_plan
from dispatch.cli import summary
from dispatch.cli.failures import NO_PLAN, show_warnings
from dispatch.cli.progress import ended_by_ctrl_c, shown_progress
from dispatch.cli.screen import errors_console, results_console
from dispatch.cli.water_check import check_water_on_terminal, is_of_water
from dispatch.errors import DispatchError
from dispatch.files.plan.font import missing_glyphs
from dispatch.files.plan.plan_json import plan_to_json, read_plan
from dispatch.files.plan.write import write_plan
from dispatch.files.scenario.read import read_scenario
from dispatch.planning.day import prepare_day
from dispatch.planning.piped import (
    after_trucks,
    before_trucks,
    has_pipes,
    piped_l_of,
    with_piped_l,
)
from dispatch.planning.plan_day import plan_day
from dispatch.roads.travel import travel_matrix

if TYPE_CHECKING:
    from dispatch.model.scenario import Scenario
    from dispatch.planning.day import Day
    from dispatch.planning.plan_day import Planned
    from dispatch.solver.params import SolveParams
    from dispatch.words.words import Words

REJECTED = "plan.rejected.json"

#: When the process began, before the slow imports: until here it used one core.
BEGAN_S: Final = time.monotonic() - time.process_time()
#: What checking and writing take afterwards: in all, per village, per truck's sheet.
WRITING_S: Final = 0.7
VILLAGE_S: Final = 0.003
SHEET_S: Final = 0.04
#: Part of the time kept for planning trucks again, where they took water of the zones.
AGAIN: Final = 0.4
#: `--seconds` may be exceeded by a tenth and one second; this much is kept as spare.
SPARE_S: Final = 0.3


def plan_on_terminal(
    path: Path,
    out: Path | None,
    params: SolveParams,
    *,
    seed: int,
    strict: bool,
    t: Words,
) -> None:
    """
    Plan the scenario of ``path``, show the plan, and write it into ``out``.

    Parameters
    ----------
    path
        The scenario.
    out
        Folder of the plan; None: ``out`` and the scenario's name.
    params
        Limits of the run.
    seed
        Start of the random numbers; equal seeds repeat a run.
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
    out = usable_folder(out or default_out(scenario), t)
    errors = errors_console()
    show_warnings(errors, scenario.warnings, t)
    planned, was_stopped = _plan_all(scenario, params, seed=seed, t=t)
    if planned.broken.to_come:
        reject(planned, out, t)
        raise typer.Exit(NO_PLAN)
    console = results_console()
    summary.show_summary(console, planned, t)
    written = write_all(planned, out, t)
    if was_stopped:
        console.print(escape(t("cli.progress.stopped")), style="yellow")
    console.print(escape(t("cli.plan.checked")), style="green")
    names = "  ".join(names_of(written, out))
    text = f"{t('cli.plan.files', folder=out)} {names}"
    console.print(escape(text), soft_wrap=True)


def search_seconds(
    wanted_s: float, *, num_villages: int, num_trucks: int, spent_s: float
) -> float:
    """
    Return the seconds left for solving, so that the whole command keeps its time.

    Parameters
    ----------
    wanted_s
        What the user asked for; exceeded by at most a tenth and a second.
    num_villages
        Villages of the day: more of them take longer to write.
    num_trucks
        Trucks of the day: each has its sheet.
    spent_s
        What starting and reading have taken so far.
    """
    most_s = 1.1 * wanted_s + 1 - SPARE_S
    writing_s = WRITING_S + VILLAGE_S * num_villages + SHEET_S * num_trucks
    left_s = most_s - spent_s - writing_s
    return min(wanted_s, max(left_s, 0.4 * wanted_s))


def default_out(scenario: Scenario) -> Path:
    """Return ``out/NAME`` with what no folder may be called replaced."""
    name = re.sub(r'[\\/:*?"<>|\x00-\x1f]+', "_", scenario.name).strip(". ")
    return Path("out") / (name or "plan")


def usable_folder(out: Path, t: Words) -> Path:
    """
    Return the folder after looking that it can take a plan, before the work.

    Parameters
    ----------
    out
        Folder of the plan; it is made if it is not there.
    t
        Words in the language of the reader.

    Raises
    ------
    DispatchError
        If it is a file, the folder of a scenario, or cannot be made.
    """
    if out.exists() and not out.is_dir():
        raise DispatchError(t("cli.error.out_is_file", path=out))
    if any((out / name).exists() for name in ("scenario.toml", "depots.csv")):
        raise DispatchError(t("cli.error.out_is_scenario", path=out))
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DispatchError(f"{out}: {error.strerror}") from error
    return out


def _plan_all(
    scenario: Scenario, params: SolveParams, *, seed: int, t: Words
) -> tuple[Planned, bool]:
    """Return the plan, in one balance with piped water, and whether it was stopped."""
    if not has_pipes(scenario):
        return _plan(_ready(scenario, t), params, seed=seed, t=t)
    before = before_trucks(scenario)
    litres = sum(piped_l_of(before.scenario).values())
    text = escape(t("cli.plan.piped", litres=f"{litres:,}"))
    errors_console().print(text, soft_wrap=True)
    first, second = params, params
    if params.seconds is not None:
        first = replace(params, seconds=(1 - AGAIN) * params.seconds)
        second = replace(params, seconds=AGAIN * params.seconds)
    planned, was_stopped = _plan(_ready(before.scenario, t), first, seed=seed, t=t)
    again = after_trucks(scenario, before, planned.plan)
    if again is None or was_stopped or planned.broken.to_come:
        return planned, was_stopped
    errors_console().print(escape(t("cli.plan.piped_again")), soft_wrap=True)
    return _plan(prepare_day(again.scenario), second, seed=seed, t=t)


def _ready(scenario: Scenario, t: Words) -> Day:
    """Return a scenario ready for planning; say what is to be noticed."""
    day = prepare_day(scenario)
    for notice in day.notices:
        text = escape(notice.text(t.lang))
        errors_console().print(text, style="yellow", soft_wrap=True)
    return day


def _plan(
    day: Day, params: SolveParams, *, seed: int, t: Words
) -> tuple[Planned, bool]:
    """Return the plan, and whether Ctrl-C ended the search."""
    from dispatch.solver.run import needs_compiling
    from dispatch.solver.warm import compile_search

    console = errors_console()
    if needs_compiling():
        console.print(escape(t("cli.progress.first")), style="yellow", soft_wrap=True)
        compile_search()
        began_s = time.monotonic()  # compiling happens once, and is not planning
    else:
        compile_search()  # from the cache
        began_s = BEGAN_S
    if params.seconds is not None and params.iterations is None:
        spent_s = time.monotonic() - began_s
        left_s = search_seconds(
            params.seconds,
            num_villages=len(day.scenario.villages),
            num_trucks=len(day.scenario.trucks),
            spent_s=spent_s,
        )
        params = replace(params, seconds=left_s)
    # What writing needs is loaded while the search, which is compiled, uses no Python.
    threading.Thread(target=_load_writers, daemon=True).start()
    with (
        ended_by_ctrl_c(console, t) as stop,
        shown_progress(console, t) as progress,
    ):
        planned = plan_day(
            day, params, seed=seed, progress=progress, should_stop=stop.is_set
        )
        return planned, stop.is_set()


def _load_writers() -> None:
    """Import the map and read the font, which take most of a second."""
    importlib.import_module("dispatch.maps.page")
    missing_glyphs(())


def write_all(planned: Planned, out: Path, t: Words) -> list[Path]:
    """
    Write plan, tables, map and sheets; return the files.

    Parameters
    ----------
    planned
        A plan that may be used.
    out
        The folder, which exists.
    t
        Words of the language of maps and sheets.
    """
    from dispatch.maps.page import plan_map_html  # a quarter of a second

    page = plan_map_html(
        planned.scenario,
        planned.travel,
        planned.plan,
        t.lang,
        figures=planned.figures,
        broken=planned.broken,
    )
    written = [write_text(out / "map.html", page)]
    written += write_plan(
        planned.plan,
        planned.scenario,
        planned.travel,
        out,
        lang=t.lang,
        broken=planned.broken,
    )
    # A rejected plan of an earlier run would be taken for this one's.
    (out / REJECTED).unlink(missing_ok=True)
    return written[::-1]


def names_of(written: list[Path], out: Path) -> list[str]:
    """
    Return the files in the folder, and how many are in each folder below.

    Parameters
    ----------
    written
        Files in the folder and below.
    out
        The folder.
    """
    below = Counter(item.parent.name for item in written if item.parent != out)
    names = [item.name for item in written if item.parent == out]
    return [*names, *(f"{name}/ ({count})" for name, count in below.items())]


def reject(planned: Planned, out: Path, t: Words) -> None:
    """
    Keep a plan that breaks rules where nobody takes it for a good one.

    Parameters
    ----------
    planned
        The plan with the rules that it breaks.
    out
        The folder, which exists.
    t
        Words of the language of the terminal.
    """
    console = errors_console()
    path = write_text(out / REJECTED, plan_to_json(planned.plan))
    violations = [*planned.broken.past, *planned.broken.to_come]
    console.print(summary.violations_table(violations, planned.scenario, t))
    text = escape(t("cli.plan.rejected", path=path))
    console.print(text, style="bold red", soft_wrap=True)
    if (out / "plan.json").exists():
        text = escape(t("cli.plan.old_plan", path=out / "plan.json"))
        console.print(text, style="yellow", soft_wrap=True)


def check_on_terminal(path: Path, plan_path: Path, *, strict: bool, t: Words) -> None:
    """
    Recompute a plan from its scenario and show every broken rule.

    Parameters
    ----------
    path
        The scenario.
    plan_path
        The plan or its folder.
    strict
        Whether warnings stop the reading like errors.
    t
        Words in the language of the reader.

    Raises
    ------
    typer.Exit
        With code 3 if a rule is broken.
    """
    scenario = read_scenario(path, strict=strict)
    if is_of_water(plan_path):
        check_water_on_terminal(scenario, plan_path, t)
        return
    if plan_path.is_dir():
        plan_path /= "plan.json"
    plan = read_plan(plan_path, scenario=scenario)
    scenario = with_piped_l(scenario, plan.piped_l)
    errors, console = errors_console(), results_console()
    show_warnings(errors, scenario.warnings, t)
    if (plan.scenario, plan.date) != (scenario.name, scenario.date):
        text = t(
            "cli.check.other_scenario",
            plan=f"{plan.scenario} {plan.date}",
            scenario=f"{scenario.name} {scenario.date}",
        )
        errors.print(escape(text), style="yellow", soft_wrap=True)
    travel = travel_matrix(scenario)
    violations = check_plan(scenario, travel, plan)
    if violations:
        console.print(summary.violations_table(violations, scenario, t))
        broken = split_violations(scenario, plan, violations)
        if broken.past:
            text = t("cli.check.past_too", count=len(broken.past))
            if not broken.to_come:
                text = past_message(scenario, plan, broken.past).text(t.lang)
            console.print(escape(text), style="yellow", soft_wrap=True)
        if len(violations) > summary.MAX_VIOLATIONS:
            count = len(violations) - summary.MAX_VIOLATIONS
            console.print(escape(t("cli.check.more", count=count)))
        raise typer.Exit(NO_PLAN)
    text = t(
        "cli.check.good",
        routes=len(plan.routes),
        trips=sum(route.num_trips for route in plan.routes),
        litres=f"{sum(route.delivered_l for route in plan.routes):,}",
    )
    console.print(escape(text), style="green", soft_wrap=True)
