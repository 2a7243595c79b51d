"""Fees: what Milepost keeps of paid work. A policy is in force from a date on and frozen on each invoice it opens."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from uuid import UUID

from domain.money import rounded, share_of


class FeeScope(Enum):
    """Which invoices a policy is for: those of projects, or those a person wrote."""

    PROJECT = "PROJECT"
    STANDARD = "STANDARD"


DEFAULT_BPS = {FeeScope.PROJECT: 500, FeeScope.STANDARD: 0}
"""The rates that hold until staff set others."""


@dataclass(eq=False, kw_only=True)
class FeePolicy:
    """The newest policy of a scope whose `effective_from` has come counts; past documents keep their own copy."""

    id: UUID
    scope: FeeScope
    bps: int
    minimum_fee_minor: int
    effective_from: datetime


def fee_of(base_minor: int, policy: FeePolicy) -> int:
    """The fee of an invoice whose netTotal is `base_minor`: never below the policy's minimum, never above the base."""
    return min(base_minor, max(policy.minimum_fee_minor, share_of(base_minor, policy.bps)))


def fee_share(fee_minor: int, total_minor: int, paid_before_minor: int, paid_after_minor: int) -> int:
    """The part of an invoice's fee that a part payment carries. Cumulative: all parts add up to the whole fee."""
    before, after = (rounded(fee_minor * paid, total_minor) for paid in (paid_before_minor, paid_after_minor))
    return after - before
