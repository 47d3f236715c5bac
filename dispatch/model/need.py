"""People and animals -> need of the day, as bands served in strict order."""

from __future__ import annotations

import itertools
import math
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dispatch.model.scenario import NeedStandard, Scenario, Village

Band = Literal[
    "facility",
    "survival_vulnerable",
    "survival",
    "basic_vulnerable",
    "basic",
    "livestock",
    "normal",
]

#: Every band, first served first.
BANDS: Final[tuple[Band, ...]] = (
    "facility",
    "survival_vulnerable",
    "survival",
    "basic_vulnerable",
    "basic",
    "livestock",
    "normal",
)

#: The only band that non-potable water may serve (rule 10).
LIVESTOCK: Final = BANDS.index("livestock")


def gross_need_l(village: Village, standard: NeedStandard) -> dict[Band, int]:
    """
    Return the litres a day of every band, before the water already in the tank.

    Fractions are carried from band to band and the last one is dropped, so that
    the bands add up to no more than the exact need (rule 8).

    Parameters
    ----------
    village
        Gives people, animals and facilities.
    standard
        Litres per person and animal.
    """
    others = village.population - village.vulnerable_people
    survival = standard.survival_l_per_person
    basic = standard.basic_l_per_person - survival
    normal = standard.normal_l_per_person - standard.basic_l_per_person
    animals = (
        village.cattle * standard.cattle_l_per_head
        + village.pigs * standard.pigs_l_per_head
        + village.sheep * standard.sheep_l_per_head
        + village.poultry * standard.poultry_l_per_head
    )
    litres: dict[Band, float] = {
        "facility": village.facility_l,
        "survival_vulnerable": survival * village.vulnerable_people,
        "survival": survival * others,
        "basic_vulnerable": basic * village.vulnerable_people,
        "basic": basic * others,
        "livestock": animals,
        "normal": normal * village.population,
    }
    need: dict[Band, int] = {}
    exact = 0.0
    whole = 0
    for band in BANDS:
        exact += litres[band]
        need[band] = math.floor(exact + 1e-6) - whole
        whole += need[band]
    return need


def need_l(village: Village, standard: NeedStandard) -> dict[Band, int]:
    """
    Return the litres of every band that neither taps nor the tank's stock cover.

    Parameters
    ----------
    village
        Gives people, animals, facilities, what its taps give and its tank has.
    standard
        Litres per person and animal.
    """
    left = village.piped_l + village.stock_l
    net: dict[Band, int] = {}
    for band, litres in gross_need_l(village, standard).items():
        covered = min(left, litres)
        left -= covered
        net[band] = litres - covered
    return net


def needs_l(scenario: Scenario) -> dict[str, dict[Band, int]]:
    """Return ``need_l`` of every village, keyed by village id."""
    return {
        village.village_id: need_l(village, scenario.need)
        for village in scenario.villages
    }


def can_take_l(village: Village, standard: NeedStandard) -> int:
    """
    Return the litres that the village may get today (rule 8).

    Parameters
    ----------
    village
        Gives its need, and the room in its tank where that is limited.
    standard
        Litres per person and animal.
    """
    need = sum(need_l(village, standard).values())
    free = village.free_storage_l
    return need if free is None else min(need, free)


def served_l(
    need: Mapping[Band, int], *, potable_l: int, non_potable_l: int
) -> dict[Band, int]:
    """
    Return how far deliveries serve each band.

    Non-potable water serves livestock first; drinking water then fills
    the bands from the top.

    Parameters
    ----------
    need
        Litres of every band, as from `need_l`.
    potable_l, non_potable_l
        Litres delivered of each water.
    """
    served: dict[Band, int] = {}
    left = potable_l
    for band in BANDS:
        open_l = need[band]
        if band == "livestock":
            animals = min(non_potable_l, open_l)
            given = animals + min(left, open_l - animals)
            left -= given - animals
        else:
            given = min(left, open_l)
            left -= given
        served[band] = given
    return served


def slice_l(need: int, equity_steps: int) -> list[int]:
    """
    Return the need of one band cut into ``equity_steps`` nearly equal slices.

    The slices add up to the need; cut points are rounded up, so that the first
    slices are never short of their share.

    Parameters
    ----------
    need
        Litres of the band.
    equity_steps
        Number of slices.
    """
    cuts = [-(-need * step // equity_steps) for step in range(equity_steps + 1)]
    return [high - low for low, high in itertools.pairwise(cuts)]
