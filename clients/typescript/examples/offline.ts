// Works without network: answers that were seen before, and mutations that are sent later.
// node offline.js URL EMAIL PASSWORD FILE
import { readFile, writeFile } from 'node:fs/promises';

import {
  PublishGigDocument,
  type Waiting,
  cacheQueries,
  createClient,
  createOutbox,
  isRefusal,
  listGigs,
  type PublishGigResult,
  orThrow,
  signIn,
} from '@milepost/client';

const [url = '', email = '', password = '', file = ''] = process.argv.slice(2);
const { token } = orThrow(await signIn(createClient({ url }), { email, password }));
const client = createClient({ url, token, use: [cacheQueries(new Map())] });

const store = {
  load: async (): Promise<Waiting[]> => JSON.parse(await readFile(file, 'utf8').catch(() => '[]')) as Waiting[],
  save: (waiting: readonly Waiting[]): Promise<void> => writeFile(file, JSON.stringify(waiting)),
};
const outbox = createOutbox(client, store, (sent) => {
  if ('error' in sent) console.log('It failed for good:', sent.error);
  else if (isRefusal(sent.result as PublishGigResult)) console.log('It was refused.');
  else console.log('It is done.');
});

const drafts = await listGigs(client, { filter: { status: ['DRAFT'] } });
for (const { id } of drafts.nodes) await outbox.add(PublishGigDocument, { input: { gigId: id } });
console.log(`${(await outbox.waiting()).length} wait, ${await outbox.flush()} still do.`);
