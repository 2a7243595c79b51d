/** What a field is selected with when it is first clicked: enough to run, little enough to read. */

import {
  getNamedType,
  isCompositeType,
  isLeafType,
  isObjectType,
  isRequiredArgument,
  isUnionType,
  Kind,
  type FieldNode,
  type GraphQLField,
  type GraphQLOutputType,
  type InlineFragmentNode,
  type NamedTypeNode,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';

const DEEPEST = 3;
const TELLING = ['id', 'code', 'message', 'title', 'name', 'status', 'type', 'cursor'];

export function named(type: string): NamedTypeNode {
  return { kind: Kind.NAMED_TYPE, name: { kind: Kind.NAME, value: type } };
}

export function fieldNode(name: string, selectionSet?: SelectionSetNode): FieldNode {
  return { kind: Kind.FIELD, name: { kind: Kind.NAME, value: name }, ...(selectionSet && { selectionSet }) };
}

/** Of an object what tells it apart, of a page its nodes, of a union each member; nothing for leaves. */
export function selectionOf(output: GraphQLOutputType, depth = 0): SelectionSetNode | undefined {
  const type = getNamedType(output);
  if (!isCompositeType(type)) return undefined;
  const selections: SelectionNode[] = isUnionType(type)
    ? type.getTypes().map((member): InlineFragmentNode => {
        const selectionSet = selectionOf(member, depth + 1) ?? set([fieldNode('__typename')]);
        return { kind: Kind.INLINE_FRAGMENT, typeCondition: named(member.name), selectionSet };
      })
    : chosen(Object.values(type.getFields()), depth);
  return set(selections.length > 0 ? selections : [fieldNode('__typename')]);
}

function chosen(fields: GraphQLField<unknown, unknown>[], depth: number): FieldNode[] {
  const nodes = fields.find((field) => field.name === 'nodes');
  if (nodes) return [fieldNode('nodes', selectionOf(nodes.type, depth + 1))];
  const leaves = fields.filter((field) => isLeafType(getNamedType(field.type)));
  const telling = leaves.filter((field) => TELLING.includes(field.name));
  // A payload has objects rather than leaves: each of them is what was changed.
  const inner = leaves.length <= 1 && telling.length === 0 && depth < DEEPEST ? fields.filter(isReached) : [];
  return [...telling, ...(telling.length || inner.length ? [] : leaves.slice(0, 3)), ...inner].map((field) =>
    fieldNode(field.name, selectionOf(field.type, depth + 1)),
  );
}

function isReached(field: GraphQLField<unknown, unknown>): boolean {
  return isObjectType(getNamedType(field.type)) && !field.args.some(isRequiredArgument);
}

function set(selections: SelectionNode[]): SelectionSetNode {
  return { kind: Kind.SELECTION_SET, selections };
}
