"""What a provider is asked about a payment, and how often."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from uuid import UUID

from domain.attempts import Attempt

ACT_WITHIN = timedelta(hours=24)
"""How long a payer may take to do what the provider asks of them."""
RESERVED_ASK_EVERY = timedelta(hours=24)
CHECK_GAP = timedelta(seconds=5)
"""Impatient people have a provider asked no more often than this."""


class CaptureMode(Enum):
    """Whether the money is taken at once, or first reserved until the issuer takes it."""

    AUTOMATIC = "AUTOMATIC"
    MANUAL = "MANUAL"


class Question(Enum):
    """What a provider is asked next about a payment that it knows."""

    FIND = "FIND"
    CAPTURE = "CAPTURE"
    VOID = "VOID"


@dataclass(eq=False, kw_only=True)
class PaymentAttempt(Attempt):
    """One call to the provider for a payment."""

    payment_id: UUID
    returned: str | None = None
    """What the payer's browser has brought back from the provider, as its address had it."""
    asked_at: datetime | None = None
    known_at: datetime | None = None
    """When the question was put whose answer says how it stands: what was asked before that is outdated."""

    def may_ask(self, returned: str | None, *, at: datetime) -> bool:
        """Whether the provider is asked now for people who wait, with what a browser brought back; or was just now."""
        is_new = returned is not None and returned != self.returned
        self.returned = returned or self.returned
        last = self.asked_at or self.sent_at
        if not is_new and last is not None and at - last < CHECK_GAP:
            return False
        self.asked_at = at
        return True
