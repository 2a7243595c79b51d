"""Write-offs as issuers and staff make them."""

from datetime import datetime

import strawberry

from domain import write_offs as domain
from domain.permissions import Permission
from resolvers import write_offs as resolve
from schema.inputs import an_id, value
from schema.invoices import INVOICE
from schema.money import Money, MoneyInput
from schema.mutations import mutation
from schema.shapes import plain, shows


@shows(domain.WriteOffTolerance, "Up to which remainder of a currency an issuer may write off.")
class WriteOffTolerance:
    amount: Money = plain("The largest remainder; 0: none may be written off, as long as nothing was set.")
    set_at: datetime = plain("Since when.")


@strawberry.type
class WriteOffMutations:
    mark_uncollectible = mutation(
        resolve.mark_uncollectible,
        "Gives up an open invoice of your organization: what is due is no longer expected, though it stays written on "
        "it. Money that comes all the same opens it again first. An invoice of a project only while it is ON_HOLD or "
        "when it is overdue for 90 days (else WRONG_STATE); CONFLICT while a payment is under way; DISPUTED while "
        "frozen. Of what Milepost itself has sold, staff give up what a lost chargeback has made due again.",
        needs=(Permission.INVOICES_WRITE, Permission.STAFF_MONEY),
        takes={
            "invoice_id": an_id("Invoice", "The invoice."),
            "reason": value(str, "Why, 1 to 1000 characters."),
        },
        gives=INVOICE,
        keyed=True,
    )
    write_off_remainder = mutation(
        resolve.write_off_remainder,
        "Makes an open invoice PAID without what little is left of it. INVALID when more is due than the currency's "
        "tolerance, which is 0 until staff have set another; CONFLICT while a payment is under way; DISPUTED while "
        "frozen.",
        needs=Permission.INVOICES_WRITE,
        takes={"invoice_id": an_id("Invoice", "The invoice.")},
        gives=INVOICE,
        keyed=True,
    )
    set_write_off_tolerance = mutation(
        resolve.set_write_off_tolerance,
        "Says up to which remainder of a currency issuers may write off from now on.",
        needs=Permission.STAFF_MONEY,
        takes={"amount": value(MoneyInput, "The largest remainder in its currency; 0 for none.")},
        gives={"tolerance": (WriteOffTolerance, "What counts now.")},
    )
