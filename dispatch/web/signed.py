"""Who looks at a page: the session of a cookie, or the office's own sign-in."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Final

import streamlit as st

from dispatch import settings
from dispatch.day.people import account_named, sign_out
from dispatch.web.session import session_account
from dispatch.web.views.labels import plain

if TYPE_CHECKING:
    from dispatch.day.people import Account
    from dispatch.store.db import Database
    from dispatch.words.words import Words

COOKIE: Final = "dispatch_session"


def clock() -> dt.datetime:
    """Return the township's own time."""
    return dt.datetime.now()


def session_word() -> str:
    """Return the word of the session that the browser brought; empty without one."""
    return str(st.context.cookies.get(COOKIE, ""))


def account_of_page(db: Database, now: dt.datetime) -> Account | None:
    """
    Return who looks; None: nobody who signed in.

    Parameters
    ----------
    db
        The store.
    now
        The time now.
    """
    word = session_word()
    account = session_account(db, word, now=now) if word else None
    if account is None and settings.oidc_is_on() and st.user.is_logged_in:
        name = str(st.user.get(settings.oidc_claim()) or "")
        account = account_named(db, name)
    return account


def leave(db: Database, now: dt.datetime) -> None:
    """
    End the session, here and in the store.

    Parameters
    ----------
    db
        The store.
    now
        The time now.
    """
    word = session_word()
    if word:
        sign_out(db, word, now=now)
    if settings.oidc_is_on() and st.user.is_logged_in:
        st.logout()


def show_door(t: Words, *, has_store: bool) -> None:
    """
    Say how to sign in, to who has not.

    Parameters
    ----------
    t
        Words in the language of the reader.
    has_store
        Whether there is a store to sign in to.
    """
    st.title(t("people.door"))
    if not has_store:
        st.error(t("people.no_store"), icon="⛔")
        return
    root = st.get_option("server.baseUrlPath").strip("/")
    address = f"{'/' + root if root else ''}/sign-in?lang={t.lang}"
    st.link_button(t("people.sign_in"), address, type="primary", width="stretch")
    if not settings.oidc_is_on():
        return
    if st.user.is_logged_in:
        name = str(st.user.get(settings.oidc_claim()) or "")
        st.error(t("people.no_account", name=plain(name)), icon="⛔")
        st.button(t("people.sign_out"), key="sign_out", on_click=st.logout)
    else:
        st.button(
            t("people.sign_in_oidc"), key="oidc", on_click=st.login, width="stretch"
        )
