"""Who is signed in: by the word in a cookie, remembered for some seconds."""

from __future__ import annotations

import datetime as dt
import hashlib
import threading
from collections import OrderedDict
from typing import TYPE_CHECKING, Final, NamedTuple

from dispatch.day.people import num_ended, signed_in

if TYPE_CHECKING:
    from dispatch.day.people import Account
    from dispatch.store.db import Database

#: The cookie of a session; scripts of pages cannot read it.
COOKIE: Final = "dispatch_session"
#: A page asks for a hundred files; another process's block counts after this long.
REMEMBERED: Final = dt.timedelta(seconds=10)
_MAX_WORD: Final = 200
_MAX_KEPT: Final = 1000


class _Found(NamedTuple):
    account: Account
    at: dt.datetime
    num_ended: int


class Sessions:
    """
    Sessions that were looked up, each for `REMEMBERED` at most.

    Notes
    -----
    Whatever ends sessions in this process makes all of them be looked up anew. Only
    good ones are remembered, under a hash: a dump of memory gives no right.
    """

    def __init__(self) -> None:
        self._found: OrderedDict[tuple[str, bytes], _Found] = OrderedDict()
        self._lock = threading.Lock()

    def account(self, db: Database, word: str, *, now: dt.datetime) -> Account | None:
        """
        Return whose session it is; None if it is over, or none.

        Parameters
        ----------
        db
            The store.
        word
            As it came in the cookie.
        now
            The time now.
        """
        if not 0 < len(word) <= _MAX_WORD or not word.isascii():
            return None
        digest = hashlib.sha256(word.encode()).digest()
        key = db.url.render_as_string(), digest
        # Counted before the look-up: what ends while it is made is not remembered.
        ended = num_ended()
        with self._lock:
            found = self._found.get(key)
        if found is not None and found.num_ended == ended:
            age = now - found.at
            if dt.timedelta() <= age < REMEMBERED:
                return found.account
        account = signed_in(db, word, now=now)
        with self._lock:
            self._found.pop(key, None)
            if account is not None:
                self._found[key] = _Found(account, now, ended)
            while len(self._found) > _MAX_KEPT:
                self._found.popitem(last=False)
        return account


_SESSIONS: Final = Sessions()


def session_account(
    db: Database, word: str | None, *, now: dt.datetime
) -> Account | None:
    """
    Return who is signed in by a word; None: nobody.

    Parameters
    ----------
    db
        The store.
    word
        Of the cookie `COOKIE`; None: there is none.
    now
        The time now.
    """
    return _SESSIONS.account(db, word, now=now) if word else None
