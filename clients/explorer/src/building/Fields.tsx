/** The tree of checkboxes: fields of a type, their arguments, and what only some of the possible types have. */

import {
  getNamedType,
  isAbstractType,
  isCompositeType,
  isRequiredArgument,
  isUnionType,
  type FieldNode,
  type GraphQLArgument,
  type GraphQLCompositeType,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLSchema,
  type SelectionSetNode,
} from 'graphql';
import { selectionOf } from './defaults';
import { find, toggleArgument, toggleField, toggleType, type Draft, type Path } from './draft';

export interface Building {
  draft: Draft;
  schema: GraphQLSchema;
  write(next: Draft): void;
}

interface Props {
  building: Building;
  type: GraphQLCompositeType;
  path: Path;
  set: SelectionSetNode | undefined;
  wanted?: string;
}

export function Fields({ building, type, path, set, wanted = '' }: Props) {
  const fields = isUnionType(type) ? [] : Object.values(type.getFields());
  const shown = fields.filter((field) => find(set, field.name) || field.name.toLowerCase().includes(wanted));
  const members = isAbstractType(type) ? building.schema.getPossibleTypes(type) : [];
  return (
    <ul>
      {shown.map((field) => (
        <FieldItem key={field.name} building={building} field={field} path={[...path, field.name]} set={set} />
      ))}
      {members.map((member) => (
        <MemberItem key={member.name} building={building} member={member} path={[...path, `...${member.name}`]} set={set} />
      ))}
    </ul>
  );
}

interface FieldProps {
  building: Building;
  field: GraphQLField<unknown, unknown>;
  path: Path;
  set: SelectionSetNode | undefined;
}

function FieldItem({ building, field, path, set }: FieldProps) {
  const node = find(set, field.name) as FieldNode | undefined;
  const type = getNamedType(field.type);
  return (
    <li>
      <label title={field.description ?? ''}>
        <input
          type="checkbox"
          checked={node !== undefined}
          onChange={() => building.write(toggleField(building.draft, path, field))}
        />
        <span className={field.deprecationReason ? 'mp-old' : ''}>{field.name}</span>
        <span className="mp-type">{String(field.type)}</span>
      </label>
      {node && field.args.length > 0 && (
        <ul className="mp-arguments" aria-label={`Arguments of ${field.name}`}>
          {field.args.map((argument) => (
            <ArgumentItem key={argument.name} building={building} argument={argument} path={path} node={node} />
          ))}
        </ul>
      )}
      {node && isCompositeType(type) && <Fields building={building} type={type} path={path} set={node.selectionSet} />}
    </li>
  );
}

interface ArgumentProps {
  building: Building;
  argument: GraphQLArgument;
  path: Path;
  node: FieldNode;
}

function ArgumentItem({ building, argument, path, node }: ArgumentProps) {
  const isPassed = node.arguments?.some((one) => one.name.value === argument.name) ?? false;
  return (
    <li>
      <label title={argument.description ?? ''}>
        <input
          type="checkbox"
          checked={isPassed}
          onChange={() => building.write(toggleArgument(building.draft, path, argument))}
        />
        <span>{argument.name}:</span>
        <span className="mp-type">
          {String(argument.type)}
          {isRequiredArgument(argument) ? ' (required)' : ''}
        </span>
      </label>
    </li>
  );
}

interface MemberProps {
  building: Building;
  member: GraphQLObjectType;
  path: Path;
  set: SelectionSetNode | undefined;
}

function MemberItem({ building, member, path, set }: MemberProps) {
  const node = find(set, `...${member.name}`);
  return (
    <li>
      <label title={member.description ?? ''}>
        <input
          type="checkbox"
          checked={node !== undefined}
          onChange={() => building.write(toggleType(building.draft, path, selectionOf(member)))}
        />
        <span>… on {member.name}</span>
      </label>
      {node && <Fields building={building} type={member} path={path} set={node.selectionSet} />}
    </li>
  );
}
