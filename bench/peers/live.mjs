// graphql-ws over ws: follows the outbox as Milepost does, and executes the subscription of each listener.
// LIVE_SHARES=1: all executions about one event share what they read, by loaders that live as long as the event.
import { EventEmitter, on } from "node:events";
import { createServer } from "node:http";

import { useServer } from "graphql-ws/use/ws";
import { createSchema } from "graphql-yoga";
import pg from "pg";
import { WebSocketServer } from "ws";

import { invoice, newLoaders } from "./tables.mjs";

const shares = process.env.LIVE_SHARES === "1";
const CHANNEL = "milepost_outbox";

const typeDefs = `
  type Query { alive: Boolean! }
  type Subscription { invoiceUpdated(organization: ID!): InvoiceUpdate! }
  type InvoiceUpdate { cursor: String! event: Event! invoice: Invoice }
  type Event { type: String! subjectId: ID! subjectVersion: Int! }
  type Money { amountMinor: String! currency: String! }
  type Organization { id: ID! name: String! }
  type Invoice {
    id: ID! number: String status: String! issueOn: String dueOn: String
    total: Money! amountDue: Money! issuer: Organization! recipient: Organization
  }
`;

const told = new EventEmitter();
told.setMaxListeners(0);

function reading() {
  const loaders = newLoaders();
  let found;
  return { loaders, invoice: (id) => (found ??= invoice(id)) };
}

function money(column) {
  return ([row]) => ({ amountMinor: row[column], currency: row.currency });
}

// What is shown of an invoice is its row with the loaders of its event.
const resolvers = {
  Query: { alive: () => true },
  Subscription: {
    invoiceUpdated: {
      subscribe: (_, { organization }) => on(told, organization),
      resolve: ([event]) => ({ event, cursor: event.position, reading: event.reading ?? reading() }),
    },
  },
  InvoiceUpdate: {
    event: ({ event }) => ({ type: event.type, subjectId: event.subject_id, subjectVersion: event.subject_version }),
    invoice: async ({ event, reading }) => {
      const row = await reading.invoice(event.subject_id);
      return row && [row, reading.loaders];
    },
  },
  Invoice: {
    id: ([row]) => row.id,
    number: ([row]) => row.number,
    status: ([row]) => row.status,
    issueOn: ([row]) => row.issueOn,
    dueOn: ([row]) => row.dueOn,
    total: money("total_minor"),
    amountDue: money("amount_due_minor"),
    issuer: ([row, loaders]) => loaders.organizations.load(row.issuer_id),
    recipient: ([row, loaders]) => (row.recipient_id ? loaders.organizations.load(row.recipient_id) : null),
  },
};

// One connection listens and reads what is new, once for all listeners.
const follower = new pg.Client();
await follower.connect();
let position = (await follower.query("SELECT position FROM outbox_head")).rows[0]?.position ?? "0";
let following = Promise.resolve();

async function follow() {
  const text = "SELECT * FROM outbox WHERE position > $1 ORDER BY position";
  for (const event of (await follower.query({ name: "outbox", text, values: [position] })).rows) {
    position = event.position;
    if (shares) event.reading = reading();
    for (const topic of event.topics) told.emit(topic, event);
  }
}

follower.on("notification", () => {
  following = following.then(follow);
});
await follower.query(`LISTEN ${CHANNEL}`);

const server = createServer();
useServer({ schema: createSchema({ typeDefs, resolvers }) }, new WebSocketServer({ server, path: "/graphql" }));
server.listen(Number(process.env.PORT), "127.0.0.1");
