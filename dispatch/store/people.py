"""Accounts: rows of people, and the attempts to get in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from dispatch.store.tables import Person

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from sqlalchemy.orm import Session


def add_person(
    session: Session,
    *,
    name: str,
    role: str,
    township: str,
    county: str,
    at: dt.datetime,
) -> Person:
    """
    Return a new account without a password.

    Parameters
    ----------
    session
        Of a transaction that writes.
    name
        Nobody else's.
    role
        One of `dispatch.operations.rights.ROLES`.
    township, county
        What is seen; both empty: everything.
    at
        When it was made.
    """
    person = Person(name=name, role=role, township=township, county=county)
    person.created_at = at
    session.add(person)
    session.flush()
    return person


def person_named(
    session: Session, name: str, *, is_locked: bool = False
) -> Person | None:
    """
    Return an account by its name; None: there is none.

    Parameters
    ----------
    session
        Of any transaction.
    name
        As it was given when the account was made.
    is_locked
        Whether others who change it wait for this transaction.
    """
    query = select(Person).where(Person.name == name)
    return session.scalar(query.with_for_update() if is_locked else query)


def person_by_id(session: Session, person_id: int) -> Person | None:
    """
    Return an account by its number; None: there is none.

    Parameters
    ----------
    session
        Of any transaction.
    person_id
        Its number.
    """
    return session.get(Person, person_id)


def all_people(session: Session) -> Sequence[Person]:
    """Return all accounts, the oldest first."""
    return session.scalars(select(Person).order_by(Person.id)).all()
