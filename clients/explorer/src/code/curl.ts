/** A request as a command for the terminal. */

import { stripIgnoredCharacters } from 'graphql';
import { bodyOf, type CodeRequest } from './request';

export function curl(request: CodeRequest): string {
  if (request.isSubscription) return '# curl does not speak WebSocket: copy this as TypeScript, Dart or Python.';
  const headers = Object.entries(request.headers).map(([name, value]) => `-H ${quoted(`${name}: ${value}`)}`);
  const lines = [
    `curl ${quoted(request.url)}`,
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
