"""Credit accounts with their lots.

Revision 0038, after 0037. There is no way down: a mistake is mended by the next revision.
"""

from alembic import op

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        """
    -- Credit accounts locked in one order, with the lots that have anything in them, in one round trip. Each statement of
    -- a function sees what was committed before it began: these are the lots as they are once the lock is there.
    CREATE FUNCTION lock_credit_accounts(owners uuid[]) RETURNS TABLE (account credit_accounts, lot credit_lots)
        LANGUAGE plpgsql AS $$
    BEGIN
        PERFORM FROM credit_accounts WHERE organization_id = ANY (owners) ORDER BY organization_id FOR NO KEY UPDATE;
        RETURN QUERY SELECT one, live FROM credit_accounts one
            LEFT JOIN credit_lots live ON live.account_id = one.id AND live.remaining + live.held > 0
            WHERE one.organization_id = ANY (owners);
    END $$
    """
    )
