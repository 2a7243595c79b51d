"""Wallets: their list and figures."""

from persistence import ledger_accounts, ledger_transfers, wallets

LIST = wallets.LIST
AVAILABLE, EARNED, VERSION = wallets.AVAILABLE, wallets.EARNED, wallets.VERSION
ORGANIZATION, STATEMENT = ledger_accounts.ORGANIZATION, ledger_transfers.ENTRIES_OF_ACCOUNT
