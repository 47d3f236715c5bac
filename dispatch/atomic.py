"""Writing files so that a reader never sees half of one."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from dispatch.errors import DispatchError
from dispatch.words.message import say


def write_file(path: Path, content: bytes) -> Path:
    """
    Return the path after putting ``content`` there in one step.

    Parameters
    ----------
    path
        The file; its folders are made. One that is there is replaced.
    content
        All of its bytes.

    Raises
    ------
    DispatchError
        If the place cannot be written, with the reason.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        try:
            with os.fdopen(handle, "wb") as stream:
                stream.write(content)
            # mkstemp makes files for the owner only; plans are for everybody.
            Path(name).chmod(0o644)
            Path(name).replace(path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
    except OSError as error:
        message = say("cannot_be_written", path=path, error=error.strerror)
        raise DispatchError(message) from error
    return path


def write_text(path: Path, text: str, *, bom: bool = False) -> Path:
    """
    Return the path of a UTF-8 file; with ``bom`` Excel sees that it is UTF-8.

    Parameters
    ----------
    path
        The file; its folders are made. One that is there is replaced.
    text
        All of its text.
    bom
        Whether to mark it as UTF-8, which Excel needs.

    Raises
    ------
    DispatchError
        If the place cannot be written, with the reason.
    """
    return write_file(path, text.encode("utf-8-sig" if bom else "utf-8"))
