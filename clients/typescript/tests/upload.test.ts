import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';

import { type RequestError, uploadTo } from '../src/index.js';
import { faultServer, rejection } from './faults.js';

const play = faultServer();
const FILE = new Blob([new Uint8Array(100_000).fill(7)]);
const QUICK = { backoff: 1 };

test('a file arrives as it is, after failures too', async () => {
  const { upload, played } = await play({ uploads: [{ status: 503 }, { abort: true }, { status: 200 }] });
  const progress: number[] = [];
  const target = { url: upload, method: 'PUT', headers: { 'content-type': 'image/png', 'x-signed': 'yes' } };
  await uploadTo(target, FILE, { ...QUICK, onProgress: (sent) => progress.push(sent) });
  const last = (await played()).requests.at(-1);
  const sha256 = createHash('sha256')
    .update(new Uint8Array(await FILE.arrayBuffer()))
    .digest('hex');
  assert.equal(last?.sha256, sha256);
  assert.equal(last.headers['content-type'], 'image/png');
  assert.equal(last.headers['x-signed'], 'yes');
  assert.equal(last.headers['content-length'], '100000');
  assert.deepEqual(progress, [0, 0, 0, 100_000]);
});

test('a target that does not take the file is reported', async () => {
  const { upload, played } = await play({ uploads: [{ status: 403 }] });
  const error = (await rejection(uploadTo({ url: upload }, FILE, QUICK))) as RequestError;
  assert.equal(error.failure.status, 403);
  await played();
});

test('an abort ends an upload with its reason', async () => {
  const { upload, report } = await play({ uploads: [{ hold: true }] });
  const stop = new AbortController();
  const sending = rejection(uploadTo({ url: upload }, FILE, { signal: stop.signal }));
  while (!(await report()).requests.length);
  stop.abort(new Error('enough'));
  assert.equal((await sending).message, 'enough');
});
