import assert from 'node:assert/strict';
import { test } from 'node:test';

import {
  type Client,
  type LiveStatus,
  RequestError,
  WatchEventsDocument,
  getLiveCursor,
  live,
  liveOverEvents,
  watchEvents,
} from '../src/index.js';
import { faultServer, rejection } from './faults.js';

const play = faultServer();
const FEED = { field: 'events', messages: ['c1', 'c2', 'c3', 'c4'].map((cursor) => ({ cursor })) };
const UNAUTHENTICATED = [{ message: 'Sign in.', extensions: { code: 'UNAUTHENTICATED' } }];

/** The cursors of as many messages. */
async function cursors(feed: AsyncIterable<{ readonly cursor: string }>, count: number): Promise<string[]> {
  const seen: string[] = [];
  for await (const { cursor } of feed) {
    seen.push(cursor);
    if (seen.length === count) break;
  }
  return seen;
}

for (const close of [{ close: 1001 }, { close: 1012 }, { close: 1013 }, { close: 4500 }, { abort: true }]) {
  test(`after ${JSON.stringify(close)} a feed resumes behind its last message`, async () => {
    const sockets = [
      [{ open: true }, { feed: 2 }, close],
      [{ open: true }, { feed: 2 }],
    ];
    const { client, played } = await play({ feed: FEED, sockets });
    const states: LiveStatus[] = [];
    const feed = watchEvents(client, {}, { onStatus: (status) => states.push(status) });
    assert.deepEqual(await cursors(feed, 4), ['c1', 'c2', 'c3', 'c4']);
    assert.deepEqual(
      states.map((one) => [one.state, one.state === 'connected' && one.isWhole]),
      [
        ['connected', true],
        ['interrupted', false],
        ['connected', true],
      ],
    );
    const [, second] = (await played()).sockets;
    const subscribe = second?.messages.find((one) => one.type === 'subscribe');
    assert.deepEqual(subscribe?.payload?.variables, { after: 'c2' });
  });
}

test('a feed that was cut before its first message says that something may be missing', async () => {
  const sockets = [
    [{ open: true }, { close: 1012 }],
    [{ open: true }, { feed: 1 }],
  ];
  const { client, played } = await play({ feed: FEED, sockets });
  const whole: boolean[] = [];
  const onStatus = (status: LiveStatus): unknown => status.state === 'connected' && whole.push(status.isWhole);
  assert.deepEqual(await cursors(watchEvents(client, {}, { onStatus }), 1), ['c1']);
  assert.deepEqual(whole, [true, false]);
  await played();
});

test('a feed that begins with a cursor is whole after a cut before its first message', async () => {
  const sockets = [
    [{ open: true }, { close: 1012 }],
    [{ open: true }, { feed: 1 }],
  ];
  const { client, played } = await play({ feed: FEED, sockets });
  const whole: boolean[] = [];
  const onStatus = (status: LiveStatus): unknown => status.state === 'connected' && whole.push(status.isWhole);
  assert.deepEqual(await cursors(watchEvents(client, { after: 'c2' }, { onStatus }), 1), ['c3']);
  assert.deepEqual(whole, [true, true]);
  await played();
});

test('a gap is a message like any other, and the feed goes on behind it', async () => {
  const sockets = [
    [{ open: true }, { gap: 'c2' }, { close: 1012 }],
    [{ open: true }, { feed: 1 }],
  ];
  const { client, played } = await play({ feed: FEED, sockets });
  const seen: Array<[string, boolean]> = [];
  for await (const { cursor, gap } of watchEvents(client, { after: 'c1' })) {
    seen.push([cursor, gap]);
    if (!gap) break;
  }
  assert.deepEqual(seen, [
    ['c2', true],
    ['c3', false],
  ]);
  await played();
});

for (const code of [4401, 4403]) {
  test(`a socket that closes with ${code} refreshes the token once and resumes`, async () => {
    let token = 'old';
    let refreshed = 0;
    const refresh = (): void => {
      refreshed += 1;
      token = 'new';
    };
    const sockets = [
      [{ open: true }, { feed: 1 }, { close: code }],
      [{ open: true }, { feed: 1 }],
    ];
    const { client, played } = await play({ feed: FEED, sockets }, { token: () => token, refresh });
    assert.deepEqual(await cursors(watchEvents(client), 2), ['c1', 'c2']);
    assert.equal(refreshed, 1);
    assert.deepEqual(
      (await played()).sockets.map((one) => one.token),
      ['old', 'new'],
    );
  });
}

