"""Approvals in the database: who is asked, what it refuses whoever asks, and what goes on when a subject ends."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import DBAPIError

from domain.actors import SYSTEM, Actor
from domain.approval_requests import ApprovalKind, ApprovalRequest, ApprovalStatus, hash_of
from domain.ids import new_id
from domain.permissions import Permission, Role, StaffRole
from domain.refusals import RefusalCode, Refused
from persistence import approval_requests
from persistence.approved_commands import COMMANDS
from persistence.tables.approvals import approval_requests as table
from persistence.unit import Unit, unit_of_work
from server.auth import actor_of_token
from tests.makers.approvals import another_of_staff
from tests.makers.colleagues import also_joins, colleague
from tests.world import Person, World

PAYOUT, RELEASE = ApprovalKind.PAYOUT, ApprovalKind.RELEASE
COMMAND = {"amountMinor": 5, "note": "naïve", "ids": [new_id().hex], "nothing": None}


async def actor(world: World, person: Person) -> Actor:
    return await actor_of_token(world.database, person.token)


@asynccontextmanager
async def acting(world: World, person: Person | None) -> AsyncIterator[Unit]:
    by = SYSTEM if person is None else await actor(world, person)
    async with unit_of_work(world.database, by=by, at=world.clock.now()) as db:
        yield db


async def asked(world: World, person: Person | None, kind: ApprovalKind = PAYOUT, **more: Any) -> ApprovalRequest:
    """A request of that person, or of Milepost itself, to the person's organization."""
    values: dict[str, Any] = {"subject_id": new_id(), "command": COMMAND, "requested_with": Permission.MONEY_MOVE}
    if person is not None:
        values["organization_id"] = person.organization_id
    async with acting(world, person) as db:
        return await approval_requests.ask(db, kind, **(values | more))


async def may_decide(world: World, request: ApprovalRequest, person: Person) -> bool:
    """Whether the request is theirs to decide, by the database and by the rules."""
    async with acting(world, person) as db:
        try:
            found = await approval_requests.for_decision(db, request.id)
            found.check("approve", by=db.by)
        except Refused:
            return False
    return True


@pytest.mark.parametrize("role", [Role.OWNER, Role.ADMIN, Role.FINANCE])
async def test_a_payout_is_decided_by_a_colleague_who_may(world: World, role: Role) -> None:
    owner, finance = await world.freelancer_side(), await world.staff(StaffRole.FINANCE)
    other = await colleague(world, owner, role)
    request = await asked(world, owner)
    assert (request.organization_id, request.staff_may_decide) == (owner.organization_id, False)
    assert await may_decide(world, request, other)
    assert not await may_decide(world, request, owner)
    assert not await may_decide(world, request, finance)


@pytest.mark.parametrize("role", [Role.MEMBER, Role.VIEWER])
async def test_where_no_colleague_may_it_is_staff(world: World, role: Role) -> None:
    owner, finance = await world.freelancer_side(), await world.staff(StaffRole.FINANCE)
    await colleague(world, owner, role)
    request = await asked(world, owner)
    assert (request.organization_id, request.staff_may_decide) == (None, True)
    assert request.staff_organization_id == finance.organization_id
    assert await may_decide(world, request, finance)
    assert not await may_decide(world, request, owner)


async def test_staff_who_belong_to_the_organization_do_not_decide_in_its_members_stead(world: World) -> None:
    owner, finance = await world.freelancer_side(), await world.staff(StaffRole.FINANCE)
    partisan = await another_of_staff(world, finance, StaffRole.FINANCE)
    await also_joins(world, partisan, owner.organization_id, Role.MEMBER)
    request = await asked(world, owner)
    assert (request.organization_id, request.staff_may_decide) == (None, True)
    assert await may_decide(world, request, finance)
    assert not await may_decide(world, request, partisan)


