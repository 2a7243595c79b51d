"""Makers of credit accounts and lots for rules that need no database, and what must hold of them."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID

from domain.actors import SYSTEM
from domain.credit_accounts import CreditAccount, CreditAccountStatus
from domain.credit_lots import CreditLot, LotSource
from domain.credit_lots import opened as lot_opened
from domain.credit_movements import Movement, open_lot
from domain.credit_transactions import CreditConsumption, CreditTransactionStatus, CreditTransactionType, Direction
from domain.ids import new_id
from domain.ledger import AccountCode, Transfer
from domain.postings import credits as postings

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)


def new_account() -> CreditAccount:
    """The empty account of a new organization, as the database opens it."""
    account = CreditAccount(id=new_id(), organization_id=new_id())
    account.status = CreditAccountStatus.ACTIVE
    account.hold_lots([])
    return account


@dataclass
class Journal:
    """An account and all that was written about it, as the database would keep it."""

    account: CreditAccount = field(default_factory=new_account)
    movements: list[Movement] = field(default_factory=list)
    lots: dict[UUID, CreditLot] = field(default_factory=dict)

    def keep(self, *movements: Movement | None) -> Movement:
        """Remembers movements as they were handed to be written; the last of them."""
        kept = [one for one in movements if one is not None]
        for movement in kept:
            self.movements.append(movement)
            self.lots |= {lot.id: lot for lot in movement.new_lots}
        return kept[-1]

    def give(
        self,
        quantity: int,
        source: LotSource = LotSource.PURCHASE,
        *,
        cost_minor: int = 0,
        expires_at: datetime | None = None,
        at: datetime = NOON,
    ) -> CreditLot:
        """A new lot of the account."""
        lot = lot_opened(
            self.account.id,
            self.account.organization_id,
            source=source,
            source_id=new_id(),
            quantity=quantity,
            cost_minor=cost_minor,
            currency="USD" if cost_minor else None,
            expires_at=expires_at,
            at=at,
        )
        self.keep(open_lot(self.account, lot, by=SYSTEM, at=at))
        return lot

    def consumed(self, movement: Movement) -> list[CreditConsumption]:
        """What is written of the lots that a movement touched, less what it dropped later."""
        of_it = movement.transaction.id
        dropped = {id(one) for each in self.movements for one in each.dropped}
        rows = {id(one): one for each in self.movements for one in each.touched if one.transaction_id == of_it}
        return [one for key, one in rows.items() if key not in dropped]

    def balance(self, code: AccountCode, currency: str | None = None) -> int:
        """What an account of the ledger has grown by: of the organization where it has one, else of the platform."""
        return sum(
            posting.change_minor
            for transfer in self.transfers()
            for posting in transfer.postings
            if posting.account.code is code
            and posting.account.organization_id in (None, self.account.organization_id)
            and currency in (None, posting.account.currency)
        )

    def transfers(self) -> list[Transfer]:
        return list({one.id: one for movement in self.movements for one in movement.transfers}.values())

    def check(self) -> None:
        """What must hold of an account, its lots and its postings after every movement."""
        account = self.account
        assert account.available == self.balance(postings.available(account.organization_id).code)
        assert account.held == self.balance(postings.held(account.organization_id).code)
        assert account.available == sum(lot.remaining for lot in self.lots.values())
        assert account.held == sum(lot.held for lot in self.lots.values())
        self._check_lots()
        for movement in self.movements:
            self._check_sum(movement)

    def _check_lots(self) -> None:
        posted = {one.transaction.id for one in self.movements if one.transaction.status is _POSTED}
        rows = {id(one): one for movement in self.movements for one in self.consumed(movement)}
        for lot in self.lots.values():
            mine = [one for one in rows.values() if one.lot_id == lot.id and one.transaction_id in posted]
            came = sum(one.quantity for one in mine if one.direction is Direction.IN)
            left = sum(one.quantity for one in mine if one.direction is Direction.OUT)
            assert lot.remaining + lot.held == came - left
            assert min(lot.remaining, lot.held, came, left) >= 0

    def _check_sum(self, movement: Movement) -> None:
        transaction, rows = movement.transaction, self.consumed(movement)
        total = sum(one.quantity for one in rows)
        if transaction.type is CreditTransactionType.ROLLOVER:
            assert total == 2 * transaction.quantity
        elif transaction.captured_quantity is not None:
            assert total == transaction.captured_quantity
        else:
            assert total == transaction.quantity


_POSTED = CreditTransactionStatus.POSTED
