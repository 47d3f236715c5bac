"""What every page shares: who looks, at which township and day, in which language."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypedDict

import streamlit as st

from dispatch.errors import DispatchError
from dispatch.operations.rights import Where, may
from dispatch.web.kept import show_table
from dispatch.web.tables import problems_table
from dispatch.web.views.labels import plain
from dispatch.words.message import say

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Sequence

    from dispatch.day.desk import Desk, TownshipName
    from dispatch.day.people import Account
    from dispatch.errors import Problem
    from dispatch.model.scenario import Scenario
    from dispatch.operations.rights import Right
    from dispatch.store.db import Database
    from dispatch.words.message import Lang
    from dispatch.words.words import Words

_log = logging.getLogger(__name__)

_FRAME = "frame"


class Stamp(TypedDict):
    """Who changes something, and when."""

    who: str
    at: dt.datetime


@dataclass(frozen=True, slots=True)
class Frame:
    """
    What the frame hands to a page.

    Attributes
    ----------
    townships
        All that the account sees.
    desk
        The chosen day of the chosen township; None while there is no township.
    now
        By the township's own clock.
    """

    db: Database
    account: Account
    townships: Sequence[TownshipName]
    desk: Desk | None
    t: Words
    now: dt.datetime

    @property
    def lang(self) -> Lang:
        """Language of the page."""
        return self.t.lang

    @property
    def stamp(self) -> Stamp:
        """Who changes something on this page, and when."""
        return {"who": self.account.name, "at": self.now}

    def may(self, right: Right) -> bool:
        """Whether the account may do something in the chosen township."""
        if self.desk is None:
            return may(self.account, Where(), right)
        county = next(
            (t.county for t in self.townships if t.code == self.desk.township), ""
        )
        return may(self.account, Where(self.desk.township, county), right)

    def require(self, right: Right) -> None:
        """
        Refuse what the account may not do, whatever its page shows.

        Raises
        ------
        DispatchError
            If it may not.
        """
        if not self.may(right):
            raise DispatchError(say("page_no_right"))


@dataclass(frozen=True, slots=True)
class Context:
    """The same where a day is there, with its tables."""

    frame: Frame
    desk: Desk
    scenario: Scenario

    @property
    def t(self) -> Words:
        """Words in the language of the page."""
        return self.frame.t

    @property
    def lang(self) -> Lang:
        """Language of the page."""
        return self.frame.t.lang

    @property
    def db(self) -> Database:
        """The store."""
        return self.frame.db

    @property
    def key(self) -> str:
        """What differs for every township and day, for keys of widgets."""
        return f"{self.desk.township} {self.desk.date}"

    @property
    def may_edit(self) -> bool:
        """Whether tables of the day may be changed by who looks."""
        return self.desk.state == "open" and self.frame.may("edit")


def set_frame(frame: Frame) -> None:
    """Keep the frame for the page that is about to run."""
    st.session_state[_FRAME] = frame


def frame_of_page() -> Frame:
    """Return the frame of the page that runs."""
    frame: Frame = st.session_state[_FRAME]
    return frame


def context_of_page() -> Context | None:
    """
    Return the chosen day; None where it is not open yet, which is then said.

    Who may opens it by a button here.
    """
    frame = frame_of_page()
    desk, t = frame.desk, frame.t
    if desk is None:
        st.info(t("page.no_township"), icon="ℹ️")
        return None
    if desk.scenario is None:
        _offer_day(frame, desk)
        return None
    if desk.state == "closed":
        st.caption(f"🔒 {t('page.day_closed', date=desk.date)}")
    return Context(frame, desk, desk.scenario)


def _offer_day(frame: Frame, desk: Desk) -> None:
    t = frame.t
    st.title(t("page.day_none", date=desk.date))
    last = max((date for date in desk.dates if date < desk.date), default=None)
    if last is not None:
        st.markdown(t("page.day_none_last", date=last))
    if not frame.may("plan"):
        return
    if st.button(
        t("page.day_open", date=desk.date), key="open_day", type="primary", icon="📅"
    ):
        from dispatch.day.opening import open_day

        frame.require("plan")
        if shown_error(
            frame,
            lambda: open_day(
                frame.db,
                desk.township,
                desk.date,
                **frame.stamp,
            ),
        ):
            st.rerun()


def shown_error(frame: Frame, action: Callable[[], object]) -> bool:
    """
    Run what may be refused; say why it was, and return whether it was not.

    Parameters
    ----------
    frame
        Gives the language.
    action
        Called without arguments.
    """
    try:
        action()
    except DispatchError as error:
        st.error(plain(error.text(frame.lang)), icon="⛔")
        return False
    return True


def keep_in_link(name: str, value: str | None) -> None:
    """
    Keep a value in the address, so that it outlives a refresh; None: take it out.

    Parameters
    ----------
    name
        Name in the address.
    value
        Text to keep; None: it is taken out.
    """
    if value is None:
        st.query_params.pop(name, None)
    elif st.query_params.get(name) != value:
        st.query_params[name] = value


def show_problems(problems: Sequence[Problem], t: Words) -> None:
    """
    Show what to mend as a table: file, row, column, value, what to do.

    Parameters
    ----------
    problems
        Errors and warnings, in their order.
    t
        Words in the language of the reader.
    """
    errors = sum(problem.severity == "error" for problem in problems)
    st.markdown(t("page.problems", errors=errors, warnings=len(problems) - errors))
    show_table(problems_table(problems, t))


def moment_text(moment: dt.datetime) -> str:
    """Return month, day and time of day."""
    return f"{moment:%m-%d %H:%M}"
