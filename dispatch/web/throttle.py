"""How often one address may fail in a minute."""

from __future__ import annotations

import datetime as dt
import ipaddress
import threading
from collections import OrderedDict, deque
from typing import Final

_MINUTE: Final = dt.timedelta(minutes=1)
_MAX_ADDRESSES: Final = 10_000


class Throttle:
    """Attempts of the last minute by address, in memory: a restart forgets them."""

    def __init__(self) -> None:
        self._attempts: OrderedDict[str, deque[dt.datetime]] = OrderedDict()
        self._lock = threading.Lock()

    def begin(self, address: str, *, now: dt.datetime, most: int) -> bool:
        """
        Count an attempt before it is checked; return whether it may be made.

        Parameters
        ----------
        address
            Of the client.
        now
            The time now.
        most
            Attempts that may fail in a minute.
        """
        key = network_of(address)
        with self._lock:
            past = self._attempts.setdefault(key, deque())
            self._attempts.move_to_end(key)
            # A clock that was put back must not lock anybody out for long.
            while past and not dt.timedelta() <= now - past[0] < _MINUTE:
                past.popleft()
            while len(self._attempts) > _MAX_ADDRESSES:
                self._attempts.popitem(last=False)
            if len(past) >= most:
                return False
            past.append(now)
            return True

    def succeeded(self, address: str) -> None:
        """Take back an attempt that did not fail."""
        with self._lock:
            past = self._attempts.get(network_of(address))
            if past:
                past.pop()


def network_of(address: str) -> str:
    """Return what one client may have many of: the /64 of an IPv6 address."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(found, ipaddress.IPv4Address):
        return str(found)
    if found.ipv4_mapped is not None:
        return str(found.ipv4_mapped)
    return str(ipaddress.ip_network((int(found), 64), strict=False))
