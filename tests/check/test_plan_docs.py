"""docs/PLAN.md names all that a plan can hold."""

from pathlib import Path
from typing import get_args

import pytest

from dispatch.check.rules import RULES
from dispatch.model.need import BANDS
from dispatch.model.plan import PLAN_FORMAT, REASONS, Ended, Status, StopKind

TEXT = (Path(__file__).parents[2] / "docs" / "PLAN.md").read_text("utf-8")


@pytest.mark.parametrize(
    "name",
    [*REASONS, *BANDS, *get_args(Ended), *get_args(Status), *get_args(StopKind)],
)
def test_every_value_is_told(name: str) -> None:
    assert f"`{name}`" in TEXT


def test_every_rule_has_its_row() -> None:
    numbers = {
        int(line.split()[1])
        for line in TEXT.splitlines()
        if line.startswith("| ") and line.split()[1].isdigit()
    }
    assert numbers == set(range(1, len(RULES)))
    assert PLAN_FORMAT in TEXT
