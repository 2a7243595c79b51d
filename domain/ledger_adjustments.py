"""Ledger adjustments: a transfer that was wrong is reversed, and the right lines are posted beside it."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from domain.checks import Checks
from domain.ledger import AccountCode, AccountKey, AccountSide, PostingKind, TransferSource
from domain.ledger_records import LedgerAccount, LedgerEntry, LedgerTransfer
from domain.money import Money
from domain.refusals import RefusalCode, Refused, conflict, invalid

MOST_LINES = 20

ADJUSTABLE = frozenset(
    {
        PostingKind.P3,
        PostingKind.P4,
        PostingKind.P5,
        PostingKind.P7,
        PostingKind.P14,
        PostingKind.P18,
        PostingKind.P19,
        PostingKind.ADJUSTMENT,
    }
)
"""What nothing else ever reverses. All other transfers are undone by a verb of what they were posted for."""

CORRECTABLE = frozenset(
    {
        AccountCode.PROVIDER_CASH,
        AccountCode.WALLET_AVAILABLE,
        AccountCode.CUSTOMER_CREDIT,
        AccountCode.ORG_DEBT,
        AccountCode.PLATFORM_FEE,
        AccountCode.PROCESSOR_FEE,
        AccountCode.BAD_DEBT,
        AccountCode.FX_CLEARING,
    }
)
"""What all other accounts hold is said by documents (invoices, holds, payouts, unexplained payments …) and changes with
them alone."""


@dataclass(frozen=True, slots=True)
class CorrectionLine:
    """One line of what is right."""

    account_id: UUID
    side: AccountSide
    amount: Money

    @property
    def signed_minor(self) -> int:
        """As an entry has it: debit > 0, credit < 0."""
        return self.amount.amount_minor if self.side is AccountSide.DEBIT else -self.amount.amount_minor


@dataclass(frozen=True, slots=True)
class Correction:
    """A transfer, its entries, and what is to stand in their place; `accounts` are those of both, by id."""

    wrong: LedgerTransfer
    entries: Sequence[LedgerEntry]
    lines: Sequence[CorrectionLine]
    accounts: Mapping[UUID, LedgerAccount]

    def net(self) -> Counter[UUID]:
        """By how much reversal and correction together change each account, debit > 0."""
        change: Counter[UUID] = Counter()
        for entry in self.entries:
            change[entry.account_id] -= entry.amount_minor
        for line in self.lines:
            change[line.account_id] += line.signed_minor
        return change

    @property
    def is_about_a_difference(self) -> bool:
        """Whether it is posted because a provider reports so: what that money is may be found out later."""
        return self.wrong.source_type is TransferSource.MONEY_EXCEPTION

    def may_change(self, account: LedgerAccount) -> bool:
        is_explained = account.code is AccountCode.SUSPENSE and self.is_about_a_difference
        return is_explained or account.code in CORRECTABLE

    def owners(self) -> list[UUID]:
        """The organizations whose accounts it changes."""
        changed = [self.accounts[account_id] for account_id, change in self.net().items() if change]
        return list(dict.fromkeys(one.organization_id for one in changed if one.organization_id is not None))


def command_of(lines: Iterable[CorrectionLine]) -> dict[str, Any]:
    """The lines as they wait for a second person."""
    return {
        "lines": [
            {
                "accountId": line.account_id.hex,
                "side": line.side.value,
                "amountMinor": line.amount.amount_minor,
                "currency": line.amount.currency,
            }
            for line in lines
        ]
    }


def lines_of(command: Mapping[str, Any]) -> list[CorrectionLine]:
    return [
        CorrectionLine(UUID(line["accountId"]), AccountSide(line["side"]), Money(line["amountMinor"], line["currency"]))
        for line in command["lines"]
    ]


def check_lines(lines: Sequence[CorrectionLine]) -> None:
    """Refuses INVALID what is wrong with the lines whatever they correct."""
    checks = Checks()
    checks.count("lines", lines, most=MOST_LINES)
    seen: set[UUID] = set()
    for position, line in enumerate(lines):
        with checks.within("lines", str(position)):
            checks.money("amount", line.amount)
            checks.require(line.account_id not in seen, "One line for each account.", "accountId")
        seen.add(line.account_id)
    for currency, difference in _sums(lines).items():
        money = Money(abs(difference), currency)
        checks.require(not difference, f"Debits and credits differ by {money}: they have to be equal.", "lines")
    checks.refuse()


def check_correction(correction: Correction, *, is_reversed: bool) -> None:
    """Refuses what is no correction: of what is undone already, of what documents say, or of nothing at all."""
    _check_kind(correction)
    if is_reversed:
        raise conflict("This transfer is reversed already: adjust the one that stands in its place.", "transferId")
    net, checks = correction.net(), Checks()
    currencies = {entry.currency for entry in correction.entries}
    for position, line in enumerate(correction.lines):
        currency = correction.accounts[line.account_id].currency
        with checks.within("lines", str(position), "amount"):
            checks.require(line.amount.currency == currency, f"The account's currency is {currency}.", "currency")
            known = line.amount.currency in currencies
            checks.require(known, f"The transfer is in {' and '.join(sorted(currencies))}.", "currency")
    checks.require(any(net.values()), "This is what is posted already: there is nothing to correct.", "lines")
    for account_id, change in net.items():
        account = correction.accounts[account_id]
        if change and not correction.may_change(account):
            has = _entry_on(correction.entries, account_id)
            checks.require(False, f"{account.code.name} follows its documents: give {has}, as it is posted.", "lines")
    checks.refuse()


def _check_kind(correction: Correction) -> None:
    kind = correction.wrong.kind
    if kind is PostingKind.REVERSAL:
        raise invalid("This is a reversal itself: adjust the transfer that was posted in its place.", "transferId")
    if kind not in ADJUSTABLE:
        what = correction.wrong.source_type.value
        raise invalid(f"{kind.name} is undone by what ends or takes back its {what}, not by hand.", "transferId")
    is_suspended = any(correction.accounts[one.account_id].code is AccountCode.SUSPENSE for one in correction.entries)
    if is_suspended and not correction.is_about_a_difference:
        raise invalid("Money in suspense leaves it with clearSuspense.", "transferId")


def check_covered(correction: Correction, balances: Mapping[AccountKey, int]) -> None:
    """Refuses INSUFFICIENT_FUNDS where a guarded account would go below zero."""
    for account_id, change in correction.net().items():
        account = correction.accounts[account_id]
        growth = change if account.side is AccountSide.DEBIT else -change
        held = balances.get(key_of(account), 0)
        if account.guarded and held + growth < 0:
            raise Refused(
                RefusalCode.INSUFFICIENT_FUNDS,
                f"This takes {Money(-growth, account.currency)} from {account.code.name}, which holds"
                f" {Money(held, account.currency)}.",
                path=("lines",),
                required=Money(-growth, account.currency),
                available=Money(held, account.currency),
            )


def key_of(account: LedgerAccount) -> AccountKey:
    return AccountKey(
        code=account.code,
        currency=account.currency,
        organization_id=account.organization_id,
        provider=account.provider,
        customer_id=account.customer_id,
    )


def _sums(lines: Iterable[CorrectionLine]) -> Counter[str]:
    sums: Counter[str] = Counter()
    for line in lines:
        sums[line.amount.currency] += line.signed_minor
    return sums


def _entry_on(entries: Iterable[LedgerEntry], account_id: UUID) -> str:
    posted = next((entry for entry in entries if entry.account_id == account_id), None)
    if posted is None:
        return "no line for it"
    side = "a debit" if posted.amount_minor > 0 else "a credit"
    return f"{side} of {Money(abs(posted.amount_minor), posted.currency)}"
