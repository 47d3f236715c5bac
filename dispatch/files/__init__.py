"""Scenarios and plans as files: reading with clear messages, writing for people."""

from dispatch.files.read import read_scenario, read_scenario_files

__all__ = ["read_scenario", "read_scenario_files"]
