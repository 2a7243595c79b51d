import assert from 'node:assert/strict';
import { test } from 'node:test';

import { RequestError, approveTask, getClock, publishGig, signIn } from '../src/index.js';
import { CLOCK, faultServer, rejection } from './faults.js';

const play = faultServer();
const BUSY = { status: 503, headers: { 'retry-after': '0' } };
const REFUSED = { __typename: 'Refusal', code: 'NOT_FOUND', message: 'No such gig.', path: [], problems: [] };

test('a query is repeated after a temporary failure', async () => {
  const { client, played } = await play({ answers: [BUSY, { abort: true }, { abort: 5, ...CLOCK }, CLOCK] });
  assert.equal((await getClock(client)).now, '2026-07-01T09:00:00Z');
  assert.deepEqual(
    (await played()).requests.map((one) => one.status),
    [503, null, 200, 200],
  );
});

test('after three repetitions the failure is reported', async () => {
  const { client, played } = await play({ answers: [{ ...BUSY, times: 4 }] });
  const error = await rejection(getClock(client));
  assert.ok(error instanceof RequestError);
  assert.equal(error.code, 'HTTP');
  assert.equal(error.failure.status, 503);
  await played();
});

test('a request waits as long as Retry-After says, and otherwise up to a limit that doubles', async (context) => {
  const real = globalThis.setTimeout;
  const waits: number[] = [];
  context.mock.method(globalThis, 'setTimeout', (work: () => void, milliseconds: number, ...rest: []) => {
    waits.push(milliseconds);
    return real(work, 0, ...rest);
  });
  context.mock.method(Math, 'random', () => 0.5);
  const answers = [{ status: 429, headers: { 'retry-after': '7' } }, { status: 503 }, { status: 503 }, CLOCK];
  const { client, played } = await play({ answers }, { backoff: 300 });
  await getClock(client);
  assert.deepEqual(
    waits.filter((one) => [7000, 300, 600].includes(one)),
    [7000, 300, 600],
  );
  await played();
});

test('a Retry-After of an hour is no reason to wait', async () => {
  const { client, played } = await play({ answers: [{ status: 503, headers: { 'retry-after': '3600' } }] });
  const error = await rejection(getClock(client));
  assert.ok(error instanceof RequestError);
  assert.equal(error.failure.retryAfter, 3600);
  await played();
});

test('what would fail again is not repeated', async () => {
  const errors = [{ message: 'No.', extensions: { code: 'GRAPHQL_VALIDATION_FAILED', requestId: 'r1' } }];
  const { client, played } = await play({ answers: [{ status: 400, errors }] });
  const error = await rejection(getClock(client));
  assert.ok(error instanceof RequestError);
  assert.equal(error.message, 'No.');
  assert.equal(error.code, 'GRAPHQL_VALIDATION_FAILED');
  assert.equal(error.failure.requestId, 'r1');
  assert.deepEqual(error.failure.errors, errors);
  await played();
});

test('an answer that is partly there is reported with what is there', async () => {
  const errors = [{ message: 'Oops.', path: ['clock'], extensions: { code: 'INTERNAL' } }];
  const { client, played } = await play({ answers: [{ data: { clock: null }, errors }] });
  const error = await rejection(getClock(client));
  assert.ok(error instanceof RequestError);
  assert.deepEqual(error.failure.data, { clock: null });
  await played();
});

test('a mutation with a key in its input is repeated with the same key', async () => {
  const { client, played } = await play({ answers: [BUSY, { abort: true }, { data: { approveTask: REFUSED } }] });
  const result = await approveTask(client, { taskId: 'tsk_1', revision: 1 });
  assert.equal(result.__typename, 'Refusal');
  const keys = (await played()).requests.map((one) => one.idempotencyInput);
  assert.match(keys[0] ?? '', /^[0-9a-f-]{36}$/);
  assert.deepEqual(keys, [keys[0], keys[0], keys[0]]);
});

test('the key of an intention can be given', async () => {
  const { client, played } = await play({ answers: [{ data: { approveTask: REFUSED } }] });
  await approveTask(client, { taskId: 'tsk_1', revision: 1, idempotencyKey: 'mine' });
  assert.equal((await played()).requests[0]?.idempotencyInput, 'mine');
});

