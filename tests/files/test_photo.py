"""Pictures from phones: small, upright, without tags; what would harm is refused."""

from __future__ import annotations

import io
import struct
import zlib

import pytest
from PIL import Image

from dispatch.files.photo import MAX_PIXELS, SIDE, PhotoError, clean_photo


def picture(kind: str = "JPEG", size=(40, 20), mode="RGB", **options) -> bytes:
    out = io.BytesIO()
    Image.new(mode, size, "red" if mode == "RGB" else 0).save(out, kind, **options)
    return out.getvalue()


def opened(content: bytes) -> Image.Image:
    made = Image.open(io.BytesIO(clean_photo(content)))
    made.load()
    return made


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_a_picture_becomes_a_jpeg(kind) -> None:
    made = opened(picture(kind))
    assert (made.format, made.mode, made.size) == ("JPEG", "RGB", (40, 20))


@pytest.mark.parametrize("mode", ["L", "LA", "RGBA", "P", "1", "I;16"])
def test_every_kind_of_png_is_taken(mode) -> None:
    assert opened(picture("PNG", mode=mode)).size == (40, 20)


def test_position_and_model_are_not_kept() -> None:
    """A picture taken at somebody's door would say where the door is."""
    tags = Image.Exif()
    tags[0x0110] = "Model X"
    tags[0x0112] = 6  # turned by a quarter
    tags.get_ifd(0x8825)[2] = (28.0, 30.0, 12.0)
    made = opened(picture(exif=tags.tobytes()))
    assert made.size == (20, 40)
    assert not made.getexif()
    assert b"Model X" not in clean_photo(picture(exif=tags.tobytes()))


def test_a_large_picture_becomes_small() -> None:
    assert opened(picture(size=(4000, 1000))).size == (SIDE, SIDE // 4)


def test_what_hides_behind_a_picture_is_gone() -> None:
    """A file that is a picture and a page at once must not be served as a page."""
    script = b"<script>alert(1)</script>"
    assert script in picture() + script
    assert script not in clean_photo(picture() + script)
    assert script not in clean_photo(picture(comment=script))


def bomb(width: int, height: int) -> bytes:
    """Return a PNG of a few bytes that says it is huge."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        crc = struct.pack(">I", zlib.crc32(kind + data))
        return struct.pack(">I", len(data)) + kind + data + crc

    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    rows = zlib.compress(b"\0" * 1000)
    parts = chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + parts


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"not a picture",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        picture("GIF"),
        picture("TIFF"),
        picture()[:200],
        picture("PNG")[:50],
        b"\xff\xd8\xff" + b"\0" * 100,
        bomb(30_000, 30_000),
        bomb(MAX_PIXELS, 2),
        bomb(7_000, 7_000),
    ],
)
def test_what_is_no_picture_or_a_bomb_is_refused(content) -> None:
    with pytest.raises(PhotoError):
        clean_photo(content)
