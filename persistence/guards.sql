-- Rules of the ledger that no program can go around: what is posted stays, adds up to zero, moves the balances it names
-- and agrees with the invoice and the payment it is about. What depends on a whole transaction is checked at its commit.

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: correct it by a reversal', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;

-- An entry has the currency of its account, what an invoice makes due names that invoice, and the entries of a guarded
-- account come one after another, so that its balance row can tell which of them it holds.
CREATE FUNCTION refuse_misplaced_entry() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    account record;
BEGIN
    SELECT a.code, a.currency, a.guarded, b.last_entry_id INTO account
    FROM ledger_accounts a LEFT JOIN ledger_balances b ON b.account_id = a.id WHERE a.id = NEW.account_id;
    IF NEW.currency <> account.currency THEN
        RAISE EXCEPTION 'an entry has the currency of its account' USING ERRCODE = 'check_violation';
    END IF;
    IF account.code IN ('receivable', 'billed') AND NEW.invoice_id IS NULL THEN
        RAISE EXCEPTION 'an entry of % names its invoice', account.code USING ERRCODE = 'check_violation';
    END IF;
    IF account.guarded AND (account.last_entry_id IS NULL OR NEW.id <= account.last_entry_id) THEN
        RAISE EXCEPTION 'an entry of a guarded account needs its balance row and follows the last entry'
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;

-- A transfer has exactly the entries it was written with, they add up to zero in every currency, and those of a
-- reversal are the reversed ones with the opposite sign.
CREATE FUNCTION refuse_unsound_transfer() RETURNS trigger LANGUAGE plpgsql AS $$
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
        GROUP BY account_id, invoice_id, payment_id HAVING sum(amount_minor) <> 0
    ) THEN
        RAISE EXCEPTION 'transfer % does not undo what it reverses', transfer.id USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;

-- The entries of a guarded account are in its balance row by the end of the transaction.
CREATE FUNCTION refuse_unmoved_balance() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM ledger_accounts a JOIN ledger_balances b ON b.account_id = a.id
        WHERE a.id = NEW.account_id AND a.guarded AND b.last_entry_id < NEW.id
    ) THEN
        RAISE EXCEPTION 'the balance of account % does not hold entry %', NEW.account_id, NEW.id
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;

-- A balance row starts empty and belongs to a guarded account.
CREATE FUNCTION refuse_misplaced_balance() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.balance_minor <> 0 OR NEW.last_entry_id <> 0 OR NEW.version <> 0
        OR NOT EXISTS (SELECT FROM ledger_accounts WHERE id = NEW.account_id AND guarded) THEN
        RAISE EXCEPTION 'a balance row starts at 0 and belongs to a guarded account' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;

-- A balance moves by exactly the entries that were written since it last moved, and counts its movements.
CREATE FUNCTION refuse_unexplained_balance() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    moved bigint;
    newest bigint;
BEGIN
    SELECT sum(CASE a.side WHEN 'DEBIT' THEN e.amount_minor ELSE -e.amount_minor END), max(e.id) INTO moved, newest
    FROM ledger_entries e JOIN ledger_accounts a ON a.id = e.account_id
    WHERE e.account_id = OLD.account_id AND e.id > OLD.last_entry_id;
    IF NEW.account_id <> OLD.account_id OR newest IS NULL OR NEW.last_entry_id <> newest
        OR NEW.balance_minor <> OLD.balance_minor + moved OR NEW.version <> OLD.version + 1 THEN
        RAISE EXCEPTION 'the balance of account % moves by its new entries only', OLD.account_id
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;

-- An open invoice has its amount due as receivable and as billed of its issuer and in its currency; any other invoice
-- has nothing there. Entries may come before their invoice in a transaction, so this too waits for the commit.
CREATE FUNCTION refuse_wrong_receivable() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    invoice invoices;
    due bigint;
    receivable bigint;
    billed bigint;
    is_foreign boolean;
