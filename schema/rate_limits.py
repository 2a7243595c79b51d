"""What is left to the caller, for clients that want to pace themselves; and what callers may ask, for staff."""

from datetime import datetime
from typing import Any

import strawberry

from domain.permissions import Permission
from domain.rate_limit_settings import RateLimitSetting as Setting
from domain.rate_limits import CallerKind, Meter
from resolvers import rate_limit_settings as resolve
from resolvers.context import Context
from resolvers.guards import Needs
from schema.connections import one
from schema.enums import describe
from schema.guarded import asks
from schema.inputs import optional, value
from schema.mutations import mutation
from schema.shapes import plain, shows
from schema.users import User

describe(
    CallerKind,
    "Kinds of callers, each with limits of its own.",
    ANONYMOUS="Nobody who has signed in: each network address.",
    SESSION="People who have signed in: each session.",
    API_KEY="Programs of an organization: each of its API keys.",
    APP_KEY="Partners' apps: all keys of an app together.",
)


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

    @strawberry.field(description="Payments that may be started in a minute.")
    def payments_per_minute(self: Meter) -> int:
        return self.allowance.payments_per_minute

    @strawberry.field(description="Such payments left now.")
    def payments_left(self: Meter) -> int:
        return int(self.payments)


@shows(Setting, "What each caller of one kind may ask for, as staff have set it.")
class RateLimitSetting:
    caller: CallerKind = plain("For which callers.")
    operations_per_minute: int = plain("Operations in a minute.")
    cost: int = plain("What operations may cost together before some of it has come back.")
    refill_per_second: int = plain("How much of it comes back each second.")
    documents_per_minute: int = plain("Documents in a minute that a process has not seen lately.")
    payments_per_minute: int = plain("Payments that may be started in a minute.")
    set_at: datetime = plain("Since when.")
    set_by: User | None = one(resolve.SET_BY, User, "Who set it.")


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


@strawberry.type
class RateLimitMutations:
    set_rate_limit = mutation(
        resolve.set_rate_limit,
        "Sets what each caller of a kind may ask for, in all processes within seconds. Numbers that are left out stay"
        " as they are; callers keep what they have left.",
        needs=Permission.STAFF_OPS,
        takes={
            "caller": value(CallerKind, "For which callers."),
            "operations_per_minute": optional(int, "Operations in a minute."),
            "cost": optional(int, "What operations may cost together before some of it has come back."),
            "refill_per_second": optional(int, "How much of it comes back each second."),
            "documents_per_minute": optional(int, "Documents in a minute that a process has not seen lately."),
            "payments_per_minute": optional(int, "Payments that may be started in a minute."),
        },
        gives={"setting": (RateLimitSetting, "What counts from now on.")},
        prepare=resolve.limits_of_now,
    )
