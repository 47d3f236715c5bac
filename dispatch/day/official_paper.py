"""A day on one page, to print and to sign."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from dispatch.day.official_forms import (
    helps_form,
    reasons_form,
    title_of,
    townships_form,
    trend_form,
    unit_of,
)
from dispatch.day.official_text import answers_of
from dispatch.files.brief import Brief, Table, brief_pdf

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from dispatch.day.official import OfficialDay, TownshipShort
    from dispatch.files.forms import Form
    from dispatch.words.words import Words

#: Rows on the page; the workbook has all.
_MAX_PLACES: Final = 6
_MAX_REASONS: Final = 5
_MAX_DAYS: Final = 5
_MAX_HELPS: Final = 4


def official_pdf(
    day: OfficialDay,
    t: Words,
    *,
    now: dt.datetime,
    townships: Sequence[TownshipShort] = (),
) -> bytes:
    """
    Return a day as one page of PDF.

    Parameters
    ----------
    day
        As from `official_day`.
    t
        Words in the language of the reader.
    now
        The time now.
    townships
        Rows for the county; none: the page is of one township.
    """
    answers = answers_of(day, t, now=now)
    tables = []
    if townships:
        form = townships_form(day, townships, t)
        columns = (0, 2, 3, 5, 6, 7, 9)
        tables.append(_table(form, columns, (5, 2, 2.6, 3.4, 2.6, 2.6, 2), None))
    if day.places:
        tables.append(_worst(day, t))
        form = reasons_form(day, t)
        tables.append(_table(form, (0, 1, 3, 4, 5), (4, 2, 1.6, 2.6, 6), _MAX_REASONS))
    if day.helps is not None:
        form = helps_form(day, t)
        tables.append(_table(form, range(4), (8, 2.4, 3, 2.6), _MAX_HELPS))
    form = trend_form(day, t)
    tables.append(_table(form, range(6), (2, 2, 2, 2, 2, 2), -_MAX_DAYS))
    brief = Brief(
        title=title_of(day, t),
        unit=unit_of(day, t),
        headline=answers.headline,
        lines=answers.lines,
        warnings=answers.warnings,
        counts=[(c.label, f"{c.value:,}", c.detail) for c in answers.counts],
        tables=tables,
        notes=[answers.definition],
        signature=t("form.signature"),
    )
    return brief_pdf(brief, date=day.date, words=t)


def _table(
    form: Form, columns: Sequence[int], widths: Sequence[float], most: int | None
) -> Table:
    """Return some columns of a form: all rows, the first or, below 0, the last."""
    rows = list(form.rows)
    if most is not None:
        rows = rows[:most] if most > 0 else rows[: most - 1 : -1]
    if form.total is not None and most is None:
        rows.append(form.total)
    return Table(
        title=form.name,
        headings=[form.headings[k] for k in columns],
        widths=widths,
        rows=[[row[k] for k in columns] for row in rows],
    )


def _worst(day: OfficialDay, t: Words) -> Table:
    names = ("place", "people", "per_person", "delivered", "planned", "reason")
    return Table(
        title=t("brief.worst"),
        headings=[t(f"form.{name}") for name in names],
        widths=(4, 1.6, 2, 2, 2, 7),
        rows=[
            [
                place.name,
                place.population,
                place.l_per_person,
                place.delivered_l,
                place.planned_l,
                t.causes(place.lacks),
            ]
            for place in day.worst(_MAX_PLACES)
        ],
    )
