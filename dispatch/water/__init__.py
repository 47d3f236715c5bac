"""What figures of water mean: evaporation, crops, canals, pumps, pressure, losses.

Formulas with their sources, in the units of their names. Nothing is read, planned or
decided here, so that planner and checker may both use it; plans of the water are
searched in the solver.
"""
