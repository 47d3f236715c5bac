"""The store of this process, opened when the first request needs it."""

from __future__ import annotations

import threading
from typing import Final

from dispatch.settings import data_folder, store_address
from dispatch.store.db import Database, sqlite_url

_LOCK: Final = threading.Lock()
_OPEN: Final[dict[str, Database]] = {}


def store_of_server() -> Database | None:
    """
    Return the store that the settings name; None while its file is not there.

    It is made by ``dispatch store init``, also while the server runs.
    """
    address = store_address() or sqlite_url(data_folder() / "dispatch.db")
    with _LOCK:
        if address not in _OPEN:
            _OPEN[address] = Database(address)
        db = _OPEN[address]
    return None if db.path is not None and not db.path.is_file() else db
