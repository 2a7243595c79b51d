import assert from 'node:assert/strict';
import { test } from 'node:test';

import { ApolloClient, HttpLink, InMemoryCache } from '@apollo/client/core';
import { Client as UrqlClient, fetchExchange } from '@urql/core';
import { type DocumentNode, parse } from 'graphql';
import { GraphQLClient } from 'graphql-request';

import { GetClockDocument, GetGigDocument, typedNode } from '../src/index.js';
import { CLOCK, faultServer } from './faults.js';

const play = faultServer();
const clock = typedNode(GetClockDocument, parse as (text: string) => DocumentNode);
const gig = typedNode(GetGigDocument, parse as (text: string) => DocumentNode);

test('urql takes the documents with their types', async () => {
  const { client, played } = await play({ answers: [CLOCK] });
  const urql = new UrqlClient({ url: client.options.url, exchanges: [fetchExchange], preferGetMethod: false });
  const { data } = await urql.query(clock, {}).toPromise();
  const now: string | undefined = data?.clock.now;
  assert.equal(now, '2026-07-01T09:00:00Z');
  await played();
});

test('Apollo Client takes the documents with their types', async () => {
  const { client, played } = await play({ answers: [{ data: { gig: null } }] });
  const apollo = new ApolloClient({ link: new HttpLink({ uri: client.options.url }), cache: new InMemoryCache() });
  const { data } = await apollo.query({ query: gig, variables: { id: 'gig_1' } });
  const title: string | undefined = data?.gig?.title;
  assert.equal(title, undefined);
  assert.equal(data?.gig, null);
  await played();
});

test('graphql-request takes the documents with their types', async () => {
  const { client, played } = await play({ answers: [CLOCK] });
  const { clock: answered } = await new GraphQLClient(client.options.url).request(clock);
  const ahead: string = answered.aheadSeconds;
  assert.equal(ahead, '0');
  await played();
});
