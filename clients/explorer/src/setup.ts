/** What the server tells the explorer before it starts: the schema, examples, and in a sandbox whom to sign in as. */

import { buildSchema, type GraphQLSchema } from 'graphql';
import { newUuid } from './uuid';

export interface Person {
  email: string;
  what: string;
}

export interface Example {
  name: string;
  kind: 'query' | 'mutation' | 'subscription';
  /** The file it ships in; empty where it is generated. */
  noun: string;
  /** The variable whose fields the functions of the clients take directly; empty where there is none. */
  input: string;
  about: string;
  text: string;
  variables: Record<string, unknown>;
  fields: string[];
}

export interface Setup {
  people: Person[];
  password: string;
  examples: Example[];
  schema: GraphQLSchema;
}

export async function loadSetup(): Promise<Setup> {
  const [setup, sdl] = await Promise.all([load('/explorer/setup.json'), load('/schema.graphql')]);
  return {
    ...((await setup.json()) as Omit<Setup, 'schema'>),
    schema: buildSchema(await sdl.text(), { assumeValid: true }),
  };
}

async function load(path: string): Promise<Response> {
  const answer = await fetch(path);
  if (!answer.ok) throw new Error(`${path} answered ${answer.status}.`);
  return answer;
}

const PLACE_OF_A_UUID = '00000000-0000-4000-8000-000000000000';

/** The variables of an example as text; every request with an idempotency key gets a fresh one. */
export function variablesOf(example: Example): string {
  if (Object.keys(example.variables).length === 0) return '';
  return JSON.stringify(example.variables, null, 2).replaceAll(PLACE_OF_A_UUID, newUuid);
}
