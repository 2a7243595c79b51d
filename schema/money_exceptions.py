"""Money exceptions as staff work through them."""

from datetime import date, datetime
from uuid import UUID

import strawberry
from strawberry.scalars import ID

from domain import money_exceptions as domain
from domain.cash_findings import SuggestedAction, suggested_action
from domain.money_exceptions import MoneyExceptionKind, MoneyExceptionStatus
from domain.payment_methods import Provider
from domain.permissions import Permission
from resolvers import money_exceptions as resolve
from schema.connections import connection, one, order_input
from schema.enums import describe
from schema.ids import PREFIXES, global_id
from schema.inputs import an_id, optional, optional_id, value
from schema.money import Money
from schema.mutations import mutation
from schema.organizations import Organization
from schema.shapes import plain, shows
from schema.stateful import Stateful
from schema.users import User

describe(
    MoneyExceptionKind,
    "What does not fit.",
    MISSING_IN_LEDGER="The provider has moved money that is not posted.",
    MISSING_AT_PROVIDER="Money is posted that the provider has not moved.",
    AMOUNT_MISMATCH="Another amount was moved than was asked for.",
    CURRENCY_MISMATCH="Another currency was moved than was asked for.",
    STATE_MISMATCH="The provider says otherwise than we do how something ended.",
    DUPLICATE="The provider has moved money twice.",
    FEE_MISMATCH="The provider has charged another fee than it should.",
    BALANCE_DRIFT="What the provider keeps differs from the ledger.",
    LATE_SUCCESS="A payment that had ended without success was charged after all.",
    UNKNOWN_TOO_LONG="The outcome of a payment, refund or payout is not known after 72 hours.",
    UNMATCHED_EVENT="The provider tells of something that nobody here knows.",
    BAD_METADATA="The provider tells of something without saying what it belongs to.",
    PROJECTION_DRIFT="A figure that is derived from the ledger differs from it.",
    INVARIANT="A rule of the books does not hold.",
)
describe(
    MoneyExceptionStatus,
    "The life of a money exception.",
    OPEN="Nobody looks at it yet.",
    ASSIGNED="Somebody does.",
    RESOLVED="What did not fit is put right.",
    WAIVED="It stays as it is.",
)


describe(
    SuggestedAction,
    "What usually puts a money exception right.",
    ASK_PROVIDER="Asking the provider again: run the reconciliation of the day once more.",
    CLEAR_SUSPENSE="clearSuspense: the money waits in suspense.",
    POST_DIFFERENCE="postProviderDifference: the ledger lacks what the provider reports, or the other way round.",
    RETURN_DUPLICATE="Giving the second charge back at the provider, and postProviderDifference until it has.",
    INVESTIGATE="Finding out; resolveMoneyException or waiveMoneyException then say what came of it.",
)


@shows(domain.MoneyException, "Something about money that does not fit and that a person looks at. Needs staff:money.")
class MoneyException(Stateful):
    status: MoneyExceptionStatus = plain("Where it stands.")
    kind: MoneyExceptionKind = plain("What does not fit.")
    subject_type: str = plain("What it is about: a type of this API or, where there is none, a word.")
    expected: str = plain("What should be.")
    actual: str = plain("What is.")
    expected_amount: Money | None = plain(
        "What is posted, where a provider's report was compared; money out is negative."
    )
    actual_amount: Money | None = plain("What is reported instead; money out is negative.")
    provider: Provider | None = plain("Whose report, where one was compared.")
    day: date | None = plain("The day of that report, in UTC.")
    organization: Organization | None = one(resolve.ORGANIZATION, Organization, "Whose money it is about.")
    owner: User | None = one(resolve.OWNER, User, "Who looks at it.")
    resolution: str | None = plain("What came of it.")
    decided_by: User | None = one(resolve.DECIDED_BY, User, "Who decided; null for the system.")
    decided_at: datetime | None = plain("When it was decided.")

    @strawberry.field(description="What usually puts it right.")
    def suggested_action(self: domain.MoneyException) -> SuggestedAction:
        return suggested_action(self)

    @strawberry.field(graphql_type=ID, description="What it is about, for node(id), or what the provider calls it.")
    def subject_id(self: domain.MoneyException) -> str:
        if self.subject_type in PREFIXES:
            return global_id(self.subject_type, UUID(self.subject_key))
        return self.subject_key


@strawberry.input(description="Conditions on money exceptions; all given ones must hold.")
class MoneyExceptionFilter:
    kind: list[MoneyExceptionKind] | None = optional(list[MoneyExceptionKind], "Of one of these kinds.")
    status: list[MoneyExceptionStatus] | None = optional(list[MoneyExceptionStatus], "In one of these states.")
    provider: Provider | None = optional(Provider, "Found by comparing this provider's report.")
    owner_id: strawberry.ID | None = optional_id("User", "That this person looks at.")
    organization_id: strawberry.ID | None = optional_id("Organization", "About money of this organization.")


MoneyExceptionOrder = order_input(resolve.LIST, "MoneyExceptionOrder")

_EXCEPTION = {"exception": (MoneyException, "The exception as it is now.")}
_ID = {"exception_id": an_id("MoneyException", "The exception.")}
_REASON = {"reason": value(str, "What came of it, 1 to 1000 characters.")}


@strawberry.type
class MoneyExceptionQueries:
    money_exceptions = connection(
        resolve.LIST,
        MoneyException,
        "What does not fit about money, oldest first.",
        filter=MoneyExceptionFilter,
        order=MoneyExceptionOrder,
        needs=Permission.STAFF_MONEY,
    )


@strawberry.type
class MoneyExceptionMutations:
    assign_money_exception = mutation(
        resolve.assign_money_exception,
        "Says who looks at an exception. NOT_FOUND unless that is somebody of staff who handles money; WRONG_STATE "
        "once it is decided.",
        needs=Permission.STAFF_MONEY,
        takes={**_ID, "owner_id": optional_id("User", "Who; yourself unless said.")},
        gives=_EXCEPTION,
    )
    resolve_money_exception = mutation(
        resolve.resolve_money_exception,
        "Says that what did not fit is put right, and how. It posts nothing by itself: see adjustLedger and "
        "clearSuspense. WRONG_STATE once it is decided.",
        needs=Permission.STAFF_MONEY,
        takes={**_ID, **_REASON},
        gives=_EXCEPTION,
    )
    waive_money_exception = mutation(
        resolve.waive_money_exception,
        "Says that what does not fit stays as it is, and why. WRONG_STATE once it is decided.",
        needs=Permission.STAFF_MONEY,
        takes={**_ID, **_REASON},
        gives=_EXCEPTION,
    )
