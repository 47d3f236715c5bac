"""Duty lists on paper: a page a person, personal data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from dispatch.files.plan.on_paper import LEFT
from dispatch.files.water.duty_lists import DutyList, duty_lists, duty_rows
from dispatch.files.water.paper_table import draw_table, water_paper
from dispatch.words.words import Words

if TYPE_CHECKING:
    from dispatch.files.plan.edition import Edition
    from dispatch.model.scenario import Scenario
    from dispatch.model.water.dispatch import WaterDispatch, WaterDuty
    from dispatch.words.message import Lang

_WIDTH: Final = 190.0
_WIDTHS: Final = (30.0, 18.0, 30.0, 30.0, 52.0, 16.0, 14.0)


def lists_of(
    scenario: Scenario, dispatch: WaterDispatch, duty: WaterDuty
) -> tuple[DutyList, ...]:
    """
    Return the list of everybody who has something to do.

    Parameters
    ----------
    scenario
        With tables of the water and its people.
    dispatch
        Gives the first day.
    duty
        Who is on duty.
    """
    network, people = scenario.water, scenario.water_people
    if network is None or people is None:
        return ()
    return duty_lists(
        people.people,
        network.post_by_id,
        duty.roster,
        duty.rounds,
        first_day=dispatch.plan.first_day,
    )


def duty_pdf(
    scenario: Scenario,
    dispatch: WaterDispatch,
    duty: WaterDuty,
    lang: Lang = "zh",
    *,
    person_id: str | None = None,
    edition: Edition | None = None,
) -> bytes:
    """
    Return a PDF with the duty of every person on pages of their own.

    Parameters
    ----------
    scenario
        With tables of the water and its people.
    dispatch
        Gives the first day.
    duty
        Who is on duty.
    lang
        Language of the texts.
    person_id
        Whose pages; None: everybody's.
    edition
        The version that it is of; None: of a plan without a store.
    """
    t = Words(lang)
    title = t("water_paper.duty_file", name=scenario.name)
    paper = water_paper(title, dispatch.plan.first_day, t, edition)
    lists = [
        own
        for own in lists_of(scenario, dispatch, duty)
        if person_id in (None, own.person_id)
    ]
    for own in lists:
        head = t("water_paper.duty", name=own.name)
        paper.new_section(head)
        paper.text(LEFT, paper.y, _WIDTH, head, size_pt=28, bold=True)
        private = t("water_paper.private")
        paper.text(LEFT, paper.y + 13, _WIDTH, private, size_pt=11)
        paper.y += 21
        rows = duty_rows(own, t)
        draw_table(paper, rows.headings, rows.rows, _WIDTHS, size_pt=14)
    if not lists:
        paper.new_section(scenario.name)
        text = t("water_paper.no_duty")
        paper.text(LEFT, paper.y, _WIDTH, text, size_pt=20)
    return paper.content()
