// Reading the tables: a pool whose statements are prepared once, and a set of loaders for each request.
import DataLoader from "dataloader";
import pg from "pg";

const DATE = 1082;
const INSTANT = 1184;

pg.types.setTypeParser(DATE, (text) => text);
pg.types.setTypeParser(INSTANT, (text) => new Date(text).toISOString());

// Where to connect stands in the environment, in the variables that the driver reads by itself.
const pool = new pg.Pool({ max: 8, idleTimeoutMillis: 0 });

async function rows(name, text, values) {
  return (await pool.query({ name, text, values })).rows;
}

export async function invoice(id) {
  const [found] = await rows(
    "invoice",
    `SELECT id, number, status, kind, issue_on AS "issueOn", due_on AS "dueOn", currency, net_total_minor, tax_total_minor,
       total_minor, amount_due_minor, issuer_id, recipient_id
     FROM invoices WHERE id = $1`,
    [id],
  );
  return found ?? null;
}

export function projects(organization, first) {
  return rows(
    "projects",
    `SELECT id, title, status, due_on AS "dueOn", created_at AS "createdAt", budget_minor, currency
     FROM projects WHERE client_organization_id = $1 ORDER BY created_at DESC, id DESC LIMIT $2`,
    [organization, first],
  );
}

export function wallets(organization) {
  return rows(
    "wallets",
    `SELECT a.id, a.currency, a.organization_id, b.version, b.balance_minor
     FROM ledger_accounts a JOIN ledger_balances b ON b.account_id = a.id
     WHERE a.organization_id = $1 AND a.code = 'wallet_available' ORDER BY a.currency, a.id`,
    [organization],
  );
}

function organizations(ids) {
  return rows("organizations", "SELECT id, name FROM organizations WHERE id = ANY($1)", [ids]);
}

function lines(ids) {
  return rows(
    "lines",
    `SELECT id, invoice_id AS parent, position, description, quantity, currency, unit_price_minor, net_minor, tax_minor
     FROM invoice_lines WHERE invoice_id = ANY($1) ORDER BY position`,
    [ids],
  );
}

function milestones(ids) {
  return rows(
    "milestones",
    `SELECT id, project_id AS parent, position, title, status AS "workStatus", due_on AS "dueOn", amount_minor, currency
     FROM milestones WHERE project_id = ANY($1) ORDER BY position`,
    [ids],
  );
}

function tasks(ids) {
  return rows(
    "tasks",
    `SELECT id, milestone_id AS parent, position, title, status, due_on AS "dueOn"
     FROM tasks WHERE milestone_id = ANY($1) ORDER BY position`,
    [ids],
  );
}

function byId(read) {
  return new DataLoader(async (ids) => {
    const found = new Map((await read(ids)).map((row) => [row.id, row]));
    return ids.map((id) => found.get(id) ?? null);
  });
}

function children(read) {
  return new DataLoader(async (ids) => {
    const found = new Map(ids.map((id) => [id, []]));
    for (const row of await read(ids)) found.get(row.parent).push(row);
    return ids.map((id) => found.get(id));
  });
}

export function newLoaders() {
  return {
    organizations: byId(organizations),
    lines: children(lines),
    milestones: children(milestones),
    tasks: children(tasks),
  };
}
