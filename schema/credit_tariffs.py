"""Tariffs as clients see and staff set them."""

from datetime import datetime

import strawberry

from domain import credit_tariffs as domain
from domain.permissions import Permission
from resolvers import credit_tariffs as resolve
from resolvers.guards import Needs
from schema.connections import connection, one
from schema.inputs import optional, value
from schema.mutations import mutation
from schema.scalars import Int64
from schema.shapes import plain, shows
from schema.users import User


@shows(
    domain.CreditTariff,
    "What one of Milepost's own actions costs in credits. Of an action's tariffs that have begun the latest counts.",
)
class CreditTariff:
    action_code: str = plain("Which action.")
    credits: Int64 = plain("How many credits it costs.")
    starts_at: datetime = plain("Since when.")
    set_at: datetime = plain("When it was set.")
    set_by: User | None = one(resolve.SET_BY, User, "Who set it, for those who may know them.")


@strawberry.input(description="Conditions on tariffs; all given ones must hold.")
class CreditTariffFilter:
    action_code: str | None = optional(str, "Of this action.")
    in_force: bool | None = optional(bool, "True: only those that count now.")


@strawberry.type
class CreditTariffQueries:
    credit_tariffs = connection(
        resolve.LIST,
        CreditTariff,
        "What actions cost in credits, past and planned prices too, by action. Needs somebody who is signed in, or a"
        " key.",
        filter=CreditTariffFilter,
        needs=Needs.VERIFIED,
    )


@strawberry.type
class CreditTariffMutations:
    set_credit_tariff = mutation(
        resolve.set_credit_tariff,
        "Sets what an action costs in credits, from now on or from later. What was done before keeps its price.",
        needs=Permission.STAFF_CATALOGUE,
        takes={
            "action_code": value(str, "Which action: 2 to 64 of a-z, 0-9, _ and dots."),
            "credits": value(Int64, "How many credits it costs, 1 to 100000."),
            "starts_at": optional(datetime, "Since when; now unless said."),
        },
        gives={"tariff": (CreditTariff, "The tariff.")},
    )
