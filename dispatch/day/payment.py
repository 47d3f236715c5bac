"""Sheets of what was planned, delivered and is to be paid, from what is kept."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

from dispatch.errors import DispatchError
from dispatch.files.plan.plan_json import plan_from_json
from dispatch.operations.payment import (
    Payment,
    PlannedDelivered,
    payments,
    planned_delivered,
)
from dispatch.operations.rules import Rules, rules_of
from dispatch.store.audit import note_change
from dispatch.store.days import find_day, versions_of
from dispatch.store.events import reports_of
from dispatch.store.master import township_of
from dispatch.words.message import say

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dispatch.operations.payment import By
    from dispatch.store.db import Database


def payment_sheet(
    db: Database,
    township: str,
    first: dt.date | None = None,
    last: dt.date | None = None,
    *,
    price_per_m3: float | None = None,
) -> list[Payment]:
    """
    Return what each truck is paid for the litres that it delivered.

    Parameters
    ----------
    db
        The store.
    township
        Its code.
    first, last
        From which day to which, both included; None: no limit.
    price_per_m3
        None: the price that the township has set.

    Raises
    ------
    DispatchError
        If the store has no such township.
    """
    with db.read() as session:
        rules = rules_of(township_of(session, township).settings)
        if price_per_m3 is not None:
            rules = replace(rules, price_per_m3=price_per_m3)
        reports = reports_of(session, township, first, last)
    return payments(reports, price_per_m3=rules.price_per_m3)


def compared_sheet(
    db: Database, township: str, first: dt.date, last: dt.date, by: By
) -> list[PlannedDelivered]:
    """
    Return planned against delivered litres.

    The plan of a day is the one that drivers see, re-planned ones with what was done.

    Parameters
    ----------
    db
        The store.
    township
        Its code.
    first, last
        From which day to which, both included.
    by
        Whether a row is a truck, a village or a day.

    Raises
    ------
    DispatchError
        If the store has no such township.
    """
    plans = {}
    with db.read() as session:
        township_of(session, township)
        reports = reports_of(session, township, first, last)
        for date in _dates(first, last):
            day = find_day(session, township, date)
            versions = [] if day is None else versions_of(session, day)
            shown = [v for v in versions if v.status == "published"]
            if shown:
                plans[date] = plan_from_json(shown[-1].plan.encode())
    return planned_delivered(plans, reports, by)


def _dates(first: dt.date, last: dt.date) -> list[dt.date]:
    num_days = (last - first).days + 1
    return [first + dt.timedelta(days=k) for k in range(num_days)]


def township_rules(db: Database, township: str) -> Rules:
    """
    Return the settings of a township.

    Parameters
    ----------
    db
        The store.
    township
        Its code.

    Raises
    ------
    DispatchError
        If the store has no such township.
    """
    with db.read() as session:
        return rules_of(township_of(session, township).settings)


def set_rules(
    db: Database,
    township: str,
    changes: Mapping[str, str],
    *,
    who: str,
    at: dt.datetime,
) -> Rules:
    """
    Return the settings of a township after changing some.

    Parameters
    ----------
    db
        The store.
    township
        Its code.
    changes
        Names of settings and what they are to be, as people write it.
    who, at
        For the audit trail.

    Raises
    ------
    DispatchError
        If there is no such setting, or it cannot be that.
    """
    with db.write() as session:
        row = township_of(session, township, lock=True)
        old = rules_of(row.settings)
        values: dict[str, Any] = {
            name: _value(old, name, text) for name, text in changes.items()
        }
        new = replace(old, **values)
        if new != old:
            before = {name: getattr(old, name) for name in values}
            note_change(
                session,
                township,
                who=who,
                at=at,
                what="settings",
                old=before,
                new=values,
            )
            row.settings = {**row.settings, **values}
            row.version += 1
        return new


def _value(rules: Rules, name: str, text: str) -> bool | int | float:
    """Return a value of the kind that a setting has."""
    old = asdict(rules).get(name)
    try:
        if isinstance(old, bool):
            return {"yes": True, "no": False}[text.strip().casefold()]
        if isinstance(old, int):
            return int(text)
        if isinstance(old, float):
            return float(text)
    except (ValueError, KeyError) as error:
        raise DispatchError(say("rule_no_value", name=name, text=text)) from error
    names = ", ".join(asdict(rules))
    raise DispatchError(say("rule_unknown", name=name, names=names))
