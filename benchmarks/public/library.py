"""Where the instances of every family lie, and which of them to take first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from benchmarks.public.read_tables import read_mdsdhvrp, read_mdsdvrp, read_sdvrp
from benchmarks.public.read_vrplib import (
    read_cvrp,
    read_mtvrp,
    read_mtvrptw,
    read_site_dependent,
)
from benchmarks.public.solutions import read_best_known

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator
    from pathlib import Path

    from benchmarks.public.model import PublicInstance
    from benchmarks.public.solutions import BestKnown


@dataclass(frozen=True, slots=True)
class Family:
    """A family's endings of file names, and its reader."""

    endings: tuple[str, ...]
    read: Callable[[Path], PublicInstance]


FAMILIES: Final[dict[str, Family]] = {
    "sdvrp": Family((".sd", ".txt", ".cri"), read_sdvrp),
    "mdsdvrp": Family((".txt",), read_mdsdvrp),
    "mdsdhvrp_i": Family((".txt",), read_mdsdhvrp),
    "mtvrptw_r": Family((".vrp",), read_mtvrptw),
    "mtvrp": Family(("",), read_mtvrp),
    "sdvrptw_site": Family((".vrp",), read_site_dependent),
    "cvrp_x": Family((".vrp",), read_cvrp),
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One instance on disk, with what is known of it."""

    best: BestKnown
    folder: Path

    def read(self) -> PublicInstance:
        """Return the instance."""
        family = FAMILIES[self.best.family]
        for ending in family.endings:
            path = self.folder / f"{self.best.instance}{ending}"
            if path.is_file() or not ending:
                return family.read(path)
        raise FileNotFoundError(f"no file of {self.best.instance} in {self.folder}")


def entries(
    root: Path, families: Collection[str], only: Collection[str] = ()
) -> Iterator[Entry]:
    """
    Return the instances of the families that have a best value, in order.

    Those proven optimal come first, so that a limit of the number takes them.
    """
    known = [b for b in read_best_known(root / "best_known.csv") if b.value is not None]
    for name in families:
        rows = [best for best in known if best.family == name]
        for best in sorted(rows, key=lambda row: not row.is_proven):
            if not only or best.instance in only:
                yield Entry(best, root / name)
