"""Products as everybody sees and keepers of a catalogue make them."""

from typing import TYPE_CHECKING, Annotated

import strawberry
from strawberry.scalars import ID

from domain import products as domain
from domain.products import FeatureTerms, ProductKind
from resolvers import catalogue as resolve
from resolvers.guards import Needs
from schema.apps import App
from schema.catalogue import CatalogueStatus, FeatureMode
from schema.connections import connection, many, one, order_input
from schema.enums import describe
from schema.features import Feature
from schema.inputs import an_id, optional, optional_id, patch, value
from schema.mutations import mutation
from schema.prices import Price, PriceOfProductFilter, PriceOrder
from schema.scalars import Int64
from schema.shapes import plain, shows
from schema.stateful import Stateful

if TYPE_CHECKING:
    from schema.subscription_plans import Plan

_Plan = Annotated["Plan", strawberry.lazy("schema.subscription_plans")]

describe(
    ProductKind,
    "What a product is to whoever buys it.",
    PLAN="What an organization subscribes to: one of a catalogue at a time.",
    ADD_ON="What is subscribed to beside a plan.",
    ONE_OFF="What is bought once.",
    CREDIT_PACKAGE="Credits, bought once or by the month.",
)


@shows(domain.ProductFeature, "What a product has of a feature.")
class ProductFeature:
    feature: Feature = one(resolve.FEATURE, Feature, "The feature.", required=True)
    value: Int64 | None = plain("The limit; null: unlimited, or no limit is meant.")
    mode: FeatureMode = plain("How it meets limits from elsewhere.")


@shows(domain.Product, "What a catalogue sells.")
class Product(Stateful):
    status: CatalogueStatus = plain("Whether it can be bought. Whoever has it keeps it.")
    app: App | None = one(resolve.APP, App, "Whose catalogue it is in; null in Milepost's own.")
    code: str = plain("What programs call it: unique in its catalogue.")
    name: str = plain("What people call it.")
    description: str | None = plain("What it is.")
    kind: ProductKind = plain("What it is to whoever buys it.")
    tax_code: str | None = plain("What it is for taxes.")
    revoke_on_partial_refund: bool = plain("Whether a part that is given back ends what was bought.")
    features: list[ProductFeature] = many(
        resolve.FEATURES,
        ProductFeature,
        "What it has of features. A subscription has what it had when its period began.",
    )
    plan = one(resolve.PLAN, _Plan, "How it is subscribed to; null: it cannot be.")
    prices = connection(
        resolve.PRICES, Price, "What it costs and did, oldest first.", filter=PriceOfProductFilter, order=PriceOrder
    )


@strawberry.input(description="What a product has of a feature.")
class ProductFeatureInput:
    feature_id: ID = an_id("Feature", "An ACTIVE feature of the same catalogue.")
    value: Int64 | None = optional(Int64, "The limit, for a LIMIT; left out: unlimited.")
    mode: FeatureMode = optional(FeatureMode, "How it meets limits from elsewhere; SET unless said.", FeatureMode.SET)

    build = staticmethod(FeatureTerms)


@strawberry.input(description="Conditions on products; all given ones must hold.")
class ProductFilter:
    app_id: ID | None = optional_id("App", "Of this app's catalogue.")
    is_own: bool | None = optional(bool, "Of Milepost's own catalogue, or of apps.")
    status: list[CatalogueStatus] | None = optional(list[CatalogueStatus], "In one of these states.")
    kind: list[ProductKind] | None = optional(list[ProductKind], "Of one of these kinds.")


ProductOrder = order_input(resolve.PRODUCT_LIST, "ProductOrder")

_PRODUCT = {"product": (Product, "The product as it is now.")}
_ID = {"product_id": an_id("Product", "The product.")}
_FEATURES = "Features of the same catalogue, each once, at most 100."


@strawberry.type
class ProductQueries:
    products = connection(
        resolve.PRODUCT_LIST,
        Product,
        "The products of catalogues, by code: Milepost's own, and those of apps that you may see.",
        filter=ProductFilter,
        order=ProductOrder,
        needs=Needs.VERIFIED,
    )


@strawberry.type
class ProductMutations:
    create_product = mutation(
        resolve.create_product,
        "Adds a product to a catalogue. It can be bought once it has a price and, to be subscribed to, a plan."
        " CONFLICT when its code is there already.",
        needs=resolve.KEEPERS,
        takes={
            "app_id": optional_id("App", "Whose catalogue; left out: Milepost's own, for staff."),
            "code": value(str, "2 to 64 of a-z, 0-9, _ and ., beginning with a letter."),
            "name": value(str, "What people call it, 1 to 120 characters."),
            "description": optional(str, "What it is, to 2000 characters."),
            "kind": value(ProductKind, "What it is to whoever buys it."),
            "tax_code": optional(str, "What it is for taxes, to 40 characters."),
            "revoke_on_partial_refund": optional(
                bool, "Whether a part that is given back ends what was bought; false unless said.", False
            ),
            "features": optional(list[ProductFeatureInput], _FEATURES, ()),
        },
        gives=_PRODUCT,
    )
    update_product = mutation(
        resolve.update_product,
        "Changes an ACTIVE product. Open subscriptions have what they began their period with until the next one"
        " begins. WRONG_STATE when it is archived.",
        needs=resolve.KEEPERS,
        takes={
            **_ID,
            "name": patch(str, "What people call it, 1 to 120 characters."),
            "description": patch(str, "What it is, to 2000 characters."),
            "tax_code": patch(str, "What it is for taxes, to 40 characters."),
            "revoke_on_partial_refund": patch(bool, "Whether a part that is given back ends what was bought.", False),
            "features": patch(list[ProductFeatureInput], f"All that it has from now on. {_FEATURES}", ()),
        },
        gives=_PRODUCT,
        versioned=True,
    )
    archive_product = mutation(
        resolve.archive_product,
        "Takes a product out of sale. Whoever has it keeps it. WRONG_STATE when it is archived already.",
        needs=resolve.KEEPERS,
        takes=_ID,
        gives=_PRODUCT,
    )
