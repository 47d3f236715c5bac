"""`dispatch whatif`: what one more truck, bay or hour would add."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.markup import escape

from dispatch.atomic import write_text
from dispatch.check.rules import check_plan
from dispatch.cli.failures import show_warnings
from dispatch.cli.progress import ended_by_ctrl_c
from dispatch.cli.screen import errors_console, results_console
from dispatch.cli.summary import new_table
from dispatch.errors import PlanError
from dispatch.files.plan.plan_json import read_plan
from dispatch.files.plan.tables import to_csv
from dispatch.files.scenario.read import read_scenario
from dispatch.model.need import BANDS
from dispatch.planning.day import prepare_day
from dispatch.planning.helping import change_text, default_seconds
from dispatch.planning.piped import before_trucks, has_pipes, with_piped_l
from dispatch.planning.plan_day import plan_day
from dispatch.words.message import say

if TYPE_CHECKING:
    from pathlib import Path

    from rich.table import Table

    from dispatch.files.plan.tables import Value
    from dispatch.model.plan import Plan
    from dispatch.model.scenario import Scenario
    from dispatch.planning.day import Day
    from dispatch.planning.variants import Variant
    from dispatch.planning.whatif import Effect, WhatIf
    from dispatch.words.words import Words

#: Share of the time for a first plan where none is given.
PLANNING = 0.2


def whatif_on_terminal(
    path: Path,
    plan_path: Path | None,
    out: Path | None,
    *,
    seconds: float | None,
    seed: int,
    t: Words,
) -> None:
    """
    Show what changes of the means would add, most helpful first.

    Parameters
    ----------
    path
        The scenario.
    plan_path
        A plan to start from, or its folder; None: one is made first.
    out
        CSV file to write; None: none.
    seconds
        Run time of all variants together; None: by the size of the scenario.
    seed
        Start of the random numbers; equal seeds repeat a run.
    t
        Words in the language of the reader.

    Raises
    ------
    PlanError
        If the given plan breaks a rule of the scenario.
    """
    from dispatch.planning.whatif import what_if  # OR-Tools and numba take a second

    scenario = read_scenario(path)
    errors, console = errors_console(), results_console()
    show_warnings(errors, scenario.warnings, t)
    given = None if plan_path is None else _given(plan_path, scenario)
    scenario = _with_taps(scenario, given)
    day = prepare_day(scenario)
    seconds = seconds or default_seconds(scenario)
    plan = _plan(day, given, plan_path, seconds, seed)

    def report(count: int, total: int) -> None:
        if count == total or count % 5 == 1:
            errors.print(escape(t("cli.whatif.step", count=count, total=total)))

    with ended_by_ctrl_c(errors, t) as stop:
        what_would_help = what_if(
            scenario,
            day.travel,
            plan,
            seconds=seconds * (1 if plan_path else 1 - PLANNING),
            seed=seed,
            progress=report,
            should_stop=stop.is_set,
        )
    console.print(effects_table(scenario, what_would_help, t))
    noise = t("cli.whatif.noise", litres=f"{what_would_help.noise_l:,}")
    console.print(escape(noise), soft_wrap=True)
    if out is not None:
        written = write_text(out, effects_csv(scenario, what_would_help, t), bom=True)
        text = t("cli.whatif.written", path=written)
        console.print(escape(text), soft_wrap=True)


def _given(plan_path: Path, scenario: Scenario) -> Plan:
    file = plan_path / "plan.json" if plan_path.is_dir() else plan_path
    return read_plan(file, scenario=scenario)


def _with_taps(scenario: Scenario, given: Plan | None) -> Scenario:
    """Return a day with what taps give: as the plan says, or as the water allows."""
    if given is not None:
        return with_piped_l(scenario, given.piped_l)
    return before_trucks(scenario).scenario if has_pipes(scenario) else scenario


def _plan(
    day: Day, given: Plan | None, plan_path: Path | None, seconds: float, seed: int
) -> Plan:
    """
    Return the plan to start from: the given one, or one made in a part of the time.

    Raises
    ------
    PlanError
        If the plan breaks a rule of the scenario.
    """
    from dispatch.solver.params import SolveParams

    if given is None:
        params = SolveParams(seconds=PLANNING * seconds)
        planned = plan_day(day, params, seed=seed)
        plan, violations = planned.plan, planned.broken.to_come
    else:
        plan = given
        violations = check_plan(day.scenario, day.travel, plan)
    if violations:
        where = plan_path or day.scenario.name
        raise PlanError(say("plan_breaks_rule", path=where, broken=violations[0].line))
    return plan


def variant_text(scenario: Scenario, variant: Variant, t: Words) -> str:
    """
    Return what a variant changes, in words.

    Parameters
    ----------
    scenario
        Gives names.
    variant
        A change of the means.
    t
        Words in the language of the reader.
    """
    return change_text(scenario, variant.kind, variant.subject, variant.amount, t)


def effects_table(scenario: Scenario, result: WhatIf, t: Words) -> Table:
    """
    Return the gains per band that anything adds to; what adds nothing comes last.

    Parameters
    ----------
    scenario
        Gives names.
    result
        All variants, most helpful first.
    t
        Words in the language of the reader.
    """
    used = [b for b in BANDS if any(e.gain_l[b] for e in result.effects)]
    columns = [
        (t("cli.whatif.what"), False),
        *((t(f"band.{band}"), True) for band in used),
        (t("cli.whatif.total"), True),
        (t("cli.whatif.people"), True),
        (t("cli.whatif.sure"), False),
    ]
    table = new_table(t("cli.whatif.title"), columns)
    for effect in result.effects:
        if not any(effect.key):
            continue
        table.add_row(
            escape(variant_text(scenario, effect.variant, t)),
            *(f"{effect.gain_l[band]:+,}" for band in used),
            f"{sum(effect.key):+,}",
            f"{effect.gain_people:+,}",
            t("cli.whatif.clear" if effect.is_clear else "cli.whatif.unclear"),
        )
    useless = [e for e in result.effects if not any(e.key)]
    if useless:
        table.add_section()
        names = "; ".join(variant_text(scenario, e.variant, t) for e in useless)
        table.add_row(escape(t("whatif.nothing", names=names)))
    return table


def effects_csv(scenario: Scenario, result: WhatIf, t: Words) -> str:
    """
    Return all variants as a table for Excel.

    Parameters
    ----------
    scenario
        Gives names.
    result
        All variants, most helpful first.
    t
        Words in the language of the reader.
    """
    header = ["kind", "id", "what", *(f"{band}_l" for band in BANDS), "people", "clear"]
    return to_csv(header, [_csv_row(scenario, effect, t) for effect in result.effects])


def _csv_row(scenario: Scenario, effect: Effect, t: Words) -> list[Value]:
    return [
        effect.variant.kind,
        effect.variant.subject,
        variant_text(scenario, effect.variant, t),
        *effect.key,
        effect.gain_people,
        int(effect.is_clear),
    ]