test('a feed that was silent for long refreshes the token each time its session ends', async (context) => {
  let now = Date.now();
  context.mock.method(Date, 'now', () => (now += 60_000));
  let refreshed = 0;
  const closing = [{ open: true }, { close: 4401 }];
  const script = { feed: FEED, sockets: [closing, closing, closing, [{ open: true }, { feed: 1 }]] };
  const { client, played } = await play(script, { refresh: () => (refreshed += 1) });
  assert.deepEqual(await cursors(watchEvents(client), 1), ['c1']);
  assert.equal(refreshed, 3);
  await played();
});

test('a token that stays refused ends the feed', async () => {
  const script = { accept: [], sockets: [[{ open: true }], [{ open: true }]] };
  const { client, played } = await play(script, { token: 'bad', refresh: () => {} });
  const error = await rejection(watchEvents(client).next());
  assert.equal((error as RequestError).code, 'UNAUTHENTICATED');
  await played();
});

for (const code of [4400, 4406, 4409, 4429]) {
  test(`a socket that closes with ${code} ends the feed`, async () => {
    const { client, played } = await play({ feed: FEED, sockets: [[{ open: true }, { close: code }]] });
    const error = await rejection(watchEvents(client).next());
    assert.ok(error instanceof RequestError);
    assert.equal(error.failure.status, code);
    await played();
  });
}

test('an error of the server ends the feed, and the socket serves the next one', async () => {
  const errors = [{ message: 'No.', extensions: { code: 'FORBIDDEN' } }];
  const steps = [{ open: true }, { error: errors }, { await: 'subscribe' }, { feed: 1 }];
  const { client, played } = await play({ feed: FEED, sockets: [steps, [{ open: true }, { feed: 1 }]] });
  const error = await rejection(watchEvents(client).next());
  assert.equal((error as RequestError).code, 'FORBIDDEN');
  assert.deepEqual(await cursors(watchEvents(client), 1), ['c1']);
  assert.equal((await played()).sockets.length, 2);
});

test('a feed that is refused for a while is tried again after it', async () => {
  const errors = [{ message: 'Later.', extensions: { code: 'RATE_LIMITED', retryAfter: 0 } }];
  const steps = [{ open: true }, { error: errors }];
  const { client, played } = await play({ feed: FEED, sockets: [steps, [{ open: true }, { feed: 1 }]] });
  assert.deepEqual(await cursors(watchEvents(client), 1), ['c1']);
  await played();
});

test('a feed that the server completes ends', async () => {
  const { client, played } = await play({ feed: FEED, sockets: [[{ open: true }, { feed: 1 }, { complete: true }]] });
  assert.deepEqual(await cursors(watchEvents(client), 9), ['c1']);
  assert.equal(client.connection, undefined);
  await played();
});

test('a ping is answered with its payload', async () => {
  const { client, played } = await play({ feed: FEED, sockets: [[{ open: true }, { ping: { n: 1 } }, { feed: 1 }]] });
  await cursors(watchEvents(client), 1);
  const pong = (await played()).sockets[0]?.messages.find((one) => one.type === 'pong');
  assert.deepEqual(pong, { type: 'pong', payload: { n: 1 } });
});

test('leaving a feed ends it on the server, and the last one closes the socket', async () => {
  const { client, report } = await play({ feed: FEED, sockets: [[{ open: true }, { feed: 4 }]] });
  assert.deepEqual(await cursors(watchEvents(client), 1), ['c1']);
  while (!(await report()).sockets[0]?.closed);
  const seen = (await report()).sockets[0];
  assert.deepEqual(
    seen?.messages.map((one) => one.type),
    ['connection_init', 'subscribe', 'complete'],
  );
});

test('two feeds share a socket', async () => {
  const steps = [{ open: true }, { await: 'subscribe' }, { feed: 1 }];
  const { client, played } = await play({ feed: FEED, sockets: [steps] });
  const stop = new AbortController();
  const silent = rejection(watchEvents(client, {}, { signal: stop.signal }).next());
  const second = await cursors(watchEvents(client), 1);
  stop.abort(new Error('enough'));
  assert.equal((await silent).message, 'enough');
  assert.deepEqual(second, ['c1']);
  assert.equal((await played()).sockets.length, 1);
});

