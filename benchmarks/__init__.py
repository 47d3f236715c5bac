"""Figures of the planner, with the machine that they were measured on."""
