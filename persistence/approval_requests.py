"""Queries of approvals: asking for a second person, deciding, and what lapses.

A command that may need a second person asks `needed` for its amount and then, under the lock of its subject, either
does its work or stores it with `ask`. What was stored runs through `persistence.approved_commands`.

An approval is locked right after the idempotency record and before its subject: call `cancel_for` first of all.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, exists, false, or_, select, true

from domain import approval_requests as rules
from domain.actors import Actor
from domain.approval_requests import RULES, ApprovalKind, ApprovalRequest, ApprovalStatus, StaffDecide
from domain.memberships import MembershipStatus
from domain.money import Money
from domain.organizations import OrganizationKind
from domain.permissions import Permission
from domain.refusals import conflict, forbidden
from persistence import api_keys, sessions
from persistence.api_keys import API_KEYS
from persistence.database import Database
from persistence.ledger_accounts import LEDGER_ACCOUNTS
from persistence.ledger_transfers import LEDGER_TRANSFERS
from persistence.neutrality import require_neutral
from persistence.organizations import ORGANIZATIONS
from persistence.permission_overrides import holds
from persistence.tables.approvals import approval_requests
from persistence.tables.identity import memberships, organizations
from persistence.unit import Unit
from persistence.users import USERS
from planner.edges import Condition, Connection, Many, One, Source

BATCH = 100
"""How many lapse in one run of the timer at most."""

READERS = (
    Permission.MONEY_APPROVE,
    Permission.CREDITS_MANAGE,
    Permission.STAFF_MONEY,
    Permission.STAFF_DISPUTES,
    Permission.STAFF_CREDITS,
)
"""Whoever may decide about anything of this."""


def visible_to(viewer: Actor) -> Condition:
    """The sides that ask and decide, for those who may read their money; staff see all, or what they decide."""
    if viewer.may(Permission.STAFF_MONEY):
        return true()
    of_staff = [kind for kind, rule in RULES.items() if viewer.may(rule.staff)]
    if of_staff:
        return approval_requests.c.kind.in_(of_staff)
    if viewer.organization_id is None:
        return false()
    if viewer.may(Permission.MONEY_READ):
        return _concerns(viewer.organization_id)
    decided = [kind for kind, rule in RULES.items() if viewer.may(rule.members)]
    return and_(_concerns(viewer.organization_id), approval_requests.c.kind.in_(decided)) if decided else false()


def _concerns(organization_id: UUID) -> ColumnElement[bool]:
    requests = approval_requests.c
    return or_(requests.organization_id == organization_id, requests.requested_for_id == organization_id)


APPROVALS = Source(ApprovalRequest, approval_requests, visible_to)

ORGANIZATION, REQUESTED_FOR = One(ORGANIZATIONS, "organization_id"), One(ORGANIZATIONS, "requested_for_id")
REQUESTED_BY, DECIDED_BY = One(USERS, "requested_by_id"), One(USERS, "decided_by_id")
REQUESTED_BY_KEY = One(API_KEYS, "requested_by_key_id")
LEDGER_TRANSFER, LEDGER_ACCOUNT = One(LEDGER_TRANSFERS, "subject_id"), One(LEDGER_ACCOUNTS, "subject_id")
POSTED = Many(LEDGER_TRANSFERS, "source_id", "id")
"""The transfers that the command posted in the approval's own name."""

LIST = Connection(
    APPROVALS,
    orders={
        "CREATED_AT": approval_requests.c.created_at,
        "EXPIRES_AT": approval_requests.c.expires_at,
    },
    default_order=(("CREATED_AT", True),),
    filters={
        "status": lambda values: approval_requests.c.status.in_(values),
        "kind": lambda kinds: approval_requests.c.kind.in_(kinds),
        "organization_id": _concerns,
    },
)


async def ask(
    db: Unit,
    kind: ApprovalKind,
    subject_id: UUID,
    command: Mapping[str, Any],
    *,
    organization_id: UUID | None = None,
    requested_with: Permission | None,
    amount: Money | None = None,
    reason: str | None = None,
    excluded_user_ids: Iterable[UUID] = (),
    excluded_organization_ids: Iterable[UUID] = (),
) -> ApprovalRequest:
    """Stores a command, as JSON values, until a second person has decided. Refuses CONFLICT while one is pending.

    `organization_id` is the side whose members decide, where the kind leaves it to them (see `RULES`); `requested_with`
    the right that the caller used, None for Milepost itself. Besides the caller, neither the excluded people nor any
    member of the excluded organizations may decide; nor, where staff decide in its members' stead, those of staff who
    belong to `organization_id`. Where a key asks, whoever was shown it may not either.
    """
    if await db.session.scalar(_pending(kind, subject_id)) is not None:
        raise conflict("This waits for a second person already: have that decided, or cancel it with cancelApproval.")
    excluded, kept_out = list(excluded_user_ids), list(excluded_organization_ids)
    if db.by.key_id is not None:
        excluded += await api_keys.behind(db, None, db.by.key_id)
    members_decide, staff_may = await _who_decides(db, kind, organization_id, excluded)
    if organization_id is not None and not members_decide:
        kept_out.append(organization_id)
    request = rules.ask(
        kind,
        subject_id,
        command,
        organization_id=organization_id if members_decide else None,
        staff_may_decide=staff_may,
        staff_organization_id=await _platform_id(db) if staff_may else None,
        requested_with=requested_with,
        amount=amount,
        reason=reason,
        excluded_user_ids=excluded,
        excluded_organization_ids=kept_out,
        by=db.by,
        at=db.at,
    )
    db.add(request)
    await db.flush()
    return request


