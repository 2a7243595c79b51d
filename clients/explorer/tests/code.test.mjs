/** Code that the explorer gives away runs: as copied, in every language, against the same server. */

import assert from 'node:assert/strict';
import { execFile, execFileSync, spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { transformWithOxc } from 'vite';
import { assertNothingWrong, openExplorer, PYTHON, ROOT, signIn, startBrowser, startServer, typed } from './browser.mjs';

const BUILT_QUERY = '{ gigs(first: 1) { nodes { title description } } }';
const TITLE = /A website for a bakery/;
const LANGUAGES = ['curl', 'TypeScript', 'Dart', 'Python'];

const PLAIN = { curl: /^curl /, Python: /^import json|^# Needs/ };

let server, browser, page, folder, token;

before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'milepost-code-'));
  buildTypeScriptPackage();
  browser = await startBrowser();
  server = await startServer();
  page = await browser.newPage(server.url);
  await openExplorer(page, server.url);
  await signIn(page, 'nora@northwind.example');
});
after(async () => {
  if (page) assertNothingWrong(page);
  await browser?.close();
  await server?.stop();
  rmSync(folder, { recursive: true, force: true });
});

for (const language of LANGUAGES) {
  test(`a query of one's own runs as ${language}`, async () => {
    await typed(page, BUILT_QUERY);
    assert.match(await output(language, await copied(language)), TITLE);
  });

  test(`an operation of the clients runs as ${language}`, async () => {
    await openExplorer(page, server.url, '/explorer?example=ListGigs');
    const code = await copied(language);
    assert.match(code, { ...PLAIN, TypeScript: /listGigs\(client/, Dart: /client\.run\(const ListGigs\(\)\)/ }[language]);
    assert.match(await output(language, code), TITLE);
  });

  test(`a subscription runs as ${language}`, async () => {
    await typed(page, 'subscription { events(types: ["gig.paused", "gig.resumed"]) { event { type } } }');
    await assertFollows(language, await copied(language));
  });

  test(`a subscription of the clients runs as ${language}`, async () => {
    await openExplorer(page, server.url, '/explorer?example=WatchEvents');
    const code = await copied(language);
    assert.match(code, { ...PLAIN, TypeScript: /watchEvents\(client/, Dart: /client\.live\(const WatchEvents\(\)\)/ }[language]);
    await assertFollows(language, code);
  });
}

async function copied(language) {
  await page.getByRole('button', { name: 'Copy as code or link' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('button', { name: 'Copy the token' }).click();
  await dialog.getByText('Copied the token.').waitFor();
  token = (await clipboard()).replace('export MILEPOST_TOKEN=', '');
  await dialog.getByRole('button', { name: language, exact: true }).click();
  await dialog.getByRole('button', { name: 'Copy the code' }).click();
  await dialog.getByText('Copied the code.').waitFor();
  await dialog.getByRole('button', { name: 'Close', exact: true }).click();
  const code = await clipboard();
  assert.equal(code.includes(token), false, 'code never contains the token');
  return code;
}

const clipboard = () => page.evaluate(() => navigator.clipboard.readText());

async function output(language, code) {
  const [program, ...rest] = await command(language, code);
  const run = promisify(execFile);
  const { stdout } = await run(program, rest, { cwd: folder, env: environment(), timeout: 120_000 });
  return stdout;
}

/** It prints an event. As nobody knows when it listens, something happens again and again until it has. */
async function assertFollows(language, code) {
  const [program, ...rest] = await command(language, code);
  const running = spawn(program, rest, { cwd: folder, env: environment() });
  let printed = '';
  const seen = new Promise((resolve, reject) => {
    const read = (text) => {
      printed += text;
      if (/gig\.(paused|resumed)/.test(printed)) resolve();
    };
    running.stdout.on('data', read);
    running.stderr.on('data', read);
    running.once('exit', (code) => reject(new Error(`It ended with ${code}:\n${printed}`)));
  });
  const causing = setInterval(() => void pauseOrResume(), 700);
  const late = setTimeout(() => running.kill(), 120_000);
  try {
    await seen;
  } finally {
    clearInterval(causing);
    clearTimeout(late);
    running.removeAllListeners('exit');
    running.kill();
  }
}

async function pauseOrResume() {
  const { gigs } = await server.ask('{ gigs { nodes { id status } } }', {}, token);
  const [gig] = gigs.nodes;
  const change = gig.status === 'PAUSED' ? 'resumeGig' : 'pauseGig';
  await server.ask(`mutation($id: ID!) { ${change}(input: { gigId: $id }) { __typename } }`, { id: gig.id }, token);
}

const environment = () => ({ ...process.env, MILEPOST_TOKEN: token });

async function command(language, code) {
  const script = join(folder, { curl: 'x.sh', TypeScript: 'x.mjs', Dart: 'x.dart', Python: 'x.py' }[language]);
  writeFileSync(script, language === 'TypeScript' ? (await transformWithOxc(code, 'x.ts')).code : code);
  if (language === 'curl') return ['sh', script];
  if (language === 'Python') return [PYTHON, '-u', script];
  if (language === 'TypeScript') return [process.execPath, '--experimental-websocket', '--no-warnings', script];
  return dartCommand(script);
}

/** The Dart that the client package is tested with; it is fetched where it is missing. */
function dartCommand(script) {
  const code =
    'import json, sys; from clients.dart.tool import toolchain; print(); print(json.dumps(toolchain.dart(sys.argv[1])))';
  const said = execFileSync(PYTHON, ['-c', code, script], { cwd: ROOT }).toString();
  return JSON.parse(said.trim().split('\n').at(-1));
}

/** As `npm install @milepost/client` would leave it. */
function buildTypeScriptPackage() {
  const source = join(ROOT, 'clients', 'typescript');
  const target = join(folder, 'node_modules', '@milepost', 'client');
  mkdirSync(target, { recursive: true });
  cpSync(join(source, 'package.json'), join(target, 'package.json'));
  const compiler = join(import.meta.dirname, '..', 'node_modules', 'typescript', 'bin', 'tsc');
  execFileSync(process.execPath, [compiler, '-p', source, '--outDir', join(target, 'dist')], { stdio: 'inherit' });
}
