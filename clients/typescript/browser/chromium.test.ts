import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { type IncomingMessage, type Server, type ServerResponse, createServer, request } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';

import { build } from 'esbuild';

import { faultServer } from '../tests/faults.js';
import { ROOT } from '../tests/processes.js';

const CHROMIUM = process.env['CHROMIUM'] ?? '/usr/bin/chromium';
const FLAGS = [
  ...['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-sync'],
  ...['--disable-background-networking', '--disable-component-update', '--remote-debugging-port=0'],
];
const FEED = { field: 'events', messages: ['c1', 'c2', 'c3', 'c4'].map((cursor) => ({ cursor })) };
const CLOCK = { clock: { now: '2026-07-01T09:00:00Z', aheadSeconds: '0', isSandbox: true } };
const SCRIPT = {
  feed: FEED,
  accept: ['new'],
  answers: [
    { status: 503, headers: { 'retry-after': '0' } },
    { data: CLOCK },
    { sse: [{ feed: 2 }, { abort: true }] },
    { sse: [{ feed: 2 }, { complete: true }] },
    { hold: true },
  ],
  sockets: [
    [{ open: true }, { feed: 2 }, { close: 1012 }],
    [{ open: true }, { feed: 2 }],
  ],
  uploads: [{ status: 200 }],
};
const play = faultServer();

test('in Chromium everything works as in Node', { timeout: 60_000 }, async () => {
  assert.ok(
    existsSync(CHROMIUM),
    `No Chromium at ${CHROMIUM}: apt-get install chromium, or say where it is in CHROMIUM.`,
  );
  const { client, upload, played } = await play(SCRIPT);
  const { origin, pathname } = new URL(client.options.url);
  const page = await build({
    entryPoints: [join(ROOT, 'clients/typescript/browser/page.ts')],
    bundle: true,
    write: false,
    format: 'esm',
    target: 'es2022',
  });
  const { server, result } = await site(page.outputFiles[0]?.text ?? '', new URL(origin));
  const profile = await mkdtemp(join(tmpdir(), 'milepost-chromium-'));
  const query = new URLSearchParams({ graphql: pathname, upload: new URL(upload).pathname });
  const { port } = server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}/?${query}`;
  const chromium = spawn(CHROMIUM, [...FLAGS, `--user-data-dir=${profile}`, url], { stdio: 'ignore' });
  const ended = new Promise((end) => chromium.once('exit', end));
  try {
    assert.deepEqual(await result, [
      'answered at 2026-07-01T09:00:00Z',
      ...['c1', 'c2', 'c3', 'c4'].map((cursor) => `socket ${cursor}`),
      ...['c1', 'c2', 'c3', 'c4'].map((cursor) => `stream ${cursor}`),
      'uploaded 3000000, true',
      'TimeoutError',
    ]);
    await played();
  } finally {
    chromium.kill();
    await ended;
    server.close();
    server.closeAllConnections();
    await rm(profile, { recursive: true, force: true, maxRetries: 5 });
  }
});

/** A site with one page, and the fault server behind it, so that a browser sees one origin. */
async function site(script: string, behind: URL): Promise<{ server: Server; result: Promise<unknown> }> {
  let finish = (_: unknown): void => {};
  const result = new Promise<unknown>((resolve) => (finish = resolve));
  const server = createServer(async (asked, answer) => {
    const { pathname } = new URL(asked.url ?? '', behind);
    if (pathname === '/')
      answer.setHeader('content-type', 'text/html').end('<script type=module src=/page.js></script>');
    else if (pathname === '/page.js') answer.setHeader('content-type', 'text/javascript').end(script);
    else if (pathname === '/favicon.ico') answer.writeHead(404).end();
    else if (pathname === '/result') finish(JSON.parse((await asked.setEncoding('utf8').toArray()).join('')));
    else pass(asked, answer, behind);
  });
  server.on('upgrade', (asked: IncomingMessage, socket) => {
    const lines = Object.entries(asked.headers).map(([name, value]) => `${name}: ${String(value)}\r\n`);
    const wire = connect(Number(behind.port), behind.hostname);
    wire.write(`GET ${asked.url} HTTP/1.1\r\n${lines.join('')}\r\n`);
    socket.pipe(wire).pipe(socket);
    wire.on('error', () => socket.destroy());
    socket.on('error', () => wire.destroy());
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  return { server, result };
}

function pass(asked: IncomingMessage, answer: ServerResponse, { hostname: host, port }: URL): void {
  const onward = request({ host, port, path: asked.url, method: asked.method, headers: asked.headers }, (got) => {
    answer.writeHead(got.statusCode ?? 502, got.headers);
    got.pipe(answer).on('close', () => got.destroy());
    got.on('error', () => answer.destroy());
  });
  onward.on('error', () => answer.destroy());
  answer.on('close', () => onward.destroy());
  asked.pipe(onward);
}
