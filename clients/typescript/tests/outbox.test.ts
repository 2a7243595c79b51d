import assert from 'node:assert/strict';
import { test } from 'node:test';

import {
  ApproveTaskDocument,
  type OutboxStore,
  PublishGigDocument,
  type Sent,
  SignInDocument,
  type Waiting,
  createOutbox,
  withKey,
} from '../src/index.js';
import { faultServer } from './faults.js';

const play = faultServer();
const REFUSED = { __typename: 'Refusal', code: 'WRONG_STATE', message: 'Not now.', path: [], problems: [] };

/** A store as an app has it: text that survives the process. */
function stored(): OutboxStore & { text: string } {
  return {
    text: '[]',
    load(): Waiting[] {
      return JSON.parse(this.text) as Waiting[];
    },
    save(waiting): void {
      this.text = JSON.stringify(waiting);
    },
  };
}

test('mutations wait until there is a network, and are sent in their order with the keys they had', async () => {
  const answers = [
    { abort: true },
    { data: { publishGig: REFUSED } },
    { data: { approveTask: { __typename: 'ApproveTaskPayload', replayed: true } } },
  ];
  const { client, played } = await play({ answers }, { retries: 0 });
  const store = stored();
  const first = createOutbox(client, store);
  await first.add(PublishGigDocument, { input: { gigId: 'gig_1' } });
  await first.add(ApproveTaskDocument, { input: withKey({ taskId: 'tsk_1', revision: 1 }) });
  assert.equal(await first.flush(), 2);

  // Another process finds what the first one has left.
  const sent: Sent[] = [];
  const second = createOutbox(client, store, (one) => sent.push(one));
  assert.equal(await second.flush(), 0);
  assert.deepEqual(
    sent.map((one) => [
      one.waiting.document.name,
      'result' in one && (one.result as { __typename: string }).__typename,
    ]),
    [
      ['PublishGig', 'Refusal'],
      ['ApproveTask', 'ApproveTaskPayload'],
    ],
  );
  const { requests } = await played();
  assert.equal(requests[0]?.idempotencyHeader, requests[1]?.idempotencyHeader);
  assert.match(requests[2]?.idempotencyInput ?? '', /^[0-9a-f-]{36}$/);
});

test('an error that would come again does not hold up the others', async () => {
  const errors = [{ message: 'No.', extensions: { code: 'FORBIDDEN' } }];
  const { client, played } = await play({ answers: [{ data: null, errors }, { data: { publishGig: REFUSED } }] });
  const sent: Sent[] = [];
  const outbox = createOutbox(client, stored(), (one) => sent.push(one));
  await outbox.add(PublishGigDocument, { input: { gigId: 'gig_1' } });
  await outbox.add(PublishGigDocument, { input: { gigId: 'gig_2' } });
  assert.equal(await outbox.flush(), 0);
  assert.deepEqual(
    sent.map((one) => 'error' in one),
    [true, false],
  );
  await played();
});

test('two flushes at the same time send nothing twice', async () => {
  const { client, played } = await play({ answers: [{ delayMs: 20, data: { publishGig: REFUSED } }] });
  const outbox = createOutbox(client, stored());
  await outbox.add(PublishGigDocument, { input: { gigId: 'gig_1' } });
  assert.deepEqual(await Promise.all([outbox.flush(), outbox.flush()]), [0, 0]);
  await played();
});

test('what waits for a token stays', async () => {
  const { client, played } = await play({ accept: [] });
  const outbox = createOutbox(client, stored());
  await outbox.add(PublishGigDocument, { input: { gigId: 'gig_1' } });
  assert.equal(await outbox.flush(), 1);
  assert.equal((await outbox.waiting())[0]?.document.name, 'PublishGig');
  await played();
});

test('a mutation without a key is not taken', async () => {
  const { client } = await play({});
  const outbox = createOutbox(client, stored());
  assert.throws(
    () => outbox.add(SignInDocument, { input: { email: 'a@example.com', password: 'x' } }),
    /SignIn takes no idempotency key: it cannot be sent later/,
  );
});
