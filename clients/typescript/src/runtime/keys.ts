/** An input whose idempotency key may be left to this package. */
export type Keyed<Input> = Omit<Input, 'idempotencyKey'> & { readonly idempotencyKey?: string };

/** The input with a key: the one it has, or a new one. Keep the result to repeat the same intention later. */
export function withKey<Input extends { readonly idempotencyKey: string }>(input: Keyed<Input>): Input {
  return { idempotencyKey: crypto.randomUUID(), ...input } as unknown as Input;
}
