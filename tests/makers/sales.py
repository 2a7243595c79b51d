"""Makers of what Milepost sells: products with a price, and checkouts of them."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select

from domain.actors import SYSTEM
from domain.catalogue import CatalogueStatus
from domain.checkout_sessions import CheckoutSession
from domain.ids import new_id
from domain.payments import Payment
from domain.prices import Price, PriceInterval, PriceModel, TaxBehavior
from domain.products import Product, ProductKind
from domain.purchases import Purchase
from domain.sales import Sale
from persistence.tables.money import payments
from persistence.unit import unit_of_work
from tests.makers.payment_methods import make_method
from tests.world import Person, World


@dataclass(slots=True)
class Bought:
    """A checkout of a product that is bought once."""

    world: World
    staff: Person
    buyer: Person
    session_id: UUID
    purchase_id: UUID
    sale_id: UUID

    async def session(self) -> CheckoutSession:
        async with self.world.database.reader() as session:
            return await session.get_one(CheckoutSession, self.session_id)

    async def purchase(self) -> Purchase:
        async with self.world.database.reader() as session:
            return await session.get_one(Purchase, self.purchase_id)

    async def sale(self) -> Sale:
        async with self.world.database.reader() as session:
            return await session.get_one(Sale, self.sale_id)

    async def payment(self) -> Payment:
        """Its newest one."""
        of_sale = select(Payment).where(payments.c.sale_id == self.sale_id).order_by(payments.c.id.desc()).limit(1)
        async with self.world.database.reader() as session:
            return (await session.scalars(of_sale)).one()

    async def refund(self, amount_minor: int | None = None) -> dict[str, Any]:
        """What staff are told when they give a part back, or all that is left."""
        amount = None if amount_minor is None else {"amountMinor": str(amount_minor), "currency": "EUR"}
        return await self.staff.attempt(
            "refundPurchase",
            "purchase { status refunded { amountMinor } } refund { id status cause }",
            purchaseId=f"pur_{self.purchase_id.hex}",
            amount=amount,
            reason="They changed their mind.",
            idempotencyKey=self.world.key(),
        )


async def make_product(
    world: World,
    *,
    price_minor: int = 4_900,
    currency: str = "EUR",
    access_days: int | None = None,
    tax_behavior: TaxBehavior = TaxBehavior.EXCLUSIVE,
    revokes_on_partial_refund: bool = False,
) -> Price:
    """Something of Milepost's own that is bought once, for euros."""
    at = world.clock.now()
    product = Product(
        id=new_id(),
        app_id=None,
        owner_organization_id=None,
        code=f"thing_{new_id().hex[-8:]}",
        name="A thing",
        description=None,
        kind=ProductKind.ONE_OFF,
        tax_code=None,
        revoke_on_partial_refund=revokes_on_partial_refund,
    )
    price = Price(
        id=new_id(),
        app_id=None,
        owner_organization_id=None,
        product_id=product.id,
        currency=currency,
        model=PriceModel.FLAT,
        unit_amount_minor=price_minor,
        tiers=(),
        interval=PriceInterval.ONE_TIME,
        interval_count=1,
        meter_id=None,
        tax_behavior=tax_behavior,
        access_days=access_days,
        provider_price_id=None,
        is_variant=False,
    )
    async with unit_of_work(world.database, by=SYSTEM, at=at) as db:
        product.born(CatalogueStatus.ACTIVE, action="createProduct", by=SYSTEM, at=at)
        db.add(product)
        await db.flush()
        price.born(CatalogueStatus.ACTIVE, action="createPrice", by=SYSTEM, at=at)
        db.add(price)
    return price


async def buy(
    world: World,
    price: Price,
    *,
    token: str | None = "sim_ok",
    buyer: Person | None = None,
    staff: Person | None = None,
) -> Bought:
    """A checkout that is paid with a method of the buyer's (none: on a page of the simulator's), not yet sent."""
    staff, buyer = staff or await world.staff(), buyer or await world.client_side()
    method = None if token is None else await make_method(buyer, token)
    begun = await begin(world, buyer, price, methodId=method)
    return await bought(world, staff, buyer, begun["session"]["id"])


async def begin(world: World, buyer: Person, price: Price, **how: Any) -> dict[str, Any]:
    """What createCheckoutSession says."""
    given = {
        "priceId": f"prc_{price.id.hex}",
        "mode": "PAYMENT",
        "successUrl": "http://localhost/bought",
        "cancelUrl": "http://localhost/shop",
        "idempotencyKey": world.key(),
    }
    return await buyer.do(
        "createCheckoutSession", "session { id status url purchase { id status } } payment { id }", **(given | how)
    )


async def bought(world: World, staff: Person, buyer: Person, session_id: str) -> Bought:
    async with world.database.reader() as session:
        checkout = await session.get_one(CheckoutSession, UUID(hex=session_id.removeprefix("chk_")))
    assert checkout.purchase_id is not None
    assert checkout.sale_id is not None
    return Bought(world, staff, buyer, checkout.id, checkout.purchase_id, checkout.sale_id)
