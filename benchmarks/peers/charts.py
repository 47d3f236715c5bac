"""Pictures of one scenario: litres over time, and bars per band."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dispatch.model.need import BANDS

if TYPE_CHECKING:
    from pathlib import Path

    from matplotlib.axes import Axes

    from benchmarks.peers.runs import Result

#: Shapes differ as well as colours, for those who see no colours.
MARKERS = "osD^v"
HATCHES = ("", "//", "..", "xx", "--")


def draw(results: list[Result], ours: Result, caption: str, path: Path) -> None:
    """Write a picture of the results of one scenario; ours is among them."""
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot as plt

    figure, (left, right) = plt.subplots(1, 2, figsize=(12, 4.5))
    _draw_times(left, results, ours)
    _draw_bands(right, results)
    figure.suptitle(ours.scenario)
    figure.text(0.5, 0.005, caption, ha="center", fontsize=6)
    figure.tight_layout(rect=(0, 0.02, 1, 1))
    figure.savefig(path, dpi=130)
    plt.close(figure)


def _draw_times(axes: Axes, results: list[Result], ours: Result) -> None:
    moments = [moment for moment in ours.moments if any(moment.served_l)]
    times = [moment.elapsed_s for moment in moments]
    litres = [sum(moment.served_l) / 1000 for moment in moments]
    axes.step(times, litres, where="post", label="ours, as it searches")
    peers = [result for result in results if result is not ours]
    for k, result in enumerate(peers):
        axes.plot(
            [result.seconds],
            [sum(result.plan.served_key()) / 1000],
            MARKERS[k % len(MARKERS)],
            color=f"C{k + 1}",
            label=f"{result.solver} {result.version}",
        )
    bound = ours.plan.bound
    if bound is not None:
        axes.axhline(
            bound.total_l / 1000, linestyle=":", color="grey", label="our bound"
        )
    axes.set_xscale("log")
    axes.set_xlabel("seconds")
    axes.set_ylabel("water served (1,000 L)")
    axes.legend(fontsize=8)


def _draw_bands(axes: Axes, results: list[Result]) -> None:
    bands = [band for band in BANDS if results[0].plan.totals.need_l[band]]
    width = 0.8 / len(results)
    for k, result in enumerate(results):
        totals = result.plan.totals
        shares = [100 * totals.served_l[b] / totals.need_l[b] for b in bands]
        places = [i + (k - (len(results) - 1) / 2) * width for i in range(len(bands))]
        axes.bar(
            places,
            shares,
            width,
            label=result.solver,
            color=f"C{k}",
            hatch=HATCHES[k % len(HATCHES)],
        )
    names = [band.replace("_", "\n") for band in bands]
    axes.set_xticks(range(len(bands)), names, fontsize=8)
    axes.set_ylabel("need served (%)")
    axes.set_ylim(0, 130)  # leaves room for the names
    axes.set_yticks(range(0, 101, 20))
    axes.legend(fontsize=8, loc="upper center", ncols=3)
