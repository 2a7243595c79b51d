"""What taxes are called in the API."""

from domain.taxes import TaxCategory, TaxLevel, TaxMode
from schema.enums import describe

__all__ = ["TaxCategory", "TaxLevel", "TaxMode"]

describe(
    TaxCategory,
    "The VAT category of EN 16931.",
    S="Standard or reduced rate.",
    Z="Zero rate.",
    E="Exempt.",
    AE="Reverse charge: the customer pays the tax.",
    K="Supply within the European Union.",
    G="Export outside of it.",
    O="Outside the scope of tax.",
)
describe(
    TaxMode,
    "What prices mean.",
    EXCLUSIVE="Net amounts, to which tax is added.",
    INCLUSIVE="Gross amounts, which contain their tax.",
)
describe(
    TaxLevel,
    "Where tax is rounded.",
    DOCUMENT="Once for each tax of the document, then spread over its lines.",
    LINE="On each line; the document's tax is their sum.",
)
