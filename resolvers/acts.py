"""What the audit log says of a mutation: who has called it, for whom, what it was about, and from where."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from uuid import UUID

from domain.actors import Actor, ActorKind
from domain.audit_entries import Act, AuditActorKind, kind_of
from domain.events import Recorder
from domain.redaction import redacted
from domain.refusals import RefusalCode
from resolvers.context import Context
from resolvers.guards import OF_PEOPLE, Needs

if TYPE_CHECKING:
    from resolvers.mutations import Call, Changed


def act_of(context: Context, call: "Call", changed: "Changed") -> Act:
    """What has been done. Whoever signs in does so as who they are from then on."""
    by = context.viewer
    if by.kind is ActorKind.ANONYMOUS and changed.viewer is not None:
        by = changed.viewer
    about = _first_of(changed.objects)
    subject_type, subject_id = _named(call.arguments) if about is None else (type(about).__name__, about.id)
    return Act(
        by=by,
        action=call.mutation,
        organization_id=_organization_of(call, by, about),
        subject_type=subject_type,
        subject_id=subject_id,
        refusal=None if changed.refusal is None else changed.refusal.code,
        ip=context.ip,
        change=_input_of(call),
    )


def denied_act(context: Context, call: "Call", left_out: int) -> Act:
    """What somebody was not allowed to do."""
    is_personal = call.needs in (Needs.ANYONE, Needs.SIGNED_IN) or call.is_secret or call.is_sensitive
    subject_type, subject_id = _named(call.arguments)
    return Act(
        by=context.viewer,
        action=call.mutation,
        organization_id=None if is_personal else context.viewer.organization_id,
        subject_type=subject_type,
        subject_id=subject_id,
        refusal=RefusalCode.FORBIDDEN,
        ip=context.ip,
        change=_input_of(call) | ({"leftOut": left_out} if left_out else {}),
    )


def _input_of(call: "Call") -> dict[str, Any]:
    return {} if call.is_secret else {"input": redacted(call.arguments)}


def _organization_of(call: "Call", by: Actor, about: Any) -> UUID | None:
    """For which organization it was done; None for what somebody did about themselves."""
    if call.needs is not Needs.ANYONE and call.needs not in OF_PEOPLE:
        return by.organization_id
    concerned = list(about.concerned_organizations()) if isinstance(about, Recorder) else []
    is_staff = kind_of(by) is AuditActorKind.STAFF
    return by.organization_id if by.organization_id in concerned or (concerned and is_staff) else None


def _first_of(objects: Mapping[str, Any]) -> Any:
    """The object that a payload is about: the first with an id."""
    for value in objects.values():
        one = value[0] if isinstance(value, list) and value else value
        if isinstance(getattr(one, "id", None), UUID):
            return one
    return None


def _named(arguments: Mapping[str, Any]) -> tuple[str, UUID] | tuple[None, None]:
    """What an input names first by its id, such as milestone_id."""
    for name, value in arguments.items():
        if name.endswith("_id") and isinstance(value, UUID):
            return "".join(part.capitalize() for part in name.removesuffix("_id").split("_")), value
    return None, None
