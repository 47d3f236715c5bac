"""Names of array and point types for annotations, each once."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
import numpy.typing as npt

Floats: TypeAlias = npt.NDArray[np.float64]
Ints: TypeAlias = npt.NDArray[np.int64]
#: Half as large, for tables over all pairs of places.
Int32s: TypeAlias = npt.NDArray[np.int32]
#: Whether something holds, entry by entry.
Mask: TypeAlias = npt.NDArray[np.bool_]
#: Structured: each entry is a record with named fields.
RecordArray: TypeAlias = npt.NDArray[np.void]
#: Lat and lon in WGS-84.
Point: TypeAlias = tuple[float, float]
Points: TypeAlias = tuple[Point, ...]
