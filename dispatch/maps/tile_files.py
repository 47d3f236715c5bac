"""Pictures of maps in one local file: MBTiles and PMTiles, as a route of the app."""

from __future__ import annotations

import base64
import contextlib
import re
import sqlite3
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from pmtiles.reader import Reader
from pmtiles.tile import (
    MagicNumberNotFound,
    SpecVersionUnsupported,
    TileType,
)

from dispatch.words.message import MessageError, say

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

#: No map is asked for more, and larger numbers make no row of a tile.
MAX_ZOOM: Final = 24
_PICTURES: Final = {
    b"\x89PNG": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
    b"RIFF": "image/webp",
}
#: One clear pixel: no answer at all would be an error in the browser's eyes.
NO_PICTURE: Final = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNgYGBgAAAABQABXvMqOgAA"
    "AABJRU5ErkJggg=="
)
_RASTER: Final = (TileType.PNG, TileType.JPEG, TileType.WEBP)
_BROKEN: Final = (
    *(OSError, sqlite3.Error, ValueError, KeyError, TypeError, IndexError),
    *(EOFError, MagicNumberNotFound, SpecVersionUnsupported),
)


@dataclass(frozen=True, slots=True)
class TileFileInfo:
    """What a file says of itself; ``attribution`` without its HTML."""

    min_zoom: int
    max_zoom: int
    attribution: str
    is_vector: bool = False


def is_tile_file(name: str) -> bool:
    """Whether a setting names a file of tiles."""
    return name.casefold().endswith((".mbtiles", ".pmtiles"))


def tile_file_info(path: Path) -> TileFileInfo:
    """
    Return what a file holds.

    Raises
    ------
    MessageError
        If it is not there or is damaged.
    """
    if not path.is_file():
        raise MessageError(say("tiles_file_missing", file=path.name))
    try:
        is_mbtiles = path.suffix.casefold() == ".mbtiles"
        info = _mbtiles_info(path) if is_mbtiles else _pmtiles_info(path)
    except _BROKEN as error:
        message = say("tiles_file_broken", file=path.name, error=_first_line(error))
        raise MessageError(message) from error
    return info


def _first_line(error: BaseException) -> str:
    return (" ".join(str(error).split()) or type(error).__name__)[:120]


def tile_of(path: Path, zoom: int, x: int, y: int) -> tuple[bytes, str] | None:
    """
    Return a picture and its type; None where there is none.

    Parameters
    ----------
    path
        An MBTiles or PMTiles file with pictures.
    zoom, x, y
        The tile, as in XYZ addresses.
    """
    data = raw_tile(path, zoom, x, y)
    kind = next(
        (k for sign, k in _PICTURES.items() if data and data.startswith(sign)), ""
    )
    return (data, kind) if data and kind else None


def raw_tile(path: Path, zoom: int, x: int, y: int) -> bytes | None:
    """
    Return the content of a tile as it is kept; None where there is none.

    Parameters
    ----------
    path
        An MBTiles or PMTiles file.
    zoom, x, y
        The tile, as in XYZ addresses.
    """
    if not (0 <= zoom <= MAX_ZOOM and 0 <= x < 2**zoom and 0 <= y < 2**zoom):
        return None
    try:
        if path.suffix.casefold() == ".mbtiles":
            return _mbtiles_tile(path, zoom, x, y)
        with _pmtiles(path) as reader:
            data: bytes | None = reader.get(zoom, x, y)
            return data
    except _BROKEN:
        return None


@contextlib.contextmanager
def _mbtiles(path: Path) -> Iterator[sqlite3.Connection]:
    address = f"file:{quote(str(path.resolve()))}?mode=ro&immutable=1"
    with contextlib.closing(sqlite3.connect(address, uri=True)) as db:
        yield db


def _mbtiles_info(path: Path) -> TileFileInfo:
    with _mbtiles(path) as db:
        metadata = {
            str(k): str(v) for k, v in db.execute("select name, value from metadata")
        }
        low, high = db.execute(
            "select min(zoom_level), max(zoom_level) from tiles"
        ).fetchone()
    is_vector = metadata.get("format", "png").casefold() in ("pbf", "mvt")
    if low is None:
        raise ValueError("no tiles")
    return TileFileInfo(
        int(low), int(high), _plain(metadata.get("attribution")), is_vector
    )


def _mbtiles_tile(path: Path, zoom: int, x: int, y: int) -> bytes | None:
    query = (
        "select tile_data from tiles"
        " where zoom_level = ? and tile_column = ? and tile_row = ?"
    )
    with _mbtiles(path) as db:
        # Its rows count from the south (TMS), those of map programs from the north.
        row = db.execute(query, (zoom, x, 2**zoom - 1 - y)).fetchone()
    return None if row is None else bytes(row[0])


@contextlib.contextmanager
def _pmtiles(path: Path) -> Iterator[Any]:
    with path.open("rb") as stream:

        def get_bytes(offset: int, length: int) -> bytes:
            stream.seek(offset)
            return stream.read(length)

        yield Reader(get_bytes)  # type: ignore[no-untyped-call]  # has no types


def _pmtiles_info(path: Path) -> TileFileInfo:
    with _pmtiles(path) as reader:
        header = reader.header()
        is_vector = header["tile_type"] == TileType.MVT
        if not is_vector and header["tile_type"] not in _RASTER:
            raise ValueError(f"tiles of the type {header['tile_type'].name}")
        metadata = reader.metadata()
        credit = metadata.get("attribution") if isinstance(metadata, dict) else None
        return TileFileInfo(
            int(header["min_zoom"]),
            int(header["max_zoom"]),
            _plain(credit),
            is_vector,
        )


def _plain(text: object) -> str:
    """Return a text without its HTML, as whose links are written."""
    return " ".join(re.sub(r"<[^<>]*>", "", str(text or "")).split())[:200]
