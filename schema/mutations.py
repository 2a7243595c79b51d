"""Binding a mutation: its input, payload and result types are made from one declaration."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

import strawberry
from strawberry.scalars import ID

from domain.refusals import Refused
from resolvers.context import Context
from resolvers.guards import Needs, Rule, is_writable_as_another, who_may
from resolvers.mutations import Call, Changed, Prepare, resume, run
from resolvers.payment_pace import start_payment
from schema.ids import global_id
from schema.inputs import optional, read_input, value
from schema.refusals import Refusal

Verb = Callable[..., Awaitable[Changed]]


def mutation(
    verb: Verb,
    description: str,
    *,
    needs: Rule,
    takes: dict[str, Any],
    gives: dict[str, Any],
    keyed: bool = False,
    versioned: bool = False,
    secret: bool = False,
    sensitive: bool = False,
    starts_payment: bool = False,
    prepare: Prepare | None = None,
) -> Any:
    """A mutation `verbNoun(input: VerbNounInput!): VerbNounResult!` answered by a verb of the resolvers.

    `takes` are the input's fields (see schema.inputs), `gives` the payload's; `keyed` adds a required idempotencyKey
    and `replayed`, `versioned` an optional expectedVersion that the verb receives as `expected_version`. Of a
    `secret` one nothing is kept for repeats; for a `sensitive` one the caller must just have shown who they are. One
    that `starts_payment` may be called only so often (RATE_LIMITED), not counting what it refuses or has done before.
    `prepare` runs before the transaction and makes the verb's arguments of the input's.
    """
    secret = secret or needs is Needs.ANYONE
    writable = is_writable_as_another(needs, is_own=keyed or secret or sensitive)
    name = "".join(part.capitalize() for part in verb.__name__.split("_"))
    field_name = name[0].lower() + name[1:]
    input_type: Any = _input_type(name, takes, keyed=keyed, versioned=versioned)
    result: Any = _result_type(name, _payload_type(name, gives, keyed=keyed))

    async def resolve(root: Any, info: strawberry.Info[Context, None], input: Any) -> Any:
        if (done := info.context.outcomes.pop(str(info.path.key), None)) is not None:
            return resume(info.context, done)
        try:
            arguments = read_input(input)
            key = arguments.pop("idempotency_key") if keyed else info.context.idempotency_key
            traits = {"is_secret": secret, "is_sensitive": sensitive, "is_writable_as_another": writable}
            call = Call(field_name, verb, needs, arguments, key, prepare, **traits)
            return await (start_payment if starts_payment else run)(info.context, call)
        except Refused as refused:
            info.context.refusals += (refused.code.value,)
            return refused.refusal

    argument = Annotated[input_type, strawberry.argument(description="What to do it with.")]
    resolve.__annotations__ = {"info": strawberry.Info, "input": argument}
    return strawberry.field(
        resolver=resolve,
        graphql_type=result,
        description=f"{description}\n\n{_rule(needs, keyed=keyed, secret=secret, sensitive=sensitive)}",
        metadata={"needs": needs, "sensitive": sensitive, "writable_as_another": writable},
    )


def _rule(needs: Rule, *, keyed: bool, secret: bool, sensitive: bool) -> str:
    who = who_may(needs) if isinstance(needs, Needs) else f"the permission {who_may(needs)}"
    if sensitive:
        who += (
            ", who has signed in or called reauthenticate within the last 5 minutes; otherwise FORBIDDEN with the path"
        )
        who += " reauthentication"
    if secret:
        return f"Needs: {who}."
    repeat = (
        "Repeating it with the same idempotencyKey and input returns the first result and changes nothing more."
        if keyed
        else "Safe to repeat with the same Idempotency-Key header."
    )
    return f"Needs: {who}. {repeat}"


def _input_type(name: str, takes: dict[str, Any], *, keyed: bool, versioned: bool) -> Any:
    fields = dict(takes)
    if versioned:
        fields["expected_version"] = optional(
            int, "The version you have read; CONFLICT if the object has changed since. Left out: no check."
        )
    if keyed:
        fields["idempotency_key"] = value(
            UUID, "Chosen by you, one for each intention: a repeat returns the first result."
        )
    made = type(f"{name}Input", (), {"__annotations__": {}, **fields})
    return strawberry.input(made, name=f"{name}Input", description=f"What {name[0].lower() + name[1:]} takes.")


@dataclass(frozen=True, slots=True)
class IdOf:
    """In `gives`: the global id of an object that is gone; the verb gives its UUID as text."""

    type_name: str

    def field(self, name: str, description: str) -> Any:
        def resolve(root: Any) -> ID:
            return ID(global_id(self.type_name, UUID(getattr(root, name))))

        return strawberry.field(resolver=resolve, description=description)


def _result_type(name: str, payload: Any) -> Any:
    said = f"What {name[0].lower() + name[1:]} returns: its payload, or why not."
    return Annotated[payload | Refusal, strawberry.union(f"{name}Result", description=said)]


def _payload_type(name: str, gives: dict[str, Any], *, keyed: bool) -> Any:
    fields = {
        field: kind.field(field, text)
        if isinstance(kind, IdOf)
        else strawberry.field(graphql_type=kind, description=text)
        for field, (kind, text) in gives.items()
    }
    if keyed:
        fields["replayed"] = strawberry.field(
            graphql_type=bool, description="True when an earlier request with this key had done it already."
        )
    is_type_of = classmethod(lambda cls, obj, info: isinstance(obj, Changed))
    made = type(f"{name}Payload", (), {"__annotations__": {}, "is_type_of": is_type_of, **fields})
    return strawberry.type(made, name=f"{name}Payload", description=f"What {name[0].lower() + name[1:]} changed.")
