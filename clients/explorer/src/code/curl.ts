/** A request as a command for the terminal; subscriptions as a stream of events. */

import { stripIgnoredCharacters } from 'graphql';
import { bodyOf, type CodeRequest } from './request';

export function curl(request: CodeRequest): string {
  const headers = Object.entries(request.headers).map(([name, value]) => `-H ${quoted(`${name}: ${value}`)}`);
  const lines = [
    `curl ${request.isSubscription ? '--no-buffer ' : ''}${quoted(request.url)}`,
    ...(request.isSubscription ? ["-H 'accept: text/event-stream'"] : []),
    "-H 'content-type: application/json'",
    ...(request.isSignedIn ? ['-H "authorization: Bearer $MILEPOST_TOKEN"'] : []),
    ...headers,
    "--data @- <<'JSON'",
  ];
  return `${lines.join(' \\\n  ')}\n${JSON.stringify(bodyOf({ ...request, query: stripIgnoredCharacters(request.query) }), null, 2)}\nJSON\n`;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
