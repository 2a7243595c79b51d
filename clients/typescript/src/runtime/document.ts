/** An operation: what is sent, and how this package runs it. Plain data, so it can be stored and sent. */
export interface Document<Result, Variables, Root extends string | null = null> {
  readonly name: string;
  readonly kind: 'query' | 'mutation' | 'subscription';
  /** The definitions of the operation and its fragments; joined, they are the text. */
  readonly parts: readonly string[];
  /** The only field of the answer: its value is what functions return. */
  readonly root?: string;
  /** Where a mutation takes the key that makes it safe to repeat; without one it is never repeated. */
  readonly key?: 'input' | 'header';
  /** How a subscription resumes: the variable that takes the cursor, and the field of a message that has it. */
  readonly resume?: { readonly after: string; readonly cursor: string };
  /** Never there; carries the types. */
  readonly types?: { readonly result: Result; readonly variables: Variables; readonly root: Root };
}

/** Variables of an operation that has none. */
export type NoVariables = Readonly<Record<string, never>>;

/** One of the known values, which an editor completes, or any other that a newer server may send. */
export type Open<Known extends string> = Known | (string & {});

/** An object of a union that is told apart by its type's name. */
export type As<Name extends string, Selected> = Selected & { readonly __typename: Name };

/** A member of a union that a newer server has added: handle it in the `default` of a switch over `__typename`. */
export interface Other {
  readonly __typename: '%other';
}

/** The text of an operation with its fragments; the one whose hash is in the manifest. */
export function textOf(document: Pick<Document<unknown, unknown>, 'parts'>): string {
  return document.parts.join('');
}

/** A parsed document with its types, as urql, Apollo Client and graphql-request take it. */
export type TypedNode<Node, Data, Variables> = Node & {
  __apiType?: (variables: Variables) => Data;
};

/** The whole answer of an operation, as other libraries return it. */
export type Answer<Result, Root extends string | null> = Root extends string
  ? { readonly [K in Root]: Result }
  : Result;

/** The document for another library; `parse` is that of the `graphql` package: `typedNode(GetGigDocument, parse)`. */
export function typedNode<Node, Result, Variables, Root extends string | null>(
  document: Document<Result, Variables, Root>,
  parse: (text: string) => Node,
): TypedNode<Node, Answer<Result, Root>, Variables> {
  return parse(textOf(document)) as TypedNode<Node, Answer<Result, Root>, Variables>;
}
