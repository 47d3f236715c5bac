"""Compiled code is cached once per version of the kernel's source, for this user."""

from __future__ import annotations

import contextlib
import hashlib
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar, cast

import numba

from dispatch.settings import user_folder

F = TypeVar("F", bound=Callable[..., Any])

#: Compiled module outside the kernel.
PRICING = "bounding/pricing.py"


def _source_digest() -> str:
    """Return a digest of all compiled sources: callers inline their callees."""
    digest = hashlib.sha256(numba.__version__.encode())
    folder = Path(__file__).parent
    for path in (*sorted((folder / "kernel").glob("*.py")), folder / PRICING):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def cache_dir() -> Path:
    """Return the folder of compiled code, which need not exist yet."""
    folder = user_folder() / _source_digest()
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        folder = Path(tempfile.gettempdir()) / "water-dispatch" / _source_digest()
    return folder


def is_compiled() -> bool:
    """Whether a run before this one has compiled everything."""
    return _mark().exists()


def mark_compiled() -> None:
    """Remember that everything is compiled; a folder that is read-only stays so."""
    with contextlib.suppress(OSError):
        _mark().touch()


def _mark() -> Path:
    return cache_dir() / "complete"


numba.config.CACHE_DIR = str(cache_dir())  # type: ignore[attr-defined]  # set on import


def compiled(function: F) -> F:
    """
    Compile with numba, cached on disk, without holding the interpreter lock.

    Without numba's memory management, so compiled functions allocate no arrays:
    counting references to the arrays of a state took six tenths of the time.
    """
    options: dict[str, bool] = {"cache": True, "nogil": True, "_nrt": False}
    return cast("F", cast("Any", numba.njit)(**options)(function))


def inlined(function: F) -> F:
    """Compile like `compiled`, as if written out in every compiled caller."""
    options = {"cache": True, "nogil": True, "_nrt": False, "inline": "always"}
    return cast("F", cast("Any", numba.njit)(**options)(function))


def compiled_with_arrays(function: F) -> F:
    """Compile like `compiled`, for functions that make arrays of their own."""
    return cast("F", numba.njit(cache=True, nogil=True)(function))
