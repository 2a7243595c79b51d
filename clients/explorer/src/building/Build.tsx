/** The pane where an operation is built by ticking fields: a tree of ordinary checkboxes, so that any keyboard can use it. */

import { useGraphiQL, type GraphiQLPlugin } from '@graphiql/react';
import { parse, print, type DocumentNode, type GraphQLSchema, type OperationTypeNode } from 'graphql';
import { useState } from 'react';
import { useText } from '../editing';
import { begin, operationOf, type Draft } from './draft';
import { Fields, type Building } from './Fields';

export function buildPlugin(schema: GraphQLSchema): GraphiQLPlugin {
  return { title: 'Build by clicking', icon: Icon, content: () => <Build schema={schema} /> };
}

function Build({ schema }: { schema: GraphQLSchema }) {
  const editor = useGraphiQL((state) => state.queryEditor);
  const variables = useGraphiQL((state) => state.variableEditor);
  const draft = draftOf(useText(editor), useText(variables));
  const [wanted, setWanted] = useState('');

  function write(next: Draft) {
    editor?.setValue(textOf(next.document));
    variables?.setValue(Object.keys(next.variables).length ? JSON.stringify(next.variables, null, 2) : '');
  }

  return (
    <section className="mp-build" aria-label="Build by clicking">
      <h2>Build by clicking</h2>
      {draft === undefined ? (
        <p role="status">The operation or its variables cannot be read as they are. Correct or empty them to go on.</p>
      ) : operationOf(draft.document) === undefined ? (
        <Begin onBegin={(kind) => write({ document: begin(kind), variables: {} })} />
      ) : (
        <Tree schema={schema} building={{ draft, write, schema }} wanted={wanted} onWant={setWanted} />
      )}
    </section>
  );
}

function Begin({ onBegin }: { onBegin(kind: OperationTypeNode): void }) {
  return (
    <>
      <p>What is it to be?</p>
      <div className="mp-actions">
        {(['query', 'mutation', 'subscription'] as OperationTypeNode[]).map((kind) => (
          <button type="button" key={kind} onClick={() => onBegin(kind)}>
            New {kind}
          </button>
        ))}
      </div>
    </>
  );
}

interface TreeProps {
  schema: GraphQLSchema;
  building: Building;
  wanted: string;
  onWant(text: string): void;
}

function Tree({ schema, building, wanted, onWant }: TreeProps) {
  const operation = operationOf(building.draft.document)!;
  const root = schema.getRootType(operation.operation)!;
  return (
    <>
      <p>
        <code>
          {operation.operation} {operation.name?.value}
        </code>
      </p>
      <input
        type="search"
        aria-label={`Filter the fields of ${root.name}`}
        placeholder={`Filter the fields of ${root.name} …`}
        value={wanted}
        onChange={(event) => onWant(event.target.value)}
      />
      <Fields building={building} type={root} path={[]} set={operation.selectionSet} wanted={wanted.toLowerCase()} />
    </>
  );
}

function draftOf(text: string, variables: string): Draft | undefined {
  try {
    const document: DocumentNode = hasOperation(text) ? parse(text) : { kind: 'Document' as never, definitions: [] };
    return { document, variables: variables.trim() ? (JSON.parse(variables) as Record<string, unknown>) : {} };
  } catch {
    return onlyHead(text);
  }
}

function hasOperation(text: string): boolean {
  return text.replaceAll(/#.*$/gm, '').trim() !== '';
}

/** An operation of which nothing is selected yet is no valid text; it is written and read as its head alone. */
function onlyHead(text: string): Draft | undefined {
  const head = /^\s*(query|mutation|subscription) (\w+)\s*$/.exec(text);
  return head ? { document: begin(head[1] as OperationTypeNode), variables: {} } : undefined;
}

function textOf(document: DocumentNode): string {
  return print(document).replace(/ \{\s*\}$/, '');
}

function Icon() {
  return (
    <svg viewBox="0 0 20 20" fill="none" stroke="currentColor" strokeWidth="1.6" aria-hidden="true">
      <path d="M3 3.5h5v5H3zM12 5h5M3 12h5v5H3zM12 14.5h5M4.5 14.2l1.2 1.3 1.8-2.4" strokeLinecap="round" strokeLinejoin="round" />
    </svg>
  );
}
