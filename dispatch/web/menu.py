"""Which pages a role has, by the names in their addresses; the first is its start."""

from __future__ import annotations

from typing import Final

_OFFICIAL: Final = ("coverage", "deliveries", "requests")
_OFFICE: Final = (
    *("today", "needs", "plan", "water", "requests", "deliveries", "roads", "places"),
    *("doors", "links", "coverage"),
)
#: Plain pages beside those of the menu.
_PLAIN: Final = ("brief",)


def pages_of(role: str) -> tuple[str, ...]:
    """Return the pages of a role that sees a township."""
    if role == "official":
        return _OFFICIAL
    return (*_OFFICE, "people", "first") if role == "administrator" else _OFFICE


def is_elsewhere(path: str, role: str) -> bool:
    """
    Whether an address is of a page that a role has not, or that nobody has.

    Parameters
    ----------
    path
        Of a page, without what stands before all of our paths.
    role
        Of who asks.
    """
    name = path.strip("/")
    if not name or "/" in name or "." in name or name in _PLAIN:
        return False
    # The start has no name in its address.
    return name not in pages_of(role)[1:]
