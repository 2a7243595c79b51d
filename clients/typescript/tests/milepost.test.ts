import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import {
  type Client,
  type LiveStatus,
  type RequestError,
  createClient,
  getLiveCursor,
  getViewer,
  inviteMember,
  listGigs,
  listInvoices,
  live,
  liveOverEvents,
  orThrow,
  signIn,
  signOut,
  WatchEventsDocument,
  watchEvents,
} from '../src/index.js';
import { rejection } from './faults.js';
import { type Milepost, serveMilepost } from './processes.js';

const NORA = { email: 'nora@northwind.example', password: 'milepost sandbox' };

let server: Milepost;
before(async () => {
  server = await serveMilepost();
});
after(() => server.stop());

/** A client that signs in when it has to. */
function signingIn(): Client & { signedIn: number } {
  let token: string | null | undefined;
  const refresh = async (): Promise<void> => {
    client.signedIn += 1;
    token = orThrow(await signIn(createClient({ url: server.url }), NORA)).token;
  };
  const client = { ...createClient({ url: server.url, token: () => token, refresh }), signedIn: 0 };
  return client;
}

test('a client without a token signs in once for all that it is asked at the beginning', async () => {
  const client = signingIn();
  const answers = await Promise.all([getViewer(client), listGigs(client), listInvoices(client)]);
  assert.equal(answers[0].user.email, NORA.email);
  assert.equal(client.signedIn, 1);
});

/** Invites somebody; the answer is what the event about it is about. */
async function invite(client: Client): Promise<string> {
  const email = `${crypto.randomUUID()}@example.com`;
  return orThrow(await inviteMember(client, { email, role: 'MEMBER' })).invitation.id;
}

for (const [transport, follow] of [
  ['a socket', live],
  ['a stream', liveOverEvents],
] as const) {
  test(`a feed on ${transport} goes on when the server has been restarted`, { timeout: 120_000 }, async () => {
    const client = signingIn();
    const states: string[] = [];
    const variables = { after: await getLiveCursor(client), types: ['member.invited'] };
    const onStatus = ({ state }: LiveStatus): unknown => states.push(state);
    const feed = follow(client, WatchEventsDocument, variables, { onStatus });
    const first = await invite(client);
    assert.equal((await feed.next()).value?.event?.subjectId, first);
    const waiting = feed.next();
    await server.restart();
    const second = await invite(client);
    assert.equal((await waiting).value?.event?.subjectId, second);
    assert.deepEqual([states[0], states[1], states.at(-1)], ['connected', 'interrupted', 'connected']);
    await feed.return();
  });

  test(`a feed on ${transport} whose session ends goes on when somebody signs in again`, async () => {
    const client = signingIn();
    const after = await getLiveCursor(client);
    const feed = follow(client, WatchEventsDocument, { after, types: ['member.invited'] });
    const waiting = feed.next();
    orThrow(await signOut(client, {}));
    const invited = await invite(signingIn());
    assert.equal((await waiting).value?.event?.subjectId, invited);
    assert.equal(client.signedIn, 2);
    await feed.return();
  });
}

test('without a way to refresh a feed of a session that ends is over', async () => {
  const { token } = orThrow(await signIn(createClient({ url: server.url }), NORA));
  const client = createClient({ url: server.url, token });
  const waiting = rejection(watchEvents(client).next());
  orThrow(await signOut(client));
  assert.equal(((await waiting) as RequestError).code, 'UNAUTHENTICATED');
});
