"""What the whole run has held to the contracts of stand-ins: summed over its workers, printed, and nothing outside."""

import sys
from collections import Counter
from typing import Any

import pytest

_CONTRACTS = {
    "Stripe's description": "standins.stripe.contract",
    "Adyen's documentation": "standins.adyen.contract",
    "PayPal's documentation": "standins.paypal.contract",
}

Sums = dict[str, tuple[dict[str, int], list[str]]]


def counted() -> Sums:
    """Of this process, by contract. Whoever has not used a stand-in has not imported it, and need not."""
    sums: Sums = {}
    for contract, module in _CONTRACTS.items():
        if module in sys.modules:
            counts = sys.modules[module].COUNTS
            held = {"requests": counts.requests, "answers": counts.answers, "events": counts.events}
            sums[contract] = (held, counts.outside)
    return sums


def outside() -> list[str]:
    """All of this process that no contract knows."""
    return [one for _, found in counted().values() for one in found]


class StandInCounts:
    """A plugin that brings the counts of all workers together."""

    def __init__(self) -> None:
        self._held = {contract: Counter[str]() for contract in _CONTRACTS}
        self._outside: dict[str, list[str]] = {contract: [] for contract in _CONTRACTS}

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        output: dict[str, Any] | None = getattr(session.config, "workeroutput", None)
        if output is None:
            self._add(counted())
        else:
            output["stand_ins"] = counted()

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        self._add(getattr(node, "workeroutput", {}).get("stand_ins", {}))

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        for contract, sums in self._held.items():
            if sums.total():
                held = ", ".join(f"{count} {what}" for what, count in sums.items())
                found = self._outside[contract]
                terminalreporter.write_line(f"Held to {contract}: {held}; outside of it: {len(found)}")
                for one in found:
                    terminalreporter.write_line(f"  {one}")

    def _add(self, sums: Sums) -> None:
        for contract, (held, found) in sums.items():
            self._held[contract].update(held)
            self._outside[contract].extend(found)
