"""Fee policies and tiers as clients see and staff plan them, and quotes."""

from datetime import datetime
from typing import Annotated, Any

import strawberry

from domain import fee_tiers, fees
from domain.fee_tiers import TierTerms
from domain.fees import FeeScope
from domain.payment_methods import Provider
from domain.permissions import Permission
from domain.refusals import Refused
from resolvers import fee_policies as resolve
from resolvers.context import Context
from resolvers.ledger import READERS
from schema.connections import connection, many, one, order_input
from schema.enums import describe
from schema.guarded import asks
from schema.inputs import an_id, optional, read_input, value
from schema.money import Money, MoneyInput
from schema.mutations import mutation
from schema.refusals import Refusal
from schema.shapes import Node, plain, shows

describe(
    FeeScope,
    "Which invoices a fee policy is for.",
    PROJECT="Those of projects.",
    STANDARD="Those that a person wrote.",
)


@shows(fee_tiers.FeeTier, "For amounts of a size: another rate than the policy's, and a flat part.")
class FeeTier:
    provider: Provider | None = plain("Only what this provider collects; it comes before tiers without one.")
    min_amount: Money = plain("The smallest amount that has it.")
    max_amount: Money | None = plain("The largest amount that has it; null: no limit.")
    bps: int = plain("The rate in basis points: 290 are 2.9 %.")
    flat: Money = plain("What is added to it.")


@shows(fees.FeePolicy, "What Milepost keeps of invoices. What is in force never changes; another policy follows it.")
class FeePolicy(Node):
    scope: FeeScope = plain("Which invoices it is for.")
    bps: int = plain("The rate in basis points of the total without tax: 500 are 5 %.")
    minimum_fees: list[Money] = plain("The least that is kept, by currency; nothing in those not named.")
    effective_from: datetime = plain("Counts for what is opened or funded from this instant on.")
    effective_to: datetime | None = plain("Where the next policy of its scope begins; null: none is planned.")
    tiers: list[FeeTier] = many(resolve.TIERS, FeeTier, "Its tiers. An amount that has none pays its own rate.")
    version: int = plain("Counts the committed changes, from 1.")


@shows(fees.FeeQuote, "What would be kept of an amount now. Fee and net add up to it.")
class FeeQuote:
    amount: Money = plain("The amount, without tax.")
    fee: Money = plain("What would be kept.")
    net: Money = plain("What would be left.")
    bps: int = plain("The rate that counts.")
    flat: Money = plain("The flat part that counts.")
    policy: FeePolicy = one(resolve.POLICY, FeePolicy, "The policy in force.", required=True)


@strawberry.input(description="A tier of a fee policy.")
class FeeTierInput:
    provider: Provider | None = optional(Provider, "Only for what this provider collects; left out: for all.")
    min_amount: MoneyInput = value(MoneyInput, "The smallest amount that has it; its currency is the tier's.")
    max_amount: MoneyInput | None = optional(MoneyInput, "The largest amount that has it; left out: no limit.")
    bps: int = value(int, "Basis points, 0 to 10000.")
    flat: MoneyInput | None = optional(MoneyInput, "What is added; left out: nothing.")

    build = staticmethod(TierTerms)


@strawberry.input(description="Conditions on fee policies; all given ones must hold.")
class FeePolicyFilter:
    scope: list[FeeScope] | None = optional(list[FeeScope], "Of one of these scopes.")


FeePolicyOrder = order_input(resolve.LIST, "FeePolicyOrder")


@strawberry.input(description="What a quote is asked for.")
class _QuoteArguments:
    """Never shown: it reads the arguments of the query as mutations read their inputs."""

    amount: MoneyInput = value(MoneyInput, "The amount.")
    scope: FeeScope = value(FeeScope, "The scope.")
    provider: Provider | None = optional(Provider, "The provider.")


_Amount = Annotated[MoneyInput, strawberry.argument(description="The total without tax.")]
_Scope = Annotated[FeeScope, strawberry.argument(description="Which invoices; those of projects unless said.")]
_Provider = Annotated[Provider | None, strawberry.argument(description="Who would collect it; left out: nobody yet.")]
_Quote = Annotated[
    FeeQuote | Refusal, strawberry.union("QuoteFeeResult", description="What quoteFee returns: the fee, or why not.")
]
_POLICY = {"fee_policy": (FeePolicy, "The policy as it is now.")}


@strawberry.type
class FeePolicyQueries:
    fee_policies = connection(
        resolve.LIST,
        FeePolicy,
        "The fee policies, past and planned ones too, newest first. Needs money:read or staff:money.",
        filter=FeePolicyFilter,
        order=FeePolicyOrder,
        needs=READERS,
    )

    @asks(
        READERS,
        "What would be kept of an amount if it were billed now. Needs money:read or staff:money.",
        graphql_type=_Quote,
    )
    async def quote_fee(
        self,
        info: strawberry.Info[Context, None],
        amount: _Amount,
        scope: _Scope = FeeScope.PROJECT,
        provider: _Provider = strawberry.UNSET,
    ) -> Any:
        try:
            arguments = read_input(_QuoteArguments(amount=amount, scope=scope, provider=provider))
            return await resolve.quote_fee(info.context, **arguments)
        except Refused as refused:
            return refused.refusal


@strawberry.type
class FeePolicyMutations:
    create_fee_policy = mutation(
        resolve.create_fee_policy,
        "Plans a fee policy. The one before it in its scope ends where it begins, it ends where the next one begins. "
        "INVALID unless it begins in the future; CONFLICT where another one begins at the same instant.",
        needs=Permission.STAFF_MONEY,
        takes={
            "scope": value(FeeScope, "Which invoices it is for."),
            "bps": value(int, "Basis points of the total without tax, 0 to 10000."),
            "minimum_fees": optional(list[MoneyInput], "The least that is kept, one for each currency.", ()),
            "effective_from": value(datetime, "When it begins, in the future."),
        },
        gives=_POLICY,
    )
    set_fee_tiers = mutation(
        resolve.set_fee_tiers,
        "Replaces the tiers of a policy that has not begun yet; WRONG_STATE for any other. Ranges of one provider and"
        " currency must not meet.",
        needs=Permission.STAFF_MONEY,
        takes={
            "fee_policy_id": an_id("FeePolicy", "The policy."),
            "tiers": value(list[FeeTierInput], "All its tiers, at most 200; none: the policy's own rate for all."),
        },
        gives=_POLICY,
    )
