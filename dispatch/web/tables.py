"""Figures as tables in the reader's language: headings with units, whole litres."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import pandas as pd

from dispatch.check.rows import violation_rows
from dispatch.errors import problem_rows
from dispatch.maps.palette import truck_signs
from dispatch.planning.change_rows import change_rows
from dispatch.units import format_clock

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dispatch.check.facts import Violation
    from dispatch.coverage import Coverage
    from dispatch.errors import Problem
    from dispatch.model.plan import Route
    from dispatch.model.scenario import Scenario
    from dispatch.planning.changes import Change
    from dispatch.words.rows import Rows
    from dispatch.words.words import Words

#: Shapes of the levels as signs, for tables: never colour alone.
LEVEL_MARKS: Final = {"full": "✅", "basic": "🟦", "survival": "🔶", "below": "❌"}

_SHARES: Final = (
    "coverage",
    "share",
    "people_share",
    "shortage_share",
    "supply_share",
    "busy_share",
    "fill_share",
    "utilisation",
)


def _heading(frame: pd.DataFrame, t: Words) -> pd.DataFrame:
    """Turn shares into percent, round the rest, and name the columns."""
    frame = frame.copy()
    for name in frame.columns:
        if name in _SHARES:
            frame[name] = [
                "–" if pd.isna(value) else t.percent(float(value))
                for value in frame[name]
            ]
        elif pd.api.types.is_float_dtype(frame[name].dtype):
            frame[name] = frame[name].astype("Float64").round(1)
    return frame.rename(columns={name: t(f"table.{name}") for name in frame.columns})


def bands_table(figures: Coverage, t: Words) -> pd.DataFrame:
    """
    Return need, served, shortage, coverage and bound of every band.

    Parameters
    ----------
    figures
        The figures of the plan.
    t
        Words in the language of the reader.
    """
    table = figures.bands.reset_index()
    table["band"] = [t(f"band.{band}") for band in table["band"]]
    return _heading(table, t)


def standards_table(figures: Coverage, t: Words) -> pd.DataFrame:
    """
    Return the people at each standard.

    Parameters
    ----------
    figures
        The figures of the plan.
    t
        Words in the language of the reader.
    """
    table = figures.standards.reset_index()
    table["standard"] = [
        f"{t(f'standard.{name}')} {t('unit.litres', count=f'{litres:g}')}"
        for name, litres in zip(table["standard"], table["l_per_person"], strict=True)
    ]
    table = table.rename(columns={"people": "reached", "share": "people_share"})
    return _heading(table.drop(columns="l_per_person"), t)


def places_table(
    places: pd.DataFrame, t: Words, columns: Sequence[str] | None = None
) -> pd.DataFrame:
    """
    Return places with the chosen columns, by default all.

    Parameters
    ----------
    places
        The table of places of the figures.
    t
        Words in the language of the reader.
    columns
        Names of the columns to keep, in their order; None: all.
    """
    table = places.copy()
    table["level"] = [f"{LEVEL_MARKS[x]} {t(f'level.{x}')}" for x in table["level"]]
    table["reason"] = [t.causes(causes) for causes in table["causes"]]
    table = table.drop(columns="causes")
    table["first_s"] = [
        "" if pd.isna(time_s) else format_clock(int(time_s))
        for time_s in table["first_s"]
    ]
    return _heading(table[list(columns)] if columns else table, t)


def reasons_table(figures: Coverage, t: Words) -> pd.DataFrame:
    """
    Return shortage by reason, with what would help.

    Parameters
    ----------
    figures
        The figures of the plan.
    t
        Words in the language of the reader.
    """
    table = figures.reasons.reset_index()
    table["help"] = [t(f"help.{reason}") for reason in table["reason"]]
    table["reason"] = [t(f"reason.{reason}") for reason in table["reason"]]
    return _heading(table.rename(columns={"share": "shortage_share"}), t)


def sources_table(figures: Coverage, t: Words) -> pd.DataFrame:
    """
    Return what every source gives.

    Parameters
    ----------
    figures
        The figures of the plan.
    t
        Words in the language of the reader.
    """
    return _heading(figures.sources.rename(columns={"share": "supply_share"}), t)


def trucks_table(figures: Coverage, scenario: Scenario, t: Words) -> pd.DataFrame:
    """
    Return what every truck does, with its letter.

    Parameters
    ----------
    figures
        The figures of the plan.
    scenario
        Gives the letters of the trucks.
    t
        Words in the language of the reader.
    """
    table = figures.trucks.copy()
    signs = truck_signs(scenario)
    letters = [
        f"{signs[str(truck_id)].letter} · {truck_id}" for truck_id in table.index
    ]
    table.insert(0, "truck", letters)
    return _heading(table, t)


def route_table(route: Route, scenario: Scenario, t: Words) -> pd.DataFrame:
    """
    Return the stops of one truck in order.

    Parameters
    ----------
    route
        Stops of one truck.
    scenario
        Gives names.
    t
        Words in the language of the reader.
    """
    rows = [
        (
            format_clock(stop.start_s),
            format_clock(stop.end_s),
            t(f"stop.{stop.kind}"),
            scenario.label(stop.place_id),
            stop.litres or None,
        )
        for stop in route.stops
    ]
    columns = ["start", "end", "what", "place", "litres"]
    table = pd.DataFrame(rows, columns=columns).astype({"litres": "Int64"})
    return _heading(table, t)


def violations_table(
    violations: Sequence[Violation], scenario: Scenario, t: Words
) -> pd.DataFrame:
    """
    Return every broken rule in words, with where it is broken.

    Parameters
    ----------
    violations
        Broken rules.
    scenario
        Gives names.
    t
        Words in the language of the reader.
    """
    return frame_of(violation_rows(violations, scenario, t))


def changes_table(
    changes: Sequence[Change], scenario: Scenario, t: Words
) -> pd.DataFrame:
    """
    Return what a replan changes for which village, and why.

    Parameters
    ----------
    changes
        As from `plan_changes`.
    scenario
        Gives names and letters.
    t
        Words in the language of the reader.
    """
    signs = truck_signs(scenario)

    def letter(truck_id: str) -> str:
        sign = signs.get(truck_id)
        return truck_id if sign is None else sign.letter

    return frame_of(change_rows(changes, t, village=scenario.label, truck=letter))


def problems_table(problems: Sequence[Problem], t: Words) -> pd.DataFrame:
    """
    Return what to mend: file, row, column, value, what to do; errors with a sign.

    Parameters
    ----------
    problems
        Errors and warnings, in their order.
    t
        Words in the language of the reader.
    """
    content = problem_rows(problems, t)
    rows = [
        (f"{'⛔' if problem.severity == 'error' else '⚠️'} {severity}", *rest)
        for problem, (severity, *rest) in zip(problems, content.rows, strict=True)
    ]
    return frame_of(replace(content, rows=rows))


def frame_of(content: Rows) -> pd.DataFrame:
    """Return rows as a table of a page."""
    return pd.DataFrame(content.rows, columns=list(content.headings))
