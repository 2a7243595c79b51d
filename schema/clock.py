"""The platform clock as staff see and move it."""

from datetime import datetime

import strawberry

from domain.permissions import Permission
from resolvers import clock as resolve
from resolvers.context import Context
from schema.guarded import asks
from schema.inputs import value
from schema.mutations import mutation
from schema.scalars import Int64


@strawberry.type(description="The clock that all business time comes from: deadlines, due dates, collection, expiries.")
class Clock:
    @strawberry.field(description="The platform's present.")
    def now(self, info: strawberry.Info[Context, None]) -> datetime:
        return info.context.platform.now()

    @strawberry.field(description="How far it is ahead of real time; 0 in production.")
    def ahead_seconds(self, info: strawberry.Info[Context, None]) -> Int64:
        return Int64(round(info.context.platform.ahead().total_seconds()))

    @strawberry.field(description="Whether this is a sandbox, where the clock can be moved.")
    def is_sandbox(self, info: strawberry.Info[Context, None]) -> bool:
        return info.context.platform.is_sandbox


@strawberry.type
class ClockQueries:
    @asks(Permission.STAFF_OPS, "The platform clock. Needs: the permission staff:ops.", graphql_type=Clock)
    def clock(self, info: strawberry.Info[Context, None]) -> object:
        # Nothing but the right to ask: the clock shows itself from the context.
        return {}


@strawberry.type
class ClockMutations:
    advance_clock = mutation(
        resolve.advance_clock,
        "Moves the clock of a sandbox forward, for all processes within a second. The worker then does what has fallen"
        " due on the way, in the order of its time in steps of an hour; each step sees its own instant as now. Session"
        " and token lifetimes stay on real time. INVALID for an instant that has passed or is more than 366 days away,"
        " FORBIDDEN in production.",
        needs=Permission.STAFF_OPS,
        takes={"to": value(datetime, "Where to move it, at most 366 days from its present.")},
        gives={"clock": (Clock, "The clock as it is now.")},
        prepare=resolve.prepare_advance,
    )
