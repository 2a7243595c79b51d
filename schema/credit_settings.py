"""What organizations set on their credits."""

import strawberry

from domain.credit_accounts import TOP_UPS_PER_MONTH
from domain.permissions import Permission
from resolvers import credit_settings as resolve
from schema.credit_accounts import CreditAccount
from schema.inputs import optional, optional_id, value
from schema.mutations import mutation
from schema.scalars import Currency, Int64

_ACCOUNT = {"account": (CreditAccount, "The account as it is now.")}


@strawberry.type
class CreditSettingMutations:
    set_low_balance_alert = mutation(
        resolve.set_low_balance_alert,
        "Sets below which balance your organization is told, once until it is back there. A balance that is below"
        " already is not told of.",
        needs=Permission.CREDITS_MANAGE,
        takes={"threshold": value(Int64, "How many credits, from 0 on; 0: never.")},
        gives=_ACCOUNT,
        versioned=True,
    )
    set_auto_top_up = mutation(
        resolve.set_auto_top_up,
        "Sets whether credits are bought by themselves: once a spend or a hold leaves fewer than threshold, the default"
        " payment method in the currency is charged. One purchase at a time, and at most maxPerMonth in a calendar"
        " month of UTC. After two that are not paid in a row it is switched off. INVALID for what is not sold.",
        needs=Permission.CREDITS_MANAGE,
        takes={
            "enabled": value(bool, "Whether it is on."),
            "threshold": optional(Int64, "Below how many available credits; needed where it is on."),
            "package_id": optional_id("CreditPackage", "Which package to buy; this or quantity where it is on."),
            "quantity": optional(Int64, "How many credits to buy, 10 to 100000; this or packageId where it is on."),
            "currency": optional(Currency, "In which currency to pay; needed where it is on."),
            "max_per_month": optional(int, "How often in a month at most, 1 to 100; 3 unless said.", TOP_UPS_PER_MONTH),
        },
        gives=_ACCOUNT,
        versioned=True,
    )
