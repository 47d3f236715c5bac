"""Master data come back as they went in, and no edit is lost to another."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from dispatch.errors import DispatchError
from dispatch.files.scenario.read import read_scenario
from dispatch.store.master import import_scenario, items_of, scenario_of

if TYPE_CHECKING:
    from dispatch.store.db import Database

DATA = Path(__file__).parents[2] / "data"
TINY = Path(__file__).parents[1] / "data" / "tiny"
AT = dt.datetime(2022, 9, 6, 7)


def taken_in(db: Database, scenario, code="430423"):
    with db.write() as session:
        import_scenario(session, code, scenario, who="test", at=AT)


@pytest.mark.parametrize("folder", [DATA / "yonghe", DATA / "heping", TINY])
def test_a_scenario_comes_back_equal(db: Database, folder: Path) -> None:
    scenario = read_scenario(folder)
    rested = replace(scenario.villages[0], out_of_service=True)
    from dispatch.model.scenario import Resting

    scenario = replace(
        scenario,
        folder=None,
        villages=scenario.villages[1:],
        resting=(*scenario.resting, Resting(0, rested)),
    )
    taken_in(db, scenario)
    with db.read() as session:
        again = scenario_of(session, "430423", scenario.date)
    assert again == scenario


def test_importing_twice_changes_no_version(db: Database) -> None:
    scenario = read_scenario(TINY)
    taken_in(db, scenario)
    taken_in(db, scenario)
    with db.read() as session:
        rows = items_of(session, "430423", "village")
    assert [row.version for row in rows] == [1] * len(scenario.villages)


def test_an_unknown_township_is_told(db: Database) -> None:
    with db.read() as session, pytest.raises(DispatchError, match="999"):
        scenario_of(session, "999", AT.date())
