"""The companies that move money, as the people of a story meet them: one interface, whichever company it is."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import select

from domain.payment_methods import Provider
from jobs.timers import TIMERS
from jobs.worker import settle
from persistence.reactions import failing
from persistence.tables.money import payment_attempts
from standins.adyen import disputes as adyen_disputes
from standins.adyen import platform as adyen_platform
from standins.adyen.world import Card as AdyenCard
from standins.adyen.world import World as AdyenWorld
from standins.courier import Courier
from standins.faults import Faults
from standins.paypal.server import PayPalStandIn
from standins.stripe import disputes as stripe_disputes
from standins.stripe.cards import CARDS
from standins.stripe.money import balance_of
from standins.stripe.world import World as StripeWorld
from tests.makers.simulator import kept
from tests.providers.stripe_setup import GOOD_BANK, post
from tests.world import Person

BACK = "http://localhost/back"
"""Where browsers come back to from the pages of companies."""

_MONEY = (
    "simulator.",
    "webhooks.handle",
    "payments.",
    "refunds.",
    "chargebacks.",
    "payouts.",
    "escrow.",
    "money.reconcile",
)
MONEY = tuple((name, job) for name, job in TIMERS if name.startswith(_MONEY))
"""The jobs that money waits for: all of them would take twice as long."""


class Company(ABC):
    """One company with an account of Milepost's. What it cannot be asked is data here, and no branch of a story."""

    provider: Provider
    card: str
    """The token of a card, or of whatever else is charged, that is good."""
    convincing, unconvincing = "They have used it ever since.", "They may have got it."
    """Evidence that wins, and evidence that loses, where the company decides by it."""

    def __init__(self, staff: Person) -> None:
        self.staff, self.world = staff, staff.world

    async def settle(self) -> None:
        """All that is due here and there happens, until nothing is left to do and to tell."""
        await self._work()
        while await self.tell():
            await self._work()

    async def tell(self) -> bool:
        """Its webhooks arrive; False where there are none."""
        return False

    async def _work(self) -> None:
        await settle(self.world.database, self.world.clock.now, timers=MONEY)
        assert await failing(self.world.database) == []

    def days_pass(self) -> None:
        """What takes days there, as money on its way to a bank, has happened. Nothing does, unless said otherwise."""
        return

    @abstractmethod
    async def onboard(self, payee: Person) -> str:
        """Has a payee tell the company who they are; the token by which they are paid out to."""

    @abstractmethod
    async def charge_back(self, payment: str) -> None:
        """The payer's bank takes back what was charged."""

    @abstractmethod
    async def decide(self, chargeback: Mapping[str, str], *, is_won: bool) -> None:
        """The bank has read the evidence in a chargeback, which is known by `id` here and by `externalId` there."""

    @abstractmethod
    async def kept(self) -> int:
        """What it keeps for Milepost now, in cents, net of its fees."""

    def end_day(self, day: date) -> None:
        """Its books of a day can be read from now on. Nothing has to be done for it, unless said otherwise."""
        return


class Simulator(Company):
    """Asks no payee who they are. It keeps a fee of this card only: so there are fees in every story."""

    provider, card = Provider.SIMULATOR, "sim_fee"

    async def onboard(self, payee: Person) -> str:
        return "sim_bank_ok"

    async def charge_back(self, payment: str) -> None:
        await self.staff.do("simulateChargeback", "externalId", paymentId=payment)

    async def decide(self, chargeback: Mapping[str, str], *, is_won: bool) -> None:
        await self.staff.do(
            "decideSimulatedChargeback",
            "chargeback { id }",
            chargebackId=chargeback["id"],
            decision="WON" if is_won else "LOST",
        )

    async def kept(self) -> int:
        return await kept(self.world)


