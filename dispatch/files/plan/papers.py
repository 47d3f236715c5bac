"""All papers of a plan by name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from dispatch.files.plan.call_sheet import calls_pdf
from dispatch.files.plan.doors import doors_pdf
from dispatch.files.plan.notices import notices_pdf
from dispatch.files.plan.sheets import sheets_pdf
from dispatch.files.plan.wall import wall_pdf

if TYPE_CHECKING:
    from dispatch.files.plan.call_sheet import CallSheet
    from dispatch.files.plan.on_paper import OnPaper
    from dispatch.words.message import Lang

#: Papers that every plan has; a plan that follows another one has ``CALLS`` too.
PAPERS: Final = (
    "wall.pdf",
    "wall-a3.pdf",
    "sheets.pdf",
    "notices.pdf",
    "notices-4.pdf",
    "doors.pdf",
)
CALLS: Final = "calls.pdf"


def paper_names(calls: object | None) -> tuple[str, ...]:
    """Return the papers that a plan has, with or without calls."""
    return PAPERS if calls is None else (*PAPERS, CALLS)


def paper_pdf(
    name: str, day: OnPaper, lang: Lang = "zh", calls: CallSheet | None = None
) -> bytes:
    """
    Return a paper.

    Parameters
    ----------
    name
        One of `paper_names`.
    day
        The plan to print.
    lang
        Language of the texts.
    calls
        Whom to call, in that language; needed for ``CALLS`` alone.

    Raises
    ------
    ValueError
        If there is no such paper.
    """
    if name == "sheets.pdf":
        return sheets_pdf(day, lang)
    if name in ("wall.pdf", "wall-a3.pdf"):
        return wall_pdf(day, lang, is_big=name == "wall-a3.pdf")
    if name in ("notices.pdf", "notices-4.pdf"):
        return notices_pdf(day, lang, per_page=4 if name == "notices-4.pdf" else 1)
    if name == "doors.pdf":
        return doors_pdf(day, lang)
    if name == CALLS and calls is not None:
        return calls_pdf(day, calls, lang)
    raise ValueError(f"there is no paper {name}")
