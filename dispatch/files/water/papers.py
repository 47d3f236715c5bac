"""All papers of a dispatch of the water by name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from dispatch.files.water.duty_papers import duty_pdf
from dispatch.files.water.gate_sheets import gates_pdf
from dispatch.files.water.posters import notices_pdf, slots_pdf

if TYPE_CHECKING:
    import datetime as dt

    from dispatch.files.plan.edition import Edition
    from dispatch.model.scenario import Scenario
    from dispatch.model.water.dispatch import WaterDispatch, WaterDuty
    from dispatch.words.message import Lang

#: Papers for everybody; who has the duty may print `DUTY_PAPER` too.
WATER_PAPERS: Final = ("water-gates.pdf", "water-slots.pdf", "water-notices.pdf")
DUTY_PAPER: Final = "water-duty.pdf"


def water_paper_pdf(
    name: str,
    scenario: Scenario,
    dispatch: WaterDispatch,
    duty: WaterDuty | None,
    lang: Lang = "zh",
    *,
    edition: Edition | None = None,
    issued_on: dt.date | None = None,
) -> bytes:
    """
    Return a paper.

    Parameters
    ----------
    name
        One of `WATER_PAPERS`, or `DUTY_PAPER`.
    scenario
        With tables of the water.
    dispatch
        What is printed.
    duty
        Who is on duty; needed for `DUTY_PAPER` alone.
    lang
        Language of the texts.
    edition
        The version that it is of; None: of a plan without a store.
    issued_on
        Date of notices; None: a blank to fill in.

    Raises
    ------
    ValueError
        If there is no such paper.
    """
    if name == "water-gates.pdf":
        return gates_pdf(scenario, dispatch, lang, edition=edition)
    if name == "water-slots.pdf":
        return slots_pdf(scenario, dispatch, lang, edition=edition, issued_on=issued_on)
    if name == "water-notices.pdf":
        return notices_pdf(
            scenario, dispatch, lang, edition=edition, issued_on=issued_on
        )
    if name == DUTY_PAPER and duty is not None:
        return duty_pdf(scenario, dispatch, duty, lang, edition=edition)
    raise ValueError(f"there is no paper {name}")
