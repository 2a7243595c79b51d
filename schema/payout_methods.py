"""Payout methods as clients see and manage them; a token goes in and never comes out."""

from datetime import datetime

import strawberry

from domain import payout_methods as domain
from domain.payment_methods import Provider
from domain.payout_methods import PayoutMethodKind, PayoutMethodStatus
from domain.permissions import Permission
from resolvers import ledger
from resolvers import payout_methods as resolve
from schema.connections import connection, one
from schema.enums import describe
from schema.inputs import an_id, optional, optional_id, value
from schema.mutations import mutation
from schema.organizations import Organization
from schema.scalars import Currency
from schema.shapes import plain, shows
from schema.stateful import Stateful

describe(
    PayoutMethodKind,
    "What money is paid out to.",
    BANK_ACCOUNT="An account at a bank.",
    CARD="A debit card.",
    PAYPAL_ACCOUNT="An account at PayPal.",
)
describe(
    PayoutMethodStatus,
    "Whether a method can be paid out to.",
    ACTIVE="It can, once the provider has verified it.",
    DETACHED="Not any more; past payouts still name it.",
)


@shows(
    domain.PayoutMethod,
    "An account of the organization's own elsewhere that its wallets are paid out to. Only its members with money:read"
    " see it, and staff:money.",
)
class PayoutMethod(Stateful):
    status: PayoutMethodStatus = plain("Whether it can be paid out to.")
    organization: Organization = one(resolve.ORGANIZATION, Organization, "Whose it is.", required=True)
    provider: Provider = plain("Who pays it.")
    kind: PayoutMethodKind = plain("What it is.")
    label: str = plain("What to call it, as the provider says.")
    last4: str = plain("The last four characters of what it stands for.")
    currency: Currency = plain("The currency it is paid in.")
    is_default: bool = plain("Whether payouts in its currency go to it where none is named.")
    verified_at: datetime | None = plain(
        "When the provider found that it belongs to the organization; null: it has not, and nothing is paid out to it."
    )
    replaced_at: datetime | None = plain(
        "When it came to an organization that had another method before, in any currency; staff look at payouts to it"
        " for 72 hours. Null for the first.",
        name="replacedAnotherAt",
    )


@strawberry.input(description="Conditions on payout methods; all given ones must hold.")
class PayoutMethodFilter:
    status: list[PayoutMethodStatus] | None = optional(list[PayoutMethodStatus], "In one of these states.")
    currency: Currency | None = optional(Currency, "In this currency.")
    organization_id: strawberry.ID | None = optional_id(
        "Organization", "Of this organization; others than yours for staff only."
    )


_METHOD = {"method": (PayoutMethod, "The method as it is now.")}


@strawberry.type
class PayoutMethodQueries:
    payout_methods = connection(
        resolve.LIST,
        PayoutMethod,
        "The payout methods of your organization, newest first. Needs money:read; staff:money sees those of all.",
        filter=PayoutMethodFilter,
        needs=ledger.READERS,
    )


@strawberry.type
class PayoutMethodMutations:
    add_payout_method = mutation(
        resolve.add_payout_method,
        "Adds a payout method to your organization. It becomes the default where its currency has none. Payouts to a"
        " method that comes in the place of another, detached or not, are HELD for 72 hours. INVALID for a token that"
        " the provider cannot pay. The simulator takes sim_bank_ok, sim_bank_unverified, sim_bank_decline,"
        " sim_bank_timeout_paid, sim_bank_timeout_not_paid, sim_bank_late (paid after an hour) and sim_bank_returned"
        " (comes back after two days), each of which forces what it says.",
        needs=Permission.MONEY_MOVE,
        takes={
            "provider": value(Provider, "Who pays it."),
            "token": value(str, "The provider's token for it; never account data. It is not shown again."),
            "currency": value(Currency, "The currency it is paid in."),
            "make_default": optional(bool, "Whether it shall be the default even where there is one.", False),
        },
        gives=_METHOD,
        prepare=resolve.look_up_payee,
    )
    start_payout_onboarding = mutation(
        resolve.start_payout_onboarding,
        "Begins to tell a provider who your organization is, where it wants to know before it pays you out: send a "
        "browser to the url, and when it is back add the account as a payout method. Repeat it when the page has "
        "expired. INVALID where the provider needs no such thing, and for a returnUrl elsewhere than on this platform.",
        needs=Permission.MONEY_MOVE,
        takes={
            "provider": value(Provider, "Who will pay."),
            "return_url": value(str, "Where the browser comes back to."),
        },
        gives={
            "url": (str, "The provider's page, good for some minutes."),
            "account": (str, "What the provider calls your organization: the token of addPayoutMethod."),
        },
        prepare=resolve.begin_onboarding,
    )
    refresh_payout_method = mutation(
        resolve.refresh_payout_method,
        "Asks the provider whether it has verified by now whose a method is. PROVIDER_UNAVAILABLE when it does not "
        "answer.",
        needs=Permission.MONEY_MOVE,
        takes={"method_id": an_id("PayoutMethod", "The method.")},
        gives=_METHOD,
        prepare=resolve.look_up_verification,
    )
    set_default_payout_method = mutation(
        resolve.set_default_payout_method,
        "Makes a method the one that payouts go to where none is named. WRONG_STATE for a detached one.",
        needs=Permission.MONEY_MOVE,
        takes={"method_id": an_id("PayoutMethod", "The method.")},
        gives=_METHOD,
    )
    detach_payout_method = mutation(
        resolve.detach_payout_method,
        "Ends a method for good. If it was the default, there is none until you choose another. CONFLICT while a payout"
        " to it has not ended.",
        needs=Permission.MONEY_MOVE,
        takes={"method_id": an_id("PayoutMethod", "The method.")},
        gives=_METHOD,
    )
