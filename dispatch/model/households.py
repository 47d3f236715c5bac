"""Households that water is carried to; personal data, apart from all scenarios."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

MAX_NAME: Final = 100
MAX_ADDRESS: Final = 300
MAX_NOTE: Final = 500
#: More live in no house that somebody carries water to.
MAX_PEOPLE: Final = 99

#: Control signs and halves of pairs, which no database keeps, become blanks.
_NO_TEXT: Final = dict.fromkeys((*range(32), 127, *range(0xD800, 0xE000)), " ")


@dataclass(frozen=True, slots=True, kw_only=True)
class Household:
    """
    A household that water is carried to.

    Attributes
    ----------
    number
        Of its row; 0: it is new.
    village
        Id of its place.
    carries
        Whether the water must be carried to the door.
    version
        Counts its changes.
    """

    number: int = 0
    village: str
    name: str
    address: str = ""
    people: int = 1
    note: str = ""
    carries: bool = True
    version: int = 0

    def cleaned(self) -> Household:
        """Return the same with texts of one line each, without blanks around."""
        return replace(
            self,
            name=_line(self.name),
            address=_line(self.address),
            note=_line(self.note),
        )


def _line(text: str) -> str:
    return " ".join(text.translate(_NO_TEXT).split())
