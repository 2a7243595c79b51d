"""Running a mutation: rights first, then one transaction, repeated answers for repeated keys."""

from asyncio import Future
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol
from uuid import UUID

from domain.actors import Actor, ActorKind
from domain.impersonations import require_oneself
from domain.parking import PAYS_OWED, STANDS_STILL
from domain.promotion_redemptions import CodeRefused
from domain.rate_limits import place_of
from domain.refusals import RefusalCode, Refused, forbidden
from domain.sessions import require_reauthenticated
from persistence import idempotency, parking
from persistence.unit import Unit
from resolvers.acts import act_of, denied_act
from resolvers.context import Context
from resolvers.guards import (
    OF_PEOPLE,
    VERIFY_FIRST,
    Needs,
    OrApp,
    Rule,
    permissions_of,
    require_app,
    require_signed_in,
)
from resolvers.promotion_failures import count_failure
from resolvers.turns import in_turn


class Changed:
    """What a mutation changed, by name: the payload. `replayed` tells that an earlier request had done it already.

    `viewer` is who the caller has become by it, where it signs in or switches; the payload is then shown to them.
    `then` is what this process does once it has committed. `browser_token` is what a browser's cookie holds from now
    on, empty where its session has ended. With a `refusal` the caller is refused although what was
    done is kept: a failed attempt that counts, a session that ends because its token was stolen.
    """

    def __init__(
        self,
        *,
        viewer: Actor | None = None,
        then: Callable[[], Awaitable[None]] | None = None,
        refusal: Refused | None = None,
        browser_token: str | None = None,
        **objects: Any,
    ) -> None:
        self.objects = objects
        self.refusal = refusal
        self.viewer = viewer
        self.then = then
        self.browser_token = browser_token
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
    needs: Rule
    arguments: dict[str, Any]
    key: UUID | None = None
    prepare: Prepare | None = None
    is_secret: bool = False
    """It deals in passwords, tokens or codes: neither they nor their hashes are kept for a repeat."""
    is_sensitive: bool = False
    """The caller must just have shown who they are."""
    is_writable_as_another: bool = False
    """Staff who act as somebody else may make it, with READ_WRITE."""


async def run(context: Context, call: Call) -> Changed:
    """Everything the verb did commits together, with its events and its entry in the audit log.

    A refusal rolls all of it back; one for want of a permission is written down nevertheless.
    """
    try:
        changed = await _commit(context, call)
    except CodeRefused as refused:
        await count_failure(context, refused)
        raise
    except Refused as refused:
        if refused.code is RefusalCode.FORBIDDEN:
            await _write_down_denied(context, call)
        raise
    context.platform.callers.forget()
    if changed.refusal is not None:
        raise changed.refusal
    _show(context, changed)
    if changed.then is not None:
        await changed.then()
    return changed


async def _commit(context: Context, call: Call) -> Changed:
    require_oneself(context.viewer, is_writable=call.is_writable_as_another)
    _check_rights(context, call.needs)
    if call.is_sensitive:
        context.viewer.require_person()
        require_reauthenticated(context.viewer, real=datetime.now(UTC))
    arguments = call.arguments if call.prepare is None else await call.prepare(context, **call.arguments)

    async def work(db: Unit) -> Changed:
        if call.key is None or call.is_secret:
            return await _act(context, db, call, arguments)
        scope_id = idempotency.scope_of(db.by, is_personal=call.needs in OF_PEOPLE)
        claim = await idempotency.claim(db, scope_id, call.mutation, call.key, idempotency.hash_of(call.arguments))
        if claim.earlier is not None:
            return await _replay(db, claim.earlier)
        changed = await _act(context, db, call, arguments, claim.standing)
        if changed.refusal is not None:
            raise AssertionError("only secret mutations refuse what they keep: of others the key would be kept, too")
        await db.flush()
        idempotency.keep(db, scope_id, call.mutation, call.key, changed.objects)
        return changed

    return await in_turn(context, work)


async def _act(
    context: Context, db: Unit, call: Call, arguments: dict[str, Any], standing: parking.Standing | None = None
) -> Changed:
    """Calls the verb, unless it is one of those that a parked, or a suspended, organization cannot make."""
    if call.mutation in STANDS_STILL and db.by.organization_id is not None:
        standing = standing or await parking.standing_of(db, db.by.organization_id)
        parking.require_moves_money(standing, pays_owed=call.mutation in PAYS_OWED)
    changed = await call.verb(db, **arguments)
    db.act = act_of(context, call, changed)
    return changed


async def _write_down_denied(context: Context, call: Call) -> None:
    """In a transaction of its own, as that of the mutation is gone."""
    viewer = context.viewer
    left_out = context.platform.denials.admit(viewer.key_id or viewer.user_id or place_of(context.ip))
    if left_out is None:
        return

    async def work(db: Unit) -> Changed:
        db.act = denied_act(context, call, left_out)
        return Changed()

    await in_turn(context, work)


def resume(context: Context, done: Future[Any]) -> Any:
    """What a mutation has returned, or raised, when it was run before; shown to whom it was shown then."""
    result = done.result()
    if isinstance(result, Changed):
        _show(context, result)
    return result


def _show(context: Context, changed: Changed) -> None:
    """From here on the caller is who they have become by it, and what was loaded before may be outdated."""
    context.viewer = changed.viewer or context.viewer
    context.has_changed = True
    if changed.browser_token is not None:
        context.browser_token = changed.browser_token
    context.forget()


def _check_rights(context: Context, needs: Rule) -> None:
    viewer = context.viewer
    if needs is Needs.ANYONE:
        return
    require_signed_in(context)
    if needs in OF_PEOPLE:
        viewer.require_person()
    if needs is Needs.SIGNED_IN:
        return
    if needs is Needs.APP:
        require_app(context)
    if not viewer.is_verified:
        raise forbidden(VERIFY_FIRST, "email")
    if isinstance(needs, OrApp) and viewer.kind is ActorKind.APP:
        return
    if not isinstance(needs, Needs):
        viewer.require(*permissions_of(needs))


async def _replay(db: Unit, stored: dict[str, Any]) -> Changed:
    changed = Changed(**{name: await idempotency.read_back(db, value) for name, value in stored.items()})
    changed.replayed, changed.viewer = True, db.by
    return changed
