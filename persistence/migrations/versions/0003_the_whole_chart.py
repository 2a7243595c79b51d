"""The whole chart of accounts, all rows of the posting table, and accounts that are guarded by source.

Revision 0003, after 0002. There is no way down: a mistake is mended by the next revision.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("ledger_entries", sa.Column("hold_id", sa.Uuid(), nullable=True))
    op.add_column("ledger_entries", sa.Column("payout_id", sa.Uuid(), nullable=True))
    op.create_index(op.f("ix_ledger_entries_hold_id"), "ledger_entries", ["hold_id"], unique=False)
    op.create_index(op.f("ix_ledger_entries_payout_id"), "ledger_entries", ["payout_id"], unique=False)
    op.execute(
        """
    ALTER TABLE ledger_accounts DROP CONSTRAINT ck_ledger_accounts_code
    """
    )
    op.execute(
        """
    ALTER TABLE ledger_accounts ADD CONSTRAINT ck_ledger_accounts_code CHECK (code IN (
        'provider_cash', 'receivable', 'billed', 'escrow', 'wallet_available', 'wallet_held',
        'customer_credit', 'external_credit', 'external_funds', 'refund_payable', 'payout_in_transit',
        'chargeback_reserve', 'org_debt', 'platform_fee', 'processor_fee', 'bad_debt', 'fx_clearing',
        'suspense'
    ))
    """
    )
    op.execute(
        """
    ALTER TABLE ledger_transfers DROP CONSTRAINT ck_ledger_transfers_kind
    """
    )
    op.execute(
        """
    ALTER TABLE ledger_transfers ADD CONSTRAINT ck_ledger_transfers_kind CHECK (kind IN (
        'P1', 'P2', 'P3', 'P4', 'P5', 'P6', 'P7', 'P8', 'P9', 'P10', 'P11', 'P12', 'P13', 'P14', 'P15',
        'P16', 'P17', 'P18', 'P19', 'REVERSAL', 'ADJUSTMENT'
    ))
    """
    )
    op.execute(
        """
    ALTER TABLE ledger_transfers DROP CONSTRAINT ck_ledger_transfers_source_type
    """
    )
    op.execute(
        """
    ALTER TABLE ledger_transfers ADD CONSTRAINT ck_ledger_transfers_source_type CHECK (source_type IN (
        'Invoice', 'Payment', 'CreditNote', 'Refund', 'EscrowHold', 'HoldMovement', 'Payout', 'Chargeback',
        'WalletConversion', 'ApprovalRequest', 'RecordedPayment'
    ))
    """
    )
    op.execute("ALTER TABLE ledger_transfers DROP CONSTRAINT ck_ledger_transfers_source")
    op.execute(
        """
    ALTER TABLE ledger_transfers ADD CONSTRAINT ck_ledger_transfers_source
        CHECK (kind <> 'P3' OR source_type = 'Payment')
    """
    )
    op.execute("ALTER TABLE ledger_accounts DROP CONSTRAINT ck_ledger_accounts_as_charted")
    op.execute(
        """
    ALTER TABLE ledger_accounts ADD CONSTRAINT ck_ledger_accounts_as_charted CHECK (
        (code = 'provider_cash' AND side = 'DEBIT' AND NOT guarded
            AND organization_id IS NULL AND provider IS NOT NULL AND customer_id IS NULL)
        OR (code = 'receivable' AND side = 'DEBIT' AND guarded
            AND organization_id IS NOT NULL AND provider IS NULL AND customer_id IS NULL)
        OR (code = 'billed' AND side = 'CREDIT' AND guarded
            AND organization_id IS NOT NULL AND provider IS NULL AND customer_id IS NULL)
        OR (code = 'escrow' AND side = 'CREDIT' AND guarded
            AND organization_id IS NOT NULL AND provider IS NULL AND customer_id IS NULL)
        OR (code = 'wallet_available' AND side = 'CREDIT' AND guarded
            AND organization_id IS NOT NULL AND provider IS NULL AND customer_id IS NULL)
        OR (code = 'wallet_held' AND side = 'CREDIT' AND guarded
            AND organization_id IS NOT NULL AND provider IS NULL AND customer_id IS NULL)
        OR (code = 'customer_credit' AND side = 'CREDIT' AND guarded
            AND organization_id IS NOT NULL AND provider IS NULL AND customer_id IS NOT NULL)
        OR (code = 'external_credit' AND side = 'CREDIT' AND guarded
            AND organization_id IS NOT NULL AND provider IS NULL AND customer_id IS NOT NULL)
        OR (code = 'external_funds' AND side = 'DEBIT' AND guarded
            AND organization_id IS NOT NULL AND provider IS NULL AND customer_id IS NOT NULL)
        OR (code = 'refund_payable' AND side = 'CREDIT' AND NOT guarded
            AND organization_id IS NULL AND provider IS NOT NULL AND customer_id IS NULL)
        OR (code = 'payout_in_transit' AND side = 'CREDIT' AND NOT guarded
            AND organization_id IS NULL AND provider IS NOT NULL AND customer_id IS NULL)
        OR (code = 'chargeback_reserve' AND side = 'DEBIT' AND NOT guarded
            AND organization_id IS NULL AND provider IS NOT NULL AND customer_id IS NULL)
        OR (code = 'org_debt' AND side = 'DEBIT' AND guarded
            AND organization_id IS NOT NULL AND provider IS NULL AND customer_id IS NULL)
        OR (code = 'platform_fee' AND side = 'CREDIT' AND NOT guarded
            AND organization_id IS NULL AND provider IS NULL AND customer_id IS NULL)
        OR (code = 'processor_fee' AND side = 'DEBIT' AND NOT guarded
            AND organization_id IS NULL AND provider IS NULL AND customer_id IS NULL)
        OR (code = 'bad_debt' AND side = 'DEBIT' AND NOT guarded
            AND organization_id IS NULL AND provider IS NULL AND customer_id IS NULL)
        OR (code = 'fx_clearing' AND side = 'CREDIT' AND NOT guarded
            AND organization_id IS NULL AND provider IS NULL AND customer_id IS NULL)
        OR (code = 'suspense' AND side = 'CREDIT' AND NOT guarded
            AND organization_id IS NULL AND provider IS NULL AND customer_id IS NULL)
    )
    """
    )
    op.execute(
        """
    -- Accounts of the platform that hold money on its way have no balance row, which would make every refund and payout
    -- wait for all others. Instead no source ever takes more out of such an account than it brought in.
    CREATE FUNCTION refuse_overdrawn_source() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
        account ledger_accounts;
        source ledger_transfers;
        kept bigint;
    BEGIN
        SELECT * INTO account FROM ledger_accounts WHERE id = NEW.account_id;
        IF account.code NOT IN ('refund_payable', 'payout_in_transit', 'chargeback_reserve') THEN
            RETURN NULL;
        END IF;
        SELECT * INTO source FROM ledger_transfers WHERE id = NEW.transfer_id;
        SELECT sum(CASE account.side WHEN 'DEBIT' THEN e.amount_minor ELSE -e.amount_minor END) INTO kept
        FROM ledger_transfers t JOIN ledger_entries e ON e.transfer_id = t.id
        WHERE t.source_id = source.source_id AND t.source_type = source.source_type AND e.account_id = account.id;
        IF kept < 0 THEN
            RAISE EXCEPTION '% % takes % more out of % than it brought in',
                source.source_type, source.source_id, -kept, account.code USING ERRCODE = 'check_violation';
        END IF;
        RETURN NULL;
    END $$
    """
    )
    op.execute(
        """
    CREATE CONSTRAINT TRIGGER ledger_entries_covered_by_source AFTER INSERT ON ledger_entries
        DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION refuse_overdrawn_source()
    """
    )
    op.execute(
        """
    -- As before, and a reversal undoes what was posted about a hold and a payout too.
    CREATE OR REPLACE FUNCTION refuse_unsound_transfer() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
        transfer ledger_transfers;
    BEGIN
        IF TG_TABLE_NAME = 'ledger_transfers' THEN
            transfer := NEW;
        ELSE
            SELECT * INTO transfer FROM ledger_transfers WHERE id = NEW.transfer_id;
        END IF;
        IF transfer.entry_count <> (SELECT count(*) FROM ledger_entries WHERE transfer_id = transfer.id) THEN
            RAISE EXCEPTION 'transfer % has % entries, no more and no less', transfer.id, transfer.entry_count
                USING ERRCODE = 'check_violation';
        END IF;
        IF EXISTS (
            SELECT FROM ledger_entries WHERE transfer_id = transfer.id GROUP BY currency HAVING sum(amount_minor) <> 0
        ) THEN
            RAISE EXCEPTION 'transfer % does not add up to zero', transfer.id USING ERRCODE = 'check_violation';
        END IF;
        IF transfer.reverses_id IS NOT NULL AND EXISTS (
            SELECT FROM ledger_entries WHERE transfer_id IN (transfer.id, transfer.reverses_id)
            GROUP BY account_id, invoice_id, payment_id, hold_id, payout_id HAVING sum(amount_minor) <> 0
        ) THEN
            RAISE EXCEPTION 'transfer % does not undo what it reverses', transfer.id USING ERRCODE = 'check_violation';
        END IF;
        RETURN NULL;
    END $$
    """
    )
