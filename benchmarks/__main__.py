"""
Figures of the planner: ``python -m benchmarks peers``, ``... public``, ``... roads``.

``peers`` plans scenarios with ours and with general routing solvers; ``public`` runs
our search on published routing instances; ``roads`` times travel matrices on a real
road network; ``scale`` plans synthetic days of growing size; ``small`` days of one to
nine villages; ``water`` all the water of a township and of a made-up county;
``first-screens`` and ``map-frames`` time pages in a real browser.
``--help`` after any lists its options.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from benchmarks import first_screens, fortnight, map_frames, small
from benchmarks.peers import command as peers
from benchmarks.public import command as public
from benchmarks.roads import command as roads
from benchmarks.scale import command as scale
from benchmarks.water import command as water

#: Scenarios and instances are no part of the repository; they lie beside it.
SHARED = Path(__file__).resolve().parent.parent.parent / "shared"


def main(arguments: list[str] | None = None) -> int:
    """Run the command asked for and return its exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(dest="command", required=True)
    modules = {
        "first-screens": first_screens,
        "fortnight": fortnight,
        "map-frames": map_frames,
        "peers": peers,
        "public": public,
        "roads": roads,
        "scale": scale,
        "small": small,
        "water": water,
    }
    for name, module in modules.items():
        summary = (module.__doc__ or "").strip().split(": ", 1)[-1]
        module.add_arguments(commands.add_parser(name, help=summary), SHARED)
    asked = parser.parse_args(arguments)
    return int(modules[asked.command].run(asked))


if __name__ == "__main__":
    sys.exit(main())
