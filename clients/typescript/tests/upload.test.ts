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

/** As far as an upload needs it: sends with fetch and reports in two halves, like a browser that tells how far it is. */
class BrowserRequest {
  readonly upload: { onprogress?: (event: { loaded: number }) => void } = {};
  readonly #stop = new AbortController();
  readonly #headers = new Headers();
  #url = '';
  #method = '';
  status = 0;
  onload = (): void => {};
  onerror = (): void => {};
  onabort = (): void => {};
  onloadend = (): void => {};
  open(method: string, url: string): void {
    this.#method = method;
    this.#url = url;
  }
  setRequestHeader(name: string, value: string): void {
    this.#headers.set(name, value);
  }
  abort(): void {
    this.#stop.abort();
  }
  async send(body: Blob): Promise<void> {
    this.upload.onprogress?.({ loaded: body.size / 2 });
    try {
      const init = { method: this.#method, headers: this.#headers, body, signal: this.#stop.signal };
      this.status = (await fetch(this.#url, init)).status;
      this.onload();
    } catch {
      if (this.#stop.signal.aborted) this.onabort();
      else this.onerror();
    }
    this.onloadend();
  }
}

test('in a browser an upload tells how far it is, and is repeated and aborted like anywhere', async (context) => {
  Object.assign(globalThis, { XMLHttpRequest: BrowserRequest });
  context.after(() => Reflect.deleteProperty(globalThis, 'XMLHttpRequest'));
  const { upload, report } = await play({
    uploads: [{ abort: true }, { status: 503 }, { status: 200 }, { hold: true }],
  });
  const progress: number[] = [];
  const onProgress = (sent: number): unknown => progress.push(sent);
  await uploadTo({ url: upload, headers: { 'x-signed': 'yes' } }, FILE, { ...QUICK, onProgress });
  assert.deepEqual(progress, [0, 50_000, 0, 50_000, 0, 50_000, 100_000]);
  assert.equal((await report()).requests[2]?.headers['x-signed'], 'yes');
  const stop = new AbortController();
  const sending = rejection(uploadTo({ url: upload }, FILE, { signal: stop.signal, onProgress }));
  while ((await report()).requests.length < 4);
  stop.abort(new Error('enough'));
  assert.equal((await sending).message, 'enough');
});
