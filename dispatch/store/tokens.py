"""Words that give a right, kept as hashes; the secret and the counters of the store."""

from __future__ import annotations

import hashlib
import secrets
from typing import TYPE_CHECKING, Final, Literal

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from dispatch.store.tables import StoreValue, Token

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Sequence

    from sqlalchemy.orm import Session

TokenKind = Literal["link", "village", "duty", "session", "setup"]
#: Bytes of a word: 192 random bits.
WORD_BYTES: Final = 24
#: No word that we made is longer; what is longer is not looked up.
MAX_WORD: Final = 64
_SECRET: Final = "secret"


def hash_of(word: str) -> str:
    """Return what is kept of a word: it is random, so that no salt is needed."""
    return hashlib.sha256(word.encode(errors="replace")).hexdigest()


def add_token(
    session: Session,
    *,
    kind: TokenKind,
    subject: str,
    until: dt.datetime,
    at: dt.datetime,
    township: str = "",
    trucks: Iterable[str] = (),
    sees_doors: bool = False,
) -> tuple[str, Token]:
    """
    Return a new word, which is kept nowhere, and its row.

    Parameters
    ----------
    session
        Of a transaction that writes.
    kind
        What it opens.
    subject
        Truck, team, village or person on duty; of a session and a set-up the number of
        an account.
    until
        It is worth nothing from then on.
    at
        When it was made.
    township
        Where the subject is; empty for people.
    trucks
        Of a team: its trucks.
    sees_doors
        Whether it shows households by name and address.
    """
    word = secrets.token_urlsafe(WORD_BYTES)
    token = Token(
        token_hash=hash_of(word),
        kind=kind,
        township=township,
        subject=subject,
        trucks=list(trucks),
        until=until,
        sees_doors=sees_doors,
        created_at=at,
    )
    session.add(token)
    session.flush()
    return word, token


def token_of(
    session: Session, word: str, *, kind: TokenKind, now: dt.datetime
) -> Token | None:
    """
    Return the row of a word; None if it is unknown, revoked or over.

    Parameters
    ----------
    session
        Of any transaction.
    word
        As it came.
    kind
        What it is to open: a word of another kind is unknown.
    now
        The time that decides whether it is over.
    """
    if len(word) > MAX_WORD:
        return None
    token = session.scalar(select(Token).where(Token.token_hash == hash_of(word)))
    if token is None or token.kind != kind:
        return None
    return None if token.is_revoked or token.until <= now else token


def revoke(
    session: Session,
    *,
    kinds: Iterable[TokenKind],
    subject: str | None = None,
    number: int | None = None,
    township: str | None = None,
) -> int:
    """
    Take the right of words away; return of how many.

    Parameters
    ----------
    session
        Of a transaction that writes.
    kinds
        Of these kinds only.
    subject, number
        What they open, or the number of one; None: any.
    township
        Where; None: anywhere.
    """
    query = select(Token).where(Token.kind.in_(tuple(kinds)), ~Token.is_revoked)
    if subject is not None:
        query = query.where(Token.subject == subject)
    if number is not None:
        query = query.where(Token.id == number)
    if township is not None:
        query = query.where(Token.township == township)
    tokens = session.scalars(query).all()
    for token in tokens:
        token.is_revoked = True
    return len(tokens)


def use_up(session: Session, token: Token) -> bool:
    """
    Take the right of a word away by using it; False: somebody was faster.

    Parameters
    ----------
    session
        Of a transaction that writes.
    token
        Its row, as it was read.
    """
    once = (
        update(Token)
        .where(Token.id == token.id, ~Token.is_revoked)
        .values(is_revoked=True)
        .returning(Token.id)
    )
    return session.execute(once).first() is not None


def links(session: Session, township: str | None = None) -> Sequence[Token]:
    """
    Return the links of trucks, teams, villages and people on duty, the oldest first.

    Parameters
    ----------
    session
        Of any transaction.
    township
        Of this one only; None: all.
    """
    query = select(Token).where(Token.kind.in_(("link", "village", "duty")))
    if township is not None:
        query = query.where(Token.township == township)
    return session.scalars(query.order_by(Token.id)).all()


def secret_of(session: Session) -> bytes | None:
    """Return the secret of the store; None: it has none yet."""
    row = session.get(StoreValue, _SECRET)
    return None if row is None else bytes.fromhex(row.value)


def ensure_secret(session: Session) -> bytes:
    """Return the secret of the store, made where it is missing."""
    known = secret_of(session)
    if known is not None:
        return known
    made = secrets.token_bytes(32)
    _make(session, StoreValue(name=_SECRET, value=made.hex()))
    return secret_of(session) or made


def count_up(session: Session, name: str) -> int:
    """
    Add one to a counter and return it; others who count wait.

    Parameters
    ----------
    session
        Of a transaction that writes.
    name
        What is counted.
    """
    more = (
        update(StoreValue)
        .where(StoreValue.name == name)
        .values(number=StoreValue.number + 1)
        .returning(StoreValue.number)
    )
    number = session.scalar(more)
    if number is None:
        _make(session, StoreValue(name=name))
        number = session.scalar(more)
    return number or 0


def _make(session: Session, row: StoreValue) -> None:
    """Add a row, but for somebody who was faster."""
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError:
        session.expire_all()
