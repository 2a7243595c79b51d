"""Payment methods as clients see and manage them; a token goes in and never comes out."""

from datetime import date

import strawberry

from domain import payment_methods as domain
from domain.payment_methods import PaymentMethodKind, PaymentMethodStatus, Provider
from domain.permissions import Permission
from resolvers import payment_methods as resolve
from schema.connections import connection, one
from schema.enums import describe
from schema.inputs import an_id, optional, value
from schema.mutations import mutation
from schema.organizations import Organization
from schema.scalars import Currency
from schema.shapes import plain, shows
from schema.stateful import Stateful

describe(
    Provider,
    "Who moves the money.",
    STRIPE="Stripe, once staff have set it up.",
    ADYEN="Adyen, once staff have set it up.",
    PAYPAL="PayPal, once staff have set it up.",
    SIMULATOR="Built in: needs no account and moves no real money. Only a sandbox has it.",
)
describe(
    PaymentMethodKind,
    "What a payment method stands for.",
    CARD="A card.",
    BANK_ACCOUNT="A bank account, which is debited.",
    WALLET="An account at the provider or another company, such as PayPal.",
)
describe(
    PaymentMethodStatus,
    "Whether a method can be charged.",
    ACTIVE="It can.",
    EXPIRED="Its last day has passed; add it again, or another.",
    DETACHED="Not any more; past payments still name it.",
)


@shows(domain.PaymentMethod, "Something an organization pays with. Only its own members with money:read see it.")
class PaymentMethod(Stateful):
    status: PaymentMethodStatus = plain("Whether it can be charged.")
    organization: Organization = one(resolve.ORGANIZATION, Organization, "Whose it is.", required=True)
    provider: Provider = plain("Who charges it.")
    kind: PaymentMethodKind = plain("What it stands for.")
    label: str = plain("What to call it, as the provider says.")
    last4: str = plain("The last four characters of what it stands for.")
    currency: Currency = plain("The currency it pays in.")
    expires_on: date | None = plain("Its last day, where it has one.")
    is_default: bool = plain("Whether automatic charges in its currency use it.")


@strawberry.input(description="Conditions on payment methods; all given ones must hold.")
class PaymentMethodFilter:
    status: list[PaymentMethodStatus] | None = optional(list[PaymentMethodStatus], "In one of these states.")
    currency: Currency | None = optional(Currency, "In this currency.")


_METHOD = {"method": (PaymentMethod, "The method as it is now.")}


@strawberry.type
class PaymentMethodQueries:
    payment_methods = connection(
        resolve.LIST,
        PaymentMethod,
        "The payment methods of your organization, newest first.",
        filter=PaymentMethodFilter,
        needs=Permission.MONEY_READ,
    )


@strawberry.type
class PaymentMethodMutations:
    add_payment_method = mutation(
        resolve.add_payment_method,
        "Adds a payment method to your organization. It becomes the default where its currency has none. "
        "INVALID for a token that the provider cannot charge; WRONG_STATE for a provider that is not set up here; "
        "PROVIDER_UNAVAILABLE when it does not answer. The simulator takes sim_ok, sim_decline, sim_action and others, "
        "each of which forces one case, and published test numbers such as 4242 4242 4242 4242; never send a real one.",
        needs=Permission.MONEY_MOVE,
        takes={
            "provider": value(Provider, "Who charges it."),
            "token": value(str, "The provider's token for it; never card or account data. It is not shown again."),
            "currency": value(Currency, "The currency it pays in."),
            "make_default": optional(bool, "Whether it shall be the default even where there is one.", False),
        },
        gives=_METHOD,
        prepare=resolve.look_up_token,
    )
    set_default_method = mutation(
        resolve.set_default_method,
        "Makes a method the one that automatic charges in its currency use. WRONG_STATE for a detached one.",
        needs=Permission.MONEY_MOVE,
        takes={"method_id": an_id("PaymentMethod", "The method.")},
        gives=_METHOD,
    )
    detach_method = mutation(
        resolve.detach_method,
        "Ends a method for good. If it was the default, there is none until you choose another: automatic charges fail "
        "with NO_PAYMENT_METHOD meanwhile. CONFLICT while a payment with it is under way.",
        needs=Permission.MONEY_MOVE,
        takes={"method_id": an_id("PaymentMethod", "The method.")},
        gives=_METHOD,
    )
