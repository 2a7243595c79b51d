import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import * as milepost from '../src/index.js';
import { type Document, request, textOf } from '../src/index.js';
import { faultServer } from './faults.js';
import { ROOT } from './processes.js';

interface Vector {
  readonly surprise: string;
  readonly operation: string;
  readonly data: Record<string, unknown>;
  readonly expected: ReadonlyArray<{ readonly path: ReadonlyArray<string | number>; readonly value: unknown }>;
}

const play = faultServer();
const answers = JSON.parse(readFileSync(join(ROOT, 'clients/vectors/answers.json'), 'utf8')) as Vector[];

/** The document of an operation, by its name. */
function documentOf(operation: string): Document<unknown, unknown, string> {
  return milepost[`${operation}Document` as 'GetGigDocument'] as unknown as Document<unknown, unknown, string>;
}

for (const { surprise, operation, data, expected } of answers) {
  test(`an answer to ${operation} with the surprise “${surprise}” is read`, async () => {
    const { client, played } = await play({ answers: [{ data }] });
    const document = documentOf(operation);
    let read: unknown = { [document.root ?? '']: await request(client, { ...document, kind: 'query' }, {}) };
    if (!document.root) read = Object.values(read as object)[0];
    for (const { path, value } of expected) {
      const found = path.reduce<unknown>((inside, key) => (inside as Record<string, unknown>)[key], read);
      assert.deepEqual(found ?? null, value);
    }
    await played();
  });
}

test('every surprise is there', () => {
  const surprises = new Set(answers.map((one) => one.surprise));
  assert.deepEqual([...surprises].sort(), [
    'largest-int64',
    'missing-nullable',
    'none',
    'unknown-enum-value',
    'unknown-field',
    'unknown-type',
  ]);
});

test('the text of every document is the one in the manifest', () => {
  const manifest = JSON.parse(readFileSync(join(ROOT, 'clients/manifest.json'), 'utf8')) as {
    operations: ReadonlyArray<{ name: string; text: string }>;
  };
  assert.ok(manifest.operations.length > 100);
  for (const { name, text } of manifest.operations) assert.equal(textOf(documentOf(name)), text);
});
