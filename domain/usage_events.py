"""Usage events: what was used of a metered feature, reported once and never rewritten."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID


@dataclass(eq=False, kw_only=True)
class UsageEvent:
    """`counted_at` says which period it belongs to: when it happened or, reported late, when it was reported."""

    id: UUID
    meter_id: UUID
    organization_id: UUID
    event_id: str
    occurred_at: datetime
    counted_at: datetime
    recorded_at: datetime
    value: Decimal
    unique_key: str | None
    is_late: bool
    voided_at: datetime | None
    void_reason: str | None
