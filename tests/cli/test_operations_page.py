"""What docs/OPERATIONS.md tells people to type is what the program takes."""

from __future__ import annotations

import re
import shlex
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
import typer

from dispatch.cli import app
from dispatch.operations.alarms import ALARM_KINDS
from dispatch.operations.rules import Rules

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "OPERATIONS.md").read_text("utf-8")
UNITS = sorted((ROOT / "deploy").iterdir())
#: Commands in blocks, in tables and in running text.
TYPED = re.findall(r"^dispatch .*$", PAGE, re.MULTILINE)
TYPED += [
    text.replace("\\|", "|").replace("[", "").replace("]", "")
    for text in re.findall(r"`(dispatch [^`…]*)`", PAGE)
    if text not in ("dispatch.db",)
]


def unknown_words(line: str) -> list[str]:
    """Return the commands and options of a line that the program does not know."""
    group: Any = typer.main.get_command(app)
    missing = []
    options: set[str] = set()
    for word in shlex.split(line)[1:]:
        commands = getattr(group, "commands", None)
        if commands is not None:
            names = word.split("|")
            missing += [name for name in names if name not in commands]
            if missing:
                return missing
            group = commands[names[0]]
            options = {o for p in group.params for o in p.opts}
        elif word.startswith("--") and word not in options:
            missing.append(word)
    return missing


@pytest.mark.parametrize("line", sorted(set(TYPED)))
def test_commands_of_the_page_exist(line: str) -> None:
    assert unknown_words(line) == []


def test_commands_that_do_not_exist_are_seen() -> None:
    assert unknown_words("dispatch store chek") == ["chek"]
    assert unknown_words("dispatch backup x.zip --forse") == ["--forse"]
    assert unknown_words("dispatch day open|clse --date D") == ["clse"]


@pytest.mark.parametrize("unit", UNITS, ids=lambda path: path.name)
def test_commands_of_the_units_exist(unit: Path) -> None:
    lines = re.findall(r"/bin/(dispatch [^'$]*)", unit.read_text("utf-8"))
    assert bool(lines) == (unit.suffix == ".service")
    assert [unknown_words(line) for line in lines] == [[] for _ in lines]


def test_every_setting_and_alarm_is_explained() -> None:
    for name in (*(field.name for field in fields(Rules)), *ALARM_KINDS):
        assert f"| `{name}` |" in PAGE
