"""How much a packed extract holds, counted before anything reads it."""

from __future__ import annotations

import bz2
import gzip
import io
import zlib
from typing import Final

from dispatch.errors import Problem
from dispatch.files.tables.raw import TableError
from dispatch.words.message import say

#: XML of this size is read in some seconds; a county has a tenth of it.
MAX_UNPACKED_XML: Final = 200_000_000
#: Gzip packs blanks a thousand times, bzip2 far more; smaller files hold little.
_SMALL_GZIP: Final = MAX_UNPACKED_XML // 1_100
_CHUNK: Final = 1 << 20


def check_extract(data: bytes, name: str) -> None:
    """
    Raise if a packed extract of OpenStreetMap unpacks to far more than it seems.

    Parameters
    ----------
    data
        Content of the file.
    name
        Name of the file; its ending says how it is packed.

    Raises
    ------
    TableError
        With what to do; damage is reported by the reader of the extract.
    """
    suffix = name.rpartition(".")[2].casefold()
    stream: gzip.GzipFile | bz2.BZ2File
    if suffix == "gz" and len(data) > _SMALL_GZIP:
        stream = gzip.GzipFile(fileobj=io.BytesIO(data))
    elif suffix == "bz2":
        stream = bz2.BZ2File(io.BytesIO(data))
    else:
        return
    num_bytes = 0
    try:
        while chunk := stream.read(_CHUNK):
            num_bytes += len(chunk)
            if num_bytes > MAX_UNPACKED_XML:
                message = say("extract_unpacks", most_mb=MAX_UNPACKED_XML / 1e6)
                raise TableError(Problem(name, message))
    except (OSError, EOFError, zlib.error):
        return
