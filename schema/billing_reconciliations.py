"""Reconciliations of subscriptions with who bills them, as staff start them, and they and developers read them."""

from datetime import datetime
from uuid import UUID

import strawberry
from strawberry.scalars import ID

from domain import billing_reconciliations as domain
from domain import reconciliation_findings as findings
from domain.billing_reconciliations import ReconciliationRunStatus, ReconciliationStage, ReconciliationTrigger
from domain.permissions import Permission
from domain.reconciliation_findings import ReconciliationFindingKind, ReconciliationResolution
from resolvers import billing_reconciliations as resolve
from schema.apps import App
from schema.connections import connection, one, order_input
from schema.enums import describe
from schema.ids import PREFIXES, global_id
from schema.inputs import optional, optional_id
from schema.money_exceptions import MoneyException
from schema.mutations import mutation
from schema.shapes import Node, plain, shows
from schema.users import User

describe(
    ReconciliationTrigger,
    "Who began a reconciliation.",
    SCHEDULE="The daily job, at 02:00 UTC.",
    STAFF="Somebody of the staff.",
)
describe(
    ReconciliationRunStatus,
    "How far a reconciliation of subscriptions has come.",
    RUNNING="It is being worked on.",
    COMPLETED="It has compared everything.",
    FAILED="The provider did not say what there is to compare; the daily job tries it again after an hour.",
)
describe(
    ReconciliationStage,
    "What a reconciliation of subscriptions compares.",
    OURS="Every subscription that lives here.",
    THEIRS="Every subscription that was begun or has changed at the provider in the last 35 days.",
    REFUNDS="Every refund that was made at the provider in the last 35 days.",
)
describe(
    ReconciliationFindingKind,
    "What stands otherwise at the provider.",
    STATUS="The status.",
    PERIOD="The period that it is in.",
    CANCEL_FLAG="Whether, or when, it ends.",
    QUANTITY="How many it is for.",
    AMOUNT="Its price, or an invoice that is paid there and not recorded here.",
    REFUND="A refund that was made there and is not recorded here.",
    MISSING_LOCALLY="The provider bills a subscription that is not here.",
    MISSING_AT_PROVIDER="The provider knows none of the name that is kept here.",
    NOT_COMPARED="Nothing is known: it could not be compared.",
)
describe(
    ReconciliationResolution,
    "What became of a difference.",
    REPAIRED="The provider was asked, and what it said was followed.",
    FOR_PEOPLE="It waits among the money exceptions.",
    LEFT="Nothing was done: in a dry run, or because it could not be compared.",
)


@shows(findings.ReconciliationFinding, "A difference that a reconciliation of subscriptions has found.")
class ReconciliationFinding:
    kind: ReconciliationFindingKind = plain("What differs.")
    subject_type: str = plain("What it is about: a type of this API or, where only the provider has it, a word.")

    @strawberry.field(description="What it is about, for node(id), or what the provider calls it.")
    def subject_id(self: findings.ReconciliationFinding) -> ID:
        if self.subject_type in PREFIXES:
            return ID(global_id(self.subject_type, UUID(self.subject_key)))
        return ID(self.subject_key)

    local: str = plain("How it stands here.")
    remote: str = plain("How it stands at the provider, or why that is not known.")
    resolution: ReconciliationResolution = plain("What became of it.")
    exception: MoneyException | None = one(
        resolve.EXCEPTION, MoneyException, "Where people look at it, for those who may."
    )
    created_at: datetime = plain("When it was found.")


@strawberry.input(description="Conditions on findings; all given ones must hold.")
class ReconciliationFindingFilter:
    kind: list[ReconciliationFindingKind] | None = optional(list[ReconciliationFindingKind], "Of one of these kinds.")
    resolution: list[ReconciliationResolution] | None = optional(
        list[ReconciliationResolution], "Of which one of these became."
    )


@shows(
    domain.ReconciliationRun,
    "The subscriptions of a catalogue that a provider bills, compared one by one with how they stand there.",
)
class ReconciliationRun(Node):
    app: App | None = one(resolve.APP, App, "Whose catalogue; null for Milepost's own.")
    trigger: ReconciliationTrigger = plain("Who began it.")
    requested_by: User | None = one(
        resolve.REQUESTED_BY, User, "Who asked for it; null for the daily job, and for those who may not know them."
    )
    dry_run: bool = plain("Whether it repairs nothing and tells nobody.")
    status: ReconciliationRunStatus = plain("How far it has come.")
    stage: ReconciliationStage = plain("What it compares, or has compared last.")
    started_at: datetime = plain("When it was begun.")
    completed_at: datetime | None = plain("When it came to its end.")
    failure: str | None = plain("Why it did not.")
    object_count: int = plain("How many objects it has compared.")
    differing_count: int = plain("How many of them stood otherwise; more than one in a hundred is a money exception.")
    finding_count: int = plain("How many differences it has found, with what could not be compared.")
    repaired_count: int = plain("How many of them it has put right.")
    version: int = plain("Counts the committed changes, from 1.")
    findings = connection(
        resolve.FINDINGS, ReconciliationFinding, "The differences.", filter=ReconciliationFindingFilter
    )


@strawberry.input(description="Conditions on reconciliations; all given ones must hold.")
class ReconciliationRunFilter:
    app_id: ID | None = optional_id("App", "Of this app's catalogue.")
    status: list[ReconciliationRunStatus] | None = optional(list[ReconciliationRunStatus], "In one of these states.")
    trigger: ReconciliationTrigger | None = optional(ReconciliationTrigger, "That were begun so.")
    started_from: datetime | None = optional(datetime, "Begun at this instant or later.")
    started_before: datetime | None = optional(datetime, "Begun before this instant.")


ReconciliationRunOrder = order_input(resolve.LIST, "ReconciliationRunOrder")


@strawberry.type
class BillingReconciliationQueries:
    reconciliation_runs = connection(
        resolve.LIST,
        ReconciliationRun,
        "The reconciliations of subscriptions, newest first. Staff see all of them, developers those of their apps.",
        filter=ReconciliationRunFilter,
        order=ReconciliationRunOrder,
        needs=resolve.READERS,
    )


@strawberry.type
class BillingReconciliationMutations:
    run_reconciliation = mutation(
        resolve.run_reconciliation,
        "Compares the subscriptions of a catalogue that a provider bills with how they stand there, and repairs what"
        " differs. It is done soon after: read it again until it is COMPLETED. What asking does not put right becomes a"
        " money exception. CONFLICT while the catalogue is being reconciled.",
        needs=Permission.STAFF_MONEY,
        takes={
            "app_id": optional_id("App", "The app whose catalogue it is; left out: Milepost's own."),
            "dry_run": optional(bool, "Only find what differs: nothing is repaired, nobody is told.", default=False),
        },
        gives={"run": (ReconciliationRun, "The run as it is now.")},
        keyed=True,
    )
