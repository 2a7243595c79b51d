"""Customer credit: the lists, and where it leads."""

from domain.permissions import Permission
from persistence import customer_credits

READERS = (Permission.MONEY_READ, Permission.STAFF_MONEY)

LIST, AVAILABLE = customer_credits.LIST, customer_credits.AVAILABLE
ISSUER, CUSTOMER = customer_credits.ISSUER, customer_credits.CUSTOMER
