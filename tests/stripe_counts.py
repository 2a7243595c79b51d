"""What the whole run has held to Stripe's description: summed over its workers, printed, and nothing outside of it."""

import sys
from collections import Counter
from typing import Any

import pytest


def counted() -> tuple[Counter[str], list[str]]:
    """Of this process. Whoever has not used the stand-in has not imported it, and need not."""
    contract = sys.modules.get("standins.stripe.contract")
    if contract is None:
        return Counter(), []
    counts = contract.COUNTS
    return Counter(requests=counts.requests, answers=counts.answers, events=counts.events), counts.outside


class StripeCounts:
    """A plugin that brings the counts of all workers together."""

    def __init__(self) -> None:
        self._sum, self._outside = Counter[str](), list[str]()

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        counts, outside = counted()
        output: dict[str, Any] | None = getattr(session.config, "workeroutput", None)
        if output is None:
            self._add(counts, outside)
        else:
            output["stripe"] = (dict(counts), outside)

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        self._add(*getattr(node, "workeroutput", {}).get("stripe", ({}, [])))

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        if self._sum:
            held = ", ".join(f"{count} {what}" for what, count in self._sum.items())
            terminalreporter.write_line(f"Held to Stripe's description: {held}; outside of it: {len(self._outside)}")
            for one in self._outside:
                terminalreporter.write_line(f"  {one}")

    def _add(self, counts: dict[str, int], outside: list[str]) -> None:
        self._sum.update(counts)
        self._outside.extend(outside)