BEGIN
    IF TG_TABLE_NAME = 'ledger_entries' THEN
        SELECT * INTO invoice FROM invoices WHERE id = NEW.invoice_id;
    ELSE
        SELECT * INTO invoice FROM invoices WHERE id = NEW.id;
    END IF;
    due := CASE WHEN invoice.status = 'OPEN' THEN invoice.amount_due_minor ELSE 0 END;
    SELECT coalesce(sum(e.amount_minor) FILTER (WHERE a.code = 'receivable'), 0),
        coalesce(-sum(e.amount_minor) FILTER (WHERE a.code = 'billed'), 0),
        bool_or(e.currency <> invoice.currency
            OR a.code IN ('receivable', 'billed') AND a.organization_id <> invoice.issuer_id)
    INTO receivable, billed, is_foreign
    FROM ledger_entries e JOIN ledger_accounts a ON a.id = e.account_id WHERE e.invoice_id = invoice.id;
    IF receivable <> due OR billed <> due OR is_foreign THEN
        RAISE EXCEPTION 'invoice % is % and % is due, but % is posted as receivable and % as billed%',
            invoice.id, invoice.status, due, receivable, billed,
            CASE WHEN is_foreign THEN ', some of it of another issuer or currency' ELSE '' END
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;

-- A succeeded payment is posted exactly once, with what its provider captured; any other payment is not posted.
CREATE FUNCTION refuse_wrong_payment() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    source uuid;
    payment payments;
    postings bigint;
    cash bigint;
BEGIN
    IF TG_TABLE_NAME = 'ledger_transfers' THEN
        source := NEW.source_id;
    ELSE
        source := NEW.id;
    END IF;
    SELECT * INTO payment FROM payments WHERE id = source;
    SELECT count(DISTINCT t.id), coalesce(sum(e.amount_minor) FILTER (
        WHERE a.code = 'provider_cash' AND a.provider = payment.provider AND a.currency = payment.currency
            AND e.payment_id = payment.id AND e.invoice_id = payment.invoice_id
    ), 0) INTO postings, cash
    FROM ledger_transfers t
    JOIN ledger_entries e ON e.transfer_id = t.id JOIN ledger_accounts a ON a.id = e.account_id
    WHERE t.kind = 'P3' AND t.source_id = source;
    IF payment.status = 'SUCCEEDED' AND (postings <> 1 OR cash <> payment.captured_minor)
        OR payment.status IS DISTINCT FROM 'SUCCEEDED' AND postings <> 0 THEN
        RAISE EXCEPTION 'payment % is % and captured %, but was posted % times with %',
            source, payment.status, payment.captured_minor, postings, cash USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER ledger_accounts_append_only BEFORE UPDATE OR DELETE ON ledger_accounts
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER ledger_transfers_append_only BEFORE UPDATE OR DELETE ON ledger_transfers
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER ledger_entries_append_only BEFORE UPDATE OR DELETE ON ledger_entries
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER ledger_balances_kept BEFORE DELETE ON ledger_balances
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER ledger_accounts_not_emptied BEFORE TRUNCATE ON ledger_accounts EXECUTE FUNCTION refuse_change();
CREATE TRIGGER ledger_transfers_not_emptied BEFORE TRUNCATE ON ledger_transfers EXECUTE FUNCTION refuse_change();
CREATE TRIGGER ledger_entries_not_emptied BEFORE TRUNCATE ON ledger_entries EXECUTE FUNCTION refuse_change();
CREATE TRIGGER ledger_balances_not_emptied BEFORE TRUNCATE ON ledger_balances EXECUTE FUNCTION refuse_change();

CREATE TRIGGER ledger_entries_placed BEFORE INSERT ON ledger_entries
    FOR EACH ROW EXECUTE FUNCTION refuse_misplaced_entry();
CREATE TRIGGER ledger_balances_placed BEFORE INSERT ON ledger_balances
    FOR EACH ROW EXECUTE FUNCTION refuse_misplaced_balance();
CREATE TRIGGER ledger_balances_explained BEFORE UPDATE ON ledger_balances
    FOR EACH ROW EXECUTE FUNCTION refuse_unexplained_balance();

