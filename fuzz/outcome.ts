/** What became of a line, and how many lines are executed at once. */
export const BATCH = 64;

/** `same`: it was allowed, and bash and our executor did exactly what was judged. */
export type Outcome =
  | { readonly kind: 'refused'; readonly why: string }
  | { readonly kind: 'same' }
  | { readonly kind: 'different'; readonly found: readonly string[] };
