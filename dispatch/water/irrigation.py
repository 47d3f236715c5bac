"""
From what a crop takes to what must be let out: depths, volumes, efficiencies.

References
----------
Allen and others (1998), FAO-56, for crop coefficients; Brouwer and others (1989), FAO
Irrigation Water Management Training Manual 4, for depths and efficiencies.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dispatch.units import M2_PER_MU

if TYPE_CHECKING:
    from dispatch.model.water.fields import CropStage


def crop_mm_per_d(crop: CropStage, *, et0_mm: float) -> float:
    """
    Return what a crop takes in a day, ETc = Kc ET0 (FAO-56, eq. 58).

    Parameters
    ----------
    crop
        Its stage.
    et0_mm
        Reference evapotranspiration of the day.
    """
    return crop.kc * et0_mm


def paddy_mm_per_d(crop: CropStage, *, et0_mm: float) -> float:
    """
    Return what a paddy with a layer of water loses in a day: ETc and percolation.

    Parameters
    ----------
    crop
        Its stage.
    et0_mm
        Reference evapotranspiration of the day.
    """
    return crop_mm_per_d(crop, et0_mm=et0_mm) + crop.percolation_mm_per_d


def net_depth_mm(
    *,
    field_capacity_pct: float,
    wilting_pct: float,
    bulk_density: float,
    root_m: float,
) -> float:
    """
    Return the water that a soil holds for roots.

    Parameters
    ----------
    field_capacity_pct, wilting_pct
        Water at field capacity and at the wilting point, percent by weight.
    bulk_density
        Of the dry soil over that of water.
    root_m
        Depth of the roots.
    """
    return (field_capacity_pct - wilting_pct) / 100 * bulk_density * root_m * 1000


def gross_depth_mm(net_mm: float, *, efficiency: float) -> float:
    """
    Return the depth that must be brought so that the net depth stays.

    Parameters
    ----------
    net_mm
        What the crop is to get.
    efficiency
        Share of the water brought that the crop gets, 0 < efficiency <= 1.

    Raises
    ------
    ValueError
        If the efficiency is no such share.
    """
    if not 0 < efficiency <= 1:
        raise ValueError(f"efficiency {efficiency} must be in 0 < efficiency <= 1")
    return net_mm / efficiency


def volume_m3(area_mu: float, depth_mm: float) -> float:
    """
    Return the water of a depth on an area.

    Parameters
    ----------
    area_mu
        Area.
    depth_mm
        Depth of water on it.
    """
    return area_mu * M2_PER_MU * depth_mm / 1000


def stream_m3_per_h(area_mu: float, *, gross_mm: float, hours: float) -> float:
    """
    Return the flow that waters an area within some hours.

    Parameters
    ----------
    area_mu
        Area.
    gross_mm
        Depth that is brought.
    hours
        Time for it.
    """
    return volume_m3(area_mu, gross_mm) / hours


def conveyance_efficiency(*, head: float, end: float) -> float:
    """
    Return the share of the water let in that comes out.

    Parameters
    ----------
    head, end
        Flow or volume at both ends of a canal, in one unit.
    """
    return end / head


def application_efficiency(
    *, brought_m3: float, runoff_m3: float, percolation_m3: float = 0.0
) -> float:
    """
    Return the share of the water at the field that stays where roots are.

    Parameters
    ----------
    brought_m3
        Water at the field.
    runoff_m3, percolation_m3
        What runs off at its end, and what seeps below the roots.
    """
    return (brought_m3 - runoff_m3 - percolation_m3) / brought_m3
