"""The end of the demonstration: invoices, wallet and trial balance, and whether they are what they should be."""

from decimal import Decimal
from typing import Any

from server.demo.people import Person
from server.seed import PASSWORD, STAFF_EMAIL

_INVOICES = """query($id: ID!) { project(id: $id) {
  status invoices(first: 100) { nodes { number status total { decimal currency } fee { decimal } net { decimal } } }
} }"""
_WALLETS = "{ wallets(first: 100) { nodes { currency available { decimal } } } }"
_TRIAL_BALANCE = """{ trialBalance {
  currency difference { decimal } debit { decimal } credit { decimal }
  lines { account debit { decimal } credit { decimal } }
} }"""


async def report(nora: Person, ada: Person, project_id: str) -> int:
    """Prints all three; 0 when every invoice is paid, the wallet holds gross less fees, and the books balance."""
    project = (await ada.ask(_INVOICES, id=project_id))["project"]
    invoices = sorted(project["invoices"]["nodes"], key=lambda invoice: str(invoice["number"]))
    _heading("The invoices that Ada has issued")
    gross, fees = _print_invoices(invoices)

    _heading("Ada's wallet: gross less Milepost's fee")
    available = await _available(ada)
    print(f"    {gross} EUR less {fees} EUR is {gross - fees} EUR; the wallet holds {available} EUR")

    _heading("The trial balance of the whole platform, as staff see it")
    staff = await Person.signed_in(nora.url, "Staff", STAFF_EMAIL, PASSWORD)
    off = _print_balances((await staff.ask(_TRIAL_BALANCE))["trialBalance"])

    are_paid = len(invoices) > 0 and all(invoice["status"] == "PAID" for invoice in invoices)
    is_right = are_paid and project["status"] == "COMPLETED" and available == gross - fees and off == 0
    return 0 if is_right else 1


def _print_invoices(invoices: list[dict[str, Any]]) -> tuple[Decimal, Decimal]:
    """Their gross and their fees."""
    for invoice in invoices:
        total, fee, net = invoice["total"], invoice["fee"]["decimal"], invoice["net"]["decimal"]
        amounts = f"{total['decimal']:>8} {total['currency']}  fee {fee:>6}  net {net:>8}"
        print(f"    {invoice['number']:<14} {amounts}  {invoice['status']}")
    gross = sum((Decimal(invoice["total"]["decimal"]) for invoice in invoices), Decimal())
    return gross, sum((Decimal(invoice["fee"]["decimal"]) for invoice in invoices), Decimal())


async def _available(ada: Person) -> Decimal:
    wallets = (await ada.ask(_WALLETS))["wallets"]["nodes"]
    return sum((Decimal(one["available"]["decimal"]) for one in wallets if one["currency"] == "EUR"), Decimal())


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
