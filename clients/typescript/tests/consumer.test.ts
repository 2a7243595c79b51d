import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { PYTHON, ROOT } from './processes.js';

const PACKAGE = join(ROOT, 'clients/typescript');
const FOLDER = join(PACKAGE, '.build/consumer');
const PROGRAM = `
import { type AcceptProposalPayload, GigStatus, acceptProposal, createClient, getNode, orThrow } from '@milepost/client';

const client = createClient({ url: '/graphql' });
const result = await acceptProposal(client, { proposalId: 'prp_1', expectedVersion: 3 });
switch (result.__typename) {
  case 'AcceptProposalPayload':
    result.project.milestones satisfies readonly object[];
    break;
  case 'Refusal':
    result.currentVersion satisfies number | null;
    break;
  default:
    result satisfies { readonly __typename: '%other' };
}
orThrow(result) satisfies AcceptProposalPayload;

const node = await getNode(client, { id: 'gig_1' });
if (node?.__typename === 'Gig') node.title satisfies string;

const unknown: GigStatus = 'ADDED_LATER';
const known: string[] = Object.keys(GigStatus);
export { known, unknown };

// @ts-expect-error: an update needs its id
await acceptProposal(client, { expectedVersion: 3 });
// @ts-expect-error: not all types of a node have a title
node?.title;
`;

const OPERATIONS = `
# The names of a page of gigs.
query Titles($first: Int, $after: Cursor) {
  gigs(first: $first, after: $after) { edges { node { title } } pageInfo { hasNextPage endCursor } }
}
# Pays.
mutation Pay($input: PayInvoiceInput!) {
  payInvoice(input: $input) { __typename ... on PayInvoicePayload { payment { id status } } }
}
# Follows.
subscription Follow($after: Cursor) { events(after: $after) { cursor gap event { type data } } }
`;
const PARTNER = `
import { createClient, orThrow } from '@milepost/client';
import { follow, pay, titlesAll } from './mine/typescript/index.js';

const client = createClient({ url: '/graphql' });
for await (const { title } of titlesAll(client, { first: 5 })) title satisfies string;
for await (const { event } of follow(client)) event?.type satisfies string | undefined;
orThrow(await pay(client, { invoiceId: 'inv_1' })).payment.id satisfies string;
`;

before(async () => {
  await mkdir(join(FOLDER, 'operations'), { recursive: true });
  await writeFile(join(FOLDER, 'program.ts'), PROGRAM);
  await writeFile(join(FOLDER, 'partner.ts'), PARTNER);
  await writeFile(join(FOLDER, 'operations/mine.graphql'), OPERATIONS);
  const folders = ['--operations', join(FOLDER, 'operations'), '--out', join(FOLDER, 'mine')];
  execFileSync(PYTHON, ['-m', 'server', 'clients', ...folders], { cwd: ROOT });
});
after(() => rm(FOLDER, { recursive: true }));

// Declarations are checked too: nothing that consumers see may need settings of this package.
for (const compiler of ['typescript', 'typescript6']) {
  for (const [name, options] of [
    ['a bundler', { module: 'ESNext', moduleResolution: 'bundler', lib: ['ES2022', 'DOM', 'DOM.Iterable'], types: [] }],
    ['Node', { module: 'NodeNext', lib: ['ES2022'], types: ['node'] }],
  ] as const) {
    test(`a program, and one with operations of its own, compiles for ${name} with ${compiler}`, async () => {
      const compilerOptions = {
        ...options,
        target: 'ES2022',
        strict: true,
        noEmit: true,
        exactOptionalPropertyTypes: true,
      };
      const project = join(FOLDER, `${compiler}-${options.module}.json`);
      await writeFile(project, JSON.stringify({ compilerOptions, files: ['program.ts', 'partner.ts'] }));
      const command = [join(PACKAGE, 'node_modules', compiler, 'bin/tsc'), '-p', project];
      assert.equal(spawnSync(process.execPath, command, { encoding: 'utf8' }).stdout, '');
    });
  }
}
