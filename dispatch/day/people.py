"""Accounts: made, let in, locked out; the first one by a one-time link."""

from __future__ import annotations

import datetime as dt
import itertools
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from dispatch.errors import ConflictError, DispatchError
from dispatch.operations.rights import ROLES
from dispatch.settings import SignInRules
from dispatch.store.audit import note_change
from dispatch.store.people import (
    add_person,
    all_people,
    person_by_id,
    person_named,
)
from dispatch.store.tokens import add_token, count_up, revoke, token_of, use_up
from dispatch.words.message import say

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy.orm import Session

    from dispatch.store.db import Database
    from dispatch.store.tables import Person

#: The account of the first set-up link.
FIRST_NAME: Final = "admin"
MIN_PASSWORD: Final = 10
#: Longer ones only cost time.
MAX_PASSWORD: Final = 200
SETUP_DAYS: Final = 7
_MAX_NAME: Final = 100
#: Counts sign-ins under names that nobody has.
UNKNOWN_NAMES: Final = "sign_in:unknown"
USUAL: Final = SignInRules()
_COUNT: Final = itertools.count(1)
_ENDED: Final = [0]


class SignInError(DispatchError):
    """Nobody is let in; the words are the same whatever the reason is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """An account as pages and commands see it, without its password."""

    person_id: int
    name: str
    role: str
    township: str
    county: str
    is_blocked: bool
    has_password: bool


def add(
    db: Database,
    name: str,
    role: str,
    *,
    township: str = "",
    county: str = "",
    who: str,
    at: dt.datetime,
) -> str:
    """
    Make an account and return the word of its one-time set-up link.

    Parameters
    ----------
    db
        The store.
    name
        What it is signed in with.
    role
        One of `dispatch.operations.rights.ROLES`.
    township, county
        What is seen, one of them; both empty: everything.
    who
        Who makes it.
    at
        When.

    Raises
    ------
    DispatchError
        If the name is empty or too long, the role unknown, or both places are given.
    ConflictError
        If somebody has the name.
    """
    name = name.strip()
    if not name or len(name) > _MAX_NAME or not name.isprintable():
        raise DispatchError(say("people.bad_name", longest=_MAX_NAME))
    if role not in ROLES:
        raise DispatchError(say("people.bad_role", role=role, roles=", ".join(ROLES)))
    if township and county:
        raise DispatchError(say("people.two_places"))
    with db.write() as session:
        if person_named(session, name) is not None:
            raise ConflictError(say("people.name_taken", name=name))
        person = add_person(
            session, name=name, role=role, township=township, county=county, at=at
        )
        seen = {"role": role, "township": township, "county": county}
        note_change(session, "", who=who, what=f"person {name}", at=at, new=seen)
        return _setup_word(session, person, at)


def first_word(db: Database, at: dt.datetime) -> str | None:
    """
    Return the word of the first set-up link; None once anybody has an account.

    Parameters
    ----------
    db
        A store with its tables.
    at
        When it is made.
    """
    with db.write() as session:
        if all_people(session):
            return None
        person = add_person(
            session,
            name=FIRST_NAME,
            role="administrator",
            township="",
            county="",
            at=at,
        )
        note_change(session, "", who="store init", what=f"person {FIRST_NAME}", at=at)
        return _setup_word(session, person, at)


def setup_word(db: Database, name: str, *, who: str, at: dt.datetime) -> str:
    """
    Return the word of a new one-time set-up link; earlier ones are worth nothing.

    Parameters
    ----------
    db
        The store.
    name
        Whose password is to be set.
    who
        Who asks for it.
    at
        When.

    Raises
    ------
    DispatchError
        If nobody has the name.
    """
    with db.write() as session:
        person = _named(session, name)
        note_change(session, "", who=who, what=f"set-up link of {name}", at=at)
        return _setup_word(session, person, at)


def person_of_setup(db: Database, word: str, *, now: dt.datetime) -> str | None:
    """
    Return whose password a set-up link sets; None if it is worth nothing.

    Parameters
    ----------
    db
        The store.
    word
        As it came.
    now
        The time now.
    """
    with db.read() as session:
        token = token_of(session, word, kind="setup", now=now)
        person = token and person_by_id(session, int(token.subject))
        return person.name if person and not person.is_blocked else None


def use_setup(db: Database, word: str, password: str, *, now: dt.datetime) -> str:
    """
    Set a password by a one-time link and return whose it is.

    Parameters
    ----------
    db
        The store.
    word
        As it came.
    password
        The new one.
    now
        The time now.

    Raises
    ------
    DispatchError
        If the link is worth nothing, or the password too short.
    """
    digest = _hashed(password)
    with _ending(db) as session:
        token = token_of(session, word, kind="setup", now=now)
        person = token and person_by_id(session, int(token.subject))
        if not token or not person or person.is_blocked or not use_up(session, token):
            raise DispatchError(say("people.no_setup"))
        _set(session, person, digest)
        note_change(
            session, "", who=person.name, what=f"password of {person.name}", at=now
        )
        return person.name


def set_password(
    db: Database, name: str, password: str, *, who: str, at: dt.datetime
) -> None:
    """
    Set a password; sessions and set-up links of the person end, a lock is opened.

    Parameters
    ----------
    db
        The store.
    name
        Whose it is.
    password
        The new one.
    who
        Who sets it.
    at
        When.

    Raises
    ------
    DispatchError
        If nobody has the name, or the password is too short or too long.
    """
    digest = _hashed(password)
    with _ending(db) as session:
        _set(session, _named(session, name), digest)
        note_change(session, "", who=who, what=f"password of {name}", at=at)


def block(
    db: Database, name: str, *, is_blocked: bool = True, who: str, at: dt.datetime
) -> bool:
    """
    Block an account, or open it again; return whether there is one.

    Parameters
    ----------
    db
        The store.
    name
        Whose it is.
    is_blocked
        False opens it again, a lock after failed sign-ins too.
    who
        Who does it.
    at
        When.
    """
    with _ending(db) as session:
        person = person_named(session, name, is_locked=True)
        if person is None:
            return False
        what = f"block of {name}"
        old = person.is_blocked
        note_change(session, "", who=who, what=what, at=at, old=old, new=is_blocked)
        person.is_blocked = is_blocked
        person.failures, person.locked_until = 0, None
        if is_blocked:
            revoke(session, kinds=("session", "setup"), subject=str(person.id))
        return True


def people(db: Database) -> list[Account]:
    """Return all accounts, the oldest first."""
    with db.read() as session:
        return [_account(person) for person in all_people(session)]


def sign_in(
    db: Database,
    name: str,
    password: str,
    *,
    now: dt.datetime,
    rules: SignInRules = USUAL,
) -> str:
    """
    Return the word of a new session.

    Parameters
    ----------
    db
        The store.
    name, password
        As they were typed.
    now
        The time now.
    rules
        After how many failures, and for how long, nobody is let in.

    Raises
    ------
    SignInError
        If name and password do not fit, or the account is locked or blocked.

    Notes
    -----
    An attempt is counted before it is checked: a thousand at once are no more than a
    thousand one after the other. A name that nobody has costs the same time, a write
    and a check of a password.
    """
    digest = _attempt(db, name, now=now, rules=rules)
    is_right = _fits(digest, password)
    if digest is None or not is_right:
        raise SignInError(say("people.no_sign_in", minutes=rules.lock_minutes))
    until = now + dt.timedelta(hours=rules.session_hours)
    with db.write() as session:
        person = person_named(session, name, is_locked=True)
        if person is None or person.is_blocked or person.password_hash != digest:
            raise SignInError(say("people.no_sign_in", minutes=rules.lock_minutes))
        person.failures, person.locked_until = 0, None
        subject = str(person.id)
        word, _ = add_token(
            session, kind="session", subject=subject, until=until, at=now
        )
        return word


def signed_in(db: Database, word: str, *, now: dt.datetime) -> Account | None:
    """
    Return who a session belongs to; None if it is over, or the account blocked.

    Parameters
    ----------
    db
        The store.
    word
        Of the session.
    now
        The time now.
    """
    with db.read() as session:
        token = token_of(session, word, kind="session", now=now)
        person = token and person_by_id(session, int(token.subject))
        return _account(person) if person and not person.is_blocked else None


def sign_out(db: Database, word: str, *, now: dt.datetime) -> None:
    """
    End a session.

    Parameters
    ----------
    db
        The store.
    word
        Of the session.
    now
        The time now.
    """
    with _ending(db) as session:
        token = token_of(session, word, kind="session", now=now)
        if token is not None:
            use_up(session, token)


def account_named(db: Database, name: str) -> Account | None:
    """
    Return who has a name, as somebody else vouches for it; None if nobody may sign in.

    Parameters
    ----------
    db
        The store.
    name
        As it came; capitals count.
    """
    if not name.isprintable() or not 0 < len(name) <= _MAX_NAME:
        return None
    with db.read() as session:
        person = person_named(session, name)
        return _account(person) if person and not person.is_blocked else None


def num_ended() -> int:
    """
    Return how often this process ended sessions: signed out, blocked, new passwords.

    Who remembers that a session is good forgets it when this number changes.
    """
    return _ENDED[0]


@contextmanager
def _ending(db: Database) -> Iterator[Session]:
    """Yield a session of the database, in which sessions of people may end."""
    try:
        with db.write() as session:
            yield session
    finally:
        _ENDED[0] = next(_COUNT)


def _attempt(
    db: Database, name: str, *, now: dt.datetime, rules: SignInRules
) -> str | None:
    """Count an attempt; return the hash to check, None if nobody may be let in."""
    with db.write() as session:
        # No database can be asked for some signs, and nobody is called so.
        is_name = name.isprintable() and len(name) <= _MAX_NAME
        person = person_named(session, name, is_locked=True) if is_name else None
        if person is None:
            count_up(session, UNKNOWN_NAMES)
            return None
        if person.locked_until is not None and person.locked_until <= now:
            person.failures, person.locked_until = 0, None
        may_try = person.locked_until is None and not person.is_blocked
        person.failures += 1
        if may_try and person.failures >= rules.max_failures:
            person.locked_until = now + dt.timedelta(minutes=rules.lock_minutes)
            note_change(session, "", who="sign-in", what=f"lock of {name}", at=now)
        return person.password_hash if may_try and person.password_hash else None


@cache
def _hasher() -> PasswordHasher:
    return PasswordHasher()


@cache
def _nobody() -> str:
    """Return the hash that stands in where there is none to check."""
    return _hasher().hash("nobody")


def _hashed(password: str) -> str:
    if not MIN_PASSWORD <= len(password) <= MAX_PASSWORD:
        raise DispatchError(
            say("people.bad_password", least=MIN_PASSWORD, most=MAX_PASSWORD)
        )
    return _hasher().hash(password)


def _fits(digest: str | None, password: str) -> bool:
    try:
        _hasher().verify(digest or _nobody(), password[: MAX_PASSWORD + 1])
    except (VerificationError, InvalidHashError):
        return False
    return digest is not None


def _set(session: Session, person: Person, digest: str) -> None:
    person.password_hash = digest
    person.failures, person.locked_until = 0, None
    revoke(session, kinds=("session", "setup"), subject=str(person.id))


def _named(session: Session, name: str) -> Person:
    person = person_named(session, name, is_locked=True)
    if person is None:
        raise DispatchError(say("people.nobody", name=name))
    return person


def _setup_word(session: Session, person: Person, at: dt.datetime) -> str:
    subject = str(person.id)
    revoke(session, kinds=("setup",), subject=subject)
    until = at + dt.timedelta(days=SETUP_DAYS)
    word, _ = add_token(session, kind="setup", subject=subject, until=until, at=at)
    return word


def _account(person: Person) -> Account:
    return Account(
        person_id=person.id,
        name=person.name,
        role=person.role,
        township=person.township,
        county=person.county,
        is_blocked=person.is_blocked,
        has_password=bool(person.password_hash),
    )
