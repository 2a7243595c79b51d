/** The buttons that take an operation elsewhere: as code that runs, or as a link to this page. */

import { ToolbarButton } from '@graphiql/react';
import { getOperationAST, parse, print } from 'graphql';
import { useState } from 'react';
import { curl } from './code/curl';
import { dart } from './code/dart';
import { python } from './code/python';
import type { CodeRequest, Language } from './code/request';
import { typescript } from './code/typescript';
import { Dialog } from './Dialog';
import { useDraft, type Draft } from './editing';
import { linkTo } from './link';
import { session } from './session';
import { useStore } from './store';

const WRITERS: Record<Language, (request: CodeRequest) => string> = {
  curl,
  TypeScript: typescript,
  Dart: dart,
  Python: python,
};

export function CopyAs() {
  const read = useDraft();
  const [draft, setDraft] = useState<Draft | null>(null);
  return (
    <>
      <ToolbarButton label="Copy as code or link" onClick={() => setDraft(read())}>
        <Icon />
      </ToolbarButton>
      {draft && <CodeDialog draft={draft} onClose={() => setDraft(null)} />}
    </>
  );
}

function CodeDialog({ draft, onClose }: { draft: Draft; onClose(): void }) {
  const signedIn = useStore(session);
  const [language, setLanguage] = useState<Language>('curl');
  const written = write(draft, language, signedIn !== null);
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
      <div className="mp-actions">
        <CopyButton text={written.code} label="Copy the code" isMain />
        <CopyButton text={linkTo(draft.query, draft.variables)} label="Copy a link" />
        {signedIn && <CopyButton text={`export MILEPOST_TOKEN=${signedIn.token}`} label="Copy the token" />}
      </div>
      {signedIn && (
        <p className="mp-note">
          The code reads your token from the environment: <code>export MILEPOST_TOKEN=…</code> first. Neither code nor
          link contains it.
        </p>
      )}
    </Dialog>
  );
}

function CopyButton({ text, label, isMain = false }: { text: string; label: string; isMain?: boolean }) {
  const [said, setSaid] = useState('');
  async function copy() {
    try {
      await navigator.clipboard.writeText(text);
      setSaid('Copied');
    } catch {
      setSaid('Select the text and copy it');
    }
    setTimeout(() => setSaid(''), 2000);
  }
  return (
    <button type="button" className={isMain ? 'mp-main' : ''} onClick={() => void copy()}>
      <span role="status">{said || label}</span>
    </button>
  );
}

function write(draft: Draft, language: Language, isSignedIn: boolean): { code: string; problem: string } {
  try {
    const document = parse(draft.query);
    const request: CodeRequest = {
      url: new URL('/graphql', location.href).href,
      query: print(document),
      variables: objectIn(draft.variables, 'variables') as Record<string, unknown>,
      headers: objectIn(draft.headers, 'headers') as Record<string, string>,
      isSubscription: getOperationAST(document)?.operation === 'subscription',
      isSignedIn,
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
