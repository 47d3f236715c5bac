"""Where runs and drafts are kept: values of bytes, by the id of a record and a name."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from dispatch.atomic import write_file

if TYPE_CHECKING:
    from pathlib import Path


class Records:
    """
    Records as folders, one file a value.

    All that is kept goes through here, so that the rows of a table with the columns
    id, name and value can take the place of the folders.

    Parameters
    ----------
    folder
        Made when first needed, and left out of version control.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def ids(self) -> list[str]:
        """Return the ids of all records, the last of the alphabet first."""
        if not self.folder.is_dir():
            return []
        return sorted(
            (p.name for p in self.folder.iterdir() if p.is_dir()), reverse=True
        )

    def read(self, record_id: str, name: str) -> bytes | None:
        """
        Return a value; None where there is none.

        Parameters
        ----------
        record_id
            Id of the run or draft.
        name
            Name of the value.
        """
        try:
            return (self.folder / record_id / name).read_bytes()
        except (FileNotFoundError, NotADirectoryError):
            return None

    def write(self, record_id: str, name: str, value: bytes) -> None:
        """
        Put a value in its place; a reader sees the old one or the new one.

        Parameters
        ----------
        record_id
            Id of the run or draft.
        name
            Name of the value.
        value
            All of its bytes.
        """
        if not self.folder.is_dir():
            self.folder.mkdir(parents=True, exist_ok=True)
            (self.folder / ".gitignore").write_text("*\n")
        folder = self.folder / record_id
        folder.mkdir(mode=0o700, exist_ok=True)
        write_file(folder / name, value)

    def version(self, record_id: str, name: str) -> tuple[int, int] | None:
        """
        Return what differs after every write of a value; None: there is none.

        Parameters
        ----------
        record_id
            Id of the run or draft.
        name
            Name of the value.
        """
        try:
            stat = (self.folder / record_id / name).stat()
        except (FileNotFoundError, NotADirectoryError):
            return None
        return stat.st_mtime_ns, stat.st_ino

    def remove(self, record_id: str) -> None:
        """Forget a record and all its values."""
        shutil.rmtree(self.folder / record_id, ignore_errors=True)
