"""Arrays and networks on disk, under a hash of what they were made from."""

from __future__ import annotations

import contextlib
import io
import re
import zipfile
import zlib
from dataclasses import fields
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from dispatch.atomic import write_file
from dispatch.errors import DispatchError
from dispatch.model.roads import RoadNetwork
from dispatch.settings import cache_folder

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import numpy.typing as npt

    Arrays = Mapping[str, npt.NDArray[Any]]

#: When the files are larger than this in all, the oldest go.
MAX_BYTES: Final = 2_000_000_000


def load(key: str) -> dict[str, npt.NDArray[Any]] | None:
    """
    Return the arrays of a key; None if they are not there or damaged.

    Parameters
    ----------
    key
        Letters, digits and dashes, such as a kind and a hash of the content.

    Returns
    -------
    dict[str, npt.NDArray[Any]] | None
        Arrays by name, as they were stored.

    Raises
    ------
    ValueError
        If the key has other characters.
    """
    try:
        # numpy leaves a damaged file open that it opened itself.
        with _path(key).open("rb") as stream, np.load(stream) as stored:
            return {name: stored[name] for name in stored.files}
    except (OSError, ValueError, KeyError, EOFError, RuntimeError):
        return None
    except (zipfile.BadZipFile, zlib.error, TypeError, AttributeError):
        return None


def store(key: str, arrays: Arrays) -> None:
    """
    Keep the arrays under a key; a cache that cannot be written is passed over.

    Parameters
    ----------
    key
        Letters, digits and dashes, as for `load`.
    arrays
        Arrays by name.

    Raises
    ------
    ValueError
        If the key has other characters.
    """
    path = _path(key)
    stream = io.BytesIO()
    np.savez(stream, **arrays)  # type: ignore[arg-type]  # allow_pickle is none of the names
    with contextlib.suppress(DispatchError, OSError):
        write_file(path, stream.getvalue())
        trim(path.parent)


def trim(folder: Path, *, most_bytes: int = MAX_BYTES) -> None:
    """
    Remove the oldest files of a cache until the rest is small enough.

    Parameters
    ----------
    folder
        The folder of the cache; only its ``.npz`` files are looked at.
    most_bytes
        Size that all files together may keep.
    """
    files = [(path.stat(), path) for path in folder.glob("*.npz")]
    total = sum(stat.st_size for stat, _ in files)
    for stat, path in sorted(files, key=lambda item: item[0].st_mtime_ns):
        if total <= most_bytes:
            break
        path.unlink(missing_ok=True)
        total -= stat.st_size


def texts_to_array(texts: tuple[str, ...]) -> npt.NDArray[np.uint8]:
    """Return texts as bytes, far smaller than numpy's text of one width."""
    joined = "".join(f"{text}\0" for text in texts).encode("utf-8", "replace")
    return np.frombuffer(joined, dtype=np.uint8)


def array_to_texts(array: npt.NDArray[np.uint8]) -> tuple[str, ...]:
    """Return the texts of ``texts_to_array``."""
    return tuple(array.tobytes().decode("utf-8").split("\0")[:-1])


def roads_to_arrays(network: RoadNetwork) -> dict[str, npt.NDArray[Any]]:
    """Return the columns of a network; whose data it is stays out."""
    values = {entry.name: getattr(network, entry.name) for entry in fields(network)}
    return {
        name: texts_to_array(value) if isinstance(value, tuple) else value
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
            name: array_to_texts(value) if value.dtype == np.uint8 else value
            for name, value in arrays.items()
        }
        network = RoadNetwork(**values, attribution=attribution)
    except (TypeError, UnicodeDecodeError):
        return None
    return network if len(network.edge_ids) == len(network.start) else None


def _path(key: str) -> Path:
    if not re.fullmatch(r"[\w-]{1,200}", key):
        raise ValueError(f"not a key of the cache: {key!r}")
    return cache_folder() / f"{key}.npz"