CREATE CONSTRAINT TRIGGER ledger_transfers_sound AFTER INSERT ON ledger_transfers
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION refuse_unsound_transfer();
CREATE CONSTRAINT TRIGGER ledger_entries_sound AFTER INSERT ON ledger_entries
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION refuse_unsound_transfer();
CREATE CONSTRAINT TRIGGER ledger_entries_in_balance AFTER INSERT ON ledger_entries
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION refuse_unmoved_balance();
CREATE CONSTRAINT TRIGGER ledger_entries_agree_with_invoice AFTER INSERT ON ledger_entries
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.invoice_id IS NOT NULL)
    EXECUTE FUNCTION refuse_wrong_receivable();
CREATE CONSTRAINT TRIGGER invoices_agree_with_ledger AFTER INSERT OR UPDATE OF status, amount_due_minor ON invoices
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION refuse_wrong_receivable();
CREATE CONSTRAINT TRIGGER ledger_transfers_agree_with_payment AFTER INSERT ON ledger_transfers
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.source_type = 'Payment')
    EXECUTE FUNCTION refuse_wrong_payment();
CREATE CONSTRAINT TRIGGER payments_agree_with_ledger AFTER INSERT OR UPDATE OF status, captured_minor ON payments
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION refuse_wrong_payment();

-- The same for owners that are no superusers. Of transfers and accounts they keep UPDATE, because checking a foreign
-- key locks the row it leads to, and locking needs that right.
REVOKE UPDATE, DELETE, TRUNCATE ON ledger_entries FROM PUBLIC, CURRENT_USER;
REVOKE DELETE, TRUNCATE ON ledger_accounts, ledger_transfers, ledger_balances FROM PUBLIC, CURRENT_USER;

-- Rules of opened invoices: who owes what to whom, and since when, stays as it was opened. Due dates move with disputes.

CREATE FUNCTION refuse_changed_invoice() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    -- What life changes: how far it is paid, collected, disputed or taken back.
    moving CONSTANT text[] := ARRAY['status', 'version', 'updated_at', 'due_on', 'advances_applied_minor',
        'credited_due_minor', 'paid_minor', 'written_off_minor', 'amount_due_minor', 'is_frozen', 'collection_mode',
        'collection_attempts', 'collection_next_at', 'collection_last_failure', 'paid_at', 'voided_at', 'void_reason'];
BEGIN
    IF OLD.status = 'DRAFT' THEN
        RETURN coalesce(NEW, OLD);
    END IF;
    IF TG_OP = 'DELETE' OR to_jsonb(NEW) - moving <> to_jsonb(OLD) - moving THEN
        RAISE EXCEPTION 'invoice % is opened: only its payment and collection change', OLD.number
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION refuse_changed_line() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM invoices WHERE id = OLD.invoice_id AND status <> 'DRAFT') THEN
        RAISE EXCEPTION 'invoice % is opened: its lines stay', OLD.invoice_id USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN coalesce(NEW, OLD);
END $$;

-- At the commit, the lines of an invoice add up to what it says; so nothing can be added to an opened one either.
CREATE FUNCTION refuse_wrong_lines() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    invoice invoices;
    net bigint;
    tax bigint;
BEGIN
    SELECT * INTO invoice FROM invoices WHERE id = coalesce(NEW.invoice_id, OLD.invoice_id);
    SELECT sum(net_minor), sum(tax_minor) INTO net, tax FROM invoice_lines WHERE invoice_id = invoice.id;
    IF invoice.net_total_minor <> coalesce(net, 0) OR invoice.tax_total_minor <> coalesce(tax, 0) THEN
        RAISE EXCEPTION 'invoice % says % and %, its lines % and %',
            invoice.id, invoice.net_total_minor, invoice.tax_total_minor, net, tax USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER invoices_kept BEFORE UPDATE OR DELETE ON invoices
    FOR EACH ROW EXECUTE FUNCTION refuse_changed_invoice();
CREATE TRIGGER invoice_lines_kept BEFORE UPDATE OR DELETE ON invoice_lines
    FOR EACH ROW EXECUTE FUNCTION refuse_changed_line();
CREATE CONSTRAINT TRIGGER invoice_lines_add_up AFTER INSERT OR UPDATE OR DELETE ON invoice_lines
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION refuse_wrong_lines();
