"""Purchases of credits as clients quote, begin and follow them, and staff refund them."""

from datetime import datetime
from typing import Annotated, Any

import strawberry
from strawberry.scalars import ID

from domain import credit_purchases as domain
from domain import credit_quotes
from domain.app_permissions import AppPermission
from domain.credit_purchases import CreditPurchaseStatus, PurchaseOrigin, Shortfall
from domain.payment_methods import Provider
from domain.permissions import Permission
from domain.refusals import Refused
from resolvers import credit_packages, credit_promotions
from resolvers import credit_purchases as resolve
from resolvers.context import Context
from resolvers.guards import Needs, OrApp
from schema.connections import connection, one, order_input
from schema.credit_packages import CreditPackage
from schema.credit_promotions import PromotionRedemption
from schema.enums import describe
from schema.guarded import asks
from schema.inputs import an_id, optional, optional_id, read_input, value
from schema.money import Money, MoneyInput
from schema.mutations import mutation
from schema.organizations import Organization
from schema.payments import Payment
from schema.refunds import Refund
from schema.refusals import Refusal
from schema.scalars import Currency, DecimalText, Int64
from schema.shapes import plain, shows
from schema.stateful import Stateful

describe(
    PurchaseOrigin,
    "Who bought.",
    CHECKOUT="Somebody of the organization.",
    AUTO_TOP_UP="The account by itself, because it ran low.",
    APP="An app, for the organization.",
)
describe(
    CreditPurchaseStatus,
    "The life of a purchase of credits.",
    PENDING="It waits for its payment, for an hour.",
    PAID="The payment is verified, and the credits are there.",
    FAILED="The payment came to nothing.",
    CANCELED="Somebody took it back before it was paid.",
    EXPIRED="Nobody paid it within its hour.",
    PARTIALLY_REFUNDED="A part of the money went back, and its credits with it.",
    REFUNDED="All of the money went back, and the credits with it.",
    CHARGED_BACK="The payer's bank took the money back, and the credits went with it.",
)
describe(
    Shortfall,
    "What becomes of a refund whose credits are spent already.",
    REFUSE="It is refused with INSUFFICIENT_CREDITS.",
    DEBT="What the missing credits cost is owed, and the account is frozen until that is settled.",
)


@shows(domain.CreditPurchase, "Credits that an organization buys. They come with the verified payment, and not before.")
class CreditPurchase(Stateful):
    status: CreditPurchaseStatus = plain("Where it stands.")
    organization: Organization = one(resolve.ORGANIZATION, Organization, "Who buys.", required=True)
    origin: PurchaseOrigin = plain("Who bought.")
    package: CreditPackage | None = one(
        credit_packages.OF_PURCHASE, CreditPackage, "The package; null for a free quantity."
    )
    quantity: Int64 = plain("How many credits.")
    price: Money = plain("What they cost, before tax.")
    discount: Money = plain("What a code takes off.")
    total: Money = plain("The price without the discount, before tax.")
    redemption: PromotionRedemption | None = one(
        credit_promotions.REDEMPTION, PromotionRedemption, "The use of the code that it was bought with."
    )
    payment = one(resolve.PAYMENT, Payment, "Its payment, for those who may see payments.")
    expires_at: datetime = plain("PENDING: until when it can be paid.")
    paid_at: datetime | None = plain("When it was paid.")
    refunded: Money = plain("What of its money went back, tax included.")
    clawed_back: Int64 = plain("How many of its credits were taken back, or are owed for.")
    missing: Int64 = plain("How many of these were spent already.")


@shows(credit_quotes.CreditQuote, "What credits would cost now, before tax.")
class CreditQuote:
    package: CreditPackage | None = one(
        credit_packages.OF_PURCHASE, CreditPackage, "The package; null for a free quantity."
    )
    quantity: Int64 = plain("How many credits.")
    free_credits: Int64 = plain("How many come with them as a gift of the code.")
    display_rate: DecimalText = plain("Price by credit in whole currency units, to four decimals: for comparing.")
    price: Money = plain("What they cost.")
    discount: Money = plain("What the code takes off.")
    total: Money = plain("The price without the discount.")


@strawberry.input(description="Conditions on purchases of credits; all given ones must hold.")
class CreditPurchaseFilter:
    organization_id: ID | None = optional_id("Organization", "Of this organization; others than yours for staff only.")
    status: list[CreditPurchaseStatus] | None = optional(list[CreditPurchaseStatus], "In one of these states.")
    origin: list[PurchaseOrigin] | None = optional(list[PurchaseOrigin], "Of one of these origins.")
    created_from: datetime | None = optional(datetime, "Begun at this instant or later.")
    created_before: datetime | None = optional(datetime, "Begun before this instant.")


CreditPurchaseOrder = order_input(resolve.LIST, "CreditPurchaseOrder")


@strawberry.input(description="What a quote is asked for.")
class _QuoteArguments:
    """Never shown: it reads the arguments of the query as mutations read their inputs."""

    package_id: ID | None = optional_id("CreditPackage", "The package.")
    quantity: Int64 | None = optional(Int64, "The quantity.")
    currency: Currency = value(Currency, "The currency.")
    code: str | None = optional(str, "The code.")


