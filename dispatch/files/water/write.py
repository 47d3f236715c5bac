"""A dispatch of the water -> the files that people and programs use."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Final

from dispatch.atomic import write_file, write_text
from dispatch.errors import DispatchError
from dispatch.files.plan.tables import to_csv
from dispatch.files.plan.tracks import file_names
from dispatch.files.water.book import water_xlsx
from dispatch.files.water.dispatch_file import dispatch_to_json, moment_of
from dispatch.files.water.duty_calendar import duty_calendar
from dispatch.files.water.duty_papers import lists_of
from dispatch.files.water.papers import DUTY_PAPER, WATER_PAPERS, water_paper_pdf
from dispatch.files.water.plan_file import WATER_JSON
from dispatch.files.water.plan_tables import water_tables
from dispatch.water.drought_form import drought_form
from dispatch.water.notices import water_notices
from dispatch.water.turn_rows import turn_rows
from dispatch.words.message import say
from dispatch.words.words import Words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dispatch.files.plan.edition import Edition
    from dispatch.files.plan.tables import Rows
    from dispatch.model.scenario import Scenario
    from dispatch.model.water.dispatch import WaterDispatch, WaterDuty
    from dispatch.model.water.form import DroughtForm
    from dispatch.model.water.network import WaterNetwork
    from dispatch.words.message import Lang

#: Folder of what names people and doors, apart from what is handed round.
PERSONAL: Final = "personal"
WATER_XLSX: Final = "water.xlsx"
WATER_HTML: Final = "water.html"
DUTY_XLSX: Final = "duty.xlsx"
#: China has had one time without summer time since 1991.
_ZONE: Final = dt.timezone(dt.timedelta(hours=8))


def write_water(
    scenario: Scenario,
    dispatch: WaterDispatch,
    duty: WaterDuty | None,
    out: str | Path,
    lang: Lang = "zh",
    *,
    page: str | None = None,
    form: DroughtForm | None = None,
    edition: Edition | None = None,
    issued_on: dt.date | None = None,
    made_at: dt.datetime | None = None,
) -> list[Path]:
    """
    Return the files written; ``water.json`` comes last.

    For everybody: ``water.json``, tables in ``water/``, ``water.xlsx``, the map and
    papers. In ``personal/``: duty of everybody as a workbook and on paper, and a
    calendar for each person.

    Parameters
    ----------
    scenario
        With tables of the water.
    dispatch
        Days and hours.
    duty
        Who is on duty; None: nothing personal is written, and what an earlier
        dispatch left there is taken away.
    out
        A folder that is no scenario; it is made if it is not there.
    lang
        Language of what people read.
    page
        The map as HTML; None: it is not written. It is drawn by the caller.
    form
        The drought form; None: it is made here, without works under way.
    edition
        The version that it is of; None: of a plan without a store.
    issued_on
        Date of notices; None: a blank to fill in.
    made_at
        When the dispatch was made, with its zone, for calendars; None: midnight of
        its first day, so that equal dispatches are equal files.

    Raises
    ------
    DispatchError
        If the folder is the scenario's own or cannot be written.
    ValueError
        If the scenario has no tables of the water: a fault of the program.
    """
    if scenario.water is None:
        raise ValueError("a dispatch of no water")
    folder = Path(out)
    if (folder / "scenario.toml").exists() or (folder / "depots.csv").exists():
        raise DispatchError(say("folder_is_scenario", folder=folder))
    own = form or drought_form(scenario, dispatch, duty)
    written = _write_tables(scenario.water, dispatch, folder)
    book = water_xlsx(scenario, dispatch, None, lang, form=own)
    written.append(write_file(folder / WATER_XLSX, book))
    if page is not None:
        written.append(write_text(folder / WATER_HTML, page))
    for name in WATER_PAPERS:
        pdf = water_paper_pdf(
            name, scenario, dispatch, None, lang, edition=edition, issued_on=issued_on
        )
        written.append(write_file(folder / name, pdf))
    written += write_personal(
        scenario,
        dispatch,
        duty,
        folder / PERSONAL,
        lang,
        edition=edition,
        made_at=made_at,
    )
    notices = water_notices(scenario.water, dispatch)
    text = dispatch_to_json(scenario, dispatch, duty, notices, own)
    written.append(write_text(folder / WATER_JSON, text))
    return written


def dispatch_tables(
    network: WaterNetwork, dispatch: WaterDispatch
) -> dict[str, tuple[Sequence[str], Rows]]:
    """
    Return header and rows of every table for programs, by name.

    Parameters
    ----------
    network
        Gives names.
    dispatch
        Days and hours.
    """
    first = dispatch.plan.first_day
    zones = {zone.zone_id: zone.name for zone in network.zones}
    turns: Rows = [
        [
            turn.canal_id,
            turn.field_id,
            network.field_by_id[turn.field_id].village_id,
            moment_of(first, turn.span.start_s),
            moment_of(first, turn.span.end_s),
            round(turn.head_m3, 1),
            round(turn.field_m3, 1),
            round(turn.mu, 1),
        ]
        for turn in turn_rows(network, dispatch)
    ]
    slots: Rows = [
        [
            slot.zone_id,
            zones.get(slot.zone_id),
            moment_of(first, slot.span.start_s),
            moment_of(first, slot.span.end_s),
            slot.total_l / 1000,
        ]
        for slot in sorted(dispatch.slots.slots, key=lambda slot: slot.span)
    ]
    watches: Rows = [
        [
            watch.post_id,
            moment_of(first, span.start_s),
            moment_of(first, span.end_s),
            watch.persons,
        ]
        for watch in dispatch.watches
        for span in watch.spans
    ]
    head = ("canal_id", "field_id", "village_id", "from", "until")
    return {
        **water_tables(network, dispatch.plan),
        "turns": ((*head, "head_m3", "field_m3", "mu"), turns),
        "slots": (("zone_id", "name", "from", "until", "m3"), slots),
        "watches": (("post_id", "from", "until", "persons"), watches),
    }


def _write_tables(
    network: WaterNetwork, dispatch: WaterDispatch, folder: Path
) -> list[Path]:
    return [
        write_text(folder / "water" / f"{name}.csv", to_csv(header, rows), bom=True)
        for name, (header, rows) in dispatch_tables(network, dispatch).items()
    ]


def write_personal(
    scenario: Scenario,
    dispatch: WaterDispatch,
    duty: WaterDuty | None,
    folder: Path,
    lang: Lang = "zh",
    *,
    edition: Edition | None = None,
    made_at: dt.datetime | None = None,
) -> list[Path]:
    """
    Return the files that name people and doors; older ones are taken away.

    Parameters
    ----------
    scenario
        With tables of the water and its people.
    dispatch
        Days and hours.
    duty
        Who is on duty; None: nothing is written.
    folder
        Of personal things; it is made if it is not there.
    lang
        Language of what people read.
    edition
        The version that it is of; None: of a plan without a store.
    made_at
        When the dispatch was made, with its zone; None: midnight of its first day.
    """
    # Somebody's list of an earlier dispatch would be taken for this one's.
    for path in (folder / DUTY_XLSX, folder / DUTY_PAPER, *folder.glob("*.ics")):
        path.unlink(missing_ok=True)
    if duty is None:
        return []
    book = water_xlsx(scenario, dispatch, duty, lang)
    pdf = water_paper_pdf(DUTY_PAPER, scenario, dispatch, duty, lang, edition=edition)
    written = [
        write_file(folder / DUTY_XLSX, book),
        write_file(folder / DUTY_PAPER, pdf),
    ]
    midnight = dt.datetime.combine(dispatch.plan.first_day, dt.time(), _ZONE)
    lists = lists_of(scenario, dispatch, duty)
    names = file_names(tuple(own.person_id for own in lists))
    t = Words(lang)
    for own in lists:
        calendar = duty_calendar(own, t, made_at=made_at or midnight)
        path = folder / f"{names[own.person_id]}.ics"
        written.append(write_file(path, calendar))
    return written
