"""Who may do what, where: one table, one function."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, Protocol, get_args

Role = Literal["coordinator", "official", "administrator"]
Right = Literal["see", "report", "request", "plan", "publish", "edit", "link", "people"]
ROLES: Final[tuple[Role, ...]] = get_args(Role)
RIGHTS: Final[tuple[Right, ...]] = get_args(Right)

#: What a role may do in the townships that it sees; an official reads only.
RIGHTS_OF: Final[dict[str, frozenset[Right]]] = {
    "official": frozenset({"see"}),
    "coordinator": frozenset(RIGHTS) - {"people"},
    "administrator": frozenset(RIGHTS),
}


@dataclass(frozen=True, slots=True)
class Where:
    """A township and the county that it belongs to; both empty: the whole store."""

    code: str = ""
    county: str = ""


class Holder(Protocol):
    """
    Somebody with an account.

    Attributes
    ----------
    township, county
        What they see: one township, or all of a county; both empty: everything.
    is_blocked
        Whether all rights are taken.
    """

    @property
    def role(self) -> str:
        """One of `ROLES`; any other has no right."""

    @property
    def township(self) -> str:
        """Code of the one township; empty: not bound to one."""

    @property
    def county(self) -> str:
        """Code of the county; empty: not bound to one."""

    @property
    def is_blocked(self) -> bool:
        """Whether nothing is allowed."""


def may(person: Holder, township: Where, right: Right) -> bool:
    """
    Whether somebody may do something in a township.

    Parameters
    ----------
    person
        Who wants to.
    township
        Where it would be done; the whole store needs somebody who sees everything.
    right
        What would be done.
    """
    if person.is_blocked or right not in RIGHTS_OF.get(person.role, frozenset()):
        return False
    return covers(person, township)


def covers(person: Holder, township: Where) -> bool:
    """
    Whether a township is one that somebody sees.

    Parameters
    ----------
    person
        Bound to a township, else to a county, else to nothing.
    township
        The township asked for.
    """
    if person.township:
        return person.township == township.code
    if person.county:
        return person.county == township.county
    return True


def county_of(township: str) -> str:
    """
    Return the county of a township by its code; empty where the code does not say.

    Codes of the statistics office begin with the six digits of the county: nine for
    a township, twelve with a village's.
    """
    is_official = township.isascii() and township.isdecimal()
    return township[:6] if is_official and len(township) in (9, 12) else ""
