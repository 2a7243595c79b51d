import { type Client, type RequestOptions, request } from './client.js';
import type { Document } from './document.js';

/** A page of a list: its entries, alone or with their cursors, and where it stands. */
export type Connection<Entry> = (
  { readonly nodes: readonly Entry[] } | { readonly edges: ReadonlyArray<{ readonly node: Entry }> }
) & { readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null } };

/** All entries of a list, in order; a page is asked for when its first entry is needed. */
export async function* allPages<Result, Variables, Root extends string | null, Entry>(
  client: Client,
  document: Document<Result, Variables, Root>,
  variables: Variables,
  after: keyof Variables & string,
  connectionOf: (result: Result) => Connection<Entry> | null | undefined,
  options?: RequestOptions,
): AsyncGenerator<Entry, void, undefined> {
  let cursor: string | null = null;
  for (;;) {
    const given: Variables = cursor === null ? variables : { ...variables, [after]: cursor };
    const page = connectionOf(await request(client, document, given, options));
    if (!page) return;
    yield* 'nodes' in page ? page.nodes : page.edges.map((edge) => edge.node);
    const { hasNextPage, endCursor } = page.pageInfo;
    if (!hasNextPage || endCursor === null || endCursor === cursor) return;
    cursor = endCursor;
  }
}
