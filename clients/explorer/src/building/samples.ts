/** A first value for a variable: of the right shape, to be changed. */

import {
  getNullableType,
  isEnumType,
  isInputObjectType,
  isListType,
  isRequiredInputField,
  type GraphQLInputType,
} from 'graphql';
import { newUuid } from '../uuid';

const SAMPLES: Record<string, () => unknown> = {
  Int: () => 10,
  Float: () => 1,
  Boolean: () => true,
  UUID: newUuid,
  Currency: () => 'EUR',
  Int64: () => '10000',
};

export function sampleOf(type: GraphQLInputType): unknown {
  const given = getNullableType(type);
  if (isListType(given)) return [];
  if (isEnumType(given)) return given.getValues()[0]!.name;
  if (!isInputObjectType(given)) return SAMPLES[given.name]?.() ?? '';
  const required = Object.values(given.getFields()).filter(isRequiredInputField);
  return Object.fromEntries(required.map((field) => [field.name, sampleOf(field.type)]));
}