for (const [name, follow] of [
  ['a socket', live],
  ['a stream', liveOverEvents],
] as const) {
  test(`an abort ends a feed on ${name} while it waits`, async () => {
    const script = {
      feed: FEED,
      sockets: [[{ open: true }, { feed: 1 }]],
      answers: [{ sse: [{ feed: 1 }, { hold: true }] }],
    };
    const { client } = await play(script);
    const stop = new AbortController();
    const feed = follow(client, WatchEventsDocument, {}, { signal: stop.signal });
    assert.equal((await feed.next()).value?.cursor, 'c1');
    const waiting = rejection(feed.next());
    stop.abort(new Error('enough'));
    assert.equal((await waiting).message, 'enough');
  });

  test(`an abort ends a feed on ${name} before it is connected`, async () => {
    const { client } = await play({ sockets: [[{ delayMs: 60_000 }]], answers: [{ hold: true }] });
    const stop = new AbortController();
    const waiting = rejection(follow(client, WatchEventsDocument, {}, { signal: stop.signal }).next());
    stop.abort(new Error('enough'));
    assert.equal((await waiting).message, 'enough');
  });
}

test('a handshake that is refused is tried again as often as said', async () => {
  const sockets = Array.from({ length: 3 }, () => [{ reject: 503 }]);
  const { client, played } = await play({ sockets });
  const error = await rejection(watchEvents(client, {}, { retries: 2 }).next());
  assert.equal((error as RequestError).code, 'NETWORK');
  await played();
});

test('a stream of events resumes behind its last message', async () => {
  const answers = [
    { sse: [{ comment: 'hello' }, { feed: 2 }, { abort: true }] },
    { status: 503 },
    { sse: [{ feed: 2 }, { complete: true }] },
  ];
  const { client, played } = await play({ feed: FEED, answers });
  assert.deepEqual(await cursors(liveOverEvents(client, WatchEventsDocument, {}), 9), ['c1', 'c2', 'c3', 'c4']);
  const { requests } = await played();
  assert.deepEqual(
    requests.map((one) => [one.headers['last-event-id'], one.body.variables]),
    [
      [undefined, {}],
      ['c2', { after: 'c2' }],
      ['c2', { after: 'c2' }],
    ],
  );
});

test('a stream that is refused as a whole is reported, after a refresh', async () => {
  let refreshed = 0;
  const script = { answers: [{ status: 401, errors: UNAUTHENTICATED, times: 2 }] };
  const { client, played } = await play(script, { refresh: () => (refreshed += 1) });
  const error = await rejection(liveOverEvents(client, WatchEventsDocument, {}).next());
  assert.equal((error as RequestError).code, 'UNAUTHENTICATED');
  assert.equal(refreshed, 1);
  await played();
});

test('where there is no WebSocket the error says what to do', async () => {
  const { client } = await play({});
  const { WebSocket } = globalThis;
  try {
    Reflect.deleteProperty(globalThis, 'WebSocket');
    const error = await rejection(watchEvents(client as Client).next());
    assert.equal(error.message, 'There is no WebSocket here: pass one to createClient.');
  } finally {
    globalThis.WebSocket = WebSocket;
  }
});

test('a feed runs over any WebSocket that is given', async () => {
  class Counted extends WebSocket {
    static made = 0;
    constructor(url: string, protocol: string) {
      super(url, protocol);
      Counted.made += 1;
    }
  }
  const { client, played } = await play(
    { feed: FEED, sockets: [[{ open: true }, { feed: 1 }]] },
    { webSocket: Counted },
  );
  await cursors(watchEvents(client), 1);
  assert.equal(Counted.made, 1);
  await played();
});

test('a query goes over HTTP also while a feed runs', async () => {
  const script = { feed: FEED, sockets: [[{ open: true }, { feed: 1 }]], answers: [{ data: { liveCursor: 'c9' } }] };
  const { client, played } = await play(script);
  const feed = watchEvents(client);
  await feed.next();
  assert.equal(await getLiveCursor(client), 'c9');
  await feed.return();
  await played();
});
