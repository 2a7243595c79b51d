"""Conversions of wallets as clients see and make them."""

from datetime import datetime

import strawberry

from domain import wallet_conversions as domain
from domain.permissions import Permission
from domain.wallet_conversions import ConversionState
from resolvers import wallet_conversions as resolve
from schema.connections import one
from schema.enums import describe
from schema.inputs import an_id, value
from schema.money import Money, MoneyInput
from schema.mutations import mutation
from schema.organizations import Organization
from schema.scalars import Currency, DecimalText
from schema.shapes import plain, shows
from schema.stateful import Stateful

describe(
    ConversionState,
    "The life of a conversion.",
    QUOTED="A promise that ends with expiresAt; nothing has moved.",
    CONVERTED="The money is in the other wallet.",
)


@shows(domain.WalletConversion, "Money of one wallet changed into another currency, at a rate that is frozen here.")
class WalletConversion(Stateful):
    status: ConversionState = plain("Where it stands.")
    organization: Organization = one(resolve.ORGANIZATION, Organization, "Whose wallets.", required=True)
    given: Money = plain("What leaves the one wallet.")
    received: Money = plain("What comes into the other, rounded down.")
    rate: DecimalText = plain("Units of the currency received for one unit of the currency given.")
    rate_source: str = plain("Where the rate comes from.")
    rate_as_of: datetime = plain("Since when the rate counts.", name="rateAt")
    expires_at: datetime = plain("Until when it can be used.")


_CONVERSION = {"conversion": (WalletConversion, "The conversion as it is now.")}


@strawberry.type
class WalletConversionMutations:
    quote_conversion = mutation(
        resolve.quote_conversion,
        "Promises what an amount of one currency is worth in another, for 60 seconds. Nothing is set aside: whether the"
        " wallet covers it is seen in convertWallet. PROVIDER_UNAVAILABLE where no rate of the last 72 hours is known.",
        needs=Permission.MONEY_MOVE,
        takes={
            "amount": value(MoneyInput, "What to convert."),
            "to": value(Currency, "Into which currency."),
        },
        gives=_CONVERSION,
    )
    convert_wallet = mutation(
        resolve.convert_wallet,
        "Converts what was quoted, at the quoted rate. WRONG_STATE once it was used or has expired; INSUFFICIENT_FUNDS,"
        " with required and available, where the wallet does not cover it.",
        needs=Permission.MONEY_MOVE,
        takes={"quote_id": an_id("WalletConversion", "The quote.")},
        gives=_CONVERSION,
        keyed=True,
    )
