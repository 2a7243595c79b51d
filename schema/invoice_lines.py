"""Invoice lines as clients see them, on invoices and on previews."""

import strawberry

from domain import invoice_lines as domain
from schema.money import Money
from schema.scalars import DecimalText
from schema.shapes import Node, plain, shows
from schema.taxes import TaxCategory


@shows(domain.LineTax, "One tax of a line, as the document keeps it.")
class LineTax:
    name: str = plain("What the tax was called.")
    rate_bps: int = plain("Its rate in basis points.")
    category: TaxCategory = plain("Its category.")
    amount: Money = plain("The line's part of it.")


@shows(domain.TaxTotal, "One tax of a whole document.")
class TaxTotal:
    name: str = plain("What the tax is called.")
    rate_bps: int = plain("Its rate in basis points.")
    category: TaxCategory = plain("Its category.")
    base: Money = plain("The net amounts that carry it.")
    amount: Money = plain("What it comes to.")


@strawberry.type(description="What every line says.")
class LineFields:
    position: int = plain("Its place on the document, from 1.")
    description: str = plain("What is billed.")
    quantity: DecimalText = plain("How many.")
    unit: str | None = plain("Of what, for example hours.")
    unit_price: Money = plain("The price of one: net where the document is EXCLUSIVE, gross where it is INCLUSIVE.")
    discount_bps: int | None = plain("The discount, where it was given in basis points.")
    gross: Money = plain("Quantity times price.")
    discount_amount: Money = plain("The line's own discount.")
    share: Money = plain("The line's share of the document's discount.")
    base: Money = plain("Gross without discount and share: what its taxes are reckoned on.")
    net: Money = plain("The base without any tax it contains.")
    tax: Money = plain("All taxes of the line; net and tax of all lines add up to the total.")
    line_taxes: list[LineTax] = plain("Its taxes one by one.", name="taxes")


@shows(domain.InvoiceLine, "A position of an invoice.")
class InvoiceLine(LineFields, Node):
    pass


@shows(domain.InvoiceLine, "A position of a preview: it does not exist and has no id.")
class InvoicePreviewLine(LineFields):
    pass
