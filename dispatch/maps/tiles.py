"""
The setting that draws a tile server's or file's map under ours: off unless given.

``map.toml`` in the data folder, or the environment, which wins::

    tiles = "tianditu"        # or "osm", an address, a .mbtiles or .pmtiles file
    datum = "wgs84"           # of the tiles: wgs84, gcj02, bd09
    attribution = "© ..."
    max_zoom = 18
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, get_args
from urllib.parse import urlsplit

from dispatch import settings
from dispatch.maps.tile_files import MAX_ZOOM, is_tile_file, tile_file_info
from dispatch.model.scenario import Datum
from dispatch.roads.osm.extract import ATTRIBUTION as OSM_CREDIT
from dispatch.words.message import Message, MessageError, say

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

SETTING_FILE: Final = "map.toml"
#: Where the app serves the tiles of a file.
TILES_URL: Final = "/tiles/{z}/{x}/{y}"

_NAMES: Final = ("tiles", "datum", "attribution", "max_zoom")
_OSM: Final = "https://tile.openstreetmap.org/{z}/{x}/{y}.png"
_TIANDITU: Final = (
    "https://t0.tianditu.gov.cn/{layer}_w/wmts?SERVICE=WMTS&REQUEST=GetTile"
    "&VERSION=1.0.0&LAYER={layer}&STYLE=default&TILEMATRIXSET=w&FORMAT=tiles"
    "&TILEMATRIX={{z}}&TILEROW={{y}}&TILECOL={{x}}&tk={token}"
)
_TIANDITU_CREDIT: Final = "© 天地图 Tianditu"
#: WMTS calls them so; the three that a map program fills in are z, x and y.
_WMTS: Final = {"tilematrix": "z", "tilerow": "y", "tilecol": "x"}
_BLANK: Final = re.compile(r"\{(\w+)\}")
#: Nothing with a meaning in scripts, templates or a policy of a page.
_ADDRESS: Final = re.compile(
    r"https?://[A-Za-z0-9][A-Za-z0-9.-]*(:\d{1,5})?/[\w/?&=.:~+,@%-]*", re.ASCII
)


@dataclass(frozen=True, slots=True)
class Tiles:
    """
    A tile server or file to draw under a map.

    Attributes
    ----------
    url
        With {z}, {x} and {y}; a path of our own app for a file.
    is_vector
        Whether ``map.js`` paints the tiles of a file, from JSON of our own.
    overlays
        Drawn over it, such as the names that come as tiles of their own.
    datum
        Of the tiles: points of the map are moved to fit.
    """

    url: str
    attribution: str
    overlays: tuple[str, ...] = ()
    datum: Datum = "wgs84"
    min_zoom: int = 0
    max_zoom: int = 18
    file: Path | None = None
    is_vector: bool = False

    @property
    def hosts(self) -> tuple[str, ...]:
        """Scheme and host of every address; empty for a file."""
        if self.file is not None:
            return ()
        parts = [urlsplit(url) for url in (self.url, *self.overlays)]
        return tuple(dict.fromkeys(f"{part.scheme}://{part.netloc}" for part in parts))

    def urls(self, base_url: str = "") -> tuple[str, ...]:
        """Return the addresses as a page must ask for them."""
        base = base_url.strip("/")
        prefix = f"/{base}" if base and self.file is not None else ""
        return tuple(f"{prefix}{url}" for url in (self.url, *self.overlays))


@dataclass(frozen=True, slots=True)
class TileSetting:
    """Tiles to draw (None: no tiles), and what is wrong with the setting."""

    tiles: Tiles | None = None
    problem: Message | None = None


def tile_setting(data_dir: Path | None = None) -> TileSetting:
    """
    Return the setting as it stands: environment first, then ``map.toml``.

    Parameters
    ----------
    data_dir
        None: the data folder that the environment names.
    """
    folder = data_dir.resolve() if data_dir else settings.data_folder()
    try:
        stat = (folder / SETTING_FILE).stat()
        stamp = stat.st_mtime_ns, stat.st_size
    except OSError:
        stamp = 0, 0
    return _read(folder, stamp, settings.tile_wishes())


@lru_cache(maxsize=8)
def _read(
    folder: Path, stamp: tuple[int, int], wishes: settings.TileWishes
) -> TileSetting:
    """Read a setting once as long as its file and the environment stay the same."""
    tiles, datum, credit, token = wishes
    try:
        given = _toml(folder / SETTING_FILE) if stamp[1] else {}
        from_environment = {"tiles": tiles, "datum": datum, "attribution": credit}
        # The credit and datum of the file belong to its own tiles.
        given = {} if tiles else given
        given = {
            **given,
            **{name: text for name, text in from_environment.items() if text},
        }
        return TileSetting(tiles_of(given, folder=folder, token=token))
    except MessageError as error:
        return TileSetting(problem=error.message)


def _toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8-sig"))
    except (OSError, ValueError) as error:
        reason = " ".join(str(error).split())[:120]
        raise MessageError(say("tiles_setting_unreadable", error=reason)) from error


def tiles_of(
    given: Mapping[str, Any], *, folder: Path, token: str = ""
) -> Tiles | None:
    """
    Return the tiles of settings; None where they are off.

    Parameters
    ----------
    given
        Settings by name, as in ``map.toml``.
    folder
        Folder that files of tiles are in.
    token
        Key for Tianditu; empty: none.

    Raises
    ------
    MessageError
        If a setting is unknown or cannot be.
    """
    unknown = sorted(set(given) - set(_NAMES))
    if unknown:
        known = ", ".join(_NAMES)
        raise MessageError(say("tiles_setting_unknown", name=unknown[0], known=known))
    what = given.get("tiles", "none")
    datum = given.get("datum", "wgs84")
    credit = given.get("attribution", "")
    most = given.get("max_zoom", 18)
    if datum not in get_args(Datum):
        raise MessageError(say("tiles_datum", datum=str(datum)))
    if not isinstance(most, int) or not 1 <= most <= MAX_ZOOM:
        raise MessageError(say("tiles_max_zoom", value=str(most), most=MAX_ZOOM))
    if not isinstance(what, str) or not isinstance(credit, str):
        raise MessageError(say("tiles_setting_text"))
    if what.casefold() in ("", "none"):
        return None
    if what == "osm":
        return Tiles(_OSM, credit or OSM_CREDIT, max_zoom=min(most, 19))
    if what == "tianditu":
        return _tianditu(token, credit, most)
    if is_tile_file(what):
        info = tile_file_info(folder / what)
        return Tiles(
            f"{TILES_URL}.json" if info.is_vector else TILES_URL,
            credit or info.attribution,
            datum=datum,
            min_zoom=info.min_zoom,
            max_zoom=info.max_zoom,
            file=(folder / what).resolve(),
            is_vector=info.is_vector,
        )
    return Tiles(_address(what), credit, datum=datum, max_zoom=most)


def _tianditu(token: str, credit: str, most: int) -> Tiles:
    """Return streets and, above them, their names; CGCS2000 is WGS-84 here."""
    if not re.fullmatch(r"[0-9A-Za-z]{8,64}", token):
        raise MessageError(say("tiles_without_token", name=settings.TIANDITU_TOKEN_ENV))
    url, names = (_TIANDITU.format(layer=name, token=token) for name in ("vec", "cva"))
    return Tiles(url, credit or _TIANDITU_CREDIT, (names,), max_zoom=min(most, 18))


def _address(text: str) -> str:
    """Return an address with the blanks that our maps fill, or refuse it."""
    url = _BLANK.sub(lambda blank: f"{{{_WMTS.get(blank[1].lower(), blank[1])}}}", text)
    blanks = {blank[1] for blank in _BLANK.finditer(url)}
    if blanks != {"z", "x", "y"} or not _ADDRESS.fullmatch(_BLANK.sub("0", url)):
        raise MessageError(say("tiles_address", value=text[:120]))
    # A blank in the host would let the server name another one.
    host = urlsplit(url).netloc
    if "{" in host or "@" in host:
        raise MessageError(say("tiles_address", value=text[:120]))
    return url
