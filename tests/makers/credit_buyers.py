"""Makers of organizations that buy credits, and what became of it."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select

from domain import promotion_drafts
from domain.actors import SYSTEM
from domain.credit_accounts import CreditAccount
from domain.credit_lots import CreditLot
from domain.credit_promotions import Audience, PromotionKind
from domain.credit_purchases import CreditPurchase
from domain.ids import new_id
from domain.promotion_drafts import PromotionTerms
from persistence.own_credit_packages import package_id
from persistence.tables.credit_sales import credit_purchases
from persistence.tables.credits import credit_accounts, credit_lots
from persistence.unit import unit_of_work
from schema.ids import global_id
from tests.makers.payment_methods import make_method
from tests.world import Person, World

STARTER = global_id("CreditPackage", package_id("starter"))
PURCHASE = "id status quantity clawedBack missing price { amountMinor } discount { amountMinor } total { amountMinor }"


@dataclass(slots=True)
class Buyer:
    """An organization with a method to pay with in US dollars, and the staff who look after it."""

    world: World
    person: Person
    staff: Person

    async def begin(self, **input: Any) -> dict[str, Any]:
        """A purchase of the first package, unless said; nobody has paid it yet."""
        wanted = {"currency": "USD", "idempotencyKey": self.world.key()} | input
        if "quantity" not in wanted:
            wanted.setdefault("packageId", STARTER)
        selected = f"purchase {{ {PURCHASE} }} checkoutUrl payment {{ id }} replayed"
        return await self.person.do("purchaseCredits", selected, **wanted)

    async def buy(self, **input: Any) -> str:
        """The id of a purchase that was paid with the default method, and everything that follows from it."""
        method = await make_method(self.person, input.pop("token", "sim_ok"), "USD")
        begun = await self.begin(methodId=method, **input)
        await self.world.settle()
        return str(begun["purchase"]["id"])

    async def refund(self, purchase: str, amount_minor: int | None = None, **input: Any) -> dict[str, Any]:
        """What staff get for refunding so much, or all that is left."""
        amount = None if amount_minor is None else {"amountMinor": str(amount_minor), "currency": "USD"}
        wanted = {"reason": "They asked for it.", "idempotencyKey": self.world.key(), "amount": amount}
        result = await self.staff.attempt(
            "refundCreditPurchase", f"purchase {{ {PURCHASE} }}", purchaseId=purchase, **(wanted | input)
        )
        await self.world.settle()
        return result

    async def purchase(self, id_: str) -> CreditPurchase:
        async with self.world.database.reader() as session:
            return await session.get_one(CreditPurchase, UUID(hex=id_.removeprefix("cpu_")))

    async def purchases(self) -> list[str]:
        """The states of all of them, oldest first."""
        mine = select(credit_purchases.c.status).where(
            credit_purchases.c.organization_id == self.person.organization_id
        )
        async with self.world.database.reader() as session:
            return [status.name for status in await session.scalars(mine.order_by(credit_purchases.c.created_at))]

    async def lots(self) -> list[CreditLot]:
        """All of them, oldest first."""
        mine = select(CreditLot).where(credit_lots.c.organization_id == self.person.organization_id)
        async with self.world.database.reader() as session:
            return list(await session.scalars(mine.order_by(credit_lots.c.id)))

    async def account(self) -> CreditAccount:
        mine = select(CreditAccount).where(credit_accounts.c.organization_id == self.person.organization_id)
        async with self.world.database.reader() as session:
            return (await session.scalars(mine)).one()

    async def after(self, **time: float) -> None:
        """Lets time pass, and everything happen that it brings."""
        self.world.clock.advance(timedelta(**time))
        await self.world.settle()


async def make_buyer(world: World, *, beside: Buyer | None = None) -> Buyer:
    """Looked after by the same staff as another one, if there is one."""
    staff = await world.staff() if beside is None else beside.staff
    return Buyer(world, await world.client_side(), staff)


async def make_promotion(buyer: Buyer, code: str = "SPRING20", **input: Any) -> str:
    """The id of a running code: 20 percent off, unless said, for a month."""
    now = buyer.world.clock.now()
    wanted = {
        "code": code,
        "kind": "PERCENTAGE",
        "startsAt": now.isoformat(),
        "endsAt": (now + timedelta(days=30)).isoformat(),
    } | input
    if wanted["kind"] == "PERCENTAGE":
        wanted.setdefault("bps", 2000)
    made = await buyer.staff.do("createPromotion", "promotion { id }", **wanted)
    await buyer.staff.do("activatePromotion", "promotion { id }", promotionId=made["promotion"]["id"])
    return str(made["promotion"]["id"])


async def make_gift(world: World, person: Person) -> str:
    """The id of a purchase that a code of its own made free; nobody of the staff is needed for it."""
    at = world.clock.now()
    terms = PromotionTerms(
        code=f"GIFT-{new_id().hex[-8:]}",
        kind=PromotionKind.PERCENTAGE,
        bps=10_000,
        amount=None,
        credits=None,
        max_discount=None,
        min_purchase=None,
        package_ids=[],
        audience=Audience(),
        starts_at=at,
        ends_at=at + timedelta(days=30),
        max_uses=None,
        uses_per_organization=1,
        credit_validity_days=90,
    )
    async with unit_of_work(world.database, by=SYSTEM, at=at) as db:
        promotion = promotion_drafts.create(terms, by=SYSTEM, at=at)
        promotion.activate(by=SYSTEM, at=at)
        db.add(promotion)
    wanted = {"quantity": 10, "currency": "USD", "promotionCode": terms.code, "idempotencyKey": world.key()}
    bought = await person.do("purchaseCredits", "purchase { id }", **wanted)
    return str(bought["purchase"]["id"])
