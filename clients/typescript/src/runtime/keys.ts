/** An input whose idempotency key may be left to this package. */
export type Keyed<Input> = Omit<Input, 'idempotencyKey'> & { readonly idempotencyKey?: string };

/** The input with a key: the one it has, or a new one. Keep the result to repeat the same intention later. */
export function withKey<Given extends object>(input: Given): Given & { readonly idempotencyKey: string } {
  return { idempotencyKey: crypto.randomUUID(), ...input };
}
