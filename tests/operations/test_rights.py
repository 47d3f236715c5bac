"""Who may do what, where: every role, right and township written out."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from dispatch.operations.rights import RIGHTS, ROLES, Where, may


@dataclass(frozen=True)
class Somebody:
    role: str
    township: str = ""
    county: str = ""
    is_blocked: bool = False


#: By role: y or n for each right, in the order of this line.
ORDER = ("see", "report", "request", "plan", "publish", "edit", "link", "people")
TABLE = {
    "official": "ynnnnnnn",
    "coordinator": "yyyyyyyn",
    "administrator": "yyyyyyyy",
    "driver": "nnnnnnnn",
    "": "nnnnnnnn",
}

OWN = Where("430423001", "430423")
NEIGHBOUR = Where("430423002", "430423")
FOREIGN = Where("430124001", "430124")
STORE = Where()
#: What somebody is bound to, and in which of the places above it counts.
SCOPES = [
    ({"township": "430423001"}, {OWN}),
    ({"township": "430423001", "county": "430423"}, {OWN}),
    ({"county": "430423"}, {OWN, NEIGHBOUR}),
    ({}, {OWN, NEIGHBOUR, FOREIGN, STORE}),
]


def test_the_table_names_every_role_and_right() -> None:
    assert set(ORDER) == set(RIGHTS)
    assert set(ROLES) <= set(TABLE)


@pytest.mark.parametrize("role", TABLE)
@pytest.mark.parametrize(("scope", "seen"), SCOPES)
def test_a_role_may_what_the_table_says_where_it_sees(role, scope, seen) -> None:
    somebody = Somebody(role, **scope)
    for right, mark in zip(ORDER, TABLE[role], strict=True):
        for place in (OWN, NEIGHBOUR, FOREIGN, STORE):
            expected = mark == "y" and place in seen
            assert may(somebody, place, right) is expected, (right, place)


@pytest.mark.parametrize("role", ROLES)
def test_who_is_blocked_may_nothing(role) -> None:
    blocked = Somebody(role, is_blocked=True)
    assert not any(may(blocked, OWN, right) for right in RIGHTS)


def test_a_township_without_a_county_is_in_no_county() -> None:
    """A county's account must not see what an import left without one."""
    assert not may(Somebody("coordinator", county="430423"), Where("1"), "see")
