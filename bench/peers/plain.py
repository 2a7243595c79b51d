"""A plain Strawberry server with SQLAlchemy entities, a pool and aiodataloader, as people write them."""

import os
from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import strawberry
from aiodataloader import DataLoader
from sqlalchemy import select
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine
from strawberry.asgi import GraphQL
from strawberry.extensions import ParserCache, ValidationCache

from bench.peers import plain_entities as entities
from persistence.database import sqlalchemy_url

engine = create_async_engine(sqlalchemy_url(os.environ["DATABASE_URL"]), pool_size=8, max_overflow=0)
new_session = async_sessionmaker(engine, expire_on_commit=False)


async def rows(statement: Any) -> Sequence[Any]:
    async with new_session() as session:
        return (await session.scalars(statement)).all()


class ById(DataLoader[UUID, Any]):
    """Objects by their primary key."""

    def __init__(self, key: Any) -> None:
        super().__init__()
        self.key = key

    async def batch_load_fn(self, keys: list[UUID]) -> list[Any]:
        found = {
            getattr(one, self.key.key): one for one in await rows(select(self.key.class_).where(self.key.in_(keys)))
        }
        return [found.get(key) for key in keys]


class Children(DataLoader[UUID, list[Any]]):
    """Objects by their parent, in their order."""

    def __init__(self, parent: Any) -> None:
        super().__init__()
        self.parent = parent

    async def batch_load_fn(self, keys: list[UUID]) -> list[list[Any]]:
        entity = self.parent.class_
        found = defaultdict(list)
        for one in await rows(select(entity).where(self.parent.in_(keys)).order_by(entity.position)):
            found[getattr(one, self.parent.key)].append(one)
        return [found[key] for key in keys]


class Loaders:
    """The loaders of one request."""

    def __init__(self) -> None:
        self.organizations = ById(entities.Organization.id)
        self.balances = ById(entities.Balance.account_id)
        self.milestones = Children(entities.Milestone.project_id)
        self.tasks = Children(entities.Task.milestone_id)
        self.lines = Children(entities.InvoiceLine.invoice_id)


Info = strawberry.Info[dict[str, Loaders], None]


def loaders(info: Info) -> Loaders:
    return info.context["loaders"]


@strawberry.type
class Money:
    amount_minor: str
    currency: str


def money(column: str) -> Any:
    """A field that shows an amount of its entity with the entity's currency."""

    def resolve(root: Any) -> Money:
        return Money(amount_minor=str(getattr(root, column)), currency=root.currency)

    return strawberry.field(resolver=resolve)


@strawberry.type
class Organization:
    id: UUID
    name: str


@strawberry.type
class Line:
    id: UUID
    position: int
    description: str
    quantity: Decimal
    unit_price: Money = money("unit_price_minor")
    net: Money = money("net_minor")
    tax: Money = money("tax_minor")


@strawberry.type
class Invoice:
    id: UUID
    number: str | None
    status: str
    kind: str
    issue_on: date | None
    due_on: date | None
    issuer_id: strawberry.Private[UUID]
    recipient_id: strawberry.Private[UUID | None]
    net_total: Money = money("net_total_minor")
    tax_total: Money = money("tax_total_minor")
    total: Money = money("total_minor")
    amount_due: Money = money("amount_due_minor")

    @strawberry.field
    async def issuer(self, info: Info) -> Organization:
        issuer: Organization = await loaders(info).organizations.load(self.issuer_id)
        return issuer

    @strawberry.field
    async def recipient(self, info: Info) -> Organization | None:
        return await loaders(info).organizations.load(self.recipient_id) if self.recipient_id else None

    @strawberry.field
    async def lines(self, info: Info) -> list[Line]:
        return await loaders(info).lines.load(self.id)


@strawberry.type
class Task:
    id: UUID
    position: int
    title: str
    status: str
    due_on: date | None


@strawberry.type
class Milestone:
    id: UUID
    position: int
    title: str
    due_on: date | None
    work_status: str = strawberry.field(resolver=lambda root: root.status)
    amount: Money = money("amount_minor")

    @strawberry.field
    async def tasks(self, info: Info) -> list[Task]:
        return await loaders(info).tasks.load(self.id)


@strawberry.type
class Project:
    id: UUID
    title: str
    status: str
    due_on: date | None
    created_at: datetime
    budget: Money = money("budget_minor")

    @strawberry.field
    async def milestones(self, info: Info) -> list[Milestone]:
        return await loaders(info).milestones.load(self.id)


@strawberry.type
class Projects:
    nodes: list[Project]


@strawberry.type
class Wallet:
    id: UUID
    currency: str
    organization_id: strawberry.Private[UUID]

    @strawberry.field
    async def version(self, info: Info) -> int:
        version: int = (await loaders(info).balances.load(self.id)).version
        return version

    @strawberry.field
    async def available(self, info: Info) -> Money:
        balance = await loaders(info).balances.load(self.id)
        return Money(amount_minor=str(balance.balance_minor), currency=self.currency)

    @strawberry.field
    async def organization(self, info: Info) -> Organization:
        organization: Organization = await loaders(info).organizations.load(self.organization_id)
        return organization


@strawberry.type
class Wallets:
    nodes: list[Wallet]


@strawberry.type
class Query:
    @strawberry.field
    async def invoice(self, id: strawberry.ID) -> Invoice | None:
        found = await rows(select(entities.Invoice).where(entities.Invoice.id == UUID(id)))
        return found[0] if found else None

    @strawberry.field
    async def projects(self, organization: strawberry.ID, first: int) -> Projects:
        one = entities.Project
        mine = select(one).where(one.client_organization_id == UUID(organization))
        return Projects(nodes=list(await rows(mine.order_by(one.created_at.desc(), one.id.desc()).limit(first))))

    @strawberry.field
    async def wallets(self, organization: strawberry.ID) -> Wallets:
        one = entities.Account
        mine = select(one).where(one.organization_id == UUID(organization), one.code == "wallet_available")
        return Wallets(nodes=list(await rows(mine.order_by(one.currency, one.id))))


class Server(GraphQL[dict[str, Loaders], None]):
    """The endpoint; every request gets loaders of its own."""

    async def get_context(self, *_: Any, **__: Any) -> dict[str, Loaders]:
        return {"loaders": Loaders()}


app = Server(strawberry.Schema(Query, extensions=[ParserCache, ValidationCache]))
