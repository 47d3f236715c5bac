"""Sheets and settings of a township from the command line."""

from __future__ import annotations

import datetime as dt
import json
from typing import TYPE_CHECKING, Any

import pytest
from typer.testing import CliRunner

from dispatch.cli import app
from dispatch.day.opening import import_scenario
from dispatch.day.reporting import report_from, take_reports
from dispatch.store.db import Database, sqlite_url
from tests.solver import tiny

if TYPE_CHECKING:
    from pathlib import Path

CODE = "430423"
DATE = dt.date(2022, 9, 6)
AT = dt.datetime(2022, 9, 6, 9, 0)
DAYS = ("--township", CODE, "--from", "2022-09-06", "--until", "2022-09-07")


@pytest.fixture
def url(tmp_path: Path) -> str:
    """Give a store in which a truck with a bad name brought 1500 litres."""
    address = sqlite_url(tmp_path / "dispatch.db")
    db = Database(address)
    db.upgrade()
    day = tiny.scenario([tiny.village("V")], trucks=[tiny.truck("=1+1")])
    import_scenario(db, CODE, day, who="test", at=AT)
    row = {"key": "a", "kind": "delivered", "place": "V", "litres": 1_500}
    report = report_from({**row, "at": "09:00"}, date=DATE, truck="=1+1")
    take_reports(db, CODE, [report], received_at=AT)
    db.close()
    return address


def run(url: str, *words: str, code: int = 0) -> Any:
    args = [*words, "--db", url, "--json", "--lang", "en"]
    result = CliRunner().invoke(app, args)
    assert result.exit_code == code, result.output
    return json.loads(result.stdout) if code == 0 else result.stderr


def test_trucks_are_paid_by_the_price_that_is_set(url: str, tmp_path: Path) -> None:
    settings = ("store", "settings", "--township", CODE)
    assert run(url, *settings)["price_per_m3"] == 0
    assert run(url, *settings, "--set", "price_per_m3=28.5")["price_per_m3"] == 28.5
    file = tmp_path / "out" / "payment.csv"
    rows = run(url, "day", "payment", *DAYS, "--csv", str(file))["rows"]
    assert [(row["truck"], row["m3"], row["amount"]) for row in rows] == [
        ("=1+1", 1.5, 42.75),
        (None, 1.5, 42.75),
    ]
    lines = file.read_text("utf-8-sig").splitlines()
    assert lines[1].startswith("'=1+1,1,1,1.5,28.5,42.75")
    other = run(url, "day", "payment", *DAYS, "--price", "10")["rows"]
    assert other[-1]["amount"] == 15


def test_planned_is_held_against_delivered(url: str) -> None:
    for by, label in (("truck", "=1+1"), ("village", "V"), ("day", "2022-09-06")):
        (row,) = run(url, "day", "compare", *DAYS, "--by", by)["rows"]
        assert (row["label"], row["planned"], row["delivered"]) == (label, 0, 1_500)


def test_who_must_be_served_in_the_days_ahead(url: str) -> None:
    """Nobody lives in V yet; then 20 people need 1 l each, and have 1 l left."""
    asked = ("day", "ahead", "--township", CODE, "--date", "2022-09-06", "--days", "3")
    assert [day["turns"] for day in run(url, *asked)["days"]] == [[], [], []]
    db = Database(url)
    day = tiny.scenario([tiny.village("V", population=20, stock_l=30)])
    import_scenario(db, CODE, day, who="test", at=AT)
    db.close()
    answer = run(url, *asked, "--capacity", "25")
    assert answer["days_left"] == {"V": 1.5}
    assert [day["turns"] for day in answer["days"]] == [
        [],
        [{"village": "V", "litres": 25, "due": True}],
        [{"village": "V", "litres": 25, "due": True}],
    ]


@pytest.mark.parametrize(
    "change", ["price=3", "price_per_m3=much", "price_per_m3=-1", "price_per_m3"]
)
def test_a_setting_that_cannot_be_is_told(url: str, change: str) -> None:
    settings = ("store", "settings", "--township", CODE)
    assert "price" in run(url, *settings, "--set", change, code=2)
    assert run(url, *settings)["price_per_m3"] == 0


def test_whether_chlorine_is_asked_is_yes_or_no(url: str) -> None:
    settings = ("store", "settings", "--township", CODE)
    answer = run(url, *settings, "--set", "is_chlorine_asked=no")
    assert answer["is_chlorine_asked"] is False
    assert run(url, *settings, "--set", "request_workdays=5")["request_workdays"] == 5
