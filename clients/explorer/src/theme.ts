/** The colours of the editors: GraphiQL's own themes with Milepost's colour, and with contrast that everybody can read. */

import { useMonaco } from '@graphiql/react';
import type * as Monaco from 'monaco-editor';
import { useEffect } from 'react';

interface Shade {
  base: 'vs' | 'vs-dark';
  main: string;
  argument: string;
  comment: string;
  number: string;
  panel: string;
  quiet: string;
}

// The names are GraphiQL's: what they mean is replaced as soon as the editor is there.
const SHADES: Record<string, Shade> = {
  'graphiql-LIGHT': {
    base: 'vs',
    main: '#1c695d',
    argument: '#5552b5',
    comment: '#3c6e2f',
    number: '#07603a',
    panel: '#ffffff',
    quiet: '#5c6a78',
  },
  'graphiql-DARK': {
    base: 'vs-dark',
    main: '#84d6c7',
    argument: '#a9a5ff',
    comment: '#9cc48a',
    number: '#b5cea8',
    panel: '#212a3b',
    quiet: '#a3b3c6',
  },
};

export function useTheme(): void {
  const monaco = useMonaco((state) => state.monaco);
  useEffect(() => {
    if (monaco) for (const [name, shade] of Object.entries(SHADES)) define(monaco, name, shade);
  }, [monaco]);
}

function define(monaco: typeof Monaco, name: string, shade: Shade): void {
  const { base, main, panel, quiet } = shade;
  monaco.editor.defineTheme(name, {
    base,
    inherit: true,
    rules: [
      { token: 'argument.identifier.gql', foreground: shade.argument },
      { token: 'comment', foreground: shade.comment },
      { token: 'number', foreground: shade.number },
    ],
    colors: {
      'editor.background': '#ffffff00',
      'editorHoverWidget.background': panel,
      'editorLineNumber.foreground': quiet,
      'editorLineNumber.activeForeground': main,
      'editorLineNumber.dimmedForeground': quiet,
      'editorLink.activeForeground': main,
      'editorSuggestWidget.background': panel,
      'editorSuggestWidget.selectedBackground': `${main}22`,
      'editorSuggestWidget.selectedForeground': main,
      'editorWidget.background': panel,
      'list.focusHighlightForeground': main,
      'list.highlightForeground': main,
      'scrollbar.shadow': '#ffffff00',
      'textLink.activeForeground': main,
      'textLink.foreground': main,
      focusBorder: main,
    },
  });
}
