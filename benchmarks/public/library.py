"""Where the instances of every family lie, and which of them to take first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from benchmarks.public.read_tables import read_mdsdhvrp, read_mdsdvrp, read_sdvrp
from benchmarks.public.read_vrplib import (
    read_cvrp,
    read_mixed_fleet,
    read_mtvrp,
    read_mtvrptw,
    read_several_depots,
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
    """
    A family's endings of file names, and its reader.

    Attributes
    ----------
    left_out
        Endings of the names of instances that ask for something else than our search
        looks for; they are run by name only. docs/BENCHMARKS.md says why.
    """

    endings: tuple[str, ...]
    read: Callable[[Path], PublicInstance]
    left_out: tuple[str, ...] = ()

    def is_meant(self, instance: str) -> bool:
        """Whether an instance is run without being named."""
        return not instance.endswith(self.left_out or "\0")


FAMILIES: Final[dict[str, Family]] = {
    "sdvrp": Family((".sd", ".txt", ".cri"), read_sdvrp),
    "mdsdvrp": Family((".txt",), read_mdsdvrp),
    "mdsdhvrp_i": Family((".txt",), read_mdsdhvrp),
    "mtvrptw_r": Family((".vrp",), read_mtvrptw),
    "mtvrp": Family(("",), read_mtvrp),
    "sdvrptw_site": Family((".vrp",), read_site_dependent),
    "cvrp_x": Family((".vrp",), read_cvrp),
    "hfvrp": Family((".vrp",), read_mixed_fleet, left_out=("-FSMF", "-FSMFD")),
    "mdvrptw": Family((".vrp",), read_several_depots),
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One instance on disk, with what is known of it."""

    best: BestKnown
    folder: Path

    def path(self) -> Path:
        """Return the instance's file; for mtvrp a name without a file of its own."""
        for ending in FAMILIES[self.best.family].endings:
            path = self.folder / f"{self.best.instance}{ending}"
            if path.is_file() or not ending:
                return path
        raise FileNotFoundError(f"no file of {self.best.instance} in {self.folder}")

    def read(self) -> PublicInstance:
        """Return the instance."""
        return FAMILIES[self.best.family].read(self.path())

    def rank(self) -> tuple[bool, int]:
        """Return what to sort by: proven first, small files before large ones."""
        path = self.path()
        size = path.stat().st_size if path.is_file() else 0
        return not self.best.is_proven, size


def entries(
    root: Path,
    families: Collection[str],
    only: Collection[str] = (),
    *,
    is_every: bool = False,
) -> Iterator[Entry]:
    """
    Return the instances of the families that have a best value, in order.

    Those proven optimal come first, small ones of them before large ones, so that a
    limit of the number takes them.

    Parameters
    ----------
    root
        The folder of the families, with the table of best values.
    families
        Names of `FAMILIES`.
    only
        Names of instances; empty: all that are meant to be run.
    is_every
        Without names: those that are not meant to be run, too.
    """
    known = [b for b in read_best_known(root / "best_known.csv") if b.value is not None]
    for name in families:
        found = [
            Entry(best, root / name)
            for best in known
            if best.family == name
            and (
                best.instance in only
                if only
                else is_every or FAMILIES[name].is_meant(best.instance)
            )
        ]
        yield from sorted(found, key=Entry.rank)
