import assert from 'node:assert/strict';
import { test } from 'node:test';

import { RefusedError, getGig, getNode, isRefusal, orThrow, publishGig } from '../src/index.js';
import { faultServer } from './faults.js';

const play = faultServer();
const ADDITIONS = `
  extend enum GigStatus { FROZEN }
  extend enum RefusalCode { TOO_WARM }
  extend type Gig { temperature: Int! }
  type LegalHold implements Node { id: ID! }
  extend union PublishGigResult = LegalHold
`;
const GIG = {
  __typename: 'Gig',
  id: 'gig_1',
  version: 3,
  status: 'FROZEN',
  temperature: -4,
  title: 'A website',
  description: 'Three pages.',
  skills: [],
  tools: [],
  tags: [],
  visibility: 'PUBLIC',
  priority: 'NORMAL',
  pricing: 'FIXED',
  currency: 'EUR',
  timeZone: 'UTC',
  seats: 1,
  acceptedSeats: 0,
  termsVersion: 1,
  createdAt: '2026-07-01T09:00:00Z',
  updatedAt: '2026-07-01T09:00:00Z',
  availableActions: [],
  organization: { id: 'org_1', kind: 'CLIENT', name: 'Northwind' },
};
const EXECUTE = { execute: true };

test('a value of an enum that was added later is seen as it is', async () => {
  const { client, played } = await play({ schema: { extend: ADDITIONS, data: { gig: GIG } }, answers: [EXECUTE] });
  const gig = await getGig(client, { id: 'gig_1' });
  assert.equal(gig?.status, 'FROZEN');
  assert.equal(gig.title, 'A website');
  await played();
});

test('a type of an interface that was added later has what all types have', async () => {
  const data = { node: { __typename: 'LegalHold', id: 'hld_1' } };
  const { client, played } = await play({ schema: { extend: ADDITIONS, data }, answers: [EXECUTE] });
  const node = await getNode(client, { id: 'hld_1' });
  switch (node?.__typename) {
    case 'Gig':
    case 'Project':
      assert.fail('it is neither');
      break;
    default:
      assert.equal(node?.id, 'hld_1');
      assert.equal(node.__typename, 'LegalHold');
  }
  await played();
});

test('a result of a mutation that was added later is no payload', async () => {
  const data = { publishGig: { __typename: 'LegalHold', id: 'hld_1' } };
  const { client, played } = await play({ schema: { extend: ADDITIONS, data }, answers: [EXECUTE] });
  const result = await publishGig(client, { gigId: 'gig_1' });
  assert.equal(isRefusal(result), false);
  assert.throws(
    () => orThrow(result),
    (error: RefusedError) =>
      error.code === 'UNKNOWN' && /LegalHold, which this version does not know/.test(error.message),
  );
  await played();
});

test('a refusal with a code that was added later is a refusal', async () => {
  const refusal = { __typename: 'Refusal', code: 'TOO_WARM', message: 'Wait for winter.', path: [], problems: [] };
  const { client, played } = await play({
    schema: { extend: ADDITIONS, data: { publishGig: refusal } },
    answers: [EXECUTE],
  });
  const result = await publishGig(client, { gigId: 'gig_1' });
  assert.ok(isRefusal(result));
  assert.equal(result.code, 'TOO_WARM');
  assert.throws(
    () => orThrow(result),
    (error: RefusedError) => error.code === 'TOO_WARM' && error.message === 'Wait for winter.',
  );
  await played();
});

test('a payload is told from a refusal by its type', async () => {
  const data = { publishGig: { __typename: 'PublishGigPayload', gig: GIG } };
  const { client, played } = await play({ schema: { extend: ADDITIONS, data }, answers: [EXECUTE] });
  const { gig } = orThrow(await publishGig(client, { gigId: 'gig_1' }));
  assert.equal(gig.status, 'FROZEN');
  assert.equal('temperature' in gig, false);
  await played();
});
