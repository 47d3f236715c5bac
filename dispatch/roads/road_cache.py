"""Road networks in the cache."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Any

import numpy as np

from dispatch.model.roads import RoadNetwork
from dispatch.roads import cache

if TYPE_CHECKING:
    import numpy.typing as npt


def roads_to_arrays(network: RoadNetwork) -> dict[str, npt.NDArray[Any]]:
    """Return the columns of a network; whose data it is stays out."""
    values = {entry.name: getattr(network, entry.name) for entry in fields(network)}
    return {
        name: cache.texts_to_array(value) if isinstance(value, tuple) else value
        for name, value in values.items()
        if name != "attribution"
    }


def arrays_to_roads(
    arrays: dict[str, npt.NDArray[Any]], *, attribution: str
) -> RoadNetwork | None:
    """
    Return the network of the cache; None if something is missing there.

    Parameters
    ----------
    arrays
        As `roads_to_arrays` made them, from the cache.
    attribution
        Whose data it is; not in the cache.
    """
    try:
        values: dict[str, Any] = {
            name: cache.array_to_texts(value) if value.dtype == np.uint8 else value
            for name, value in arrays.items()
        }
        network = RoadNetwork(**values, attribution=attribution)
    except (TypeError, UnicodeDecodeError):
        return None
    return network if len(network.edge_ids) == len(network.start) else None
