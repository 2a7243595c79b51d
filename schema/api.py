"""The one schema: Query and Mutation put together from the nouns, and the export of its SDL."""

import strawberry
from strawberry.schema.config import StrawberryConfig

from schema.gigs import Gig, GigMutations, GigQueries
from schema.limits import limits
from schema.nodes import NodeQueries, by_id
from schema.payment_methods import PaymentMethodMutations, PaymentMethodQueries
from schema.scalars import SCALARS


@strawberry.type(description="Reads. Lists are pages; what you may not see is not there.")
class Query(NodeQueries, PaymentMethodQueries, GigQueries):
    gig: Gig | None = by_id("Gig", Gig, "A gig by its id.")


@strawberry.type(description="Transitions. Each commits completely or returns a Refusal and changes nothing.")
class Mutation(PaymentMethodMutations, GigMutations):
    pass


schema = strawberry.Schema(
    query=Query,
    mutation=Mutation,
    config=StrawberryConfig(scalar_map=SCALARS),
    extensions=limits(),
)


def sdl() -> str:
    """The schema as text, the way it is checked in."""
    return schema.as_str() + "\n"
