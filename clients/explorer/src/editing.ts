/** Reading from and writing to GraphiQL's editors. */

import { useGraphiQL, useGraphiQLActions, type MonacoEditor } from '@graphiql/react';
import { useCallback, useSyncExternalStore } from 'react';

export interface Draft {
  query: string;
  variables: string;
  headers: string;
}

/** Reads the editors at the moment of the call. */
export function useDraft(): () => Draft {
  const query = useGraphiQL((state) => state.queryEditor);
  const variables = useGraphiQL((state) => state.variableEditor);
  const headers = useGraphiQL((state) => state.headerEditor);
  return useCallback(
    () => ({
      query: query?.getValue() ?? '',
      variables: variables?.getValue() ?? '',
      headers: headers?.getValue() ?? '',
    }),
    [query, variables, headers],
  );
}

/** Opens an operation in a new tab, or in this one while it is untouched. */
export function useOpen(untouched: string): (query: string, variables: string) => void {
  const queryEditor = useGraphiQL((state) => state.queryEditor);
  const variableEditor = useGraphiQL((state) => state.variableEditor);
  const { addTab } = useGraphiQLActions();
  return (query, variables) => {
    const present = queryEditor?.getValue().trim();
    if (present && present !== untouched.trim()) addTab();
    queryEditor?.setValue(query);
    variableEditor?.setValue(variables);
    queryEditor?.focus();
  };
}

/** The text of an editor, followed keystroke by keystroke. */
export function useText(editor: MonacoEditor | undefined): string {
  const watch = useCallback(
    (listener: () => void) => {
      const watching = editor?.onDidChangeModelContent(listener);
      return () => watching?.dispose();
    },
    [editor],
  );
  return useSyncExternalStore(watch, () => editor?.getValue() ?? '');
}
