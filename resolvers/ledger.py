"""The ledger: its lists and edges."""

from domain.permissions import Permission
from persistence import ledger_accounts, ledger_transfers, payouts

READERS = (Permission.MONEY_READ, Permission.STAFF_MONEY)

ACCOUNTS = ledger_accounts.LIST
ACCOUNT_ORGANIZATION, ACCOUNT_CUSTOMER = ledger_accounts.ORGANIZATION, ledger_accounts.CUSTOMER
BALANCE, ENTRIES_OF_ACCOUNT = ledger_accounts.BALANCE, ledger_transfers.ENTRIES_OF_ACCOUNT
TRANSFERS, ENTRIES = ledger_transfers.TRANSFERS, ledger_transfers.ENTRIES
REVERSES, REVERSED_BY = ledger_transfers.REVERSES, ledger_transfers.REVERSED_BY
USER, API_KEY, ORGANIZATION = ledger_transfers.USER, ledger_transfers.API_KEY, ledger_transfers.ORGANIZATION
ENTRY_LIST, TRANSFER, ACCOUNT = ledger_transfers.ENTRY_LIST, ledger_transfers.TRANSFER, ledger_transfers.ACCOUNT
HOLD = ledger_transfers.HOLD
INVOICE, PAYMENT, PAYOUT = ledger_transfers.INVOICE, ledger_transfers.PAYMENT, payouts.OF_ENTRY
