import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { createClient, createGig, inviteMember, orThrow, signIn } from '../src/index.js';
import { type Milepost, ROOT, serveMilepost } from './processes.js';

const ADA = ['ada@lovelace.example', 'milepost sandbox'] as const;
const NORA = ['nora@northwind.example', 'milepost sandbox'] as const;

let server: Milepost;
before(async () => {
  server = await serveMilepost();
});
after(() => server.stop());

/** An example that runs; `until` awaits what it prints, `end` its end. */
function run(name: string, args: readonly string[], env: Record<string, string> = {}): Running {
  const file = join(import.meta.dirname, `../examples/${name}.js`);
  const child = spawn(process.execPath, ['--experimental-websocket', '--no-warnings', file, ...args], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return new Running(child);
}

class Running {
  #text = '';
  readonly #ended: Promise<void>;
  #wake = (): void => {};
  constructor(readonly child: ChildProcess) {
    child.stdout?.on('data', (data: Buffer) => {
      this.#text += data.toString();
      this.#wake();
    });
    this.#ended = new Promise((end) => child.once('close', () => end()));
  }
  async until(wanted: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const found = wanted.exec(this.#text);
      if (found) return found;
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }
  async end(): Promise<string> {
    await this.#ended;
    return this.#text;
  }
  async stop(): Promise<void> {
    this.child.kill();
    await this.#ended;
  }
}

async function nora(): Promise<ReturnType<typeof createClient>> {
  const [email, password] = NORA;
  const { token } = orThrow(await signIn(createClient({ url: server.url }), { email, password }));
  return createClient({ url: server.url, token });
}

test('the example of invoices goes through all of them', async () => {
  assert.match(await run('invoices', [server.url, ...ADA]).end(), /That is all\.\n$/);
});

test('the example of a feed prints what happens', { timeout: 30_000 }, async () => {
  const example = run('follow', [server.url, ...NORA]);
  await example.until(/connected/);
  const { invitation } = orThrow(await inviteMember(await nora(), { email: 'new@example.com', role: 'MEMBER' }));
  await example.until(new RegExp(`member\\.invited {2}${invitation.id}`));
  await example.stop();
});

test('the example of an outbox sends what waits', async () => {
  orThrow(await createGig(await nora(), { title: 'A draft without terms', currency: 'EUR' }));
  const folder = await mkdtemp(join(tmpdir(), 'milepost-outbox-'));
  const printed = await run('offline', [server.url, ...NORA, join(folder, 'outbox.json')]).end();
  await rm(folder, { recursive: true });
  assert.match(printed, /It was refused\.\n/);
  assert.match(printed, /wait, 0 still do\.\n$/);
});

test('the example of a receiver believes what is signed', { timeout: 30_000 }, async () => {
  const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
  const example = run('webhooks', ['0'], { SECRET: secret });
  const [, port] = await example.until(/Listening on (\d+)/);
  const subject = { type: 'Invoice', id: 'inv_1', version: 3 };
  const body = JSON.stringify({ id: 'evt_1', type: 'invoice.paid', subject });
  const timestamp = String(Math.floor(Date.now() / 1000));
  const key = await crypto.subtle.importKey(
    'raw',
    new Uint8Array(32).fill(7),
    { name: 'HMAC', hash: 'SHA-256' },
    false,
    ['sign'],
  );
  const signed = await crypto.subtle.sign('HMAC', key, new TextEncoder().encode(`evt_1.${timestamp}.${body}`));
  const send = async (signature: string): Promise<number> => {
    const headers = { 'webhook-id': 'evt_1', 'webhook-timestamp': timestamp, 'webhook-signature': signature };
    return (await fetch(`http://127.0.0.1:${port}/`, { method: 'POST', body, headers })).status;
  };
  assert.equal(await send(`v1,${Buffer.from(signed).toString('base64')}`), 204);
  await example.until(/invoice\.paid inv_1, version 3/);
  assert.equal(await send('v1,AAAA'), 401);
  await example.stop();
});

test('the first call of the README is five lines that work', async () => {
  const readme = readFileSync(join(ROOT, 'clients/typescript/README.md'), 'utf8');
  const [, code = ''] = /```ts\n([^]*?)```/.exec(readme) ?? [];
  assert.equal(code.trim().split('\n').length, 5);
  const [email, password] = NORA;
  const filled = code
    .replaceAll('https://api.milepost.example/graphql', server.url)
    .replace('nora@northwind.example', email)
    .replace('milepost sandbox', password)
    .replace("'@milepost/client'", JSON.stringify(new URL('../../dist/index.js', import.meta.url).href));
  const child = spawn(process.execPath, ['--input-type=module', '--eval', filled], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const printed = await new Running(child).end();
  assert.match(printed, /nodes: \[/);
});
