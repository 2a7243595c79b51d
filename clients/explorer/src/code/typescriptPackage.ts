/** An operation of the clients in TypeScript: a call of the function that @milepost/client has for it. */

import type { CodeRequest } from './request';

export function typescriptPackage(request: CodeRequest): string | undefined {
  if (!request.shipped) return undefined;
  const { name, input } = request.shipped;
  const call = name[0]!.toLowerCase() + name.slice(1);
  const given = (input ? request.variables[input] : request.variables) as Record<string, unknown> | undefined;
  const hasVariables = /^\w+ \w+\(/.test(request.query);
  const shown = JSON.stringify(given ?? {}, null, 2);
  const called = `${call}(client${hasVariables ? `, ${shown}` : ''})`;
  return `// Needs: npm install @milepost/client
import { createClient, ${call} } from "@milepost/client";

const client = createClient({
  url: ${JSON.stringify(request.url)},
${request.isSignedIn ? '  token: () => process.env.MILEPOST_TOKEN,\n' : ''}${headersOf(request)}});

${
  request.isSubscription
    ? `for await (const message of ${called}) {\n  console.log(JSON.stringify(message, null, 2));\n}`
    : `const answer = await ${called};\nconsole.log(JSON.stringify(answer, null, 2));`
}
`;
}

function headersOf(request: CodeRequest): string {
  if (Object.keys(request.headers).length === 0) return '';
  return `  headers: ${JSON.stringify(request.headers)},\n`;
}