async def _who_decides(
    db: Unit, kind: ApprovalKind, organization_id: UUID | None, excluded: Sequence[UUID]
) -> tuple[bool, bool]:
    """Whether members of the organization decide, and whether staff do."""
    staff = RULES[kind].staff_decide
    if staff is StaffDecide.ALONE or organization_id is None:
        return False, True
    if staff is StaffDecide.AS_WELL:
        return True, True
    colleague = await _has_colleague(db, kind, organization_id, [*excluded, db.by.user_id])
    return colleague, not colleague


async def _has_colleague(
    db: Unit, kind: ApprovalKind, organization_id: UUID, others_than: Sequence[UUID | None]
) -> bool:
    """Whether anybody else there may be the second person."""
    members = memberships.c
    colleague = exists().where(
        members.organization_id == organization_id,
        members.status == MembershipStatus.ACTIVE,
        holds(RULES[kind].members),
        members.user_id.not_in([one for one in others_than if one is not None]),
    )
    return bool((await db.session.execute(select(colleague))).scalar_one())


async def _platform_id(db: Unit) -> UUID | None:
    statement = select(organizations.c.id).where(organizations.c.kind == OrganizationKind.PLATFORM)
    return (await db.session.scalars(statement)).one_or_none()


async def pending_for(db: Unit, kind: ApprovalKind, subject_id: UUID) -> ApprovalRequest | None:
    """What waits for a subject, for reading."""
    return (await db.session.scalars(_pending(kind, subject_id))).one_or_none()


def _pending(kind: ApprovalKind, subject_id: UUID) -> Select[ApprovalRequest]:
    """What waits for a subject."""
    return select(ApprovalRequest).where(
        approval_requests.c.kind == kind,
        approval_requests.c.subject_id == subject_id,
        approval_requests.c.status == ApprovalStatus.PENDING,
    )


async def cancel_for(db: Unit, kind: ApprovalKind, subject_id: UUID) -> None:
    """Takes back what waits for a subject, if anything does: the subject takes another course.

    For verbs that end the subject themselves. Call it before the subject is locked, and check the caller's rights.
    """
    request = await db.session.scalar(_pending(kind, subject_id).with_for_update())
    if request is not None:
        request.withdraw(by=db.by, at=db.at)


async def for_change(db: Unit, approval_id: UUID) -> ApprovalRequest:
    """A visible approval, locked."""
    statement = select(ApprovalRequest).where(approval_requests.c.id == approval_id, visible_to(db.by))
    return await db.require(statement.with_for_update(), "approval", "approvalId")


async def for_decision(db: Unit, approval_id: UUID) -> ApprovalRequest:
    """A visible approval, locked. Refuses FORBIDDEN to members of organizations that are kept out."""
    request = await for_change(db, approval_id)
    await require_neutral(db, request.excluded_organization_ids)
    return request


async def requester_of(db: Unit, request: ApprovalRequest) -> Actor | None:
    """Who asked, with the rights of this moment; None for Milepost itself. Refuses FORBIDDEN once they lost theirs."""
    requester = None
    if request.requested_by_key_id is not None:
        requester = await api_keys.acting(db, request.requested_by_key_id)
    elif request.requested_by_id is None:
        return None
    elif request.requested_for_id is not None:
        requester = await sessions.acting(db, request.requested_by_id, request.requested_for_id)
    if requester is None or (request.requested_with and not requester.may(request.requested_with)):
        raise forbidden("Whoever asked for this may no longer do so: it has to be asked anew.")
    return requester


async def due_to_lapse(database: Database, now: datetime) -> Sequence[UUID]:
    """The requests whose time is over, in the order in which it ended."""
    requests = approval_requests.c
    statement = select(requests.id).where(requests.status == ApprovalStatus.PENDING, requests.expires_at <= now)
    async with database.reader() as session:
        return (await session.scalars(statement.order_by(requests.expires_at, requests.id).limit(BATCH))).all()


async def to_lapse(db: Unit, approval_id: UUID) -> ApprovalRequest | None:
    """One of them, locked; None when somebody is deciding it or has."""
    requests = approval_requests.c
    statement = select(ApprovalRequest).where(requests.id == approval_id, requests.status == ApprovalStatus.PENDING)
    return await db.session.scalar(statement.with_for_update(skip_locked=True))
