"""
What seeps away in a canal on the way, and what must be let in at its head.

Notes
-----
A loss given as a share is the same at every flow. By the formula of Kostiakov, which
Chinese rules of canal design use, the share ``A / (100 Q^m)`` that is lost per km falls
with the flow Q at the end of the reach: turns with much water beat trickles.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from dispatch.model.water.canals import Canal

_S_PER_H: Final = 3600
#: Halvings of a flow: 1e7 m3/h to well below a litre an hour.
_HALVINGS: Final = 80


def loss_share_per_km(flow_m3_per_s: float, *, a: float, m: float) -> float:
    """
    Return the share of a flow that is lost per km, ``A / (100 Q^m)``.

    Parameters
    ----------
    flow_m3_per_s
        Q at the end of the reach, above 0.
    a, m
        Coefficient and exponent of the soil.
    """
    return a / (100 * math.pow(flow_m3_per_s, m))


def loss_l_per_s_km(flow_m3_per_s: float, *, a: float, m: float) -> float:
    """
    Return the litres a second that are lost per km.

    Parameters
    ----------
    flow_m3_per_s
        Q at the end of the reach, above 0.
    a, m
        Coefficient and exponent of the soil.
    """
    return 1000 * flow_m3_per_s * loss_share_per_km(flow_m3_per_s, a=a, m=m)


def with_loss_m3_per_s(
    net_m3_per_s: float, *, loss_l_per_s_km: float, length_km: float
) -> float:
    """
    Return the flow at the head for a net flow and a loss out of a table.

    Parameters
    ----------
    net_m3_per_s
        Flow at the end.
    loss_l_per_s_km
        Litres a second that are lost per km.
    length_km
        Length of the reach.
    """
    return net_m3_per_s + loss_l_per_s_km * length_km / 1000


def head_flow_m3_per_h(canal: Canal, end_m3_per_h: float) -> float:
    """
    Return what must be let in so that a flow comes out.

    Parameters
    ----------
    canal
        A reach in any state; whether it carries the flow is not asked.
    end_m3_per_h
        Flow at its end.
    """
    if end_m3_per_h <= 0:
        return 0.0
    if canal.loss_a is not None and canal.loss_m is not None:
        share = loss_share_per_km(
            end_m3_per_h / _S_PER_H, a=canal.loss_a, m=canal.loss_m
        )
        return end_m3_per_h * (1 + share * canal.length_km)
    return end_m3_per_h / (1 - (canal.loss_share or 0.0))


def end_flow_m3_per_h(canal: Canal, head_m3_per_h: float) -> float:
    """
    Return what comes out of what is let in, the inverse of `head_flow_m3_per_h`.

    Parameters
    ----------
    canal
        A reach in any state; whether it carries the flow is not asked.
    head_m3_per_h
        Flow at its head.
    """
    if head_m3_per_h <= 0:
        return 0.0
    if canal.loss_a is None:
        return head_m3_per_h * (1 - (canal.loss_share or 0.0))
    # The head flow rises with the end flow, as m < 1: halve until they meet.
    low, high = 0.0, head_m3_per_h
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        if head_flow_m3_per_h(canal, middle) > head_m3_per_h:
            high = middle
        else:
            low = middle
    return low
