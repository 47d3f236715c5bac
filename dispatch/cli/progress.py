"""Where a run stands, on stderr: a bar on a terminal, plain lines elsewhere."""

from __future__ import annotations

import contextlib
import signal
import threading
from typing import TYPE_CHECKING, Final

from rich.markup import escape
from rich.progress import (
    BarColumn,
    SpinnerColumn,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
)
from rich.progress import Progress as Bar

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

    from rich.console import Console

    from dispatch.solver.params import Progress
    from dispatch.words.words import Words

#: Seconds between plain lines while a phase goes on.
LINE_EVERY_S: Final = 10.0


def standing(progress: Progress, t: Words) -> str:
    """
    Return litres served and bound in words, as far as they are known.

    Parameters
    ----------
    progress
        Where the run stands.
    t
        Words in the language of the reader.
    """
    parts = []
    if progress.served_l is not None:
        served = f"{sum(progress.served_l.values()):,}"
        parts.append(t("cli.progress.served", served=served))
    if progress.bound_l is not None:
        parts.append(t("cli.progress.bound_l", bound=f"{progress.bound_l:,}"))
    return " · ".join(parts)


class PlainLines:
    """A line for every new phase, and now and then while one goes on."""

    def __init__(self, console: Console, t: Words) -> None:
        self._console, self._t = console, t
        self._phase = ""
        self._shown_s = 0.0

    def __call__(self, progress: Progress) -> None:
        """Show where the run stands, if there is something new."""
        is_new = progress.phase != self._phase
        if not is_new and progress.elapsed_s < self._shown_s + LINE_EVERY_S:
            return
        self._phase, self._shown_s = progress.phase, progress.elapsed_s
        words = [
            f"{progress.elapsed_s:6.1f} s",
            self._t(f"cli.progress.{progress.phase}"),
            standing(progress, self._t),
        ]
        self._console.print(escape("  ".join(words).rstrip()), soft_wrap=True)


class MovingBar:
    """One line that is redrawn: phase, bar, elapsed time, litres."""

    def __init__(self, bar: Bar, t: Words) -> None:
        self._bar, self._t = bar, t
        self._task: TaskID = bar.add_task(
            t("cli.progress.compile"), total=1.0, standing=""
        )

    def __call__(self, progress: Progress) -> None:
        """Draw where the run stands; only the search moves the bar."""
        done = 1.0 if progress.phase in ("timetable", "reasons") else 0.0
        self._bar.update(
            self._task,
            description=self._t(f"cli.progress.{progress.phase}"),
            completed=progress.fraction if progress.phase == "search" else done,
            standing=standing(progress, self._t),
        )


@contextlib.contextmanager
def shown_progress(console: Console, t: Words) -> Iterator[PlainLines | MovingBar]:
    """
    Show the progress of the run inside, as the terminal allows.

    Parameters
    ----------
    console
        Where it is printed.
    t
        Words in the language of the reader.

    Yields
    ------
    PlainLines | MovingBar
        What takes the progress of the run: lines where the terminal cannot draw.
    """
    if not console.is_terminal:
        yield PlainLines(console, t)
        return
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(bar_width=24),
        TimeElapsedColumn(),
        TextColumn("{task.fields[standing]}"),
    )
    with Bar(*columns, console=console, transient=True) as bar:
        yield MovingBar(bar, t)


@contextlib.contextmanager
def ended_by_ctrl_c(console: Console, t: Words) -> Iterator[threading.Event]:
    """
    Yield an event that the first Ctrl-C sets; the second one aborts.

    Only the main thread may catch signals; elsewhere the event is never set.

    Parameters
    ----------
    console
        Where it is printed.
    t
        Words in the language of the reader.

    Raises
    ------
    KeyboardInterrupt
        On the second Ctrl-C.
    """
    stop = threading.Event()

    def on_interrupt(number: int, frame: FrameType | None) -> None:
        if stop.is_set():
            raise KeyboardInterrupt
        stop.set()
        # Python forbids to write into the middle of a line that is being written.
        with contextlib.suppress(RuntimeError):
            console.print(escape(t("cli.progress.stopping")), style="yellow")

    if threading.current_thread() is not threading.main_thread():
        yield stop
        return
    before = signal.signal(signal.SIGINT, on_interrupt)
    try:
        yield stop
    finally:
        signal.signal(signal.SIGINT, before)
