"""Writing transfers: accounts found or made, entries inserted, balances moved, all in the caller's transaction."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, insert, or_, select
from sqlalchemy.dialects.postgresql import insert as insert_or_ignore

from domain.debts import debt_behind, moved_debts
from domain.events import Recorder
from domain.ids import new_id
from domain.ledger import KEY_PARTS, AccountCode, AccountKey, PostingKind, Transfer
from domain.postings.wallets import debt_recovered
from domain.wallets import is_wallet, moved_wallets, require_covered
from persistence.outbox import outbox_row
from persistence.tables.money import ledger_accounts, ledger_balances, ledger_transfers
from persistence.tables.platform import outbox
from persistence.unit import Unit

Accounts = Mapping[AccountKey, UUID]

POST = Path(__file__).with_suffix(".sql").read_text()
"""One statement for any number of transfers, planned once for each connection."""

_KNOWN: dict[AccountKey, UUID] = {}
"""Accounts that this process has come across: what they are never changes. Those of a transaction that came to nothing
may be among them, so what is not found under such an id is looked for anew."""
_MOST_KNOWN = 100_000


@dataclass(frozen=True, slots=True)
class _Posted:
    """What an attempt to post has found and done. The balances are locked, whatever became of it."""

    held: Mapping[AccountKey, int]
    versions: Mapping[UUID, int]
    entries: int


async def post(db: Unit, *transfers: Transfer) -> None:
    """Writes transfers with their entries and moves the balances of the guarded accounts in them, all at once.

    Refuses INSUFFICIENT_FUNDS where a wallet does not cover what is taken from it. What comes into a wallet repays the
    debt of its organization first, for every transfer and in this one place.

    A second transfer of the same kind, source and ordinal is a bug of the caller: the unique index lets it fail. So are
    transfers that together would take any other guarded account below zero.
    """
    await db.flush()
    keys = dict.fromkeys(posting.account for transfer in transfers for posting in transfer.postings)
    changes: Counter[AccountKey] = Counter()
    for transfer in transfers:
        for posting in transfer.postings:
            if posting.account.rule.guarded:
                changes[posting.account] += posting.change_minor
    # Debts are locked with the rest: what they share with other transactions is the ascending order of all balances.
    debts = {debt_behind(key): key for key, change in changes.items() if is_wallet(key) and change > 0}
    accounts = _known(keys) or await _made(db, keys)
    posted = await _write(db, transfers, accounts, changes, debts)
    if not posted.entries:
        if changes.keys() <= posted.held.keys():
            require_covered(changes, posted.held)
        accounts = await _made(db, keys)
        posted = await _write(db, transfers, accounts, changes, debts)
        require_covered(changes, posted.held)
        if posted.entries != sum(len(transfer.postings) for transfer in transfers):
            raise AssertionError("transfers were covered and not written: what they would tell has not happened")
    for transfer in transfers:
        await _tell(db, [*moved_wallets(transfer, accounts), *moved_debts(transfer, accounts)], posted.versions)
    for debt, wallet in debts.items():
        repaid = min(posted.held.get(debt, 0) + changes[debt], changes[wallet])
        if repaid > 0:
            await _recover(db, _cause(transfers, wallet), wallet, debt, repaid)


def _cause(transfers: Sequence[Transfer], wallet: AccountKey) -> Transfer:
    """The last of the transfers that brings something into the wallet."""
    return next(
        transfer
        for transfer in reversed(transfers)
        if any(posting.account == wallet and posting.change_minor > 0 for posting in transfer.postings)
    )


async def _recover(db: Unit, cause: Transfer, wallet: AccountKey, debt: AccountKey, amount_minor: int) -> None:
    ordinal = await next_ordinal(db, PostingKind.P18, cause.source_id)
    await post(db, debt_recovered(cause, wallet, debt, amount_minor, ordinal))


async def balances_of(db: Unit, *keys: AccountKey) -> Mapping[AccountKey, int]:
    """What guarded accounts hold, locked until the transaction ends. Name all that the transfer to come will move."""
    accounts = await _existing(db, keys)
    balances = ledger_balances.c
    statement = select(balances.account_id, balances.balance_minor).where(balances.account_id.in_(accounts.values()))
    rows = await db.session.execute(statement.order_by(balances.account_id).with_for_update())
    held = {row.account_id: row.balance_minor for row in rows}
    return {key: held.get(accounts[key], 0) if key in accounts else 0 for key in keys}


async def next_ordinal(db: Unit, kind: PostingKind, source_id: UUID) -> int:
    """The ordinal of the next transfer of that kind for a locked source."""
    of_source = (ledger_transfers.c.kind == kind, ledger_transfers.c.source_id == source_id)
    newest = select(func.coalesce(func.max(ledger_transfers.c.ordinal), 0)).where(*of_source)
    return 1 + int((await db.session.execute(newest)).scalar_one())


def _known(keys: Iterable[AccountKey]) -> Accounts | None:
    """The accounts behind the keys; None unless all are known."""
    try:
        return {key: _KNOWN[key] for key in keys}
    except KeyError:
        return None


async def _made(db: Unit, keys: Iterable[AccountKey]) -> Accounts:
    """The accounts behind the keys and the balance rows of the guarded ones, made where they do not exist yet.

    A balance row starts at 0; what the account may hold already, the database would not let it forget.
    """
    found = await _existing(db, keys)
    missing = sorted((key for key in keys if key not in found), key=repr)
    if missing:
        new = [_account_row(key) for key in missing]
        await db.session.execute(insert_or_ignore(ledger_accounts).on_conflict_do_nothing(), new)
        found = await _existing(db, keys)
    guarded = sorted(found[key] for key in keys if key.rule.guarded)
    if guarded:
        rows = [{"account_id": id_, "balance_minor": 0, "last_entry_id": 0, "version": 0} for id_ in guarded]
        await db.session.execute(insert_or_ignore(ledger_balances).on_conflict_do_nothing(), rows)
    if len(_KNOWN) > _MOST_KNOWN:
        _KNOWN.clear()
    _KNOWN.update(found)
    return found


def _account_row(key: AccountKey) -> dict[str, Any]:
    parts = {part: getattr(key, part) for part in KEY_PARTS}
    rule = key.rule
    return {
        "id": new_id(),
        "code": key.code,
        "currency": key.currency,
        "side": rule.side,
        "guarded": rule.guarded,
        **parts,
    }


async def _existing(db: Unit, keys: Iterable[AccountKey]) -> dict[AccountKey, UUID]:
    table = ledger_accounts.c
    parts = [table[part] for part in KEY_PARTS]
    statement = select(table.id, table.code, table.currency, *parts).where(or_(*(_is(key) for key in keys)))
    return {
        AccountKey(code=row[1], currency=row[2], **dict(zip(KEY_PARTS, row[3:], strict=True))): row[0]
        for row in await db.session.execute(statement)
    }


def _is(key: AccountKey) -> ColumnElement[bool]:
    """Plain equalities and IS NULLs, which the unique index over the whole key serves."""
    parts = (ledger_accounts.c[part] == getattr(key, part) for part in KEY_PARTS)
    return and_(ledger_accounts.c.code == key.code, ledger_accounts.c.currency == key.currency, *parts)


async def _write(
    db: Unit,
    transfers: Sequence[Transfer],
    accounts: Accounts,
    changes: Mapping[AccountKey, int],
    debts: Mapping[AccountKey, AccountKey],
) -> _Posted:
    """Runs ledger.sql: locks the balances and, where everything is there and covered, writes and moves."""
    by_id = {accounts[key]: key for key in changes}
    connection = await db.session.connection()
    result = await connection.exec_driver_sql(
        POST,
        (
            list(by_id),
            list(changes.values()),
            [is_wallet(key) for key in changes],
            [debt.organization_id for debt in debts],
            [debt.currency for debt in debts],
            *_rows(transfers, accounts),
        ),
    )
    rows: list[tuple[Any, ...]] = [tuple(row) for row in result]
    *locked, (_, entries, *_) = rows
    held: dict[AccountKey, int] = {}
    versions: dict[UUID, int] = {}
    for id_, balance_minor, version, owner_id, currency in locked:
        key = by_id.get(id_) or AccountKey(code=AccountCode.ORG_DEBT, currency=currency, organization_id=owner_id)
        held[key] = balance_minor
        versions[id_] = version
    return _Posted(held, versions, entries)


def _rows(transfers: Sequence[Transfer], accounts: Accounts) -> Iterator[object]:
    """The parameters of ledger.sql that say what to insert, column by column; accounts come before transfers."""
    lines = [(transfer, posting) for transfer in transfers for posting in transfer.postings]
    account_ids = [accounts[posting.account] for _, posting in lines]
    yield len(set(account_ids))
    yield account_ids
    heads = [_head(transfer) for transfer in transfers]
    ids = {id(transfer): transfer.id or new_id() for transfer in transfers}
    yield list(ids.values())
    yield from (list(column) for column in zip(*heads, strict=True))
    yield [ids[id(transfer)] for transfer, _ in lines]
    yield [posting.amount_minor for _, posting in lines]
    yield [posting.account.currency for _, posting in lines]
    yield [transfer.invoice_id for transfer, _ in lines]
    yield [transfer.payment_id for transfer, _ in lines]
    yield [transfer.hold_id for transfer, _ in lines]
    yield [transfer.payout_id for transfer, _ in lines]


def _head(transfer: Transfer) -> tuple[object, ...]:
    """A row of ledger_transfers but for its id; the last three say what it reverses, by id or by kind and ordinal."""
    reverses: tuple[UUID | None, str | None, int | None] = (None, None, None)
    if isinstance(transfer.reverses, tuple):
        reverses = (None, transfer.reverses[0].value, transfer.reverses[1])
    elif transfer.reverses is not None:
        reverses = (transfer.reverses, None, None)
    return (
        transfer.kind.value,
        transfer.source_type.value,
        transfer.source_id,
        transfer.ordinal,
        len(transfer.postings),
        transfer.at,
        transfer.by.user_id,
        transfer.by.key_id,
        transfer.by.organization_id,
        transfer.reason,
        *reverses,
    )


async def _tell(db: Unit, moved: Sequence[Recorder], versions: Mapping[UUID, int]) -> None:
    """Writes what wallets and debts tell, after the lock on their balances: in the order of the movements."""
    rows = [outbox_row(one, versions[one.id], event, db.request_id) for one in moved for event in one.take_events()]
    if rows:
        await db.session.execute(insert(outbox), rows)
