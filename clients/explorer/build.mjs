/** Builds the explorer into built/: every file packed with gzip, and the hash of what it was built from. */

import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build } from 'vite';

const here = import.meta.dirname;
const built = join(here, 'built');

/** tests/server/test_explorer.py computes the same. */
function hashOfSources() {
  const hash = createHash('sha256');
  const names = readdirSync(join(here, 'src'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(here.length + 1));
  for (const name of [...names, 'index.html', 'vite.config.ts', 'build.mjs', 'package-lock.json'].sort()) {
    hash.update(`${name}\n`).update(readFileSync(join(here, name)));
  }
  return hash.digest('hex');
}

await build({ root: here, configFile: join(here, 'vite.config.ts'), logLevel: 'warn' });
for (const entry of readdirSync(built, { recursive: true, withFileTypes: true })) {
  if (!entry.isFile()) continue;
  const path = join(entry.parentPath, entry.name);
  writeFileSync(`${path}.gz`, gzipSync(readFileSync(path), { level: 9 }));
  rmSync(path);
}
writeFileSync(join(built, 'sources.sha256'), `${hashOfSources()}\n`);
