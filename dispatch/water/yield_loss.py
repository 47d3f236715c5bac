"""
What a harvest loses when water is short.

References
----------
Doorenbos and Kassam (1979), Yield response to water, FAO Irrigation and Drainage Paper
33: 1 - Ya/Ym = Ky (1 - ETa/ETm). Published Ky of one crop differ widely (0.08 to 1.75),
so the factor is a column of the table of crops with its source.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dispatch.model.water.fields import CropStage, FieldBlock


def lost_share(ky: float, *, deficit: float) -> float:
    """
    Return the share of the yield that is lost at one stage, at most 1.

    Parameters
    ----------
    ky
        Yield response factor of the stage.
    deficit
        Share of the evapotranspiration that is missing, 0 to 1.

    Raises
    ------
    ValueError
        If the deficit is no share.
    """
    if not 0 <= deficit <= 1:
        raise ValueError(f"deficit {deficit} must be in 0 <= deficit <= 1")
    return min(1.0, ky * deficit)


def lost_share_of_stages(stages: Iterable[tuple[float, float]]) -> float:
    """
    Return the share that is lost over several stages: what is left multiplies.

    Parameters
    ----------
    stages
        Ky and deficit of each stage.
    """
    left = 1.0
    for ky, deficit in stages:
        left *= 1 - lost_share(ky, deficit=deficit)
    return 1 - left


def lost_kg(
    block: FieldBlock, crop: CropStage, *, given_m3: float, need_m3: float
) -> float | None:
    """
    Return the harvest that a block loses; None where its yield is not known.

    Parameters
    ----------
    block
        The fields.
    crop
        What they need at their stage.
    given_m3, need_m3
        Water at the field, and what it needs; more than the need is no gain.
    """
    if block.yield_kg_per_mu is None:
        return None
    deficit = 0.0 if need_m3 <= 0 else max(0.0, 1 - given_m3 / need_m3)
    return lost_share(crop.ky, deficit=deficit) * block.yield_kg_per_mu * block.area_mu
