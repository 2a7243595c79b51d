"""Running a mutation: rights first, then one transaction, repeated answers for repeated keys."""

from asyncio import Future
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Protocol
from uuid import UUID

from domain.actors import Actor
from domain.permissions import Permission
from domain.refusals import forbidden, rate_limited
from persistence import idempotency
from persistence.database import is_congestion
from persistence.unit import Unit, transact
from resolvers.context import Context
from resolvers.guards import VERIFY_FIRST, Needs, require_signed_in

CALM = timedelta(seconds=1)
"""When to repeat what found no turn."""


class Changed:
    """What a mutation changed, by name: the payload. `replayed` tells that an earlier request had done it already.

    `viewer` is who the caller has become by it, where it signs in or switches; the payload is then shown to them.
    `then` is what this process does once it has committed.
    """

    def __init__(
        self, *, viewer: Actor | None = None, then: Callable[[], Awaitable[None]] | None = None, **objects: Any
    ) -> None:
        self.objects = objects
        self.viewer = viewer
        self.then = then
        self.replayed = False

    def __getattr__(self, name: str) -> Any:
        try:
            return self.__dict__["objects"][name]
        except KeyError:
            raise AttributeError(name) from None


class Verb(Protocol):
    """A mutation's own work inside its transaction; keyword arguments are the fields of its input."""

    def __call__(self, db: Unit, /, **arguments: Any) -> Awaitable[Changed]: ...


Prepare = Callable[..., Awaitable[dict[str, Any]]]
"""Slow work before the transaction, such as hashing: from the context and the input to the arguments of the verb."""


@dataclass(frozen=True, slots=True)
class Call:
    """One call of a mutation. `key` is its idempotency key, from the input or from the Idempotency-Key header."""

    mutation: str
    verb: Callable[..., Awaitable[Changed]]
    needs: Permission | Needs
    arguments: dict[str, Any]
    key: UUID | None = None
    prepare: Prepare | None = None


async def run(context: Context, call: Call) -> Changed:
    """Everything the verb did commits together, with its events; a refusal rolls all of it back."""
    _check_rights(context, call.needs)
    arguments = call.arguments if call.prepare is None else await call.prepare(context, **call.arguments)

    async def work(db: Unit) -> Changed:
        # What anyone may call deals in passwords and tokens: neither they nor their hashes are kept for a replay.
        if call.key is None or call.needs is Needs.ANYONE:
            return await call.verb(db, **arguments)
        scope_id = idempotency.scope_of(db.by, is_personal=not isinstance(call.needs, Permission))
        earlier = await idempotency.claim(db, scope_id, call.mutation, call.key, idempotency.hash_of(call.arguments))
        if earlier is not None:
            return await _replay(db, earlier)
        changed = await call.verb(db, **arguments)
        await db.flush()
        await idempotency.keep(db, scope_id, call.mutation, call.key, changed.objects)
        return changed

    changed = await _in_turn(context, work)
    changed.viewer = changed.viewer or context.viewer
    _show(context, changed)
    context.platform.callers.forget()
    if changed.then is not None:
        await changed.then()
    return changed


def resume(context: Context, done: Future[Any]) -> Any:
    """What a mutation has returned, or raised, when it was run before; shown to whom it was shown then."""
    result = done.result()
    if isinstance(result, Changed):
        _show(context, result)
    return result


def _show(context: Context, changed: Changed) -> None:
    """From here on the caller is who they have become by it, and what was loaded before may be outdated."""
    context.viewer = changed.viewer or context.viewer
    context.forget()


async def _in_turn(context: Context, work: Callable[[Unit], Awaitable[Changed]]) -> Changed:
    """One transaction, when its turn comes. RATE_LIMITED when it waited too long for what others are changing."""
    platform = context.platform
    async with platform.writing:
        try:
            return await transact(
                platform.database, work, by=context.viewer, at=platform.now(), request_id=context.request_id
            )
        except Exception as error:
            if is_congestion(error):
                raise rate_limited("Too much is being changed at once. Repeat this", CALM) from error
            raise


def _check_rights(context: Context, needs: Permission | Needs) -> None:
    viewer = context.viewer
    if needs is Needs.ANYONE:
        return
    require_signed_in(context)
    if needs is Needs.SIGNED_IN:
        return
    if not viewer.is_verified:
        raise forbidden(VERIFY_FIRST, "email")
    if isinstance(needs, Permission):
        viewer.require(needs)


async def _replay(db: Unit, stored: dict[str, Any]) -> Changed:
    changed = Changed(**{name: await idempotency.read_back(db, value) for name, value in stored.items()})
    changed.replayed = True
    return changed
