import assert from 'node:assert/strict';
import { test } from 'node:test';

import { getGigBoardAll, listGigsAll, listLedgerEntriesAll } from '../src/index.js';
import { faultServer } from './faults.js';

const play = faultServer();

/** A page of entries with these ids. */
function page(ids: readonly string[], endCursor: string | null): object {
  return { nodes: ids.map((id) => ({ id })), pageInfo: { hasNextPage: endCursor !== null, endCursor } };
}

/** All that a list yields. */
async function all<T>(entries: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const entry of entries) found.push(entry);
  return found;
}

test('all entries come in order, and each page is asked for behind the one before', async () => {
  const answers = [{ data: { gigs: page(['a', 'b'], 'x') } }, { data: { gigs: page(['c'], null) } }];
  const { client, played } = await play({ answers });
  const ids = (await all(listGigsAll(client, { first: 2 }))).map((one) => one.id);
  assert.deepEqual(ids, ['a', 'b', 'c']);
  assert.deepEqual(
    (await played()).requests.map((one) => one.body.variables),
    [{ first: 2 }, { first: 2, after: 'x' }],
  );
});

test('a page that nobody needs is not asked for', async () => {
  const { client, played } = await play({ answers: [{ data: { gigs: page(['a', 'b'], 'x') } }] });
  for await (const { id } of listGigsAll(client)) if (id === 'b') break;
  await played();
});

test('a list behind an object that is not there is empty', async () => {
  const { client, played } = await play({ answers: [{ data: { gig: null } }] });
  assert.deepEqual(await all(getGigBoardAll(client, { id: 'gig_1' })), []);
  await played();
});

test('entries with their cursors are entries like any other', async () => {
  const edges = [{ cursor: 'x', node: { account: { id: 'acc_1' } } }];
  const { client, played } = await play({
    answers: [{ data: { ledgerEntries: { edges, pageInfo: { hasNextPage: false, endCursor: 'x' } } } }],
  });
  assert.deepEqual(await all(listLedgerEntriesAll(client)), [{ account: { id: 'acc_1' } }]);
  await played();
});

test('a server that repeats a page does not keep the loop for ever', async () => {
  const answers = [{ data: { gigs: page(['a'], 'x') } }, { data: { gigs: page(['b'], 'x') } }];
  const { client, played } = await play({ answers });
  assert.equal((await all(listGigsAll(client))).length, 2);
  await played();
});
