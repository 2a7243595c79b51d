/** The buttons that take an operation elsewhere: as code that runs, or as a link to this page. */

import { ToolbarButton } from '@graphiql/react';
import { getOperationAST, parse, print } from 'graphql';
import { useState } from 'react';
import { curl } from './code/curl';
import { dart } from './code/dart';
import { dartPackage } from './code/dartPackage';
import { python } from './code/python';
import type { CodeRequest, Language } from './code/request';
import { typescript } from './code/typescript';
import { typescriptPackage } from './code/typescriptPackage';
import { Dialog } from './Dialog';
import { useDraft, type Draft } from './editing';
import { linkTo } from './link';
import { session } from './session';
import type { Example } from './setup';
import { useStore } from './store';

const WRITERS: Record<Language, (request: CodeRequest) => string> = {
  curl,
  TypeScript: (request) => typescriptPackage(request) ?? typescript(request),
  Dart: (request) => dartPackage(request) ?? dart(request),
  Python: python,
};

export function CopyAs({ examples }: { examples: Example[] }) {
  const read = useDraft();
  const [draft, setDraft] = useState<Draft | null>(null);
  return (
    <>
      <ToolbarButton label="Copy as code or link" onClick={() => setDraft(read())}>
        <Icon />
      </ToolbarButton>
      {draft && <CodeDialog draft={draft} examples={examples} onClose={() => setDraft(null)} />}
    </>
  );
}

interface Props {
  draft: Draft;
  examples: Example[];
  onClose(): void;
}

function CodeDialog({ draft, examples, onClose }: Props) {
  const signedIn = useStore(session);
  const [language, setLanguage] = useState<Language>('curl');
  const written = write(draft, language, examples, signedIn !== null);
  const choices = [
    { label: 'the code', text: written.code },
    { label: 'a link', text: linkTo(draft.query, draft.variables) },
    ...(signedIn ? [{ label: 'the token', text: `export MILEPOST_TOKEN=${signedIn.token}` }] : []),
  ];
  return (
    <Dialog title="Copy as code or link" onClose={onClose}>
      <div className="mp-tabs" role="group" aria-label="Language">
        {(Object.keys(WRITERS) as Language[]).map((one) => (
          <button type="button" key={one} aria-pressed={one === language} onClick={() => setLanguage(one)}>
            {one}
          </button>
        ))}
      </div>
      <pre className="mp-code" tabIndex={0} aria-label={`The operation as ${language}`}>
        {written.code}
      </pre>
      <p role="alert" className="mp-problem">
        {written.problem}
      </p>
      <CopyButtons choices={choices} />
      {signedIn && (
        <p className="mp-note">
          The code reads your token from the environment: <code>export MILEPOST_TOKEN=…</code> first. Neither code nor
          link contains it.
        </p>
      )}
    </Dialog>
  );
}

interface Copied {
  label: string;
  text: string;
}

function CopyButtons({ choices }: { choices: Copied[] }) {
  const [said, setSaid] = useState('');
  async function copy({ label, text }: Copied) {
    try {
      await navigator.clipboard.writeText(text);
      setSaid(`Copied ${label}.`);
    } catch {
      setSaid('The browser does not allow it: select the text and copy it.');
    }
  }
  return (
    <div className="mp-actions">
      {choices.map((choice, index) => (
        <button type="button" key={choice.label} className={index === 0 ? 'mp-main' : ''} onClick={() => void copy(choice)}>
          Copy {choice.label}
        </button>
      ))}
      <span role="status">{said}</span>
    </div>
  );
}

function write(draft: Draft, language: Language, examples: Example[], isSignedIn: boolean) {
  try {
    const document = parse(draft.query);
    const query = print(document);
    const request: CodeRequest = {
      url: new URL('/graphql', location.href).href,
      query,
      variables: objectIn(draft.variables, 'variables') as Record<string, unknown>,
      headers: objectIn(draft.headers, 'headers') as Record<string, string>,
      isSubscription: getOperationAST(document)?.operation === 'subscription',
      isSignedIn,
      shipped: examples.find((one) => one.noun !== '' && one.text === query),
    };
    return { code: WRITERS[language](request), problem: '' };
  } catch (error) {
    return { code: '', problem: error instanceof Error ? error.message : String(error) };
  }
}

function objectIn(text: string, what: string): unknown {
  if (!text.trim()) return {};
  try {
    return JSON.parse(text);
  } catch {
    throw new Error(`The ${what} are no JSON: correct them first.`);
  }
}

function Icon() {
  return (
    <svg className="graphiql-toolbar-icon" viewBox="0 0 18 18" fill="none" stroke="currentColor" aria-hidden="true">
      <path d="M6 4 1.5 9 6 14M12 4l4.5 5-4.5 5" strokeWidth="1.5" strokeLinecap="round" strokeLinejoin="round" />
    </svg>
  );
}