async def test_a_release_is_decided_by_the_client_or_by_staff_but_never_by_the_payee(world: World) -> None:
    client, payee, finance = await world.client_side(), await world.freelancer_side(), await world.staff()
    approver, other = await colleague(world, client, Role.ADMIN), await colleague(world, client, Role.FINANCE)
    partisan = await another_of_staff(world, finance, StaffRole.FINANCE)
    await also_joins(world, partisan, payee.organization_id)
    request = await asked(
        world,
        None,
        RELEASE,
        organization_id=client.organization_id,
        requested_with=None,
        excluded_user_ids=[approver.user_id],
        excluded_organization_ids=[payee.organization_id],
    )
    assert (request.requested_by_id, request.staff_may_decide) == (None, True)
    assert await may_decide(world, request, other)
    assert await may_decide(world, request, finance)
    assert not await may_decide(world, request, approver)
    assert not await may_decide(world, request, payee)
    assert not await may_decide(world, request, partisan)


async def test_the_command_is_stored_as_it_was_asked(world: World) -> None:
    request = await asked(world, await world.freelancer_side())
    async with world.database.reader() as session:
        stored = (await session.scalars(select(ApprovalRequest).where(table.c.id == request.id))).one()
    assert stored.command == COMMAND
    assert stored.command_hash == hash_of(COMMAND)
    stored.require_unchanged()


async def test_one_request_waits_for_a_kind_and_subject(world: World) -> None:
    owner, subject_id = await world.freelancer_side(), new_id()
    await asked(world, owner, subject_id=subject_id)
    with pytest.raises(Refused) as refused:
        await asked(world, owner, subject_id=subject_id)
    assert refused.value.code is RefusalCode.CONFLICT
    await asked(world, owner, RELEASE, subject_id=subject_id)
    await asked(world, owner)


async def test_a_subject_that_takes_another_course_ends_what_waits_for_it(world: World) -> None:
    owner, subject_id = await world.freelancer_side(), new_id()
    request = await asked(world, owner, subject_id=subject_id)
    other = await colleague(world, owner, Role.ADMIN)
    async with acting(world, other) as db:
        await approval_requests.cancel_for(db, PAYOUT, subject_id)
        await approval_requests.cancel_for(db, RELEASE, subject_id)
    async with world.database.reader() as session:
        ended = (await session.scalars(select(ApprovalRequest).where(table.c.id == request.id))).one()
    assert (ended.status, ended.decided_by_id) == (ApprovalStatus.CANCELLED, None)


def test_every_kind_has_a_command() -> None:
    assert set(COMMANDS) == set(ApprovalKind)


CHECKED, KEPT, UNIQUE = asyncpg.CheckViolationError, asyncpg.RestrictViolationError, asyncpg.UniqueViolationError


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"command": {"amountMinor": 6}}, KEPT),
        ({"command_hash": "0" * 64}, KEPT),
        ({"requested_by_id": None}, KEPT),
        ({"excluded_user_ids": []}, KEPT),
        ({"status": ApprovalStatus.APPROVED}, CHECKED),
    ],
)
async def test_the_database_keeps_what_was_asked_for(world: World, changes: dict[str, Any], error: Any) -> None:
    owner = await world.freelancer_side()
    request = await asked(world, owner, excluded_user_ids=[new_id()])
    await refuse(world, update(table).where(table.c.id == request.id).values(**changes), error)


async def test_the_database_lets_nobody_decide_for_themselves_or_against_their_exclusion(world: World) -> None:
    owner = await world.freelancer_side()
    excluded, other = await colleague(world, owner, Role.ADMIN), await colleague(world, owner, Role.ADMIN)
    request = await asked(world, owner, excluded_user_ids=[excluded.user_id])
    decided = {"status": ApprovalStatus.APPROVED, "decided_at": world.clock.now()}
    mine = update(table).where(table.c.id == request.id)
    for person in (owner, excluded):
        await refuse(world, mine.values(**decided, decided_by_id=person.user_id), CHECKED)
    async with unit_of_work(world.database, by=SYSTEM, at=world.clock.now()) as db:
        await db.session.execute(mine.values(**decided, decided_by_id=other.user_id))
    await refuse(world, mine.values(status=ApprovalStatus.PENDING, decided_by_id=None, decided_at=None), KEPT)
    await refuse(world, table.delete(), KEPT)


async def refuse(world: World, statement: Any, error: Any) -> None:
    with pytest.raises(DBAPIError) as refused:
        async with unit_of_work(world.database, by=SYSTEM, at=world.clock.now()) as db:
            await db.session.execute(statement)
    assert getattr(refused.value.orig, "sqlstate", None) == error.sqlstate
