"""Telling staff where a provider did something else with money than the books say; nothing is posted by itself."""

from uuid import UUID

from domain.money import Money
from domain.money_exceptions import Finding, MoneyExceptionKind
from persistence import money_exceptions
from persistence.unit import Unit


async def report_amount(
    db: Unit, subject_type: str, subject_id: UUID, *, asked: Money, done: Money, organization_id: UUID
) -> None:
    """It moved another amount than it was asked to."""
    kind = MoneyExceptionKind.AMOUNT_MISMATCH
    finding = Finding(kind, subject_type, str(subject_id), str(asked), str(done), organization_id)
    await money_exceptions.open_once(db, finding)


async def report_late(
    db: Unit, subject_type: str, subject_id: UUID, *, known_as: str, done: Money, organization_id: UUID
) -> None:
    """It has moved money after all that was given up: whoever it was taken from has it twice."""
    kind = MoneyExceptionKind.LATE_SUCCESS
    finding = Finding(kind, subject_type, str(subject_id), known_as, f"{done} were moved", organization_id)
    await money_exceptions.open_once(db, finding)


async def report_undone(
    db: Unit, subject_type: str, subject_id: UUID, *, known_as: str, code: str, organization_id: UUID
) -> None:
    """It takes back what it has said to be done: whoever it was for does not have it."""
    kind = MoneyExceptionKind.STATE_MISMATCH
    finding = Finding(kind, subject_type, str(subject_id), known_as, f"It has failed since: {code}.", organization_id)
    await money_exceptions.open_once(db, finding)
