// Prints what happens in your organization, until it is stopped: node --experimental-websocket follow.js URL EMAIL PASSWORD
import { createClient, getLiveCursor, orThrow, signIn, watchEvents } from '@milepost/client';

const [url = '', email = '', password = ''] = process.argv.slice(2);
let token: string | null | undefined;

const client = createClient({
  url,
  token: () => token,
  // Called at the first request, because there is no token yet, and whenever the session has ended.
  refresh: async () => {
    token = orThrow(await signIn(createClient({ url }), { email, password })).token;
  },
});

// First the cursor, then whatever you want to show, then the feed: nothing that happens in between is missed.
const after = await getLiveCursor(client);
const feed = watchEvents(client, { after }, { onStatus: ({ state }) => console.log(state) });

for await (const { event, gap } of feed) {
  if (gap) console.log('We were away for too long: read everything again.');
  else console.log(`${event?.occurredAt}  ${event?.type}  ${event?.subjectId}`);
}
