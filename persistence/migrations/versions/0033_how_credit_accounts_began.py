"""How credit accounts began.

Revision 0033, after 0032. There is no way down: a mistake is mended by the next revision.
"""

from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        """
    -- Every organization has an account, however it comes to be: opened with it, empty, and with a history that says so.
    CREATE OR REPLACE FUNCTION open_credit_account() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
        account uuid := uuidv7();
    BEGIN
        INSERT INTO credit_accounts (id, organization_id, available, held, lapses, has_shortfall, low_balance_threshold,
            alert_armed, top_up_enabled, top_up_max_per_month, top_up_failures, status, version, created_at, updated_at)
        VALUES (account, NEW.id, 0, 0, '[]', false, 20, false, false, 3, 0, 'ACTIVE', 1, NEW.created_at, NEW.created_at);
        INSERT INTO status_changes (id, subject_id, action, now, actor_kind, at)
        VALUES (uuidv7(), account, 'openCreditAccount', 'ACTIVE', 'SYSTEM', NEW.created_at);
        RETURN NULL;
    END $$
    """
    )
    op.execute(
        """
    -- The first step of accounts that are there already: its id is as old as the account, so that it stays the first.
    INSERT INTO status_changes (id, subject_id, action, now, actor_kind, at)
    SELECT uuidv7(uuid_extract_timestamp(id) - clock_timestamp()), id, 'openCreditAccount', 'ACTIVE', 'SYSTEM', created_at
    FROM credit_accounts
    """
    )
