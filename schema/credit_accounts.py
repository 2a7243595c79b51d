"""Credit accounts as clients see them, and as staff and owners stop them."""

from typing import Annotated, Any, cast

import strawberry
from strawberry.scalars import ID

from domain import credit_accounts as domain
from domain.app_permissions import AppPermission
from domain.credit_accounts import CreditAccountStatus
from domain.permissions import Permission
from resolvers import credit_accounts as resolve
from resolvers.context import Context
from resolvers.guards import OrApp, require
from schema.connections import one
from schema.credit_packages import CreditPackage
from schema.enums import describe
from schema.ids import read_id
from schema.inputs import an_id, optional, value
from schema.mutations import mutation
from schema.organizations import Organization
from schema.scalars import Currency, Int64
from schema.shapes import plain, shows
from schema.stateful import Stateful

describe(
    CreditAccountStatus,
    "The life of a credit account.",
    ACTIVE="Credits come and go.",
    FROZEN="Credits come in, and what was set aside before may still be used; nothing else goes out.",
    CLOSED="It is over.",
)

READS = OrApp(resolve.READERS, AppPermission.CREDITS_READ)


@shows(domain.AutoTopUp, "How an account buys credits by itself; setAutoTopUp sets it.")
class AutoTopUp:
    enabled: bool = plain("Whether it does.")
    threshold: Int64 | None = plain("Once a spend or a hold leaves fewer than these, credits are bought.")
    package: CreditPackage | None = one(resolve.PACKAGE, CreditPackage, "Which package; null for a free quantity.")
    quantity: Int64 | None = plain("How many; null for a package.")
    currency: Currency | None = plain("In which currency.")
    max_per_month: int = plain("How often in a calendar month of UTC at most.")
    failures: int = plain("How many were not paid in a row; after 2 it is switched off.")


@shows(
    domain.CreditAccount,
    "The prepaid credits of an organization: whole units that pay for priced actions. They are not money and never"
    " become money. One for each organization; it is never below zero.",
)
class CreditAccount(Stateful):
    status: CreditAccountStatus = plain("Where it stands.")
    organization: Organization = one(resolve.ORGANIZATION, Organization, "Whose credits.", required=True)

    @strawberry.field(description="How many can be used now: what has expired by now is not among them.")
    def available(self: domain.CreditAccount, info: strawberry.Info[Context, None]) -> Int64:
        return Int64(self.available_at(info.context.platform.now()))

    @strawberry.field(description="How many are set aside for work under way. Null for apps.")
    def held(self: domain.CreditAccount, info: strawberry.Info[Context, None]) -> Int64 | None:
        return None if resolve.is_app(info.context) else Int64(self.held)

    @strawberry.field(description="FROZEN: why. Null for apps.")
    def freeze_reason(self: domain.CreditAccount, info: strawberry.Info[Context, None]) -> str | None:
        return None if resolve.is_app(info.context) else self.freeze_reason

    @strawberry.field(
        description="Credits that were taken back had been used, and what is owed for them is unsettled. Null for apps."
    )
    def has_shortfall(self: domain.CreditAccount, info: strawberry.Info[Context, None]) -> bool | None:
        return None if resolve.is_app(info.context) else self.has_shortfall

    @strawberry.field(description="Once fewer than these are available, its owners are told. Null for apps.")
    def low_balance_threshold(self: domain.CreditAccount, info: strawberry.Info[Context, None]) -> Int64 | None:
        return None if resolve.is_app(info.context) else Int64(self.low_balance_threshold)

    @strawberry.field(description="How it buys credits by itself. Null for apps.")
    def auto_top_up(self: domain.CreditAccount, info: strawberry.Info[Context, None]) -> AutoTopUp | None:
        return None if resolve.is_app(info.context) else cast(Any, self.auto_top_up)


async def _found(context: Context, root: object, **arguments: Any) -> Any:
    """Takes arguments by the names of the API."""
    require(context, READS)
    given = arguments.get("organizationId")
    return await resolve.account(context, read_id(given, "Organization", "organizationId") if given else None)


async def _credit_account(info: strawberry.Info[Context, None], organization_id: Any = strawberry.UNSET) -> Any:
    return await _found(info.context, None, organizationId=organization_id)


_credit_account.__annotations__ = {
    "info": strawberry.Info,
    "organization_id": Annotated[
        ID | None, strawberry.argument(description="Whose; your active organization unless said.")
    ],
}


@strawberry.type
class CreditAccountQueries:
    credit_account = strawberry.field(
        resolver=_credit_account,
        graphql_type=CreditAccount | None,
        description="The credits of an organization: your own, one that has let your app in, or for staff any. Null"
        " where there is none that you may see. Needs the permission credits:read or staff:credits, or an app that may"
        " credits:read there.",
        metadata={"direct": _found, "needs": READS},
    )


_ID = {"account_id": an_id("CreditAccount", "The account.")}
_WHY = {"reason": value(str, "Why: 1 to 1000 characters. The organization reads it.")}
_ACCOUNT = {"account": (CreditAccount, "The account as it is now.")}


@strawberry.type
class CreditAccountMutations:
    freeze_credit_account = mutation(
        resolve.freeze_credit_account,
        "Stops what goes out of an account: WRONG_STATE for spends, holds and transfers. Credits still come in, and"
        " what was set aside before may be captured or released. FORBIDDEN for members of the organization.",
        needs=(Permission.STAFF_CREDITS, Permission.STAFF_MODERATION),
        takes={**_ID, **_WHY},
        gives=_ACCOUNT,
    )
    unfreeze_credit_account = mutation(
        resolve.unfreeze_credit_account,
        "Lets credits go out again. WRONG_STATE while something is owed for credits that were taken back."
        " FORBIDDEN for members of the organization.",
        needs=Permission.STAFF_CREDITS,
        takes={**_ID, **_WHY},
        gives=_ACCOUNT,
    )
    close_credit_account = mutation(
        resolve.close_credit_account,
        "Ends an account for good. WRONG_STATE while anything is available or held, a purchase may still be paid, or a"
        " dispute is undecided.",
        needs=(Permission.ORG_CLOSE, Permission.STAFF_CREDITS),
        takes={**_ID, "reason": optional(str, "Why: up to 1000 characters.")},
        gives=_ACCOUNT,
    )
