"""Leaflet and jQuery from the installed packages: as files of our own, or inlined."""

from __future__ import annotations

import base64
import re
from functools import cache
from pathlib import Path
from typing import Final

# The packages hold data only and ship no types.
import xstatic.pkg.jquery  # type: ignore[import-untyped]
import xstatic.pkg.leaflet  # type: ignore[import-untyped]

LEAFLET_DIR: Final = Path(xstatic.pkg.leaflet.BASE_DIR)
JQUERY_DIR: Final = Path(xstatic.pkg.jquery.BASE_DIR)

#: Where the app serves the two packages; see `dispatch.web.server`.
LEAFLET_URL: Final = "/vendor/leaflet"
JQUERY_URL: Final = "/vendor/jquery"

_URL = re.compile(r"url\(['\"]?([^)'\"]+)['\"]?\)")


@cache
def inline_scripts() -> str:
    """Return Leaflet and jQuery as script and style elements, images included."""
    style = (LEAFLET_DIR / "leaflet.css").read_text(encoding="utf-8")
    scripts = (
        (LEAFLET_DIR / "leaflet.js").read_text(encoding="utf-8"),
        (JQUERY_DIR / "jquery.min.js").read_text(encoding="utf-8"),
    )
    parts = [f"<style>{_URL.sub(_data_url, style)}</style>"]
    for script in scripts:
        # Source maps would be asked for beside the page when a console is open.
        text = re.sub(r"//# sourceMappingURL=\S+", "", script)
        text = text.replace("</script", r"<\/script")
        parts.append(f"<script>{text}</script>")
    return "\n".join(parts)


def _data_url(match: re.Match[str]) -> str:
    path = LEAFLET_DIR / match[1]
    if not path.is_file():
        return match[0]
    data = base64.b64encode(path.read_bytes()).decode("ascii")
    return f"url(data:image/png;base64,{data})"
