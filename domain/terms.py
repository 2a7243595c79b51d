"""Work terms: how a piece of work is cut into milestones and tasks, approved and billed; agreed between two sides."""

from dataclasses import dataclass, field
from enum import Enum

from domain.money import Money


class InvoicingMethod(Enum):
    """When work is billed: each milestone at its approval, or an upfront share now and the rest at completion."""

    MILESTONE = "MILESTONE"
    COMPLETION = "COMPLETION"


DEFAULT_UPFRONT_BPS = 1200
"""The upfront share of COMPLETION terms that name none."""


class FundingMode(Enum):
    """Where the money comes from: DIRECT charges for each invoice, ESCROW holds a milestone's money before its work."""

    DIRECT = "DIRECT"
    ESCROW = "ESCROW"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedTask:
    """The smallest part of a plan."""

    title: str
    description: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedMilestone:
    """A billable part of a plan. Amounts are named for all milestones of a plan or for none; durations likewise."""

    title: str
    description: str = ""
    amount: Money | None = None
    duration_days: int | None = None
    tasks: tuple[PlannedTask, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkTerms:
    """What both sides agree on besides the price. `auto_approve_milestones` None: only one-task milestones do."""

    invoicing_method: InvoicingMethod
    funding_mode: FundingMode
    auto_approve_milestones: bool | None = None
    upfront_bps: int = 0
    auto_approve_after_days: int = 14
    milestones: tuple[PlannedMilestone, ...] = field(default=())
