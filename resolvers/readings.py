"""Reading that the audit log is told of: what staff read, what is read in somebody else's place, what was denied."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from domain.actors import Actor
from domain.audit_entries import Act, is_staff
from domain.rate_limits import place_of
from domain.refusals import RefusalCode
from persistence.unit import Unit
from resolvers.context import Context
from resolvers.turns import in_turn

READ = "read"
"""What the log calls it. Which fields were asked for stands in the change."""


def is_watched(viewer: Actor) -> bool:
    """Whether all that somebody reads is written down: staff, also while they act as somebody else."""
    return viewer.impersonator_id is not None or is_staff(viewer)


async def write_down_read(context: Context, fields: Sequence[str], subject: tuple[str, UUID] | None) -> None:
    """Before anything is read, so that nobody sees what the log does not know of."""
    await _write_down(context, fields, subject, refusal=None, change={})


async def write_down_denied(context: Context, fields: Sequence[str], subject: tuple[str, UUID] | None) -> None:
    viewer = context.viewer
    left_out = context.platform.denials.admit(viewer.key_id or viewer.user_id or place_of(context.ip))
    if left_out is not None:
        change = {"needs": sorted(context.denied)} | ({"leftOut": left_out} if left_out else {})
        await _write_down(context, fields, subject, refusal=RefusalCode.FORBIDDEN, change=change)


async def _write_down(
    context: Context,
    fields: Sequence[str],
    subject: tuple[str, UUID] | None,
    *,
    refusal: RefusalCode | None,
    change: dict[str, Any],
) -> None:
    async def work(db: Unit) -> None:
        db.act = Act(
            by=context.viewer,
            action=READ,
            organization_id=context.viewer.organization_id,
            subject_type=subject and subject[0],
            subject_id=subject and subject[1],
            refusal=refusal,
            ip=context.ip,
            change={"fields": list(fields)} | change,
        )

    await in_turn(context, work)
