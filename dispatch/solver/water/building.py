"""The program of all the water, put together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ortools.math_opt.python import mathopt

from dispatch.solver.water.flows import add_canals, add_filled_once, add_windows
from dispatch.solver.water.giving import add_fields, add_plants, add_zones
from dispatch.solver.water.lifting import add_pumps
from dispatch.solver.water.program import Program
from dispatch.solver.water.storing import add_nodes

if TYPE_CHECKING:
    from dispatch.solver.water.case import WaterCase


def build_program(case: WaterCase) -> Program:
    """Return the program of a case, without a goal."""
    program = Program(case, mathopt.Model())
    add_windows(program)
    add_canals(program)
    add_pumps(program)
    add_plants(program)
    add_zones(program)
    add_fields(program)
    add_filled_once(program)
    add_nodes(program)
    return program
