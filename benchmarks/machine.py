"""The machine and the versions that figures hold for."""

from __future__ import annotations

import os
import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path


def package_version(name: str) -> str | None:
    """Return the version of an installed package, None where it is missing."""
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def num_cores() -> int:
    """Return the cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1


def processor() -> str:
    """Return the processor's name as the system gives it."""
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as lines:  # noqa: PTH123
            names = [line for line in lines if line.startswith("model name")]
    except OSError:
        names = []
    return names[0].split(":", 1)[1].strip() if names else platform.machine()


def describe_machine() -> str:
    """Return one line: cores, processor, Python, packages."""
    names = ("water-dispatch", "ortools", "numba", "numpy", "pyvrp", "pyvroom")
    found = [f"{name} {package_version(name)}" for name in names]
    packages = ", ".join(text for text in found if not text.endswith("None"))
    return (
        f"{num_cores()} cores, {processor()}, "
        f"Python {platform.python_version()}, {packages}"
    )


def cpu_s(pid: int) -> float:
    """Return the seconds of processor that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
