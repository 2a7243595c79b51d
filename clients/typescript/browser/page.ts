// What the page of the browser test does. It posts what came of it to /result.
import {
  GetClockDocument,
  WatchEventsDocument,
  createClient,
  getClock,
  liveOverEvents,
  request,
  uploadTo,
  watchEvents,
} from '@milepost/client';

const { graphql = '', upload = '' } = Object.fromEntries(new URLSearchParams(location.search));
const seen: string[] = [];
let token = 'old';
const refresh = (): void => {
  token = 'new';
};
const client = createClient({ url: graphql, backoff: 5, token: () => token, refresh });

async function play(): Promise<void> {
  seen.push(`answered at ${(await getClock(client)).now}`);
  let count = 0;
  for await (const { cursor } of watchEvents(client)) {
    seen.push(`socket ${cursor}`);
    if (++count === 4) break;
  }
  for await (const { cursor } of liveOverEvents(client, WatchEventsDocument, {})) seen.push(`stream ${cursor}`);
  const progress: number[] = [];
  const onProgress = (sent: number): unknown => progress.push(sent);
  await uploadTo({ url: upload }, new Blob([new Uint8Array(3_000_000)]), { onProgress });
  seen.push(`uploaded ${progress.at(-1)}, ${progress.every((one, index) => one >= (progress[index - 1] ?? 0))}`);
  const signal = AbortSignal.timeout(50);
  await request(client, GetClockDocument, {}, { signal }).catch((error: Error) => seen.push(error.name));
}

await play().catch((error: unknown) => seen.push(String(error)));
await fetch('/result', { method: 'POST', body: JSON.stringify(seen) });
