import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { auditServer } from 'graphql-http';
import { createClient as createEventClient } from 'graphql-sse';
import { createClient as createSocketClient } from 'graphql-ws';

import { type Client, createClient, getLiveCursor, inviteMember, orThrow, signIn } from '../src/index.js';
import { type Milepost, serveMilepost } from './processes.js';
import { relayTo } from './relay.js';

const NORA = { email: 'nora@northwind.example', password: 'milepost sandbox' };
const FEED = `subscription($after: Cursor, $types: [String!]) {
  events(after: $after, types: $types) { cursor event { subjectId } }
}`;

interface Message {
  readonly cursor: string;
  readonly event: { readonly subjectId: string };
}
interface Result {
  readonly data?: { readonly events: Message } | null | undefined;
  readonly errors?: readonly unknown[] | undefined;
}

let server: Milepost;
let token: string;
let client: Client;
before(async () => {
  server = await serveMilepost();
  token = orThrow(await signIn(createClient({ url: server.url }), NORA)).token ?? '';
  client = createClient({ url: server.url, token });
});
after(() => server.stop());

// The ordinary executor answers what comes for the first time, plans the rest.
for (const round of ['when documents are new', 'when documents are known']) {
  test(`the audit of graphql-http finds nothing ${round}`, async (context) => {
    const results = await auditServer({ url: server.url });
    const remarks = results.flatMap((one) => (one.status === 'ok' ? [] : [`${one.id} ${one.name}: ${one.reason}`]));
    context.diagnostic(`${results.length - remarks.length} of ${results.length} audits are ok`);
    assert.deepEqual(remarks, []);
    assert.equal(results.length, 61);
  });
}

/** Subscribes at a URL to what happens after a cursor; the result unsubscribes. */
type Follow = (url: string, after: string, next: (message: Message) => void) => () => void;

const soon = { retryAttempts: 1_000, retryWait: async (): Promise<void> => {} };

/** Resumes by the variable, which graphql-ws reads whenever it subscribes anew. */
const overSocket: Follow = (url, after, next) => {
  const feed = createSocketClient({ url: url.replace('http', 'ws'), connectionParams: { token }, ...soon });
  const variables = { after, types: ['member.invited'] };
  feed.subscribe<Result['data']>(
    { query: FEED, variables },
    sink((message) => {
      variables.after = message.cursor;
      next(message);
    }),
  );
  return () => void feed.dispose();
};

/** Resumes by Last-Event-ID, as a browser's EventSource does; the variable stays where it was. */
const overEvents: Follow = (url, after, next) => {
  let last: string | undefined;
  const headers = (): Record<string, string> => ({
    authorization: `Bearer ${token}`,
    ...(last && { 'last-event-id': last }),
  });
  const feed = createEventClient({ url, headers, retryAttempts: 1_000, retry: async () => {} });
  feed.subscribe<Result['data']>(
    { query: FEED, variables: { after, types: ['member.invited'] } },
    sink((message) => {
      last = message.cursor;
      next(message);
    }),
  );
  return () => feed.dispose();
};

/** Passes messages on; anything else fails the test. */
function sink(next: (message: Message) => void): {
  next(result: Result): void;
  error(error: unknown): void;
  complete(): void;
} {
  return {
    next: ({ data, errors }) => {
      assert.equal(errors, undefined);
      assert.ok(data);
      next(data.events);
    },
    error: (error) => {
      throw error;
    },
    complete: () => {},
  };
}

async function invite(): Promise<string> {
  const email = `${crypto.randomUUID()}@example.com`;
  return orThrow(await inviteMember(client, { email, role: 'MEMBER' })).invitation.id;
}

for (const [name, follow] of [
  ['graphql-ws', overSocket],
  ['graphql-sse', overEvents],
] as const) {
  test(
    `${name} loses and doubles nothing when its connection is cut again and again`,
    { timeout: 60_000 },
    async () => {
      const relay = await relayTo(server.url);
      const seen: string[] = [];
      const made: string[] = [];
      let arrived = (): void => {};
      const stop = follow(relay.url, await getLiveCursor(client), (message) => {
        seen.push(message.event.subjectId);
        arrived();
      });
      const all = async (): Promise<void> => {
        while (seen.length < made.length) await new Promise<void>((resolve) => (arrived = resolve));
      };
      for (let round = 0; round < 4; round += 1) {
        made.push(await invite());
        await all();
        relay.cut();
        made.push(await invite(), await invite());
        await all();
      }
      assert.deepEqual(seen, made);
      stop();
      relay.stop();
    },
  );
}

test('graphql-ws gets the fault of a wrong document, and the same socket goes on', async () => {
  let sockets = 0;
  const feed = createSocketClient({
    url: server.url.replace('http', 'ws'),
    connectionParams: { token },
    lazyCloseTimeout: 1_000,
    on: { connected: () => (sockets += 1) },
  });
  const ask = (query: string): Promise<unknown> =>
    new Promise((resolve) => feed.subscribe({ query }, { next: resolve, error: resolve, complete: () => {} }));
  const [fault] = (await ask('{ viewer {')) as [{ extensions: { code: string } }];
  assert.equal(fault.extensions.code, 'GRAPHQL_VALIDATION_FAILED');
  const { data } = (await ask('{ __typename }')) as { data: unknown };
  assert.deepEqual(data, { __typename: 'Query' });
  assert.equal(sockets, 1);
  await feed.dispose();
});

test('graphql-ws hears from the server when it asks whether it is there', async () => {
  const answered = new Promise<void>((resolve) => {
    const feed = createSocketClient({
      url: server.url.replace('http', 'ws'),
      connectionParams: { token },
      lazy: false,
      keepAlive: 50,
      on: {
        pong: (received) => {
          if (!received) return;
          resolve();
          void feed.dispose();
        },
      },
    });
  });
  await answered;
});
