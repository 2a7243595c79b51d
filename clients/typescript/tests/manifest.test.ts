import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { buildSchema, parse, print, separateOperations, stripIgnoredCharacters, validate } from 'graphql';

import { ROOT } from './processes.js';

interface Manifest {
  readonly operations: ReadonlyArray<{ readonly name: string; readonly id: string; readonly text: string }>;
}

const folder = join(ROOT, 'clients/operations');
const files = readdirSync(folder).filter((name) => name.endsWith('.graphql'));
const source = files.sort().map((name) => readFileSync(join(folder, name), 'utf8'));
const document = parse(source.join('\n'));
const manifest = JSON.parse(readFileSync(join(ROOT, 'clients/manifest.json'), 'utf8')) as Manifest;

test('graphql-js finds the operations valid', () => {
  const schema = buildSchema(readFileSync(join(ROOT, 'schema/schema.graphql'), 'utf8'));
  assert.deepEqual(validate(schema, document), []);
});

test('graphql-js computes the same hash for every operation', () => {
  const separate = Object.entries(separateOperations(document));
  const computed = separate.map(([name, one]) => {
    const text = stripIgnoredCharacters(print(one));
    return { name, id: `sha256:${createHash('sha256').update(text).digest('hex')}`, text };
  });
  const written = manifest.operations.map(({ name, id, text }) => ({ name, id, text }));
  const inOrder = computed.sort((a, b) => (a.name < b.name ? -1 : 1));
  assert.deepEqual(written, inOrder);
});
