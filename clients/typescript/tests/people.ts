import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';

import { type Client, type OrganizationKind, createClient, orThrow, signUp, verifyEmail } from '../src/index.js';

/** Somebody who has signed up and sent back the token from the mail. */
export async function arrive(
  url: string,
  mail: string,
  displayName: string,
  kind: OrganizationKind,
): Promise<{ readonly client: Client; readonly organizationId: string }> {
  const email = `${displayName.split(' ')[0]?.toLowerCase()}-${crypto.randomUUID().slice(0, 8)}@example.com`;
  const anybody = createClient({ url });
  const account = { email, password: crypto.randomUUID(), displayName, kind, organizationName: displayName };
  orThrow(await signUp(anybody, account));
  const { token, viewer } = orThrow(await verifyEmail(anybody, { token: await mailedToken(mail, email) }));
  if (!viewer.organization) throw new Error('whoever signs up has an organization');
  return { client: createClient({ url, token }), organizationId: viewer.organization.id };
}

/** The token in the mail to an address; the sandbox leaves mail in a folder. */
async function mailedToken(folder: string, email: string): Promise<string> {
  for (;;) {
    const letters = (await readdir(folder).catch(() => [])).filter((name) => name.endsWith('.eml'));
    for (const name of letters) {
      const text = await readFile(join(folder, name), 'utf8');
      const token = /^([A-Za-z0-9_-]{40,})\r?$/m.exec(text.replace(/=\r?\n/g, ''))?.[1];
      if (token && text.includes(email)) return token;
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
