"""Invoice drafts as issuers write them."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Annotated, Any

import strawberry

from domain import invoice_previews as previews
from domain.invoice_terms import DiscountTerms, LineTerms
from domain.permissions import Permission
from domain.refusals import Refused
from resolvers import invoice_drafts as resolve
from resolvers.context import Context
from schema.inputs import an_id, ids, optional, patch, patch_id, read_input, value
from schema.invoice_lines import InvoicePreviewLine, TaxTotal
from schema.invoices import INVOICE
from schema.money import Money, MoneyInput
from schema.mutations import IdOf, mutation
from schema.refusals import Refusal
from schema.scalars import Currency, DecimalText
from schema.shapes import plain, shows
from schema.taxes import TaxLevel, TaxMode


@strawberry.input(description="A discount: either basis points or an amount.")
class DiscountInput:
    bps: int | None = optional(int, "0 to 10000: 1000 are 10 %.")
    amount: MoneyInput | None = optional(MoneyInput, "At most what it is taken off.")

    build = staticmethod(DiscountTerms)


@strawberry.input(description="A position of an invoice. What it comes to is computed.")
class InvoiceLineInput:
    description: str = value(str, "What is billed, 1 to 500 characters.")
    quantity: DecimalText | None = optional(DecimalText, "Above 0, with at most 6 decimals; 1 unless said.", Decimal(1))
    unit: str | None = optional(str, "Of what, to 20 characters, for example hours.")
    unit_price: MoneyInput = value(MoneyInput, "The price of one, in the invoice's currency.")
    discount: DiscountInput | None = optional(DiscountInput, "Off this line.")
    tax_type_ids: list[strawberry.ID] = ids("TaxType", "Up to 3 active tax types; they share the line's base.")

    build = staticmethod(LineTerms)


@shows(previews.InvoicePreview, "What an invoice would come to. Nothing was written.")
class InvoicePreview:
    subtotal: Money = plain("The lines after their own discounts.")
    discount_total: Money = plain("The document's discount.")
    net_total: Money = plain("Without tax.")
    tax_total: Money = plain("All taxes.")
    total: Money = plain("Net and taxes.")
    taxes: list[TaxTotal] = plain("Its taxes, summed over the lines.")
    lines: list[InvoicePreviewLine] = plain("Its positions.")
    warnings: list[str] = plain("What you may want to look at before you go on; nothing of it blocks.")


def _fields(make: Callable[..., Any]) -> dict[str, Any]:
    """The fields that all inputs share: `optional` ones of a new draft, or `patch` ones of an update."""
    return {
        "tax_mode": make(TaxMode, "What prices mean; EXCLUSIVE unless said.", TaxMode.EXCLUSIVE),
        "tax_level": make(TaxLevel, "Where tax is rounded; DOCUMENT unless said.", TaxLevel.DOCUMENT),
        "discount": make(DiscountInput, "Off the whole document, spread over its lines."),
        "issue_on": make(date, "The date of issue, not after the day it is opened; that day unless said."),
        "supply_on": make(date, "The tax point; the date of issue unless said."),
        "due_on": make(date, "The last day to pay; the customer's payment terms decide unless said."),
        "note": make(str, "Words to the recipient, to 2000 characters.", ""),
    }


def _new() -> dict[str, Any]:
    return {
        "customer_id": an_id("Customer", "For whom."),
        "currency": value(Currency, "The currency of all its amounts."),
        "lines": value(list[InvoiceLineInput], "1 to 500 positions."),
        **_fields(optional),
    }


_WARNED = {
    **INVOICE,
    "warnings": (list[str], "What you may want to look at, such as a possible duplicate; nothing of it blocks."),
}

_PreviewInput: Any = strawberry.input(
    type("PreviewInvoiceInput", (), {"__annotations__": {}, **_new()}), description="What previewInvoice takes."
)
_PreviewResult: Any = Annotated[
    InvoicePreview | Refusal,
    strawberry.union("PreviewInvoiceResult", description="What previewInvoice returns: the preview, or why not."),
]


async def _preview(root: Any, info: strawberry.Info[Context, None], input: Any) -> Any:
    try:
        return await resolve.preview_invoice(info.context, **read_input(input))
    except Refused as refused:
        return refused.refusal


_preview.__annotations__ = {
    "info": strawberry.Info,
    "input": Annotated[_PreviewInput, strawberry.argument(description="The invoice as createInvoice would take it.")],
}


@strawberry.type
class InvoiceDraftQueries:
    preview_invoice = strawberry.field(
        resolver=_preview,
        graphql_type=_PreviewResult,
        description="What createInvoice would write, with all amounts and warnings; nothing is written. "
        "Needs: the permission invoices:write.",
        # Asked for by the resolver, as the refusal that createInvoice would get.
        metadata={"needs": Permission.INVOICES_WRITE},
    )


@strawberry.type
class InvoiceDraftMutations:
    create_invoice = mutation(
        resolve.create_invoice,
        "Drafts an invoice of your organization. All amounts are computed: no input carries a total. INVALID names "
        "every wrong field; the total must be 1 to 10^13 minor units. LIMIT_REACHED with as many drafts in the "
        "calendar month as the plan allows (invoices.monthly).",
        needs=Permission.INVOICES_WRITE,
        takes=_new(),
        gives=_WARNED,
    )
    update_invoice = mutation(
        resolve.update_invoice,
        "Changes a draft; lines are replaced as a whole. WRONG_STATE once it is open.",
        needs=Permission.INVOICES_WRITE,
        takes={
            "invoice_id": an_id("Invoice", "The draft."),
            "customer_id": patch_id("Customer", "For whom."),
            "currency": patch(Currency, "The currency of all its amounts; lines then need new prices."),
            "lines": patch(list[InvoiceLineInput], "1 to 500 positions, instead of those there are.", ()),
            **_fields(patch),
        },
        gives=_WARNED,
        versioned=True,
    )
    delete_invoice = mutation(
        resolve.delete_invoice,
        "Removes a draft; that it existed stays on record. WRONG_STATE once it is open.",
        needs=Permission.INVOICES_WRITE,
        takes={"invoice_id": an_id("Invoice", "The draft.")},
        gives={"deleted_invoice_id": (IdOf("Invoice"), "The id it had.")},
    )
    duplicate_invoice = mutation(
        resolve.duplicate_invoice,
        "Drafts a STANDARD invoice with the customer and the lines of another one of your organization, without its "
        "dates. NOT_FOUND when a tax type on it is retired, LIMIT_REACHED as for createInvoice.",
        needs=Permission.INVOICES_WRITE,
        takes={"invoice_id": an_id("Invoice", "The one to copy, in whatever state.")},
        gives={"invoice": (INVOICE["invoice"][0], "The new draft.")},
    )
