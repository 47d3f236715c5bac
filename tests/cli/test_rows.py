"""Problems, broken rules and changes: one set of rows on the terminal and on pages."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from rich.console import Console

from dispatch.check.facts import Violation
from dispatch.cli.failures import problem_table
from dispatch.cli.replan import changes_table
from dispatch.cli.summary import violations_table
from dispatch.errors import Problem
from dispatch.files.scenario.template import example_scenario
from dispatch.planning.changes import Change
from dispatch.web import tables
from dispatch.words.message import say
from dispatch.words.words import Words

if TYPE_CHECKING:
    from rich.table import Table

EVIL = "[bold]村[/bold]"
PROBLEMS = [
    Problem("villages.csv", say("must_not_be_negative"), 14, "人口", "-30"),
    Problem(EVIL, say("table_only_header"), severity="warning"),
]
VIOLATIONS = [
    Violation(2, say("broken.no_road", place=EVIL), "T1", "001", 3),
    Violation(0, say("broken.wrong_gap", gap=0.1, true=0.2)),
]
CHANGES = [
    Change("001", "other_truck", "road", "T1", EVIL, 28_800, 30_000, 12_345, 0),
    Change(EVIL, "added", "for_others", None, "T1", None, 30_000, 0, 900),
]


def shown(table: Table) -> list[list[str]]:
    """Return the headings and cells as they stand on the screen, markup undone."""
    console = Console(width=300)
    cells = [[column.header, *column.cells] for column in table.columns]
    rows = [list(row) for row in zip(*cells, strict=True)]
    return [[console.render_str(str(cell)).plain for cell in row] for row in rows]


def page(frame) -> list[list[str]]:  # type: ignore[no-untyped-def]  # a data frame
    return [list(frame.columns), *frame.to_numpy().tolist()]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_terminal_and_page_say_the_same(lang: str) -> None:
    t, scenario = Words(lang), example_scenario()  # type: ignore[arg-type]  # zh or en
    assert shown(violations_table(VIOLATIONS, scenario, t)) == page(
        tables.violations_table(VIOLATIONS, scenario, t)
    )
    head, *rows = page(tables.problems_table(PROBLEMS, t))
    # Pages have a sign besides: there is no colour in their tables.
    plain = [[severity.split(" ", 1)[1], *rest] for severity, *rest in rows]
    assert shown(problem_table(PROBLEMS, t)) == [head, *plain]
    assert [severity[0] for severity, *_ in rows] == ["⛔", "⚠"]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_changes_differ_only_in_what_trucks_and_villages_are_called(lang: str) -> None:
    """Who types ids needs them; who looks at a map needs its letters."""
    t, scenario = Words(lang), example_scenario()  # type: ignore[arg-type]  # zh or en
    terminal = shown(changes_table(scenario, CHANGES, t))
    web = page(tables.changes_table(CHANGES, scenario, t))
    assert [(row[1], row[4]) for row in terminal] == [(row[1], row[4]) for row in web]
    assert terminal[1][0] == f"{web[1][0]} 001"
    assert terminal[1][2].startswith("T1 08:00 12,345 ")
    assert web[1][2].endswith(terminal[1][2].removeprefix("T1"))
    assert terminal[2][2] == web[2][2] == "–"
    assert EVIL in terminal[1][3]


def test_broken_rules_carry_their_number_and_what_breaks_them() -> None:
    _, first, second = page(
        tables.violations_table(VIOLATIONS, example_scenario(), Words("zh"))
    )
    assert first[0].startswith("2. 行车时间不够")
    assert first[1:3] == ["T1", "3"]
    assert first[4] == f"从 {EVIL} 没有路过来"
    assert second[0].startswith("0. ")
    assert second[1:4] == ["", "", ""]
