"""Money as clients see and send it."""

import strawberry

from domain.money import Money as DomainMoney
from schema.scalars import Currency, DecimalText, Int64
from schema.shapes import plain, shows


@shows(DomainMoney, "An amount in the minor unit of its currency (cents of EUR, whole units of JPY). Never a float.")
class Money:
    amount_minor: Int64 = plain("The amount in minor units.")
    currency: Currency = plain("The currency of ISO 4217.")
    decimal: DecimalText = plain("The same amount in major units, for showing to people.")


@strawberry.input(description="An amount of money. Whole minor units: 1150.00 euros are 115000 EUR.")
class MoneyInput:
    amount_minor: Int64 = strawberry.field(description="The amount in minor units.")
    currency: Currency = strawberry.field(description="The currency of ISO 4217.")

    build = staticmethod(DomainMoney)
