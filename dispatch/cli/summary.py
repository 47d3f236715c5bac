"""A plan as tables for the terminal: bands, trucks, shortages, proof."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import pandas as pd
from rich.markup import escape
from rich.table import Table

from dispatch.check.rows import violation_rows
from dispatch.model.scenario import place_or_truck

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console

    from dispatch.check.facts import Violation
    from dispatch.coverage import Coverage
    from dispatch.model.plan import Bound
    from dispatch.model.scenario import Scenario
    from dispatch.planning.plan_day import Planned
    from dispatch.words.rows import Rows
    from dispatch.words.words import Words

#: Places listed as the worst.
WORST: Final = 5
#: Violations listed before the rest is counted.
MAX_VIOLATIONS: Final = 200


def show_summary(
    console: Console,
    planned: Planned,
    t: Words,
) -> None:
    """
    Show what a coordinator asks first: who gets water, by which trucks, how good.

    Parameters
    ----------
    console
        Where results go.
    planned
        The plan with its figures.
    t
        Words of the language of the terminal.
    """
    scenario, plan, figures = planned.scenario, planned.plan, planned.figures

    def say(text: str, style: str = "") -> None:
        console.print(escape(text), style=style, soft_wrap=True)

    say(t("cli.plan.title", name=plan.scenario, date=plan.date), "bold")
    headline = t(
        "cli.plan.headline",
        served=f"{figures.served_l:,}",
        need=f"{figures.need_l:,}",
        share=t.percent(figures.coverage),
        seconds=f"{plan.solver.seconds:.1f}",
    )
    say(headline, "bold")
    say(gap_text(plan.bound, figures.served_l, t))
    if plan.solver.ended is not None:
        say(t("plan.ended", why=t(f"ended.{plan.solver.ended}")))
    if planned.travel.is_estimate:
        say(t("cli.plan.estimate"), "yellow")
    console.print()
    console.print(bands_table(figures, t))
    console.print()
    console.print(trucks_table(figures, t))
    trips = figures.trucks["trips"].to_dict()
    idle = [str(truck_id) for truck_id, count in trips.items() if not count]
    if idle:
        say(t("cli.plan.idle", trucks=" ".join(idle)))
    if scenario.resting:
        names = "  ".join(place_or_truck(resting.item) for resting in scenario.resting)
        say(t("cli.plan.resting", names=names))
    console.print()
    if figures.shortage_l <= 0:
        say(t("cli.plan.no_shortage"), "green")
        return
    console.print(reasons_table(figures, t))
    console.print()
    console.print(worst_table(figures, t))


def gap_text(bound: Bound | None, served_l: int, t: Words) -> str:
    """
    Return how far the plan is from what no plan can beat.

    Parameters
    ----------
    bound
        What was proven; None: nothing.
    served_l
        Litres of all bands.
    t
        Words in the language of the reader.
    """
    if bound is None:
        return t("cli.plan.gap_none")
    total = f"{bound.total_l:,}"
    if served_l >= bound.total_l:
        return t("cli.plan.best_possible", bound=total)
    # Rounded up: a gap is never shown smaller than it is.
    shown = math.ceil(bound.gap * 1000 - 1e-9) / 10
    return t("cli.plan.gap", bound=total, gap=f"{shown:g}%")


def new_table(title: str, columns: Sequence[tuple[str, bool]]) -> Table:
    """
    Return an empty table; columns are heading and whether they hold numbers.

    Parameters
    ----------
    title
        Text above the table; empty: none.
    columns
        Heading, and whether its cells are numbers.
    """
    table = Table(
        title=title,
        title_justify="left",
        title_style="bold",
        show_edge=False,
        pad_edge=False,
    )
    for heading, is_number in columns:
        table.add_column(
            heading,
            justify="right" if is_number else "left",
            no_wrap=is_number,
            overflow="fold",
        )
    return table


def _litres(value: object) -> str:
    return "–" if pd.isna(value) else f"{value:,}"  # type: ignore[call-overload]  # a scalar


def _number(value: float, digits: int = 1) -> str:
    return "–" if pd.isna(value) else f"{value:,.{digits}f}"


def bands_table(figures: Coverage, t: Words) -> Table:
    """
    Return need, served, coverage and bound of every band that is needed.

    Parameters
    ----------
    figures
        The figures of the plan.
    t
        Words in the language of the reader.
    """
    names = ("need", "served", "coverage", "bound")
    columns = [
        (t("cli.plan.band"), False),
        *((t(f"cli.plan.{x}"), True) for x in names),
    ]
    table = new_table(t("cli.plan.bands"), columns)
    for row in figures.bands.reset_index().to_dict("records"):
        if row["need_l"]:
            table.add_row(
                t(f"band.{row['band']}"),
                _litres(row["need_l"]),
                _litres(row["served_l"]),
                t.percent(row["coverage"]),
                _litres(row["bound_l"]),
            )
    table.add_section()
    table.add_row(
        t("cli.plan.total"),
        _litres(figures.need_l),
        _litres(figures.served_l),
        t.percent(figures.coverage),
    )
    return table


def trucks_table(figures: Coverage, t: Words) -> Table:
    """
    Return trips, litres, hours and kilometres of every truck that drives.

    Parameters
    ----------
    figures
        The figures of the plan.
    t
        Words in the language of the reader.
    """
    names = ("trips", "visits", "litres", "duty", "driving", "km")
    columns = [
        (t("cli.plan.truck"), False),
        (t("cli.plan.plate"), False),
        *((t(f"cli.plan.{name}"), True) for name in names),
    ]
    table = new_table(t("cli.plan.trucks"), columns)
    used = figures.trucks[figures.trucks["trips"] > 0].reset_index()
    for row in used.to_dict("records"):
        table.add_row(
            escape(str(row["truck_id"])),
            escape(str(row["plate"])),
            str(row["trips"]),
            str(row["visits"]),
            _litres(row["litres"]),
            _number(row["on_duty_h"]),
            _number(row["driving_h"]),
            _number(row["km"]),
        )
    table.add_section()
    table.add_row(
        t("cli.plan.total"),
        "",
        str(used["trips"].sum()),
        str(used["visits"].sum()),
        _litres(int(used["litres"].sum())),
        _number(float(used["on_duty_h"].sum())),
        _number(float(used["driving_h"].sum())),
        _number(float(used["km"].sum())),
    )
    return table


def reasons_table(figures: Coverage, t: Words) -> Table:
    """
    Return the shortage by reason, with what would help.

    Parameters
    ----------
    figures
        The figures of the plan.
    t
        Words in the language of the reader.
    """
    names = ("places", "people", "shortage")
    columns = [
        (t("cli.plan.reason"), False),
        *((t(f"cli.plan.{name}"), True) for name in names),
        (t("cli.plan.help"), False),
    ]
    table = new_table(t("cli.plan.shortages"), columns)
    for row in figures.reasons.reset_index().to_dict("records"):
        table.add_row(
            t(f"reason.{row['reason']}"),
            str(row["places"]),
            _litres(row["people"]),
            _litres(row["shortage_l"]),
            t(f"help.{row['reason']}"),
        )
    return table


def worst_table(figures: Coverage, t: Words) -> Table:
    """
    Return the places whose people get the fewest litres.

    Parameters
    ----------
    figures
        The figures of the plan.
    t
        Words in the language of the reader.
    """
    columns = [
        (t("cli.plan.place"), False),
        (t("cli.plan.people"), True),
        (t("cli.plan.per_person"), True),
        (t("cli.plan.shortage"), True),
        (t("cli.plan.reason"), False),
    ]
    table = new_table(t("cli.plan.worst"), columns)
    for row in figures.worst_places(WORST).to_dict("records"):
        table.add_row(
            escape(str(row["name"])),
            _litres(row["population"]),
            _number(row["l_per_person"]),
            _litres(row["shortage_l"]),
            t.causes(row["causes"]),
        )
    return table


def violations_table(
    violations: Sequence[Violation], scenario: Scenario, t: Words
) -> Table:
    """
    Return every broken rule, with where it is broken.

    Parameters
    ----------
    violations
        Broken rules; only the first ones are shown.
    scenario
        Gives names.
    t
        Words in the language of the reader.
    """
    title = t("cli.check.title", count=len(violations))
    return rows_table(title, violation_rows(violations[:MAX_VIOLATIONS], scenario, t))


def rows_table(title: str, content: Rows) -> Table:
    """
    Return rows as a table of the terminal.

    Parameters
    ----------
    title
        Text above the table; empty: none.
    content
        Headings and rows, not yet escaped.
    """
    columns = list(zip(content.headings, content.is_number, strict=True))
    table = new_table(title, columns)
    for row in content.rows:
        table.add_row(*map(escape, row))
    return table
