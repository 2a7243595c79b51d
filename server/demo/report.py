"""The end of the demonstration: invoices, wallet and trial balance, and whether they are what they should be."""

import asyncio
from decimal import Decimal
from typing import Any

from server.demo.people import Person
from server.seed import PASSWORD, STAFF_EMAIL

_INVOICES = """query($id: ID!) { project(id: $id) {
  status invoices(first: 100) { nodes { number status total { decimal currency } fee { decimal } net { decimal } } }
} }"""
_WALLETS = "{ wallets(first: 100) { nodes { currency available { decimal } paidOut { decimal } } } }"
_PAYOUT = "query($id: ID!) { payout(id: $id) { status } }"
_PAYOUT_SECONDS = 30
_TRIAL_BALANCE = """{ trialBalance {
  currency difference { decimal } debit { decimal } credit { decimal }
  lines { account debit { decimal } credit { decimal } }
} }"""


async def report(nora: Person, ada: Person, project_ids: list[str], payout_id: str) -> int:
    """Prints all three; 0 when all is paid, the wallet has gross less fees and payout, and the books balance."""
    await _until_paid_out(ada, payout_id)
    projects = [(await ada.ask(_INVOICES, id=id_))["project"] for id_ in project_ids]
    invoices = [invoice for project in projects for invoice in project["invoices"]["nodes"]]
    _heading("The invoices that Ada has issued")
    gross, fees = _print_invoices(sorted(invoices, key=lambda invoice: str(invoice["number"])))

    _heading("Ada's wallet: gross less Milepost's fee")
    available, paid_out = await _wallet(ada)
    print(f"    {gross} EUR less {fees} EUR is {gross - fees} EUR; the wallet holds {available} EUR", end="")
    print(f" and has paid out {paid_out} EUR")

    _heading("The trial balance of the whole platform, as staff see it")
    staff = await Person.signed_in(nora.url, "Staff", STAFF_EMAIL, PASSWORD)
    off = _print_balances((await staff.ask(_TRIAL_BALANCE))["trialBalance"])

    are_paid = len(invoices) > 0 and all(invoice["status"] == "PAID" for invoice in invoices)
    are_completed = all(project["status"] == "COMPLETED" for project in projects)
    is_right = are_paid and are_completed and available + paid_out == gross - fees and off == 0
    return 0 if is_right else 1


async def _until_paid_out(ada: Person, payout_id: str) -> None:
    """The bank's answer follows in a moment."""
    status = None
    for _ in range(_PAYOUT_SECONDS * 5):
        status = (await ada.ask(_PAYOUT, id=payout_id))["payout"]["status"]
        if status == "PAID":
            return
        await asyncio.sleep(0.2)
    raise SystemExit(f"The payout is {status} after {_PAYOUT_SECONDS} seconds; is a worker running?")


def _print_invoices(invoices: list[dict[str, Any]]) -> tuple[Decimal, Decimal]:
    """Their gross and their fees."""
    for invoice in invoices:
        total, fee, net = invoice["total"], invoice["fee"]["decimal"], invoice["net"]["decimal"]
        amounts = f"{total['decimal']:>8} {total['currency']}  fee {fee:>6}  net {net:>8}"
        print(f"    {invoice['number']:<14} {amounts}  {invoice['status']}")
    gross = sum((Decimal(invoice["total"]["decimal"]) for invoice in invoices), Decimal())
    return gross, sum((Decimal(invoice["fee"]["decimal"]) for invoice in invoices), Decimal())


async def _wallet(ada: Person) -> tuple[Decimal, Decimal]:
    """What is available in euros, and what was paid out."""
    [wallet] = (one for one in (await ada.ask(_WALLETS))["wallets"]["nodes"] if one["currency"] == "EUR")
    return Decimal(wallet["available"]["decimal"]), Decimal(wallet["paidOut"]["decimal"])


def _print_balances(balances: list[dict[str, Any]]) -> Decimal:
    """By how much the books are off, over all currencies."""
    for balance in balances:
        for line in balance["lines"]:
            print(f"    {line['account']:<18} {line['debit']['decimal']:>12} {line['credit']['decimal']:>12}")
        sums = f"{balance['debit']['decimal']:>12} {balance['credit']['decimal']:>12}"
        print(f"    {'SUM ' + balance['currency']:<18} {sums}   difference {balance['difference']['decimal']}")
    return sum((abs(Decimal(balance["difference"]["decimal"])) for balance in balances), Decimal())


def _heading(text: str) -> None:
    print(f"\n• {text}")
