import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { type HeadersLike, WebhookError, verifyWebhook } from '../src/index.js';
import { ROOT } from './processes.js';
import { rejection } from './faults.js';

interface Vector {
  readonly name: string;
  readonly body: string;
  readonly headers: Record<string, string>;
  readonly secrets: string[];
  readonly now: number;
  readonly refused: string | null;
}

const vectors = JSON.parse(readFileSync(join(ROOT, 'clients/vectors/webhooks.json'), 'utf8')) as Vector[];

for (const { name, body, headers, secrets, now, refused } of vectors) {
  test(`a delivery ${name} is ${refused ? `refused as ${refused}` : 'believed'}`, async () => {
    const verifying = verifyWebhook(body, headers, secrets, { now: now * 1000 });
    if (refused) assert.equal(((await rejection(verifying)) as WebhookError).code, refused);
    else assert.deepEqual((await verifying).subject, JSON.parse(body).subject);
  });
}

test('the example of the standard is believed', async () => {
  const headers: HeadersLike = new Headers({
    'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
    'webhook-timestamp': '1614265330',
    'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
  });
  const body = new TextEncoder().encode('{"test": 2432232314}');
  const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
  const event = await verifyWebhook(body, headers, secret, { now: 1_614_265_330_000 });
  assert.deepEqual(event, { test: 2432232314 });
});

test('headers of Node are read like those of fetch', async () => {
  const { body, headers, secrets, now } = vectors[0] ?? assert.fail();
  const lists = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]]));
  assert.equal((await verifyWebhook(body, lists, secrets, { now: now * 1000 })).id, 'evt_1');
});

test('a receiver without a good secret believes nothing', async () => {
  const { body, headers, now } = vectors[0] ?? assert.fail();
  for (const secret of ['', 'whsec_', 'whsec_%']) {
    const error = await rejection(verifyWebhook(body, headers, secret, { now: now * 1000 }));
    assert.equal((error as WebhookError).code, 'SECRET');
  }
  const none = await rejection(verifyWebhook(body, headers, [], { now: now * 1000 }));
  assert.equal((none as WebhookError).code, 'SIGNATURE');
});
