"""Addresses at which the dashboard is reached: here, and from phones nearby."""

from __future__ import annotations

import ipaddress
import socket
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

_ANYWHERE: Final = ("0.0.0.0", "::")
#: Documentation addresses (RFC 5737, 3849): nothing is sent, the system only says
#: from which of its own addresses it would be.
_ELSEWHERE: Final = (
    (socket.AF_INET, "192.0.2.1"),
    (socket.AF_INET6, "2001:db8::1"),
)


def lan_address() -> str | None:
    """Return the address of this computer in its network; None without a network."""
    for family, target in _ELSEWHERE:
        try:
            with socket.socket(family, socket.SOCK_DGRAM) as probe:
                probe.connect((target, 9))
                text = str(probe.getsockname()[0])
        except OSError:
            continue
        address = ipaddress.ip_address(text)
        if not (address.is_loopback or address.is_unspecified or address.is_link_local):
            return text
    return None


def public_url(
    host: str, port: int, *, find: Callable[[], str | None] = lan_address
) -> str | None:
    """
    Return the address that a phone can open; None: only this computer can.

    Parameters
    ----------
    host
        Where the server listens: ``0.0.0.0`` and ``::`` are all its addresses.
    port
        Port that the server listens at.
    find
        Gives the address of this computer in its network; None: no network.
    """
    if is_local(host):
        return None
    shown = find() if host in _ANYWHERE else host
    return None if shown is None else _url(shown, port)


def local_url(host: str, port: int) -> str:
    """
    Return the address on this computer itself.

    Parameters
    ----------
    host
        Where the server listens.
    port
        Port that the server listens at.
    """
    is_here = is_local(host) or host in _ANYWHERE
    return _url("localhost" if is_here else host, port)


def is_local(host: str | None) -> bool:
    """Whether a host is this computer to itself."""
    if not host or host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _url(host: str, port: int) -> str:
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
