"""The forms of a day: tables with sums as an office hands them up."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from typing import TYPE_CHECKING

from dispatch.coverage import STANDARDS, share
from dispatch.day.official_text import answers_of, moment_of
from dispatch.files.forms import Form, Percent, forms_xlsx
from dispatch.operations.ledger import ledger_of
from dispatch.operations.payment import payments
from dispatch.planning.helping import change_text

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from dispatch.coverage import Coverage
    from dispatch.day.helping import KeptHelps
    from dispatch.day.official import OfficialDay, TownshipShort
    from dispatch.files.forms import Cell
    from dispatch.planning.helping import Help
    from dispatch.words.words import Words


def official_xlsx(
    day: OfficialDay,
    t: Words,
    *,
    now: dt.datetime,
    townships: Sequence[TownshipShort] = (),
) -> bytes:
    """
    Return a day as a workbook: one sheet per question, ready to print and to sign.

    Parameters
    ----------
    day
        As from `official_day`.
    t
        Words in the language of the reader.
    now
        The time now.
    townships
        Rows for the county; none: the report is of one township.
    """
    return forms_xlsx(
        official_forms(day, t, now=now, townships=townships),
        date=day.date,
        signature=t("form.signature"),
        page=t("form.page"),
    )


def official_forms(
    day: OfficialDay,
    t: Words,
    *,
    now: dt.datetime,
    townships: Sequence[TownshipShort] = (),
) -> list[Form]:
    """
    Return the tables of a day.

    Parameters
    ----------
    day
        As from `official_day`.
    t
        Words in the language of the reader.
    now
        The time now.
    townships
        Rows for the county.
    """
    forms = [summary_form(day, t, now=now)]
    if townships:
        forms.append(townships_form(day, townships, t))
    if day.figures is not None:
        forms += [
            places_form(day, t),
            reasons_form(day, t),
            *([] if day.helps is None else [helps_form(day, t)]),
            _bands(day, day.figures, t),
            _trucks(day, t),
            _sources(day, t),
        ]
    return [*forms, trend_form(day, t)]


def title_of(day: OfficialDay, t: Words) -> str:
    """
    Return what stands above the report of a day.

    Parameters
    ----------
    day
        As from `official_day`.
    t
        Words in the language of the reader.
    """
    return t("form.title", name=day.name, date=day.date)


def unit_of(day: OfficialDay, t: Words) -> str:
    """
    Return who reports, until when, by which plan, in which units.

    Parameters
    ----------
    day
        As from `official_day`.
    t
        Words in the language of the reader.
    """
    time = t("form.no_time")
    if day.last_report is not None:
        time = moment_of(day.last_report, day.date)
    version = t("form.no_version")
    if day.version is not None:
        version = t("form.version", number=day.version)
    return t("form.unit", name=day.name, time=time, version=version)


def _form(
    day: OfficialDay,
    t: Words,
    name: str,
    headings: Sequence[str],
    rows: Sequence[Sequence[Cell]],
    total: Sequence[Cell] | None = None,
    notes: Sequence[str] = (),
) -> Form:
    return Form(
        name=name,
        title=f"{title_of(day, t)} {name}",
        unit=unit_of(day, t),
        headings=headings,
        rows=rows,
        total=total,
        notes=notes,
    )


def summary_form(day: OfficialDay, t: Words, *, now: dt.datetime) -> Form:
    """
    Return the figures of a day, by what was delivered and by the plan.

    Parameters
    ----------
    day
        As from `official_day`.
    t
        Words in the language of the reader.
    now
        The time now.
    """
    answers = answers_of(day, t, now=now)
    rows: list[list[Cell]] = []

    def add(item: str, unit: str, value: Cell, planned: Cell = None) -> None:
        rows.append([item, value, planned, t(f"form.{unit}_unit")])

    came, plan = day.figures, day.planned
    if came is not None:
        short = day.planned_short
        add(t("form.people"), "people", day.people, day.people)
        add(t("form.short"), "people", day.short, short)
        add(
            t("form.short_share"),
            "share",
            _part(day.short, day.people),
            None if short is None else _part(short, day.people),
        )
        for name in STANDARDS:
            add(
                t(f"form.at_{name}"),
                "people",
                _people(came, name),
                None if plan is None else _people(plan, name),
            )
        add(
            t("form.vulnerable"),
            "people",
            _vulnerable(came),
            None if plan is None else _vulnerable(plan),
        )
        add(t("form.cattle"), "head", day.cattle_short, day.planned_cattle_short)
        add(t("form.need"), "litre", came.need_l, None if plan is None else plan.need_l)
    add(
        t("form.delivered"),
        "litre",
        day.delivered_l,
        None if day.version is None else day.planned_l,
    )
    if came is not None:
        add(
            t("form.met_share"),
            "share",
            Percent(came.coverage),
            None if plan is None else Percent(plan.coverage),
        )
        rows += _fairness(day, came, plan, t)
    if day.price_per_m3:
        add(t("form.amount"), "money", day.amount)
        add(t("form.price"), "price", Decimal(str(day.price_per_m3)))
    headings = [t(f"form.{x}") for x in ("item", "value", "planned_value", "measure")]
    notes = [answers.headline, *answers.lines, *answers.warnings, answers.definition]
    return _form(day, t, t("form.sheet_summary"), headings, rows, notes=notes)


def _fairness(
    day: OfficialDay, came: Coverage, plan: Coverage | None, t: Words
) -> list[list[Cell]]:
    """Return the rows of how evenly water is shared."""
    now, then = came.fairness, None if plan is None else plan.fairness
    least, most = t("form.least"), t("form.most")
    if day.spread is not None:
        label = {place.place: place.name for place in day.places}
        least += f" {label[day.spread.least]}"
        most += f" {label[day.spread.most]}"
    per_person, index = t("form.per_person_unit"), t("form.index_unit")
    return [
        [least, now.min_l_per_person, None, per_person],
        [most, None if day.spread is None else day.spread.most_l, None, per_person],
        [
            t("form.mean"),
            now.mean_l_per_person,
            None if then is None else then.mean_l_per_person,
            per_person,
        ],
        # As money is: two places, for a number between 0 and 1.
        [
            t("form.gini"),
            _index(now.gini),
            None if then is None else _index(then.gini),
            index,
        ],
        [
            t("form.jain"),
            _index(now.jain),
            None if then is None else _index(then.jain),
            index,
        ],
    ]


def _index(value: float) -> Decimal:
    return Decimal(f"{value:.3f}")


def _part(part: int, whole: int) -> Percent:
    return Percent(part / whole if whole else 0.0)


def _of_plan(delivered_l: int, planned_l: int) -> Percent | None:
    return Percent(delivered_l / planned_l) if planned_l else None


def _people(figures: Coverage, standard: str) -> int:
    return int(figures.places[standard].sum())


def _vulnerable(figures: Coverage) -> int:
    return int(figures.places["vulnerable_survival"].sum())


def townships_form(
    day: OfficialDay, townships: Sequence[TownshipShort], t: Words
) -> Form:
    """
    Return the townships of a county side by side, with their sums.

    Parameters
    ----------
    day
        Gives the head of the form.
    townships
        Its rows.
    t
        Words in the language of the reader.
    """
    rows: list[list[Cell]] = [
        [
            row.name,
            t(f"county.state_{row.state}"),
            row.people,
            row.short,
            _part(row.short, row.people),
            row.planned_short,
            row.planned_l,
            row.delivered_l,
            _of_plan(row.delivered_l, row.planned_l),
            "" if row.last_report is None else moment_of(row.last_report, day.date),
        ]
        for row in townships
    ]
    people = sum(row.people for row in townships)
    short = sum(row.short for row in townships)
    planned_l = sum(row.planned_l for row in townships)
    delivered_l = sum(row.delivered_l for row in townships)
    total: list[Cell] = [
        t("form.sum"),
        None,
        people,
        short,
        _part(short, people),
        sum(row.planned_short or 0 for row in townships),
        planned_l,
        delivered_l,
        _of_plan(delivered_l, planned_l),
        None,
    ]
    headings = [
        t("form.township"),
        t("form.state"),
        t("form.people"),
        t("form.short"),
        t("form.short_share"),
        f"{t('form.short')} {t('form.planned_value')}",
        t("form.planned"),
        t("form.delivered"),
        t("form.delivered_share"),
        t("form.last_report"),
    ]
    return _form(day, t, t("form.sheet_townships"), headings, rows, total)


def places_form(day: OfficialDay, t: Words) -> Form:
    """
    Return every place with what it needs, was to get and got, the worst off first.

    Parameters
    ----------
    day
        As from `official_day`.
    t
        Words in the language of the reader.
    """
    worst = day.worst()
    rest = [place for place in day.places if place.shortage_l <= 0]
    rows: list[list[Cell]] = [
        [
            place.name,
            place.township,
            place.population,
            place.need_l,
            place.planned_l,
            place.delivered_l,
            place.delivered_l - place.planned_l,
            place.l_per_person,
            place.planned_l_per_person,
            t(f"level.{place.level}"),
            place.survival,
            place.basic,
            place.short,
            place.planned_short,
            place.shortage_l,
            place.days_below,
            t.causes(place.lacks) if place.lacks else "",
            _help(place.lacks, t),
        ]
        for place in (*worst, *rest)
    ]
    if day.elsewhere_l:
        row: list[Cell] = [None] * 18
        row[0], row[5], row[6] = t("form.elsewhere"), day.elsewhere_l, day.elsewhere_l
        rows.append(row)
    names = (
        *("place", "township", "people", "need", "planned", "delivered"),
        *("difference", "per_person", "planned_per_person", "level", "at_survival"),
        *("at_basic", "short", None, "shortage", "days_below", "reason", "help"),
    )
    headings = [
        f"{t('form.short')} {t('form.planned_value')}" if x is None else t(f"form.{x}")
        for x in names
    ]
    total: list[Cell] = [None] * len(headings)
    total[0] = t("form.sum")
    for column in (2, 3, 4, 5, 6, 10, 11, 12, 13, 14):
        cells = [row[column] for row in rows]
        if any(cell is not None for cell in cells):
            total[column] = sum(cell for cell in cells if isinstance(cell, int))
    return _form(day, t, t("form.sheet_places"), headings, rows, total)


def _help(lacks: Sequence[tuple[str, int]], t: Words) -> str:
    helps = dict.fromkeys(t(f"help.{reason}") for reason, _ in lacks)
    return t("unit.between").join(helps)


def reasons_form(day: OfficialDay, t: Words) -> Form:
    """
    Return why water is short, in litres and people, and what would help.

    Parameters
    ----------
    day
        As from `official_day`.
    t
        Words in the language of the reader.
    """
    lacks = day.lacks()
    litres = sum(lack.litres for lack in lacks)
    rows: list[list[Cell]] = [
        [
            t(f"reason.{lack.reason}"),
            lack.litres,
            Percent(share(lack.litres, litres)),
            lack.places,
            lack.people,
            t(f"help.{lack.reason}"),
        ]
        for lack in lacks
    ]
    names = ("reason", "shortage", "share", "places", "short", "help")
    headings = [t(f"form.{name}") for name in names]
    # A place may have two reasons: places and people do not add up.
    total: list[Cell] = [t("form.sum"), litres, Percent(1.0), None, None, None]
    return _form(
        day, t, t("form.sheet_reasons"), headings, rows, total if rows else None
    )


def helps_form(day: OfficialDay, t: Words) -> Form:
    """
    Return what would help the published plan: litres and people that changes add.

    Parameters
    ----------
    day
        As from `official_day`.
    t
        Words in the language of the reader.
    """
    rows: list[list[Cell]] = []
    notes = []
    if day.helps is not None and day.scenario is not None:
        helps = day.helps.helps
        rows = [
            [
                change_text(day.scenario, each.kind, each.subject, each.amount, t),
                each.litres,
                each.people,
                _certainty(each, t),
            ]
            for each in helps.tried
        ]
        notes = helps_notes(day.helps, t)
    headings = [t(f"form.{name}") for name in ("what", "more_l", "more_people", "sure")]
    return _form(day, t, t("form.sheet_helps"), headings, rows, notes=notes)


def _certainty(each: Help, t: Words) -> str:
    if not each.is_gain:
        return t("whatif.adds_nothing")
    return t("form.sure_yes" if each.is_clear else "form.sure_no")


def helps_notes(kept: KeptHelps, t: Words) -> list[str]:
    """
    Return how what would help was found, and how sure it is.

    Parameters
    ----------
    kept
        What would help.
    t
        Words in the language of the reader.
    """
    helps = kept.helps
    notes = [
        t("whatif.made", number=kept.version, time=f"{kept.made_at:%m-%d %H:%M}"),
        t("whatif.noise", litres=f"{helps.noise_l:,}"),
    ]
    if helps.num_left_out:
        notes.append(t("whatif.left_out", count=helps.num_left_out))
    return notes


def _bands(day: OfficialDay, came: Coverage, t: Words) -> Form:
    plan = day.planned
    then = {} if plan is None else plan.bands["served_l"].to_dict()
    rows: list[list[Cell]] = [
        [
            t(f"band.{band}"),
            int(row["need_l"]),
            int(then[band]) if band in then else None,
            int(row["served_l"]),
            Percent(float(row["coverage"])),
        ]
        for band, row in came.bands.to_dict("index").items()
    ]
    total: list[Cell] = [
        t("form.sum"),
        came.need_l,
        None if plan is None else plan.served_l,
        came.served_l,
        Percent(came.coverage),
    ]
    names = ("band", "need", "planned", "delivered", "met_share")
    headings = [t(f"form.{name}") for name in names]
    return _form(day, t, t("form.sheet_bands"), headings, rows, total)


def _trucks(day: OfficialDay, t: Words) -> Form:
    """Return what each truck was to bring, brought, and is paid."""
    ledger = ledger_of(day.reports)
    paid = {
        row.truck: row for row in payments(day.reports, price_per_m3=day.price_per_m3)
    }
    planned: Counter[str] = Counter()
    for route in day.plan.routes if day.plan is not None else ():
        planned[route.truck_id] += route.delivered_l
    scenario, rows = day.scenario, []
    for truck in sorted({*planned, *ledger.by_truck}):
        sums = ledger.by_truck.get(truck)
        row: list[Cell] = [
            truck,
            "" if scenario is None else scenario.plate(truck),
            planned[truck],
            0 if sums is None else sums.filled_l,
            0 if sums is None else sums.delivered_l,
            paid[truck].num_deliveries if truck in paid else 0,
            paid[truck].amount if truck in paid and day.price_per_m3 else None,
        ]
        rows.append(row)
    whole = ledger.total()
    total: list[Cell] = [
        t("form.sum"),
        None,
        sum(planned.values()),
        whole.filled_l,
        whole.delivered_l,
        sum(row.num_deliveries for row in paid.values()),
        day.amount if day.price_per_m3 else None,
    ]
    names = ("truck", "plate", "planned", "filled", "delivered", "times", "amount")
    headings = [t(f"form.{name}") for name in names]
    return _form(day, t, t("form.sheet_trucks"), headings, rows, total)


def _sources(day: OfficialDay, t: Words) -> Form:
    drawn = ledger_of(day.reports).drawn_l
    planned: Counter[str] = Counter()
    for route in day.plan.routes if day.plan is not None else ():
        for stop in route.stops:
            if stop.kind == "fill":
                planned[stop.place_id] += stop.litres
    scenario = day.scenario
    rows: list[list[Cell]] = [
        [
            source if scenario is None else scenario.label(source),
            planned[source],
            drawn[source],
        ]
        for source in sorted({*planned, *drawn})
    ]
    total: list[Cell] = [t("form.sum"), sum(planned.values()), sum(drawn.values())]
    headings = [t(f"form.{name}") for name in ("source", "planned_drawn", "drawn")]
    return _form(day, t, t("form.sheet_sources"), headings, rows, total)


def trend_form(day: OfficialDay, t: Words) -> Form:
    """
    Return the days before, and this one: planned, delivered, people who are short.

    Parameters
    ----------
    day
        As from `official_day`.
    t
        Words in the language of the reader.
    """
    rows: list[list[Cell]] = [
        [
            each.date.isoformat(),
            None if each.short is None else each.planned_l,
            each.delivered_l,
            _of_plan(each.delivered_l, each.planned_l),
            each.short,
            None if each.short is None else _part(each.short, each.people),
        ]
        for each in day.trend
    ]
    planned_l = sum(each.planned_l for each in day.trend)
    delivered_l = sum(each.delivered_l for each in day.trend)
    total: list[Cell] = [
        t("form.sum"),
        planned_l,
        delivered_l,
        _of_plan(delivered_l, planned_l),
        None,
        None,
    ]
    names = (
        *("date", "planned", "delivered", "delivered_share"),
        *("short", "short_share"),
    )
    headings = [t(f"form.{name}") for name in names]
    return _form(day, t, t("form.sheet_trend"), headings, rows, total)
