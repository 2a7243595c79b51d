// The schema that Mercurius, Yoga and Apollo serve, and its resolvers.
import { readFileSync } from "node:fs";

import { invoice, projects, wallets } from "./tables.mjs";

export const typeDefs = readFileSync(new URL("schema.graphql", import.meta.url), "utf8");

function money(column) {
  return (row) => ({ amountMinor: row[column], currency: row.currency });
}

export const resolvers = {
  Query: {
    invoice: (_, { id }) => invoice(id),
    projects: async (_, { organization, first }) => ({ nodes: await projects(organization, first) }),
    wallets: async (_, { organization }) => ({ nodes: await wallets(organization) }),
  },
  Invoice: {
    netTotal: money("net_total_minor"),
    taxTotal: money("tax_total_minor"),
    total: money("total_minor"),
    amountDue: money("amount_due_minor"),
    issuer: (row, _, { loaders }) => loaders.organizations.load(row.issuer_id),
    recipient: (row, _, { loaders }) => (row.recipient_id ? loaders.organizations.load(row.recipient_id) : null),
    lines: (row, _, { loaders }) => loaders.lines.load(row.id),
  },
  Line: {
    unitPrice: money("unit_price_minor"),
    net: money("net_minor"),
    tax: money("tax_minor"),
  },
  Project: {
    budget: money("budget_minor"),
    milestones: (row, _, { loaders }) => loaders.milestones.load(row.id),
  },
  Milestone: {
    amount: money("amount_minor"),
    tasks: (row, _, { loaders }) => loaders.tasks.load(row.id),
  },
  Wallet: {
    available: money("balance_minor"),
    organization: (row, _, { loaders }) => loaders.organizations.load(row.organization_id),
  },
};
