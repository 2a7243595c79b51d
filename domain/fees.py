"""Fee policies: what Milepost keeps of paid work, in force from a date on and frozen on each invoice at its opening."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from uuid import UUID


class FeeScope(Enum):
    """Which invoices a policy is for: those of projects, or those a person wrote."""

    PROJECT = "PROJECT"
    STANDARD = "STANDARD"


@dataclass(eq=False, kw_only=True)
class FeePolicy:
    """The newest policy of a scope whose `effective_from` has come counts; past documents keep their own copy."""

    id: UUID
    scope: FeeScope
    bps: int
    minimum_fee_minor: int
    effective_from: datetime
