"""Work terms and plans, as shown and as sent."""

from typing import Any

import strawberry

from domain import terms as domain
from domain.terms import FundingMode, InvoicingMethod
from schema.enums import describe
from schema.inputs import optional, value
from schema.money import Money, MoneyInput
from schema.shapes import plain, shows

describe(
    InvoicingMethod,
    "When work is billed.",
    MILESTONE="Each milestone at its approval.",
    COMPLETION="An upfront share before the work starts, the rest with the last approval.",
)
describe(
    FundingMode,
    "Where the money comes from.",
    DIRECT="Each invoice charges the client's default payment method.",
    ESCROW="The client funds each milestone before its work; approval releases the money.",
)


@shows(domain.PlannedTask, "A task of a plan.")
class PlannedTask:
    title: str = plain("What is to be delivered.")
    description: str = plain("Details; may be empty.")


@shows(domain.PlannedMilestone, "A billable part of a plan.")
class PlannedMilestone:
    title: str = plain("What it is.")
    description: str = plain("Details; may be empty.")
    amount: Money | None = plain("The quoted amount; named for all milestones of a plan or for none.")
    duration_days: int | None = plain("Calendar days it takes; named for all milestones of a plan or for none.")
    tasks: list[PlannedTask] = plain("Its tasks; one without tasks gets one of the same title.")


@shows(domain.WorkTerms, "How work is cut into milestones, approved and billed.")
class WorkTerms:
    invoicing_method: InvoicingMethod = plain("When work is billed.")
    funding_mode: FundingMode = plain("Where the money comes from.")
    auto_approve_milestones: bool | None = plain("Whether approved tasks approve it; null: with exactly one task.")
    upfront_bps: int = plain("The upfront share in basis points (1200 are 12 %); 0 under MILESTONE.")
    auto_approve_after_days: int = plain("Days after which a submitted milestone counts as approved.")
    milestones: list[PlannedMilestone] = plain("The plan, in order; empty: one milestone of the gig's title.")


@strawberry.input(description="A task of a plan.")
class PlannedTaskInput:
    title: str = value(str, "What is to be delivered: 1 to 200 characters.")
    description: str = optional(str, "Details, to 5000 characters.", "")
    build = staticmethod(domain.PlannedTask)


@strawberry.input(description="A billable part of a plan.")
class PlannedMilestoneInput:
    title: str = value(str, "What it is: 1 to 200 characters.")
    description: str = optional(str, "Details, to 5000 characters.", "")
    amount: MoneyInput | None = optional(MoneyInput, "The quoted amount: for all milestones of a plan or for none.")
    duration_days: int | None = optional(int, "Calendar days, 1 to 730: for all milestones of a plan or for none.")
    tasks: list[PlannedTaskInput] = optional(list[PlannedTaskInput], "At most 50 tasks.")

    @staticmethod
    def build(tasks: list[domain.PlannedTask] | None, **values: Any) -> domain.PlannedMilestone:
        return domain.PlannedMilestone(tasks=tuple(tasks or ()), **values)


@strawberry.input(description="How work is cut into milestones, approved and billed.")
class WorkTermsInput:
    invoicing_method: InvoicingMethod = value(InvoicingMethod, "When work is billed.")
    funding_mode: FundingMode = value(FundingMode, "Where the money comes from.")
    auto_approve_milestones: bool | None = optional(bool, "Whether approved tasks approve the milestone.")
    upfront_bps: int | None = optional(int, "COMPLETION only: basis points, 0 to 10000, default 1200.")
    auto_approve_after_days: int = optional(int, "1 to 90 days after a submission; default 14.", 14)
    milestones: list[PlannedMilestoneInput] = optional(list[PlannedMilestoneInput], "At most 100, in order.")

    @staticmethod
    def build(
        milestones: list[domain.PlannedMilestone] | None, upfront_bps: int | None, **values: Any
    ) -> domain.WorkTerms:
        is_completion = values["invoicing_method"] is domain.InvoicingMethod.COMPLETION
        share = domain.DEFAULT_UPFRONT_BPS if is_completion else 0
        return domain.WorkTerms(
            milestones=tuple(milestones or ()), upfront_bps=share if upfront_bps is None else upfront_bps, **values
        )
