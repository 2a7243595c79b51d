/** An operation that is built by clicking: its document and variables, changed without touching what is not meant. */

import {
  Kind,
  type DocumentNode,
  type FieldNode,
  type GraphQLArgument,
  type GraphQLField,
  type InlineFragmentNode,
  type OperationDefinitionNode,
  type OperationTypeNode,
  type SelectionNode,
  type SelectionSetNode,
  type ValueNode,
  isRequiredArgument,
  parse,
  parseType,
} from 'graphql';
import { fieldNode, named, selectionOf } from './defaults';
import { sampleOf } from './samples';

export interface Draft {
  document: DocumentNode;
  variables: Record<string, unknown>;
}

/** From the root of the operation: names of fields, and `...Type` for what only one type has. */
export type Path = readonly string[];

export function operationOf(document: DocumentNode): OperationDefinitionNode | undefined {
  return document.definitions.find((one) => one.kind === Kind.OPERATION_DEFINITION);
}

export function begin(kind: OperationTypeNode): DocumentNode {
  const document = parse(`${kind} My${kind[0]!.toUpperCase()}${kind.slice(1)} { __typename }`);
  return withOperation(document, (operation) => ({ ...operation, selectionSet: setOf([]) }));
}

export function find(set: SelectionSetNode | undefined, step: string): FieldNode | InlineFragmentNode | undefined {
  return set?.selections.find((one): one is FieldNode | InlineFragmentNode => isStep(one, step));
}

/** Adds a field with what it needs, or takes it out with the variables that only it used. */
export function toggleField(draft: Draft, path: Path, field: GraphQLField<unknown, unknown>): Draft {
  const step = path.at(-1)!;
  const present = nodeAt(draft.document, path);
  if (present) return tidied({ ...draft, document: replaced(draft.document, path, () => undefined) }, draft);
  const added = { ...draft, document: replaced(draft.document, path, () => fieldNode(step, selectionOf(field.type))) };
  return field.args.filter(isRequiredArgument).reduce((now, argument) => toggleArgument(now, path, argument), added);
}

/** Adds or takes out `... on Type`. */
export function toggleType(draft: Draft, path: Path, selectionSet: SelectionSetNode | undefined): Draft {
  const typeCondition = named(path.at(-1)!.slice(3));
  const node = { kind: Kind.INLINE_FRAGMENT, typeCondition, ...(selectionSet && { selectionSet }) } as InlineFragmentNode;
  const document = replaced(draft.document, path, (present) => (present ? undefined : node));
  return tidied({ ...draft, document }, draft);
}

/** Passes an argument as a variable of the same name, or takes both away. */
export function toggleArgument(draft: Draft, path: Path, argument: GraphQLArgument): Draft {
  const node = nodeAt(draft.document, path) as FieldNode;
  const others = node.arguments?.filter((one) => one.name.value !== argument.name) ?? [];
  if (others.length < (node.arguments?.length ?? 0)) {
    return tidied({ ...draft, document: replaced(draft.document, path, () => ({ ...node, arguments: others })) }, draft);
  }
  const name = freeName(draft.document, argument.name, path.at(-1)!);
  const variable = { kind: Kind.VARIABLE, name: { kind: Kind.NAME, value: name } } as const;
  const passed = { kind: Kind.ARGUMENT, name: { kind: Kind.NAME, value: argument.name }, value: variable } as const;
  const document = replaced(draft.document, path, () => ({ ...node, arguments: [...others, passed] }));
  const declared = { kind: Kind.VARIABLE_DEFINITION, variable, type: parseType(String(argument.type)) } as const;
  return {
    document: withOperation(document, (operation) => ({
      ...operation,
      variableDefinitions: [...(operation.variableDefinitions ?? []), declared],
    })),
    variables: { ...draft.variables, [name]: sampleOf(argument.type) },
  };
}

export function nodeAt(document: DocumentNode, path: Path): FieldNode | InlineFragmentNode | undefined {
  let set = operationOf(document)?.selectionSet;
  let node: FieldNode | InlineFragmentNode | undefined;
  for (const step of path) {
    node = find(set, step);
    set = node?.selectionSet;
  }
  return node;
}

function isStep(one: SelectionNode, step: string): boolean {
  if (one.kind === Kind.FIELD) return one.name.value === step;
  return one.kind === Kind.INLINE_FRAGMENT && `...${one.typeCondition?.name.value}` === step;
}

type Edit = (present: FieldNode | InlineFragmentNode | undefined) => FieldNode | InlineFragmentNode | undefined;

function replaced(document: DocumentNode, path: Path, edit: Edit): DocumentNode {
  return withOperation(document, (operation) => ({
    ...operation,
    selectionSet: within(operation.selectionSet, path, edit),
  }));
}

function within(set: SelectionSetNode | undefined, [step, ...rest]: Path, edit: Edit): SelectionSetNode {
  const present = find(set, step!);
  const next =
    rest.length === 0
      ? edit(present)
      : present && ({ ...present, selectionSet: within(present.selectionSet, rest, edit) } as FieldNode);
  const before = set?.selections ?? [];
  if (!present) return setOf(next ? [...before, next] : before);
  return setOf(before.flatMap((one) => (one !== present ? [one] : next ? [next] : [])));
}

function setOf(selections: readonly SelectionNode[]): SelectionSetNode {
  return { kind: Kind.SELECTION_SET, selections: [...selections] };
}

function withOperation(
  document: DocumentNode,
  edit: (operation: OperationDefinitionNode) => OperationDefinitionNode,
): DocumentNode {
  const operation = operationOf(document);
  const definitions = document.definitions.map((one) => (one === operation ? edit(operation!) : one));
  return { ...document, definitions };
}

/** Without the variables that were used before and are no longer. */
function tidied(after: Draft, before: Draft): Draft {
  const gone = [...namesUsed(before.document)].filter((name) => !namesUsed(after.document).has(name));
  const document = withOperation(after.document, (operation) => ({
    ...operation,
    variableDefinitions: (operation.variableDefinitions ?? []).filter((one) => !gone.includes(one.variable.name.value)),
  }));
  const kept = Object.entries(after.variables).filter(([name]) => !gone.includes(name));
  return { document, variables: Object.fromEntries(kept) };
}

function namesUsed(document: DocumentNode): Set<string> {
  const names = new Set<string>();
  const collect = (value: ValueNode): void => {
    if (value.kind === Kind.VARIABLE) names.add(value.name.value);
    if (value.kind === Kind.LIST) value.values.forEach(collect);
    if (value.kind === Kind.OBJECT) value.fields.forEach((field) => collect(field.value));
  };
  const look = (set: SelectionSetNode | undefined) => {
    for (const one of set?.selections ?? []) {
      if (one.kind === Kind.FRAGMENT_SPREAD) continue;
      if (one.kind === Kind.FIELD) for (const argument of one.arguments ?? []) collect(argument.value);
      look(one.selectionSet);
    }
  };
  look(operationOf(document)?.selectionSet);
  return names;
}

function freeName(document: DocumentNode, name: string, field: string): string {
  const taken = operationOf(document)?.variableDefinitions?.map((one) => one.variable.name.value) ?? [];
  if (!taken.includes(name)) return name;
  const longer = `${field}${name[0]!.toUpperCase()}${name.slice(1)}`;
  return taken.includes(longer) ? `${longer}${taken.length}` : longer;
}
