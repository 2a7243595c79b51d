"""What a payment pays: an invoice, money to be held, or a sale of Milepost's own."""

from domain.escrow_funding import Holding
from domain.invoices import Invoice
from domain.sales import Sale

Payable = Invoice | Holding | Sale
