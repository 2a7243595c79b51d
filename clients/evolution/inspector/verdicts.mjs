/** Writes what graphql-inspector says about each edit; with --check, tells whether that is what is written down. */

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CriticalityLevel, diff } from '@graphql-inspector/core';
import { buildSchema } from 'graphql';

const folder = join(import.meta.dirname, '../../../tests/clients/evolution');
const before = readFileSync(join(folder, 'before.graphql'), 'utf8');
const edits = JSON.parse(readFileSync(join(folder, 'edits.json'), 'utf8'));
const file = join(folder, 'inspector.json');
const WORST_FIRST = [CriticalityLevel.Breaking, CriticalityLevel.Dangerous, CriticalityLevel.NonBreaking];
const NAMES = {
  [CriticalityLevel.Breaking]: 'breaking',
  [CriticalityLevel.Dangerous]: 'dangerous',
  [CriticalityLevel.NonBreaking]: 'safe',
};

function edited({ find, put, also }, text = before) {
  const after = text.replace(find, () => put);
  return also ? edited(also, after) : after;
}

const verdicts = {};
for (const edit of edits) {
  const changes = await diff(buildSchema(before), buildSchema(edited(edit)));
  const levels = changes.map((change) => change.criticality.level);
  verdicts[edit.name] = NAMES[WORST_FIRST.find((level) => levels.includes(level))];
}

const text = `${JSON.stringify(verdicts, null, 2)}\n`;
if (process.argv.includes('--check')) {
  if (readFileSync(file, 'utf8') !== text) {
    console.error(`graphql-inspector says something else by now. Run node verdicts.mjs and look at the difference.`);
    process.exit(1);
  }
  console.log(`graphql-inspector still says the same about ${edits.length} edits.`);
} else {
  writeFileSync(file, text);
  console.log(`Wrote what graphql-inspector says about ${edits.length} edits.`);
}
