"""The world of a test: a platform, people in organizations, and what they say to the API."""

import hashlib
import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from domain.actors import SYSTEM
from domain.ids import new_id
from domain.memberships import Membership, MembershipStatus
from domain.organizations import Organization, OrganizationKind, OrganizationStatus
from domain.permissions import Role, StaffRole
from domain.sessions import AuthLevel, Opening, Session, Visit, open_session
from domain.users import User, UserStatus
from jobs.worker import settle
from persistence.database import Database
from persistence.reactions import failing
from persistence.unit import unit_of_work
from server.clock import Clock
from tests.client import Client

REFUSAL = "... on Refusal { code message path problems { path message } from allowed currentVersion retryAfter }"


@dataclass(slots=True)
class Caller:
    """Somebody who calls the API, with a token or without. `do` runs a mutation, `ask` a query, as them."""

    world: "World"
    token: str | None

    async def ask(self, query: str, **variables: Any) -> dict[str, Any]:
        return await self.world.client.ask(query, self.token, **variables)

    async def do(self, mutation: str, select: str, **input: Any) -> dict[str, Any]:
        """The payload of a mutation that must succeed; `select` is the payload's selection."""
        result = await self.attempt(mutation, select, **input)
        assert "code" not in result, result
        return result

    async def refused(self, mutation: str, **input: Any) -> dict[str, Any]:
        """The refusal of a mutation that must be refused."""
        result = await self.attempt(mutation, "__typename", **input)
        assert "code" in result, result
        return result

    async def attempt(self, mutation: str, select: str, **input: Any) -> dict[str, Any]:
        name = mutation[0].upper() + mutation[1:]
        query = (
            f"mutation($input: {name}Input!) {{ result: {mutation}(input: $input) "
            f"{{ ... on {name}Payload {{ {select} }} {REFUSAL} }} }}"
        )
        result: dict[str, Any] = (await self.ask(query, input=input))["result"]
        return result


@dataclass(slots=True)
class Person(Caller):
    """Somebody signed in for an organization."""

    token: str
    user_id: UUID
    organization_id: UUID
    membership_id: UUID
    email: str


@dataclass(slots=True)
class World:
    database: Database
    clock: Clock
    client: Client
    mail_folder: Path
    people: list[Person] = field(default_factory=list)

    def key(self) -> str:
        """A fresh idempotency key."""
        return str(uuid4())

    async def settle(self) -> None:
        """Runs the relay, the reactions and the timers until nothing that is due is left; fails if a reaction did."""
        await settle(self.database, self.clock.now)
        assert await failing(self.database) == []

    def caller(self, token: str | None = None) -> Caller:
        """Whoever holds the token, or somebody who has not signed in."""
        return Caller(self, token)

    async def client_side(self, name: str = "Northwind") -> Person:
        return await self.join(await self.organization(OrganizationKind.CLIENT, name), Role.OWNER)

    async def freelancer_side(self, name: str = "Ada Lovelace") -> Person:
        return await self.join(await self.organization(OrganizationKind.FREELANCER, name), Role.OWNER)

    async def staff(self, role: StaffRole = StaffRole.ADMIN) -> Person:
        platform = await self.organization(OrganizationKind.PLATFORM, "Milepost")
        return await self.join(platform, role)

    async def organization(self, kind: OrganizationKind, name: str) -> Organization:
        organization = Organization(
            id=new_id(),
            kind=kind,
            name=name,
            legal_name=None,
            country="MK",
            time_zone="Europe/Skopje",
            billing_email=f"billing-{new_id().hex[-6:]}@example.com",
            requires_two_factor=kind is OrganizationKind.PLATFORM,
        )
        at = self.clock.now()
        async with unit_of_work(self.database, by=SYSTEM, at=at) as db:
            organization.born(OrganizationStatus.ACTIVE, action="createOrganization", by=SYSTEM, at=at)
            db.add(organization)
        return organization

    async def join(self, organization: Organization, role: Role | StaffRole) -> Person:
        """A new verified person with that role in the organization, signed in for it."""
        at, token = self.clock.now(), secrets.token_urlsafe(32)
        user = User(
            id=new_id(),
            email=f"person-{new_id().hex[-8:]}@example.com",
            email_verified_at=at,
            display_name="Somebody",
            locale="en",
            time_zone="Europe/Skopje",
            password_hash="none",
            password_changed_at=at,
        )
        user.born(UserStatus.ACTIVE, action="signUp", by=SYSTEM, at=at)
        membership = Membership(
            id=new_id(),
            user_id=user.id,
            organization_id=organization.id,
            role=role if isinstance(role, Role) else None,
            staff_role=role if isinstance(role, StaffRole) else None,
        )
        membership.born(MembershipStatus.ACTIVE, action="signUp", by=SYSTEM, at=at)
        async with unit_of_work(self.database, by=SYSTEM, at=at) as db:
            db.add(user)
            await db.flush()
            db.add(membership, _session(user, organization.id, token))
        person = Person(self, token, user.id, organization.id, membership.id, user.email)
        self.people.append(person)
        return person


def _session(user: User, organization_id: UUID, token: str) -> Session:
    """Opened just now with all that anybody could ask for."""
    visit = Visit(ip="127.0.0.1", user_agent="tests", at=datetime.now(UTC))
    opening = Opening(auth_level=AuthLevel.MFA)
    token_hash = hashlib.sha256(token.encode()).digest()
    session = open_session(user.id, organization_id, token_hash, visit, opening, by=user.themselves, at=visit.at)
    session.take_events()
    return session
