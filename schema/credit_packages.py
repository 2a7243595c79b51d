"""Credit packages and unit prices as buyers see and staff keep them."""

from datetime import datetime
from typing import Any

import strawberry

from domain import credit_packages as domain
from domain import credit_prices
from domain.credit_packages import DEFAULT_VALIDITY_DAYS, CreditPackageStatus
from domain.permissions import Permission
from resolvers import credit_packages as resolve
from resolvers.guards import Needs
from schema.connections import computed, connection, order_input
from schema.enums import describe
from schema.inputs import an_id, optional, value
from schema.money import Money
from schema.mutations import mutation
from schema.scalars import Currency, DecimalText, Int64
from schema.shapes import plain, shows
from schema.stateful import Stateful

describe(
    CreditPackageStatus,
    "Whether a package can be bought.",
    ACTIVE="It is on sale.",
    ARCHIVED="Nobody buys it any more; what was bought stays as it is.",
)


@shows(credit_prices.PackagePrice, "What a package costs when it is bought once, in one currency and before tax.")
class CreditPackagePrice:
    price: Money = plain("The price.")
    display_rate: DecimalText = plain("Price by credit in whole currency units, to four decimals: for comparing.")


@shows(domain.CreditPackage, "Credits that are sold together. A package never changes: a new size is a new package.")
class CreditPackage(Stateful):
    status: CreditPackageStatus = plain("Whether it can be bought.")
    code: str = plain("What it is known by.")
    name: str = plain("What it is called.")
    credits: Int64 = plain("How many credits it has.")
    prices: list[CreditPackagePrice] = computed(
        resolve.PRICES, list[CreditPackagePrice], "What it costs, by currency; purchaseCredits takes these."
    )
    validity_days: int | None = plain("How many days they last once paid; null: for ever.")
    rollover_enabled: bool = plain("By the month: whether what is not used is carried into the next month.")
    rollover_cap: Int64 = plain("By the month: how many credits are carried at most.")
    features: list[str] = plain("What it is praised for, in a few words each.")
    featured: bool = plain("Whether it stands out where packages are shown.")
    sort_order: int = plain("Its place among the others, smallest first.")


@shows(credit_prices.CreditUnitPrice, "What one credit of a free quantity costs in a currency, from an instant on.")
class CreditUnitPrice:
    currency: Currency = plain("The currency.")
    unit_amount: DecimalText = plain("The price in its minor unit, with up to six decimals: 10 are 10 US cents.")
    starts_at: datetime = plain("Since when; the latest price that has begun counts.")


@strawberry.input(description="Conditions on credit packages; all given ones must hold.")
class CreditPackageFilter:
    status: list[CreditPackageStatus] | None = optional(list[CreditPackageStatus], "In one of these states.")


@strawberry.input(description="Conditions on unit prices; all given ones must hold.")
class CreditUnitPriceFilter:
    currency: list[str] | None = optional(list[Currency], "In one of these currencies.")


CreditPackageOrder = order_input(resolve.LIST, "CreditPackageOrder")
_PACKAGE: Any = {"package": (CreditPackage, "The package as it is now.")}


@strawberry.type
class CreditPackageQueries:
    credit_packages = connection(
        resolve.LIST,
        CreditPackage,
        "Credit packages, archived ones too unless you filter them out, in the order in which they are shown.",
        filter=CreditPackageFilter,
        order=CreditPackageOrder,
        needs=Needs.VERIFIED,
    )
    credit_unit_prices = connection(
        resolve.UNIT_PRICES,
        CreditUnitPrice,
        "What one credit of a free quantity costs, past and planned prices too: by currency, newest first.",
        filter=CreditUnitPriceFilter,
        needs=Needs.VERIFIED,
    )


@strawberry.type
class CreditPackageMutations:
    create_credit_package = mutation(
        resolve.create_credit_package,
        "Puts a package on sale at the ONE_TIME prices of its product; by the month it is sold at the others. CONFLICT "
        "for a code or a product that is another package's.",
        needs=Permission.STAFF_CATALOGUE,
        takes={
            "product_id": an_id("Product", "What is sold: one of Milepost's products of the kind CREDIT_PACKAGE."),
            "code": value(str, "What it is known by: 2 to 64 of a-z, 0-9, _ and dots."),
            "name": value(str, "What it is called, to 120 characters."),
            "credits": value(Int64, "How many credits it has, from 1."),
            "validity_days": optional(
                int, f"How many days they last once paid; {DEFAULT_VALIDITY_DAYS} unless said.", DEFAULT_VALIDITY_DAYS
            ),
            "never_expires": optional(bool, "True: they last for ever, whatever validityDays says.", False),
            "rollover_enabled": optional(
                bool, "By the month: whether what is not used is carried into the next one; not unless said.", False
            ),
            "rollover_cap": optional(Int64, "How many credits are carried at most; all of them unless said."),
            "features": optional(list[str], "What it is praised for: at most 20 texts of 120 characters.", ()),
            "featured": optional(bool, "Whether it stands out; not unless said.", False),
            "sort_order": optional(int, "Its place among the others, smallest first; 0 unless said.", 0),
        },
        gives=_PACKAGE,
    )
    archive_credit_package = mutation(
        resolve.archive_credit_package,
        "Takes a package off sale; what was bought stays as it is. WRONG_STATE when it is archived already.",
        needs=Permission.STAFF_CATALOGUE,
        takes={"package_id": an_id("CreditPackage", "The package.")},
        gives=_PACKAGE,
    )
    set_credit_unit_price = mutation(
        resolve.set_credit_unit_price,
        "Sets what one credit of a free quantity costs in a currency, from now on or from later. What was bought keeps "
        "its price. INVALID for a past instant; CONFLICT where a price of the currency begins then already.",
        needs=Permission.STAFF_CATALOGUE,
        takes={
            "currency": value(Currency, "The currency."),
            "unit_amount": value(DecimalText, "The price in its minor unit, above 0, with up to six decimals."),
            "starts_at": optional(datetime, "Since when; now unless said."),
        },
        gives={"unit_price": (CreditUnitPrice, "The price.")},
    )