_PackageId = Annotated[ID | None, strawberry.argument(description="A package; or a quantity, one of the two.")]
_Quantity = Annotated[Int64 | None, strawberry.argument(description="A free quantity of 10 to 100000 credits.")]
_Currency = Annotated[Currency, strawberry.argument(description="What to pay in.")]
_Code = Annotated[str | None, strawberry.argument(description="A code to buy with.")]
_Quote = Annotated[
    CreditQuote | Refusal,
    strawberry.union("CreditQuoteResult", description="What creditQuote returns: the price, or why there is none."),
]
_PURCHASE: Any = {"purchase": (CreditPurchase, "The purchase as it is now.")}
_WHICH: Any = {"purchase_id": an_id("CreditPurchase", "The purchase.")}


@strawberry.type
class CreditPurchaseQueries:
    credit_purchases = connection(
        resolve.LIST,
        CreditPurchase,
        "Purchases of credits by your organization, newest first; for staff those of all, for apps those of the "
        "organizations that have let them in.",
        filter=CreditPurchaseFilter,
        order=CreditPurchaseOrder,
        needs=OrApp(resolve.READERS, AppPermission.CREDITS_READ),
    )

    @asks(
        Needs.VERIFIED,
        "What a package or a free quantity of credits would cost your organization now. Refused as purchaseCredits "
        "would be: a code that comes to nothing counts towards the 10 of an hour.",
        graphql_type=_Quote,
    )
    async def credit_quote(
        self,
        info: strawberry.Info[Context, None],
        currency: _Currency,
        package_id: _PackageId = strawberry.UNSET,
        quantity: _Quantity = strawberry.UNSET,
        code: _Code = strawberry.UNSET,
    ) -> Any:
        try:
            arguments = _QuoteArguments(package_id=package_id, quantity=quantity, currency=currency, code=code)
            return await resolve.quote(info.context, **read_input(arguments))
        except Refused as refused:
            return refused.refusal


@strawberry.type
class CreditPurchaseMutations:
    purchase_credits = mutation(
        resolve.purchase_credits,
        "Begins a purchase of a package or of a free quantity. The buyer pays at checkoutUrl, or with a saved method; "
        "the credits come with the verified payment, whatever page the browser comes back to, or at once where there "
        "is nothing to pay. INVALID for a currency without a price; WRONG_STATE for an archived package or a closed "
        "account. Of a code: NOT_FOUND when it is unknown, WRONG_STATE outside of its window, INVALID at code where it "
        "does not fit, LIMIT_REACHED when it is used up, RATE_LIMITED after 10 that came to nothing within an hour.",
        needs=OrApp((Permission.CREDITS_PURCHASE,), AppPermission.CREDITS_PURCHASE),
        takes={
            "organization_id": optional_id("Organization", "For whom; yours unless said. An app says it."),
            "package_id": optional_id("CreditPackage", "The package; or a quantity, one of the two."),
            "quantity": optional(Int64, "A free quantity of 10 to 100000 credits."),
            "currency": value(Currency, "What to pay in."),
            "promotion_code": optional(str, "A code to buy with."),
            "method_id": optional_id(
                "PaymentMethod", "A saved method to pay with; a page of the provider's unless said."
            ),
            "provider": optional(Provider, "On whose page to pay; the first that is set up unless said."),
            "success_url": optional(
                str, "Where the browser goes on to once it is paid; a page of Milepost's unless said."
            ),
            "cancel_url": optional(str, "Where it goes on to otherwise; a page of Milepost's unless said."),
        },
        gives={
            **_PURCHASE,
            "checkout_url": (str | None, "Where to pay; null where there is nothing to pay."),
            "payment": (Payment | None, "Its payment; null where there is nothing to pay."),
        },
        keyed=True,
        starts_payment=True,
        prepare=resolve.check_return,
    )
    cancel_credit_purchase = mutation(
        resolve.cancel_credit_purchase,
        "Takes back a purchase that was not paid; its code can be used again. Money that comes all the same goes back. "
        "WRONG_STATE for any other.",
        needs=Permission.CREDITS_PURCHASE,
        takes=_WHICH,
        gives=_PURCHASE,
        keyed=True,
    )
    refund_credit_purchase = mutation(
        resolve.refund_credit_purchase,
        "Gives the money of a purchase back, or a part of it, and takes its credits with it: of its unused ones as many"
        " as the share of the money comes to. INSUFFICIENT_CREDITS, with required and available, where they are spent, "
        "unless shortfall is DEBT.",
        needs=Permission.STAFF_MONEY,
        takes={
            **_WHICH,
            "amount": optional(MoneyInput, "How much, tax included; all that is left of it unless said."),
            "shortfall": optional(
                Shortfall, "Where its credits are spent already; REFUSE unless said.", Shortfall.REFUSE
            ),
            "reason": value(str, "Why, 1 to 1000 characters; the buyer reads it."),
        },
        gives={**_PURCHASE, "refund": (Refund, "The money on its way back.")},
        keyed=True,
    )