class StandIn(Company):
    """A company elsewhere: it is set up by staff, and has a courier."""

    courier: Courier
    faults: Faults

    async def tell(self) -> bool:
        if not self.courier.waiting:
            return False
        await self.courier.flush()
        assert self.courier.given_up == []
        return True

    async def set_up(self, credentials: Mapping[str, str], webhook_secret: str) -> None:
        named = [{"name": name, "value": value} for name, value in credentials.items()]
        await self.staff.do(
            "configureProvider",
            "account { status }",
            provider=self.provider.name,
            credentials=named,
            webhookSecret=webhook_secret,
        )

    async def _charge_of(self, payment: str) -> str:
        """What the company calls a payment."""
        of_payment = payment_attempts.c.payment_id == UUID(hex=payment.removeprefix("pay_"))
        async with self.world.database.reader() as session:
            return str((await session.scalars(select(payment_attempts.c.provider_id).where(of_payment))).one())

    async def _onboarded(self, payee: Person, **said: str) -> str:
        """What the company calls a payee, once they have answered on its page."""
        started = await payee.do("startPayoutOnboarding", "url account", provider=self.provider.name, returnUrl=BACK)
        assert await post(started["url"], **said) == BACK
        return str(started["account"])


class Stripe(StandIn):
    """Payouts arrive days later. Evidence is weighed as the bank of the story likes."""

    provider, card = Provider.STRIPE, "pm_card_visa"

    def __init__(self, staff: Person, stripe: StripeWorld) -> None:
        super().__init__(staff)
        self.stripe, self.courier = stripe, stripe.courier

    def days_pass(self) -> None:
        self.stripe.settle()

    async def onboard(self, payee: Person) -> str:
        return await self._onboarded(payee, bank=GOOD_BANK)

    async def charge_back(self, payment: str) -> None:
        intent = self.stripe.get("payment_intent", await self._charge_of(payment))
        charge = self.stripe.get("charge", intent["latest_charge"])
        stripe_disputes.open_for(self.stripe, charge, CARDS["pm_card_createDispute"])

    async def decide(self, chargeback: Mapping[str, str], *, is_won: bool) -> None:
        stripe_disputes.decide(self.stripe, self.stripe.get("dispute", chargeback["externalId"]), is_won=is_won)

    async def kept(self) -> int:
        return balance_of(self.stripe).get("eur", 0)


class Adyen(StandIn):
    """Decides by the evidence, as soon as it has it. Its books of a day come as a report that it tells of."""

    provider, card = Provider.ADYEN, AdyenCard.OK.value
    unconvincing = f"{Company.unconvincing} This is {adyen_disputes.UNCONVINCING.decode()}."

    def __init__(self, staff: Person, adyen: AdyenWorld) -> None:
        super().__init__(staff)
        self._adyen, self.courier = adyen, adyen.notices.courier

    def days_pass(self) -> None:
        adyen_platform.move_on(self._adyen)

    async def onboard(self, payee: Person) -> str:
        return await self._onboarded(payee, said="everything")

    async def charge_back(self, payment: str) -> None:
        adyen_disputes.open_dispute(self._adyen, self._adyen.payment(await self._charge_of(payment)))

    async def decide(self, chargeback: Mapping[str, str], *, is_won: bool) -> None:
        assert self._adyen.dispute(chargeback["externalId"]).outcome == ("Won" if is_won else "Lost")

    async def kept(self) -> int:
        return self._adyen.ledger.balance("EUR")

    def end_day(self, day: date) -> None:
        adyen_platform.publish_statement(self._adyen, day)


class PayPal(StandIn):
    """Its payees have accounts there already: they sign in, and bring a code."""

    provider, card = Provider.PAYPAL, "wallet-taken"

    def __init__(self, staff: Person, paypal: PayPalStandIn) -> None:
        super().__init__(staff)
        self._paypal, self.courier = paypal, paypal.courier

    async def onboard(self, payee: Person) -> str:
        return self._paypal.gate.sign_in(payee.email)

    async def charge_back(self, payment: str) -> None:
        self._paypal.open_dispute(await self._charge_of(payment))

    async def decide(self, chargeback: Mapping[str, str], *, is_won: bool) -> None:
        self._paypal.resolve_dispute(chargeback["externalId"], f"RESOLVED_{'SELLER' if is_won else 'BUYER'}_FAVOUR")

    async def kept(self) -> int:
        held = self._paypal.account.balances(self.world.clock.now() + timedelta(seconds=1))
        return int(held["EUR"] * 100)
