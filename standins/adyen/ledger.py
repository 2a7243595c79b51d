"""The books of the stand-in: what was moved in the balance account, and the statement of a day."""

import csv
import io
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal

_EXPONENTS = {"CLP": 2, "CVE": 0, "IDR": 0, "ISK": 2, "JPY": 0, "KRW": 0, "BHD": 3, "KWD": 3, "TND": 3}
_COLUMNS = (
    "BalancePlatform AccountHolder BalanceAccount Category Type Status Transfer_Id Transaction_Id "
    "Psp_Payment_Merchant_Reference Psp_Payment_Psp_Reference Psp_Modification_Psp_Reference "
    "Psp_Modification_Merchant_Reference Reference Description Booking_Date Booking_Date_TimeZone Value_Date "
    "Value_Date_TimeZone Currency Amount Starting_Balance_Currency Starting_Balance Ending_Balance_Currency "
    "Ending_Balance"
)
COLUMNS = [name.replace("_", " ") for name in _COLUMNS.split()]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One movement, with the references that the statement shows of it."""

    at: datetime
    type: str
    category: str
    currency: str
    value: int
    """Negative where money leaves."""
    transfer: str
    transaction: str
    payment: str = ""
    payment_reference: str = ""
    change: str = ""
    change_reference: str = ""
    reference: str = ""


class Ledger:
    """What happened in the balance account, in order."""

    def __init__(self, balance_account: str, clock: Callable[[], datetime]) -> None:
        self.balance_account, self._clock = balance_account, clock
        self.entries: list[Entry] = []

    def book(self, type_: str, category: str, currency: str, value: int, *, transfer: str = "", **names: str) -> None:
        number = len(self.entries) + 1
        self.entries.append(
            Entry(
                at=self._clock(),
                type=type_,
                category=category,
                currency=currency,
                value=value,
                transfer=transfer or f"TR{number:08}",
                transaction=f"EVJN{number:08}",
                **names,
            )
        )

    def balance(self, currency: str) -> int:
        return sum(entry.value for entry in self.entries if entry.currency == currency)

    def statement(self, day: date) -> str:
        """As Adyen's report has it: amounts with decimals, opening and closing balances on lines of their own."""
        text = io.StringIO()
        writer = csv.DictWriter(text, COLUMNS, restval="", lineterminator="\n")
        writer.writeheader()
        for currency in sorted({entry.currency for entry in self.entries}):
            entries = [entry for entry in self.entries if entry.currency == currency]
            before = sum(entry.value for entry in entries if _day(entry) < day)
            until = sum(entry.value for entry in entries if _day(entry) <= day)
            named = {"BalancePlatform": "StandIn", "BalanceAccount": self.balance_account}
            start = {"Starting Balance Currency": currency, "Starting Balance": decimal(before, currency)}
            writer.writerow({**named, **start})
            writer.writerows({**named, **_row(entry)} for entry in entries if _day(entry) == day)
            end = {"Ending Balance Currency": currency, "Ending Balance": decimal(until, currency)}
            writer.writerow({**named, **end})
        return text.getvalue()


def _row(entry: Entry) -> dict[str, str]:
    at = f"{entry.at.astimezone(UTC):%Y-%m-%d %H:%M:%S}"
    return {
        "Category": entry.category,
        "Type": entry.type,
        "Status": "booked" if entry.category == "bank" else entry.type,
        "Transfer Id": entry.transfer,
        "Transaction Id": entry.transaction,
        "Psp Payment Merchant Reference": entry.payment_reference,
        "Psp Payment Psp Reference": entry.payment,
        "Psp Modification Psp Reference": entry.change,
        "Psp Modification Merchant Reference": entry.change_reference,
        "Reference": entry.reference,
        "Booking Date": at,
        "Booking Date TimeZone": "UTC",
        "Value Date": at,
        "Value Date TimeZone": "UTC",
        "Currency": entry.currency,
        "Amount": decimal(entry.value, entry.currency),
    }


def _day(entry: Entry) -> date:
    return entry.at.astimezone(UTC).date()


def decimal(value: int, currency: str) -> str:
    return str(Decimal(value).scaleb(-_EXPONENTS.get(currency, 2)))
