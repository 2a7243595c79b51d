"""How often one may try what anybody may try: by the address it is about, and by where it comes from."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from domain.refusals import Refused, rate_limited

WINDOW = timedelta(minutes=15)
MOST_PER_ADDRESS, MOST_PER_IP = 5, 20


def too_many(what: str, of_address: Sequence[datetime], of_ip: Sequence[datetime], *, real: datetime) -> Refused | None:
    """RATE_LIMITED when those of the last 15 minutes, newest first, leave no further one; `what` names them."""
    waits = [
        earlier[most - 1] + WINDOW - real
        for earlier, most in ((of_address, MOST_PER_ADDRESS), (of_ip, MOST_PER_IP))
        if len(earlier) >= most
    ]
    return rate_limited(f"Too many {what}. Try again", max(waits)) if waits else None
