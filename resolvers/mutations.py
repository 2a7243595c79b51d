"""Running a mutation: rights first, then one transaction, repeated answers for repeated keys."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import Enum
from typing import Any, Protocol
from uuid import UUID

from domain.permissions import Permission
from domain.refusals import forbidden
from persistence import idempotency
from persistence.unit import Unit, transact
from resolvers.context import Context
from resolvers.guards import require_signed_in


class Needs(Enum):
    """Rules for mutations that need no permission of an organization."""

    ANYONE = "anyone"
    SIGNED_IN = "somebody signed in, verified or not"
    VERIFIED = "somebody signed in whose e-mail address is verified"


class Changed:
    """What a mutation changed, by name: the payload. `replayed` tells that an earlier request had done it already."""

    def __init__(self, **objects: Any) -> None:
        self.objects = objects
        self.replayed = False

    def __getattr__(self, name: str) -> Any:
        try:
            return self.__dict__["objects"][name]
        except KeyError:
            raise AttributeError(name) from None


class Verb(Protocol):
    """A mutation's own work inside its transaction; keyword arguments are the fields of its input."""

    def __call__(self, db: Unit, /, **arguments: Any) -> Awaitable[Changed]: ...


@dataclass(frozen=True, slots=True)
class Call:
    """One call of a mutation. `key` is its idempotency key, from the input or from the Idempotency-Key header."""

    mutation: str
    verb: Callable[..., Awaitable[Changed]]
    needs: Permission | Needs
    arguments: dict[str, Any]
    key: UUID | None = None


async def run(context: Context, call: Call) -> Changed:
    """Everything the verb did commits together, with its events; a refusal rolls all of it back."""
    _check_rights(context, call.needs)

    async def work(db: Unit) -> Changed:
        key = call.key if context.viewer.user_id is not None else None
        if key is None:
            return await call.verb(db, **call.arguments)
        earlier = await idempotency.claim(db, call.mutation, key, idempotency.hash_of(call.arguments))
        if earlier is not None:
            return await _replay(db, earlier)
        changed = await call.verb(db, **call.arguments)
        await db.flush()
        await idempotency.keep(db, call.mutation, key, changed.objects)
        return changed

    platform = context.platform
    changed = await transact(
        platform.database, work, by=context.viewer, at=platform.now(), request_id=context.request_id
    )
    context.forget()
    return changed


def _check_rights(context: Context, needs: Permission | Needs) -> None:
    viewer = context.viewer
    if needs is Needs.ANYONE:
        return
    require_signed_in(context)
    if needs is Needs.SIGNED_IN:
        return
    if not viewer.is_verified:
        raise forbidden("Verify your e-mail address first; the link is in your mail.", "email")
    if isinstance(needs, Permission):
        viewer.require(needs)


async def _replay(db: Unit, stored: dict[str, Any]) -> Changed:
    changed = Changed(**{name: await idempotency.read_back(db, value) for name, value in stored.items()})
    changed.replayed = True
    return changed
