"""The letter that a truck keeps everywhere: on maps, pages, phones and paper."""

from __future__ import annotations

import itertools
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from dispatch.model.scenario import Truck

if TYPE_CHECKING:
    from dispatch.model.scenario import Scenario

#: Higher numbers in ids are no places in a row.
_MAX_BY_NUMBER: Final = 99


def truck_letters(scenario: Scenario) -> dict[str, str]:
    """
    Return the letter of every truck, those out of service too.

    Notes
    -----
    A letter that the table gives stays. Else the number of the id counts, if no two
    trucks share one: T5 is E whatever else is there. Else the row counts; the editor of
    the table writes such letters down before rows can be taken out.
    """
    trucks = scenario.all_trucks
    letters: dict[str, str] = {}
    for truck in trucks:
        letter = truck.letter.strip().upper()
        if letter and letter not in letters.values():
            letters[truck.truck_id] = letter
    by_number = _letters_by_number([truck.truck_id for truck in trucks])
    for row, truck in enumerate(trucks):
        if truck.truck_id in letters:
            continue
        letter = by_number.get(truck.truck_id) or _letters(row)
        free = (_letters(idx) for idx in itertools.count())
        if letter in letters.values():
            letter = next(unused for unused in free if unused not in letters.values())
        letters[truck.truck_id] = letter
    return letters


def with_letters(scenario: Scenario) -> Scenario:
    """Return the scenario with the letter of every truck written down."""
    letters = truck_letters(scenario)

    def named(truck: Truck) -> Truck:
        return replace(truck, letter=letters[truck.truck_id])

    return replace(
        scenario,
        trucks=tuple(named(truck) for truck in scenario.trucks),
        resting=tuple(
            resting._replace(item=named(resting.item))
            if isinstance(resting.item, Truck)
            else resting
            for resting in scenario.resting
        ),
    )


def _letters_by_number(truck_ids: list[str]) -> dict[str, str]:
    """Return T5 -> E for all ids; nothing unless every id has a number of its own."""
    matches = {label: re.search(r"([0-9]+)$", label) for label in truck_ids}
    numbers = [int(match[1]) for match in matches.values() if match is not None]
    if len(set(numbers)) < len(truck_ids) or not all(
        1 <= number <= _MAX_BY_NUMBER for number in numbers
    ):
        return {}
    return dict(zip(matches, map(_letters, (n - 1 for n in numbers)), strict=True))


def _letters(idx: int) -> str:
    """Return A to Z, then AA, AB and so on, as spreadsheets count."""
    text = ""
    idx += 1
    while idx:
        idx, rest = divmod(idx - 1, 26)
        text = chr(65 + rest) + text
    return text
