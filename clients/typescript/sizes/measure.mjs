// Writes SIZES.md: what one query, and one live feed, add to an app with this package and with others.
import { readFileSync, writeFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { parse } from 'graphql';

const here = new URL('.', import.meta.url);
const file = new URL('../SIZES.md', here);
const manifest = JSON.parse(readFileSync(new URL('../../manifest.json', here), 'utf8'));
const textOf = (name) => manifest.operations.find((one) => one.name === name).text;
const QUERY = JSON.stringify(textOf('GetClock'));
// Apollo takes parsed documents; its users parse when they build.
const PARSED = JSON.stringify(parse(textOf('GetClock'), { noLocation: true }));

/** Our own rows: the operations that an app uses, and the most it may weigh after gzip. */
const own = (operations, what, limit) => ({
  name: '@milepost/client',
  what,
  limit,
  code: `import { createClient, ${operations.join(', ')} } from '@milepost/client';
    const client = createClient({ url: '/graphql', token: () => localStorage.token });
    ${operations.map((one) => `globalThis.${one} = () => ${one}(client);`).join('\n')}`,
});

const ENTRIES = [
  own(['getClock'], 'retries, idempotency keys, token refresh', 2000),
  own(['listGigs'], 'the same with a list of eighteen fields', 2000),
  own(['getClock', 'watchEvents'], 'and a live feed over WebSocket with resume', 3000),
  own(['listGigs', 'watchEvents'], 'the list and the feed'),
  {
    name: '@shopify/graphql-client',
    what: 'retries',
    code: `import { createGraphQLClient } from '@shopify/graphql-client';
      globalThis.run = () => createGraphQLClient({ url: '/graphql', headers: {}, retries: 3 }).request(${QUERY});`,
  },
  {
    name: 'graphql-request',
    what: 'requests',
    code: `import { GraphQLClient } from 'graphql-request';
      globalThis.run = () => new GraphQLClient('/graphql').request(${QUERY});`,
  },
  {
    name: '@urql/core',
    what: 'exchanges, a document cache',
    code: `import { Client, cacheExchange, fetchExchange } from '@urql/core';
      const client = new Client({ url: '/graphql', exchanges: [cacheExchange, fetchExchange] });
      globalThis.run = () => client.query(${QUERY}, {}).toPromise();`,
  },
  {
    name: '@apollo/client',
    what: 'a normalized cache',
    code: `import { ApolloClient, HttpLink, InMemoryCache } from '@apollo/client/core';
      const client = new ApolloClient({ link: new HttpLink({ uri: '/graphql' }), cache: new InMemoryCache() });
      globalThis.run = () => client.query({ query: ${PARSED} });`,
  },
];

/** The bytes of an app's only script, minified, and after gzip. */
async function measure(code) {
  const result = await build({
    stdin: { contents: code, resolveDir: new URL('..', here).pathname },
    bundle: true,
    minify: true,
    write: false,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    define: { 'process.env.NODE_ENV': '"production"', __DEV__: 'false' },
  });
  const bytes = result.outputFiles[0].contents;
  return { minified: bytes.length, gzip: gzipSync(bytes, { level: 9 }).length };
}

const kilobytes = (bytes) => (bytes / 1000).toFixed(2);
const versions = JSON.parse(readFileSync(new URL('../package.json', here), 'utf8')).devDependencies;
const rows = [];
for (const entry of ENTRIES) rows.push({ ...entry, ...(await measure(entry.code)) });

const text = `# Sizes

What a query adds to an app: bundled and minified by esbuild, in kilobytes of 1000 bytes. The query is \`GetClock\` unless said; its text is
included everywhere. Made by \`npm run sizes\`, which fails where a limit is passed. What the packages do for their size differs: the
last column only hints at it.

| Package | Version | Minified | gzip | Limit | Includes |
| --- | --- | ---: | ---: | ---: | --- |
${rows
  .map(({ name, what, limit, minified, gzip }) => {
    const version = versions[name] ?? 'this one';
    return `| ${name} | ${version} | ${kilobytes(minified)} | ${kilobytes(gzip)} | ${limit ? kilobytes(limit) : ''} | ${what} |`;
  })
  .join('\n')}
`;

const tooLarge = rows.filter(({ gzip, limit }) => limit && gzip > limit);
for (const { what, gzip, limit } of tooLarge) console.error(`Too large: ${what}: ${gzip} bytes, ${limit} allowed.`);
if (process.argv.includes('--check')) process.exit(tooLarge.length ? 1 : 0);
writeFileSync(file, text);
console.log(text);
process.exit(tooLarge.length ? 1 : 0);
