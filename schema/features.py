"""Features as everybody sees and keepers of a catalogue make them."""

import strawberry
from strawberry.scalars import ID

from domain import features as domain
from domain.features import FeatureReset
from resolvers import catalogue as resolve
from resolvers.guards import Needs
from schema.apps import App
from schema.catalogue import CatalogueStatus, FeatureKind
from schema.connections import connection, one, order_input
from schema.enums import describe
from schema.inputs import an_id, optional, optional_id, value
from schema.mutations import mutation
from schema.shapes import plain, shows
from schema.stateful import Stateful

describe(
    FeatureReset,
    "When what was used of a limit begins at 0 again.",
    CALENDAR_MONTH="With each calendar month, in UTC.",
    BILLING_PERIOD="With each period of the subscription.",
    NEVER="Never: what is open now counts.",
)


@shows(domain.Feature, "Something that products switch on, limit or count. Code and kind never change.")
class Feature(Stateful):
    status: CatalogueStatus = plain("Whether products can be given it.")
    app: App | None = one(resolve.APP, App, "Whose catalogue it is in; null in Milepost's own.")
    code: str = plain("What programs call it: unique in its catalogue.")
    name: str = plain("What people call it.")
    kind: FeatureKind = plain("What having it means.")
    reset: FeatureReset = plain("When what was used of its limit begins at 0 again.")


@strawberry.input(description="Conditions on features; all given ones must hold.")
class FeatureFilter:
    app_id: ID | None = optional_id("App", "Of this app's catalogue.")
    is_own: bool | None = optional(bool, "Of Milepost's own catalogue, or of apps.")
    status: list[CatalogueStatus] | None = optional(list[CatalogueStatus], "In one of these states.")
    kind: list[FeatureKind] | None = optional(list[FeatureKind], "Of one of these kinds.")


FeatureOrder = order_input(resolve.FEATURE_LIST, "FeatureOrder")

_FEATURE = {"feature": (Feature, "The feature as it is now.")}


@strawberry.type
class FeatureQueries:
    features = connection(
        resolve.FEATURE_LIST,
        Feature,
        "The features of catalogues, by code: Milepost's own, and those of apps that you may see.",
        filter=FeatureFilter,
        order=FeatureOrder,
        needs=Needs.VERIFIED,
    )


@strawberry.type
class FeatureMutations:
    create_feature = mutation(
        resolve.create_feature,
        "Adds a feature to a catalogue. CONFLICT when its code is there already.",
        needs=resolve.KEEPERS,
        takes={
            "app_id": optional_id("App", "Whose catalogue; left out: Milepost's own, for staff."),
            "code": value(str, "2 to 64 of a-z, 0-9, _ and ., beginning with a letter."),
            "name": value(str, "What people call it, 1 to 120 characters."),
            "kind": value(FeatureKind, "What having it means."),
            "reset": optional(FeatureReset, "For a LIMIT; NEVER unless said.", FeatureReset.NEVER),
        },
        gives=_FEATURE,
    )
    archive_feature = mutation(
        resolve.archive_feature,
        "Takes a feature out of use: products that have it keep it, no other can be given it. WRONG_STATE when it is"
        " archived already.",
        needs=resolve.KEEPERS,
        takes={"feature_id": an_id("Feature", "The feature.")},
        gives=_FEATURE,
    )
