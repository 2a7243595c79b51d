"""How mean the simulator is: a seed and chances, from which everything follows that no token decides."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

from domain.checks import Checks, camel

ALWAYS = 10_000
"""A chance in basis points that never fails to come."""
LONGEST_DELAY = 86_400
MOST_FLAT = 100_000
SEED_LENGTH = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatorSettings:
    """Chances are in basis points, each for itself. At first nothing goes wrong but what a token asks for."""

    seed: str = "milepost"
    decline_bps: int = 0
    """Of charges: the card is declined."""
    timeout_before_bps: int = 0
    """Of charges, captures, refunds and payouts: it never arrives, and there is no answer."""
    timeout_after_bps: int = 0
    """Of the same: it is done, and there is no answer."""
    async_failure_bps: int = 0
    """Of charges: taken on as if all were well, and declined an hour later."""
    late_payout_bps: int = 0
    """Of payouts: they arrive an hour later."""
    duplicate_bps: int = 0
    """Of webhooks: it comes twice."""
    reorder_bps: int = 0
    """Of webhooks: it comes a minute late, after what happened later."""
    drop_bps: int = 0
    """Of webhooks: it gets lost on its way and is sent again an hour later."""
    forge_bps: int = 0
    """Of webhooks: one with a wrong signature comes as well."""
    delay_seconds: int = 0
    """Each webhook comes up to so many seconds late."""
    fee_bps: int = 0
    fee_flat_minor: int = 0
    """What is kept of each charge: a share, and so many minor units."""

    def document(self) -> dict[str, Any]:
        """As it is stored."""
        return asdict(self)


_MOST = {
    "delay_seconds": LONGEST_DELAY,
    "fee_flat_minor": MOST_FLAT,
    **{one.name: ALWAYS for one in fields(SimulatorSettings) if one.name.endswith("_bps")},
}


def configured(now: SimulatorSettings, changes: Mapping[str, Any]) -> SimulatorSettings:
    """The settings with what was given; what was left out stays. INVALID names all that is out of bounds at once."""
    given = {name: value for name, value in changes.items() if value is not None}
    checks = Checks()
    for name, most in _MOST.items():
        if name in given:
            checks.whole(camel(name), given[name], least=0, most=most)
    if "seed" in given:
        checks.line("seed", given["seed"], least=1, most=SEED_LENGTH)
    checks.refuse()
    return replace(now, **given)
