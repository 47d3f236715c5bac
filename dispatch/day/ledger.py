"""The ledger of days, as commands and pages show it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dispatch.day.alarms import alarms_between
from dispatch.operations.ledger import TruckLitres, ledger_of
from dispatch.store.events import reports_of
from dispatch.store.master import township_of

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from dispatch.operations.alarms import Alarm
    from dispatch.store.db import Database
    from dispatch.words.message import Lang


def ledger_answer(
    db: Database,
    township: str,
    first: dt.date | None,
    last: dt.date | None,
    lang: Lang,
) -> dict[str, Any]:
    """
    Return what was filled, delivered, returned and lost, and the alarms.

    Parameters
    ----------
    db
        The store.
    township
        Its code.
    first, last
        From which day to which, both included; None: no limit.
    lang
        Language of the alarms.

    Raises
    ------
    DispatchError
        If the store has no such township.
    """
    with db.read() as session:
        township_of(session, township)
        ledger = ledger_of(reports_of(session, township, first, last))
        alarms = alarms_between(session, township, first, last)
    total = ledger.total()
    return {
        "events": ledger.num_events,
        **_litres(total),
        "lost_l": total.lost_l,
        "by_truck": {truck: _litres(sums) for truck, sums in ledger.by_truck.items()},
        "by_village": {
            place: {"delivered_l": litres}
            for place, litres in ledger.delivered_l.items()
        },
        "by_source": {
            place: {"drawn_l": litres} for place, litres in ledger.drawn_l.items()
        },
        "alarms": _alarm_rows(alarms, lang),
    }


def _litres(sums: TruckLitres) -> dict[str, int]:
    return {
        "filled_l": sums.filled_l,
        "delivered_l": sums.delivered_l,
        "returned_l": sums.returned_l,
    }


def day_alarms(
    db: Database, township: str, date: dt.date, lang: Lang
) -> list[dict[str, Any]]:
    """
    Return the alarms of a day, each with what it is about and a sentence.

    Parameters
    ----------
    db
        The store.
    township, date
        Of the day.
    lang
        Language of the sentences.

    Raises
    ------
    DispatchError
        If the store has no such township.
    """
    with db.read() as session:
        return _alarm_rows(alarms_between(session, township, date, date), lang)


def _alarm_rows(alarms: Sequence[Alarm], lang: Lang) -> list[dict[str, Any]]:
    return [
        {
            "kind": alarm.kind,
            "truck": alarm.truck,
            "place": alarm.place,
            "at": alarm.at.isoformat(),
            "key": alarm.key,
            "message": alarm.message.text(lang),
        }
        for alarm in alarms
    ]
