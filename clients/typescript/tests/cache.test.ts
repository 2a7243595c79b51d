import assert from 'node:assert/strict';
import { test } from 'node:test';

import {
  type Middleware,
  type RequestError,
  cacheKey,
  cacheQueries,
  getClock,
  getGig,
  publishGig,
} from '../src/index.js';
import { CLOCK, faultServer, rejection } from './faults.js';

const play = faultServer();
const OFFLINE = { abort: true };

test('without network the last answer is used, and said to be', async () => {
  const used: string[] = [];
  const cache = cacheQueries(new Map(), { onUsed: (call) => used.push(call.document.name) });
  const { client, played } = await play({ answers: [CLOCK, OFFLINE] }, { use: [cache], retries: 0 });
  const fresh = await getClock(client);
  assert.deepEqual(used, []);
  assert.deepEqual(await getClock(client), fresh);
  assert.deepEqual(used, ['GetClock']);
  await played();
});

test('without network and without an answer the failure is reported', async () => {
  const { client, played } = await play({ answers: [OFFLINE] }, { use: [cacheQueries(new Map())], retries: 0 });
  assert.equal(((await rejection(getClock(client))) as RequestError).code, 'NETWORK');
  await played();
});

test('a cache that is asked first saves requests', async () => {
  const { client, played } = await play({ answers: [CLOCK] }, { use: [cacheQueries(new Map(), { use: 'first' })] });
  assert.deepEqual(await getClock(client), await getClock(client));
  await played();
});

test('what the server refuses is not answered from a cache', async () => {
  const { client } = await play(
    { answers: [CLOCK, { status: 500, body: 'oops' }] },
    { use: [cacheQueries(new Map())] },
  );
  await getClock(client);
  assert.equal(((await rejection(getClock(client))) as RequestError).code, 'HTTP');
});

test('mutations pass a cache', async () => {
  const store = new Map<string, unknown>();
  const answers = [{ data: { publishGig: { __typename: 'Refusal' } } }];
  const { client, played } = await play({ answers }, { use: [cacheQueries(store)] });
  await publishGig(client, { gigId: 'gig_1' });
  assert.equal(store.size, 0);
  await played();
});

test('other variables are another answer, and their order is none', () => {
  const document = { name: 'ListGigs', kind: 'query', parts: [] } as const;
  const key = cacheKey({ document, variables: { filter: { skill: 'css', text: 'shop' }, first: 2 } });
  assert.equal(cacheKey({ document, variables: { first: 2, filter: { text: 'shop', skill: 'css' } } }), key);
  assert.notEqual(cacheKey({ document, variables: { first: 3, filter: { text: 'shop', skill: 'css' } } }), key);
});

test('middleware stands around requests in the order it is given', async () => {
  const seen: string[] = [];
  const named =
    (name: string): Middleware =>
    async (call, next) => {
      seen.push(`${name} before ${call.document.name}`);
      const data = await next(call);
      seen.push(`${name} after`);
      return data;
    };
  const { client, played } = await play(
    { answers: [{ data: { gig: null } }] },
    { use: [named('outer'), named('inner')] },
  );
  assert.equal(await getGig(client, { id: 'gig_1' }), null);
  assert.deepEqual(seen, ['outer before GetGig', 'inner before GetGig', 'inner after', 'outer after']);
  await played();
});
