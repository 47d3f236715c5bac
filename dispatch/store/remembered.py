"""Answers kept while nothing is written: the same question is read once for all."""

from __future__ import annotations

import threading
from collections import OrderedDict
from functools import wraps
from typing import TYPE_CHECKING, Any, Concatenate, Final, ParamSpec, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

    from dispatch.store.db import Database

_P = ParamSpec("_P")
_T = TypeVar("_T")

#: Answers that one store keeps; those asked for longest ago go first.
MAX_KEPT: Final = 256


class _Answer:
    """An answer with the stamp of the store that it was read at."""

    __slots__ = ("lock", "stamp", "value")

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.stamp: str | None = None
        self.value: Any = None


class Memory:
    """The answers of one store."""

    def __init__(self) -> None:
        self._answers: OrderedDict[Hashable, _Answer] = OrderedDict()
        self._lock = threading.Lock()

    def answer(
        self, key: Hashable, stamp_of: Callable[[], str], read: Callable[[], Any]
    ) -> Any:
        """
        Return an answer, read anew only if something was written since.

        Parameters
        ----------
        key
            The question.
        stamp_of
            Gives the stamp of the store.
        read
            Reads the answer.
        """
        with self._lock:
            answer = self._answers.setdefault(key, _Answer())
            self._answers.move_to_end(key)
            while len(self._answers) > MAX_KEPT:
                self._answers.popitem(last=False)
        # Of many who ask at once, one reads and the others wait for it.
        with answer.lock:
            # Before reading: what is written meanwhile has another stamp.
            stamp = stamp_of()
            if answer.stamp != stamp:
                answer.value = read()
                answer.stamp = stamp
            return answer.value


def remembered(
    read: Callable[Concatenate[Database, _P], _T],
) -> Callable[Concatenate[Database, _P], _T]:
    """
    Return a reading function that reads again only after something was written.

    What it returns is shared by all who ask, so nobody may change it; its arguments
    are hashable.

    Parameters
    ----------
    read
        Takes the store first, and depends on nothing but the store and its arguments.
    """

    @wraps(read)
    def answer(db: Database, /, *args: _P.args, **kwargs: _P.kwargs) -> _T:
        key = (read, args, tuple(sorted(kwargs.items())))
        value: _T = db.memory.answer(key, db.stamp, lambda: read(db, *args, **kwargs))
        return value

    return answer
