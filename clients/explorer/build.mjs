/**
 * Builds the explorer into built/: every file packed with gzip, and the hash of what it was built from. With --check it
 * builds elsewhere and tells whether the same would come out.
 */

import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { build } from 'vite';

const here = import.meta.dirname;
const BUILT = join(here, 'built');

/** The files below a folder, by their path within it. */
function filesOf(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .sort();
}

/** tests/server/test_explorer.py computes the same. */
function hashOfSources() {
  const hash = createHash('sha256');
  const sources = filesOf(join(here, 'src')).map((name) => join('src', name));
  for (const name of [...sources, 'index.html', 'vite.config.ts', 'build.mjs', 'package-lock.json'].sort()) {
    hash.update(`${name}\n`).update(readFileSync(join(here, name)));
  }
  return `${hash.digest('hex')}\n`;
}

async function buildInto(folder) {
  await build({ root: here, configFile: join(here, 'vite.config.ts'), logLevel: 'warn', build: { outDir: folder } });
  for (const name of filesOf(folder)) {
    const path = join(folder, name);
    writeFileSync(`${path}.gz`, gzipSync(readFileSync(path), { level: 9 }));
    rmSync(path);
  }
  writeFileSync(join(folder, 'sources.sha256'), hashOfSources());
}

/** By what is inside: another version of gzip may pack differently. */
function contentsOf(folder) {
  const contents = filesOf(folder).map((name) => {
    const bytes = readFileSync(join(folder, name));
    return [name, (name.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('base64')];
  });
  return new Map(contents);
}

if (process.argv.includes('--check')) {
  const elsewhere = mkdtempSync(join(tmpdir(), 'milepost-explorer-'));
  await buildInto(elsewhere);
  const [now, then] = [contentsOf(elsewhere), contentsOf(BUILT)];
  rmSync(elsewhere, { recursive: true });
  const names = [...new Set([...now.keys(), ...then.keys()])].filter((name) => now.get(name) !== then.get(name));
  if (names.length > 0) {
    console.error(`clients/explorer/built is not what these sources build: ${names.join(', ')}. Run make explorer.`);
    process.exit(1);
  }
} else {
  await buildInto(BUILT);
}
