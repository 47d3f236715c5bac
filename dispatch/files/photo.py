"""Pictures that phones send: decoded, made small, written anew without their tags."""

from __future__ import annotations

import io
import struct
from typing import Final

from PIL import Image, ImageOps

MAX_PHOTO_BYTES: Final = 5_000_000
#: More would fill the memory when it is unpacked; phones send less.
MAX_PIXELS: Final = 60_000_000
#: Longest side of what is kept.
SIDE: Final = 1_600
_QUALITY: Final = 80
#: What a picture raises that is broken, none, or made to harm.
_BROKEN: Final = (
    OSError,
    ValueError,
    SyntaxError,
    EOFError,
    IndexError,
    KeyError,
    OverflowError,
    TypeError,
    struct.error,
    Image.DecompressionBombError,
    Image.DecompressionBombWarning,
)


class PhotoError(ValueError):
    """The bytes are no JPEG or PNG that can be unpacked."""


def clean_photo(content: bytes) -> bytes:
    """
    Return a picture as a new JPEG, without position, model and whatever else is in it.

    Raises
    ------
    PhotoError
        If it is no JPEG or PNG, broken, or too large when unpacked.
    """
    try:
        with Image.open(io.BytesIO(content), formats=("JPEG", "PNG")) as picture:
            if picture.width * picture.height > MAX_PIXELS:
                raise PhotoError("too many pixels")
            # A JPEG is unpacked small at once.
            picture.draft("RGB", (SIDE, SIDE))
            upright = ImageOps.exif_transpose(picture)
            upright.thumbnail((SIDE, SIDE))
            if upright.has_transparency_data:
                white = Image.new("RGBA", upright.size, "white")
                white.alpha_composite(upright.convert("RGBA"))
                upright = white
            paper = Image.new("RGB", upright.size)
            paper.paste(upright.convert("RGB"))
            out = io.BytesIO()
            paper.save(out, "JPEG", quality=_QUALITY)
    except PhotoError:
        raise
    except _BROKEN as error:
        raise PhotoError(str(error)) from error
    return out.getvalue()
