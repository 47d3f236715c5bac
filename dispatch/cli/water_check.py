"""``dispatch check`` of a plan of all the water: its days, and its trucks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer
from rich.markup import escape

from dispatch.check.rules import check_plan
from dispatch.check.water.rules import check_water_plan
from dispatch.cli.failures import NO_PLAN, show_warnings
from dispatch.cli.screen import errors_console, results_console
from dispatch.errors import PlanError
from dispatch.files.plan.plan_json import read_plan
from dispatch.files.water.dispatch_file import zone_caps_of
from dispatch.files.water.plan_file import WATER_JSON, read_water_plan
from dispatch.planning.piped import truck_fills_m3, with_piped_l
from dispatch.planning.whole_water import with_zone_caps
from dispatch.roads.travel import travel_matrix
from dispatch.words.message import say

if TYPE_CHECKING:
    from pathlib import Path

    from dispatch.model.scenario import Scenario
    from dispatch.words.message import Message
    from dispatch.words.words import Words

#: Plan of the trucks that the water was reckoned with.
TRUCKS_JSON = "trucks.json"
#: Broken rules that are listed.
_MOST = 50


def is_of_water(plan_path: Path) -> bool:
    """Whether a path is a plan of all the water, or the folder of one alone."""
    if plan_path.is_dir():
        has_trucks = (plan_path / "plan.json").exists()
        return (plan_path / WATER_JSON).exists() and not has_trucks
    return plan_path.name == WATER_JSON


def check_water_on_terminal(scenario: Scenario, plan_path: Path, t: Words) -> None:
    """
    Recompute a plan of the water, and of its trucks, and show every broken rule.

    Zones that the hours could not fill are checked with what the hours let in.

    Parameters
    ----------
    scenario
        With tables of the water.
    plan_path
        ``water.json`` or its folder.
    t
        Words in the language of the reader.

    Raises
    ------
    PlanError
        If the scenario has no tables of the water.
    typer.Exit
        With code 3 if a rule is broken.
    """
    if scenario.water is None:
        raise PlanError(say("no_water_tables"))
    folder = plan_path if plan_path.is_dir() else plan_path.parent
    plan = read_water_plan(plan_path)
    errors, console = errors_console(), results_console()
    show_warnings(errors, scenario.warnings, t)
    broken: list[Message] = []
    taken = {}
    if (folder / TRUCKS_JSON).exists():
        trucks = read_plan(folder / TRUCKS_JSON, scenario=scenario)
        taken = truck_fills_m3(trucks, plan.num_days)
        day = with_piped_l(scenario, trucks.piped_l)
        found = check_plan(day, travel_matrix(day), trucks)
        broken += [violation.line for violation in found]
    file = plan_path / WATER_JSON if plan_path.is_dir() else plan_path
    narrowed = with_zone_caps(scenario, zone_caps_of(file.read_bytes()))
    found_water = check_water_plan(narrowed, plan, taken_m3=taken)
    broken += [violation.line for violation in found_water]
    for line in broken[:_MOST]:
        console.print(escape(line.text(t.lang)), soft_wrap=True)
    if broken:
        text = t("water_cli.broken", count=len(broken))
        console.print(escape(text), style="bold red", soft_wrap=True)
        raise typer.Exit(NO_PLAN)
    text = t("water_cli.good", days=plan.num_days)
    console.print(escape(text), style="green", soft_wrap=True)