test('other mutations are repeated with the same header', async () => {
  const { client, played } = await play({ answers: [BUSY, { data: { publishGig: REFUSED } }] });
  await publishGig(client, { gigId: 'gig_1' });
  const keys = (await played()).requests.map((one) => one.idempotencyHeader);
  assert.match(keys[0] ?? '', /^[0-9a-f-]{36}$/);
  assert.deepEqual(keys, [keys[0], keys[0]]);
});

test('a mutation that takes no key is sent once', async () => {
  const { client, played } = await play({ answers: [BUSY] });
  await rejection(signIn(client, { email: 'a@example.com', password: 'x' }));
  assert.equal((await played()).requests[0]?.idempotencyHeader, null);
});

test('many requests with an old token refresh it once and are answered', async () => {
  let token = 'old';
  let refreshed = 0;
  const refresh = async (): Promise<void> => {
    refreshed += 1;
    await new Promise((resolve) => setTimeout(resolve, 20));
    token = 'new';
  };
  const options = { token: () => token, refresh };
  const { client, played } = await play({ accept: ['new'], answers: [{ ...CLOCK, times: 5 }] }, options);
  await Promise.all(Array.from({ length: 5 }, () => getClock(client)));
  assert.equal(refreshed, 1);
  const { requests } = await played();
  assert.equal(requests.filter((one) => one.token === 'old').length, 5);
  assert.equal(requests.filter((one) => one.token === 'new').length, 5);
});

test('a code of UNAUTHENTICATED counts like a status of 401', async () => {
  let token = 'old';
  const errors = [{ message: 'Sign in.', extensions: { code: 'UNAUTHENTICATED' } }];
  const { client, played } = await play(
    { answers: [{ data: { publishGig: REFUSED } }], accept: ['new'], refuse: { status: 200, data: null, errors } },
    { token: () => token, refresh: () => (token = 'new') },
  );
  assert.equal((await publishGig(client, { gigId: 'gig_1' })).__typename, 'Refusal');
  assert.deepEqual(
    (await played()).requests.map((one) => one.token),
    ['old', 'new'],
  );
});

test('a token that is refused after the refresh too is reported', async () => {
  const { client, played } = await play({ accept: [] }, { token: 'bad', refresh: () => {} });
  const error = await rejection(getClock(client));
  assert.equal((error as RequestError).code, 'UNAUTHENTICATED');
  assert.equal((await played()).requests.length, 2);
});

test('an abort ends a request with its reason', async () => {
  const { client, report } = await play({ answers: [{ hold: true }] });
  const stop = new AbortController();
  const asking = rejection(getClock(client, { signal: stop.signal }));
  while (!(await report()).requests.length);
  stop.abort(new Error('enough'));
  assert.equal((await asking).message, 'enough');
  while (!(await report()).requests[0]?.ended);
  assert.equal((await report()).requests[0]?.ended, 'left');
});

test('an abort ends the wait for a repetition', async () => {
  const stop = new AbortController();
  const { client, report } = await play({ answers: [{ status: 503, headers: { 'retry-after': '30' } }] });
  const asking = rejection(getClock(client, { signal: stop.signal }));
  while ((await report()).requests[0]?.ended !== 'answered');
  stop.abort(new Error('enough'));
  assert.equal((await asking).message, 'enough');
});

test('a server that is not there is told from an abort', async () => {
  const { client } = await play({}, { url: 'http://127.0.0.1:9/graphql', retries: 1 });
  const error = await rejection(getClock(client));
  assert.equal((error as RequestError).code, 'NETWORK');
});

test('the document is sent without anything that has no meaning', async () => {
  const { client, played } = await play({ answers: [CLOCK] }, { headers: { 'x-app': 'web' } });
  await getClock(client, { headers: { 'x-screen': 'home' } });
  const { body, headers } = (await played()).requests[0] ?? assert.fail();
  assert.deepEqual(body, {
    query: 'query GetClock{clock{now aheadSeconds isSandbox}}',
    variables: {},
    operationName: 'GetClock',
  });
  assert.equal(headers['x-app'], 'web');
  assert.equal(headers['x-screen'], 'home');
});
