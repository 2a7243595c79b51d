"""Meters as everybody sees and keepers of a catalogue make them."""

from datetime import datetime

import strawberry
from strawberry.scalars import ID

from domain import meters as domain
from domain.meters import Aggregation
from resolvers import catalogue as resolve
from resolvers.guards import Needs
from schema.apps import App
from schema.connections import connection, one, order_input
from schema.enums import describe
from schema.inputs import optional, optional_id, value
from schema.mutations import mutation
from schema.shapes import Node, plain, shows

describe(
    Aggregation,
    "How the events of a period become one quantity.",
    SUM="Their values are added.",
    MAX="The highest value counts.",
    UNIQUE_COUNT="Each uniqueKey counts once.",
)


@shows(domain.Meter, "What is counted of usage. It never changes.")
class Meter(Node):
    app: App | None = one(resolve.APP, App, "Whose catalogue it is in; null in Milepost's own.")
    code: str = plain("What programs call it: unique in its catalogue.")
    aggregation: Aggregation = plain("How events become one quantity.")
    created_at: datetime = plain("When it came to exist.")


@strawberry.input(description="Conditions on meters; all given ones must hold.")
class MeterFilter:
    app_id: ID | None = optional_id("App", "Of this app's catalogue.")
    is_own: bool | None = optional(bool, "Of Milepost's own catalogue, or of apps.")


MeterOrder = order_input(resolve.METER_LIST, "MeterOrder")


@strawberry.type
class MeterQueries:
    meters = connection(
        resolve.METER_LIST,
        Meter,
        "The meters of catalogues, by code: Milepost's own, and those of apps that you may see.",
        filter=MeterFilter,
        order=MeterOrder,
        needs=Needs.VERIFIED,
    )


@strawberry.type
class MeterMutations:
    create_meter = mutation(
        resolve.create_meter,
        "Adds a meter to a catalogue. CONFLICT when its code is there already.",
        needs=resolve.KEEPERS,
        takes={
            "app_id": optional_id("App", "Whose catalogue; left out: Milepost's own, for staff."),
            "code": value(str, "2 to 64 of a-z, 0-9, _ and ., beginning with a letter."),
            "aggregation": value(Aggregation, "How events become one quantity."),
        },
        gives={"meter": (Meter, "The meter.")},
    )
