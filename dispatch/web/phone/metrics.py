"""What is counted for a supervisor: answers, seconds, events; never a name."""

from __future__ import annotations

from typing import Final

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest

CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"
_SECONDS: Final = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)


class Metrics:
    """Figures of one server, in a registry of their own."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._answers = Counter(
            "dispatch_http_answers",
            "Answers by route and status",
            ("route", "status"),
            registry=self._registry,
        )
        self._seconds = Histogram(
            "dispatch_http_seconds",
            "Seconds until the answer",
            ("route",),
            buckets=_SECONDS,
            registry=self._registry,
        )
        self._events = Counter(
            "dispatch_events",
            "Events that phones sent, by what became of them",
            ("status",),
            registry=self._registry,
        )

    def answered(self, route: str, status: int, seconds: float) -> None:
        """
        Count an answer.

        Parameters
        ----------
        route
            Name of the route, never its address: that holds a token.
        status
            Of HTTP.
        seconds
            From request to answer.
        """
        self._answers.labels(route, str(status)).inc()
        self._seconds.labels(route).observe(seconds)

    def took(self, status: str) -> None:
        """Count an event by what became of it."""
        self._events.labels(status).inc()

    def text(self) -> bytes:
        """Return all figures in the text format of Prometheus."""
        return generate_latest(self._registry)
