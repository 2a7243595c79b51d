"""Tax types as issuers keep them."""

import strawberry

from domain import taxes as domain
from domain.permissions import Permission
from resolvers import tax_types as resolve
from schema.connections import connection, order_input
from schema.inputs import an_id, optional, value
from schema.mutations import mutation
from schema.shapes import Node, plain, shows
from schema.taxes import TaxCategory


@shows(domain.TaxType, "A named tax rate of an issuer. Rate and category never change: a new type replaces it.")
class TaxType(Node):
    name: str = plain("What documents call it.")
    rate_bps: int = plain("The rate in basis points: 1800 are 18 %.")
    category: TaxCategory = plain("Its category.")
    exemption_reason: str | None = plain("Why nothing is charged, for the categories under which that is so.")
    is_default: bool = plain("Whether invoices of projects carry it.")
    is_active: bool = plain("Whether new documents may carry it.")
    version: int = plain("Counts the committed changes, from 1.")


@strawberry.input(description="Conditions on tax types; all given ones must hold.")
class TaxTypeFilter:
    is_active: bool | None = optional(bool, "Whether new documents may carry it.")


TaxTypeOrder = order_input(resolve.LIST, "TaxTypeOrder")

_TAX_TYPE = {"tax_type": (TaxType, "The tax type as it is now.")}


@strawberry.type
class TaxTypeQueries:
    tax_types = connection(
        resolve.LIST,
        TaxType,
        "The tax types of your organization, by name.",
        filter=TaxTypeFilter,
        order=TaxTypeOrder,
        needs=Permission.INVOICES_READ,
    )


@strawberry.type
class TaxTypeMutations:
    create_tax_type = mutation(
        resolve.create_tax_type,
        "Adds a tax rate to your organization. INVALID for a rate above 0, or no reason, in a category without tax.",
        needs=Permission.INVOICES_WRITE,
        takes={
            "name": value(str, "What documents call it, to 60 characters."),
            "rate_bps": value(int, "Basis points, 0 to 10000: 1800 are 18 %."),
            "category": optional(TaxCategory, "S unless said.", TaxCategory.S),
            "exemption_reason": optional(str, "Required for E, AE, K, G and O, to 200 characters; only for these."),
            "is_default": optional(
                bool, "Whether invoices of projects carry it, at most the three oldest; false unless said.", False
            ),
        },
        gives=_TAX_TYPE,
    )
    retire_tax_type = mutation(
        resolve.retire_tax_type,
        "Takes a tax type out of use: new documents cannot carry it, those that do keep it. "
        "WRONG_STATE when it is retired already.",
        needs=Permission.INVOICES_WRITE,
        takes={"tax_type_id": an_id("TaxType", "The tax type.")},
        gives=_TAX_TYPE,
    )
