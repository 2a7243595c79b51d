"""Telling staff of outcomes that stay unknown for too long: of payments, refunds and payouts alike."""

from datetime import datetime
from uuid import UUID

from domain.attempts import UNKNOWN_TOO_LONG
from domain.money_exceptions import Finding, MoneyExceptionKind
from persistence import money_exceptions
from persistence.unit import Unit


async def report(
    db: Unit,
    subject_type: str,
    subject_id: UUID,
    *,
    unknown_since: datetime | None,
    known_as: str | None,
    organization_id: UUID,
) -> None:
    """Opens an exception after 72 hours, and settles it once the outcome is known.

    `unknown_since` is how it stood before the provider's answer; `known_as` is the outcome, None while there is none.
    """
    if unknown_since is None or db.at - unknown_since < UNKNOWN_TOO_LONG:
        return
    actual = f"none since {unknown_since}" if known_as is None else f"It is known now: {known_as}."
    kind = MoneyExceptionKind.UNKNOWN_TOO_LONG
    finding = Finding(kind, subject_type, str(subject_id), "an answer", actual, organization_id)
    if known_as is None:
        await money_exceptions.open_once(db, finding)
    else:
        await money_exceptions.settle(db, finding)
