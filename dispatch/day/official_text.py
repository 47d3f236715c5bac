"""What officials are told first, in words: the same on pages, in Excel and on paper."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

from dispatch.coverage import share
from dispatch.model.scenario import NeedStandard
from dispatch.planning.helping import help_line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dispatch.day.official import OfficialDay
    from dispatch.words.words import Words

#: Who is named in one sentence.
MAX_NAMES: Final = 4
#: Changes of the means that are named in one sentence.
MAX_HELPS: Final = 3
#: A name that is longer tells no reader more.
MAX_NAME: Final = 40
#: After so long without a report figures may be behind.
QUIET: Final = dt.timedelta(hours=3)


class Count(NamedTuple):
    """A figure of the forms with what it is a share of."""

    label: str
    value: int
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """
    The first screen.

    Attributes
    ----------
    headline
        Who is short today, in one line.
    lines
        Sentences: on what the headline rests, the plan, who, why, what would help.
    warnings
        What makes the figures less than sure.
    counts
        Those that the forms ask for.
    definition
        What counts as short.
    """

    headline: str
    lines: tuple[str, ...]
    warnings: tuple[str, ...]
    counts: tuple[Count, ...]
    definition: str


def short_name(name: str) -> str:
    """Return a name on one line that leaves room for others."""
    line = " ".join(name.split())
    return line if len(line) <= MAX_NAME else line[: MAX_NAME - 1] + "…"


def answers_of(day: OfficialDay, t: Words, *, now: dt.datetime) -> Answers:
    """
    Return what officials are told first.

    Parameters
    ----------
    day
        As from `official_day`.
    t
        Words in the language of the reader.
    now
        The time now.
    """
    need = NeedStandard() if day.scenario is None else day.scenario.need
    basic = f"{need.basic_l_per_person:g}"
    survival = f"{need.survival_l_per_person:g}"
    definition = t("brief.definition", basic=basic, survival=survival)
    if day.figures is None:
        warnings = _warnings(day, t, now) if day.reports else []
        headline = t("brief.none", date=day.date)
        return Answers(
            headline=headline,
            lines=(_delivered(day, t),) if day.delivered_l else (),
            warnings=tuple(warnings),
            counts=(),
            definition=definition,
        )
    return Answers(
        headline=_headline(day, t, basic),
        lines=tuple(filter(None, _lines(day, t, basic, survival))),
        warnings=tuple(_warnings(day, t, now)),
        counts=_counts(day, t),
        definition=definition,
    )


def _headline(day: OfficialDay, t: Words, basic: str) -> str:
    if not day.people:
        return t("brief.nobody", date=day.date)
    if not day.short:
        people = f"{day.people:,}"
        return t("brief.enough", date=day.date, people=people, litres=basic)
    part = t.percent(share(day.short, day.people))
    values = {"date": day.date, "short": f"{day.short:,}", "share": part}
    if day.is_over or day.planned_short is None:
        return t("brief.short", **values)
    return t("brief.short_now", planned=f"{day.planned_short:,}", **values)


def _lines(day: OfficialDay, t: Words, basic: str, survival: str) -> list[str]:
    reached = f"{day.people - day.short:,}"
    values = {"reached": reached, "people": f"{day.people:,}", "litres": basic}
    lines = []
    if day.last_report is None:
        lines.append(t("brief.basis_none", **values))
    else:
        time = moment_of(day.last_report, day.date)
        lines.append(t("brief.basis", time=time, **values))
    lines += [_delivered(day, t), _by_plan(day, t)]
    worst = [place for place in day.worst() if place.short]
    names = [
        t("brief.who_one", name=short_name(p.name), litres=f"{p.l_per_person or 0:.1f}")
        for p in worst[:MAX_NAMES]
    ]
    if names:
        lines.append(t("brief.who", names=_listed(names, len(worst), t)))
    lines += [
        *_whys(day, t),
        _helps(day, t),
        _spread(day, t),
        _dry(day, t, survival),
        _cost(day, t),
    ]
    return lines


def _listed(names: Sequence[str], count: int, t: Words) -> str:
    more = count - len(names)
    text = t("unit.between").join(names)
    return text if more <= 0 else text + t("unit.between") + t("brief.more", count=more)


def _delivered(day: OfficialDay, t: Words) -> str:
    if day.version is None:
        return t("brief.delivered_only", delivered=t.litres(day.delivered_l))
    return t(
        "brief.delivered",
        delivered=t.litres(day.delivered_l),
        planned=t.litres(day.planned_l),
        share=t.percent(share(day.delivered_l, day.planned_l)),
        done=day.num_visits_done,
        visits=day.num_visits,
    )


def _by_plan(day: OfficialDay, t: Words) -> str:
    short = day.planned_short
    if short is None:
        return ""
    if day.is_over:
        return t("brief.by_plan_over", number=day.version, short=f"{short:,}")
    if not short:
        return t("brief.by_plan_none", number=day.version)
    part = t.percent(share(short, day.people))
    return t("brief.by_plan", number=day.version, short=f"{short:,}", share=part)


def _whys(day: OfficialDay, t: Words) -> list[str]:
    lacks = day.lacks()
    if not lacks:
        return []
    reasons = [
        f"{t(f'reason.{lack.reason}')} {t.litres(lack.litres)}" for lack in lacks
    ]
    helps = dict.fromkeys(t(f"help.{lack.reason}") for lack in lacks[:MAX_NAMES])
    return [
        t("brief.why", reasons=_listed(reasons[:MAX_NAMES], len(reasons), t)),
        t("brief.help", help=t("unit.between").join(helps)),
    ]


def _helps(day: OfficialDay, t: Words) -> str:
    """Name what was worked out to help most, by litres and people."""
    if day.helps is None or day.scenario is None:
        return ""
    gains = day.helps.helps.gains
    if not gains:
        return t("brief.helps_none", count=len(day.helps.helps.tried))
    names = [help_line(day.scenario, each, t) for each in gains[:MAX_HELPS]]
    listed = t("whatif.between").join(names)
    return t("brief.helps", number=day.helps.version, helps=listed)


def _spread(day: OfficialDay, t: Words) -> str:
    spread = day.spread
    if spread is None or spread.num_places < 2 or spread.most == spread.least:
        return ""
    label = {place.place: short_name(place.name) for place in day.places}
    return t(
        "brief.spread",
        most=label[spread.most],
        least=label[spread.least],
        litres=f"{spread.most_l - spread.least_l:.1f}",
        most_l=f"{spread.most_l:.1f}",
        least_l=f"{spread.least_l:.1f}",
    )


def _dry(day: OfficialDay, t: Words, survival: str) -> str:
    # In the morning of a day nobody has got any water yet.
    least = 1 if day.is_over else 2
    dry = sorted(
        (place for place in day.places if place.days_below >= least),
        key=lambda place: -place.days_below,
    )
    names = [
        t("brief.dry_one", name=short_name(place.name), days=place.days_below)
        for place in dry[:MAX_NAMES]
    ]
    if not names:
        return ""
    return t("brief.dry", litres=survival, names=_listed(names, len(dry), t))


def _cost(day: OfficialDay, t: Words) -> str:
    if not day.price_per_m3:
        return t("brief.no_cost")
    price = f"{day.price_per_m3:g}"
    return t("brief.cost", amount=f"{day.amount:,.2f}", price=price)


def _warnings(day: OfficialDay, t: Words, now: dt.datetime) -> list[str]:
    warnings = []
    if day.version is None:
        warnings.append(t("brief.no_plan"))
    elif day.is_old:
        warnings.append(t("brief.old_plan", number=day.version))
    if day.last_report is None and day.date <= now.date():
        warnings.append(t("brief.no_report"))
    elif (
        day.last_report is not None
        and not day.is_over
        and now - day.last_report > QUIET
    ):
        time = moment_of(day.last_report, day.date)
        warnings.append(t("brief.quiet", time=time))
    if day.state == "open" and day.date < now.date():
        warnings.append(t("brief.not_closed"))
    if day.num_late:
        warnings.append(t("brief.late", count=day.num_late))
    if day.elsewhere_l:
        warnings.append(t("brief.elsewhere", litres=t.litres(day.elsewhere_l)))
    return warnings


def _counts(day: OfficialDay, t: Words) -> tuple[Count, ...]:
    planned, cattle = day.planned_short, day.planned_cattle_short
    served = [place for place in day.places if place.delivered_l]
    return (
        Count(
            t("brief.count_people"),
            day.short,
            t(
                "brief.of_people",
                people=f"{day.people:,}",
                planned="–" if planned is None else f"{planned:,}",
            ),
        ),
        Count(
            t("brief.count_cattle"),
            day.cattle_short,
            t(
                "brief.of_cattle",
                cattle=f"{day.cattle:,}",
                planned="–" if cattle is None else f"{cattle:,}",
            ),
        ),
        Count(
            t("brief.count_served"),
            sum(place.population for place in served),
            t(
                "brief.of_served",
                places=len(served),
                delivered=t.litres(day.delivered_l),
            ),
        ),
    )


def moment_of(moment: dt.datetime, date: dt.date) -> str:
    """
    Return a time of day, with its month and day where that is another one.

    Parameters
    ----------
    moment
        The time.
    date
        The day that is spoken of.
    """
    is_same = moment.date() == date
    return f"{moment:%H:%M}" if is_same else f"{moment:%m-%d %H:%M}"
