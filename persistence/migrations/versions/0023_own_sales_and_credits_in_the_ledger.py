"""Own sales and credits in the ledger.

Revision 0023, after 0022. There is no way down: a mistake is mended by the next revision.
"""

from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        """
    ALTER TABLE ledger_accounts DROP CONSTRAINT ck_ledger_accounts_code,
        ADD CONSTRAINT ck_ledger_accounts_code CHECK (code IN (
        'provider_cash', 'receivable', 'billed', 'escrow', 'wallet_available', 'wallet_held',
        'customer_credit', 'external_credit', 'external_funds', 'refund_payable',
        'payout_in_transit', 'chargeback_reserve', 'org_debt', 'platform_fee', 'platform_revenue',
        'tax_payable', 'deferred_revenue', 'processor_fee', 'bad_debt', 'fx_clearing', 'suspense',
        'credit_issued', 'credit_spent', 'credit_expired', 'credit_adjusted', 'credit_available',
        'credit_held'
        ))
    """
    )
    op.execute(
        """
    ALTER TABLE ledger_transfers DROP CONSTRAINT ck_ledger_transfers_kind,
        ADD CONSTRAINT ck_ledger_transfers_kind CHECK (kind IN (
        'P1', 'P2', 'P3', 'P4', 'P5', 'P6', 'P7', 'P8', 'P9', 'P10', 'P11', 'P12', 'P13', 'P14',
        'P15', 'P16', 'P17', 'P18', 'P19', 'P20', 'P21', 'P22', 'CREDIT_ISSUE', 'CREDIT_SPEND',
        'CREDIT_HOLD', 'CREDIT_CAPTURE', 'CREDIT_RELEASE', 'CREDIT_REFUND', 'CREDIT_EXPIRY',
        'CREDIT_ADJUSTMENT', 'CREDIT_TRANSFER', 'CREDIT_CLAWBACK', 'REVERSAL', 'ADJUSTMENT'
        ))
    """
    )
    op.execute(
        """
    ALTER TABLE ledger_transfers DROP CONSTRAINT ck_ledger_transfers_source_type,
        ADD CONSTRAINT ck_ledger_transfers_source_type CHECK (source_type IN (
        'Invoice', 'Payment', 'CreditNote', 'Refund', 'EscrowHold', 'HoldMovement', 'Payout',
        'Chargeback', 'WalletConversion', 'ApprovalRequest', 'RecordedPayment',
        'ProviderReportLine', 'MoneyException', 'Sale', 'CreditTransaction', 'CreditLot'
        ))
    """
    )
    op.execute(
        """
    ALTER TABLE ledger_accounts DROP CONSTRAINT ck_ledger_accounts_as_charted,
        ADD CONSTRAINT ck_ledger_accounts_as_charted CHECK (
        (code = 'provider_cash' AND side = 'DEBIT' AND NOT guarded AND currency <> 'CREDIT'
            AND organization_id IS NULL AND provider IS NOT NULL AND customer_id IS NULL)
        OR (code = 'receivable' AND side = 'DEBIT' AND guarded AND currency <> 'CREDIT'
            AND organization_id IS NOT NULL AND provider IS NULL AND customer_id IS NULL)
        OR (code = 'billed' AND side = 'CREDIT' AND guarded AND currency <> 'CREDIT'
            AND organization_id IS NOT NULL AND provider IS NULL AND customer_id IS NULL)
        OR (code = 'escrow' AND side = 'CREDIT' AND guarded AND currency <> 'CREDIT'
            AND organization_id IS NOT NULL AND provider IS NULL AND customer_id IS NULL)
        OR (code = 'wallet_available' AND side = 'CREDIT' AND guarded AND currency <> 'CREDIT'
            AND organization_id IS NOT NULL AND provider IS NULL AND customer_id IS NULL)
        OR (code = 'wallet_held' AND side = 'CREDIT' AND guarded AND currency <> 'CREDIT'
            AND organization_id IS NOT NULL AND provider IS NULL AND customer_id IS NULL)
        OR (code = 'customer_credit' AND side = 'CREDIT' AND guarded AND currency <> 'CREDIT'
            AND organization_id IS NOT NULL AND provider IS NULL AND customer_id IS NOT NULL)
        OR (code = 'external_credit' AND side = 'CREDIT' AND guarded AND currency <> 'CREDIT'
            AND organization_id IS NOT NULL AND provider IS NULL AND customer_id IS NOT NULL)
        OR (code = 'external_funds' AND side = 'DEBIT' AND guarded AND currency <> 'CREDIT'
            AND organization_id IS NOT NULL AND provider IS NULL AND customer_id IS NOT NULL)
        OR (code = 'refund_payable' AND side = 'CREDIT' AND NOT guarded AND currency <> 'CREDIT'
            AND organization_id IS NULL AND provider IS NOT NULL AND customer_id IS NULL)
        OR (code = 'payout_in_transit' AND side = 'CREDIT' AND NOT guarded AND currency <> 'CREDIT'
            AND organization_id IS NULL AND provider IS NOT NULL AND customer_id IS NULL)
        OR (code = 'chargeback_reserve' AND side = 'DEBIT' AND NOT guarded AND currency <> 'CREDIT'
            AND organization_id IS NULL AND provider IS NOT NULL AND customer_id IS NULL)
        OR (code = 'org_debt' AND side = 'DEBIT' AND guarded AND currency <> 'CREDIT'
            AND organization_id IS NOT NULL AND provider IS NULL AND customer_id IS NULL)
        OR (code = 'platform_fee' AND side = 'CREDIT' AND NOT guarded AND currency <> 'CREDIT'
            AND organization_id IS NULL AND provider IS NULL AND customer_id IS NULL)
        OR (code = 'platform_revenue' AND side = 'CREDIT' AND NOT guarded AND currency <> 'CREDIT'
            AND organization_id IS NULL AND provider IS NULL AND customer_id IS NULL)
        OR (code = 'tax_payable' AND side = 'CREDIT' AND NOT guarded AND currency <> 'CREDIT'
            AND organization_id IS NULL AND provider IS NULL AND customer_id IS NULL)
        OR (code = 'deferred_revenue' AND side = 'CREDIT' AND NOT guarded AND currency <> 'CREDIT'
            AND organization_id IS NULL AND provider IS NULL AND customer_id IS NULL)
        OR (code = 'processor_fee' AND side = 'DEBIT' AND NOT guarded AND currency <> 'CREDIT'
            AND organization_id IS NULL AND provider IS NULL AND customer_id IS NULL)
        OR (code = 'bad_debt' AND side = 'DEBIT' AND NOT guarded AND currency <> 'CREDIT'
            AND organization_id IS NULL AND provider IS NULL AND customer_id IS NULL)
        OR (code = 'fx_clearing' AND side = 'CREDIT' AND NOT guarded AND currency <> 'CREDIT'
            AND organization_id IS NULL AND provider IS NULL AND customer_id IS NULL)
        OR (code = 'suspense' AND side = 'CREDIT' AND NOT guarded AND currency <> 'CREDIT'
            AND organization_id IS NULL AND provider IS NULL AND customer_id IS NULL)
        OR (code = 'credit_issued' AND side = 'DEBIT' AND NOT guarded AND currency = 'CREDIT'
            AND organization_id IS NULL AND provider IS NULL AND customer_id IS NULL)
        OR (code = 'credit_spent' AND side = 'CREDIT' AND NOT guarded AND currency = 'CREDIT'
            AND organization_id IS NULL AND provider IS NULL AND customer_id IS NULL)
        OR (code = 'credit_expired' AND side = 'CREDIT' AND NOT guarded AND currency = 'CREDIT'
            AND organization_id IS NULL AND provider IS NULL AND customer_id IS NULL)
        OR (code = 'credit_adjusted' AND side = 'DEBIT' AND NOT guarded AND currency = 'CREDIT'
            AND organization_id IS NULL AND provider IS NULL AND customer_id IS NULL)
        OR (code = 'credit_available' AND side = 'CREDIT' AND guarded AND currency = 'CREDIT'
            AND organization_id IS NOT NULL AND provider IS NULL AND customer_id IS NULL)
        OR (code = 'credit_held' AND side = 'CREDIT' AND guarded AND currency = 'CREDIT'
            AND organization_id IS NOT NULL AND provider IS NULL AND customer_id IS NULL)
    )
    """
    )
