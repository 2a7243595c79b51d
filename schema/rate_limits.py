"""What is left to the caller, for clients that want to pace themselves."""

from typing import Any

import strawberry

from domain.rate_limits import Meter
from resolvers.context import Context
from resolvers.guards import Needs
from schema.guarded import asks
from schema.shapes import shows


@shows(Meter, "What you may still ask of this process, with this operation already counted. Refused ones count too.")
class RateLimit:
    @strawberry.field(description="Operations in a minute at most; they come back evenly.")
    def operations_per_minute(self: Meter) -> int:
        return self.allowance.operations_per_minute

    @strawberry.field(description="Operations left now.")
    def operations_left(self: Meter) -> int:
        return int(self.operations)

    @strawberry.field(description="What operations may cost together before some of it has come back.")
    def limit(self: Meter) -> int:
        return self.allowance.cost

    @strawberry.field(description="What of it is left now.")
    def available(self: Meter) -> int:
        return int(self.cost)

    @strawberry.field(description="How much of it comes back each second.")
    def refill_per_second(self: Meter) -> int:
        return self.allowance.refill_per_second

    @strawberry.field(description="Documents in a minute at most that this process has not seen lately.")
    def documents_per_minute(self: Meter) -> int:
        return self.allowance.documents_per_minute

    @strawberry.field(description="Such documents left now.")
    def documents_left(self: Meter) -> int:
        return int(self.documents)


@strawberry.type
class RateLimitQueries:
    @asks(
        Needs.ANYONE,
        "What is left of your limits; `extensions.cost` of every answer tells of the cost as well.",
        graphql_type=RateLimit,
    )
    def rate_limit(self, info: strawberry.Info[Context, None]) -> Any:
        # Every operation is counted before it runs.
        assert info.context.meter is not None
        return info.context.meter
