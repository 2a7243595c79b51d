"""Root fields behind the rule that each declares, for those that are neither lists nor objects by id."""

from collections.abc import Callable
from functools import wraps
from inspect import iscoroutinefunction
from typing import Any

import strawberry

from resolvers.guards import Rule, require

Resolver = Callable[..., Any]


def asks(needs: Rule, description: str, *, graphql_type: Any = None) -> Callable[[Resolver], Any]:
    """A root field of queries for whoever meets the rule; of several permissions any one will do."""

    def declare(resolver: Resolver) -> Any:
        return strawberry.field(
            resolver=guarded(needs, resolver),
            graphql_type=graphql_type,
            description=description,
            metadata={"needs": needs},
        )

    return declare


def guarded(needs: Rule, resolver: Resolver) -> Resolver:
    """The resolver, once the caller meets the rule."""
    if iscoroutinefunction(resolver):

        @wraps(resolver)
        async def when_allowed(*args: Any, info: Any, **arguments: Any) -> Any:
            require(info.context, needs)
            return await resolver(*args, info=info, **arguments)

        return when_allowed

    @wraps(resolver)
    def allowed(*args: Any, info: Any, **arguments: Any) -> Any:
        require(info.context, needs)
        return resolver(*args, info=info, **arguments)

    return allowed
