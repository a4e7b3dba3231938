/** Objects with optional properties, where exactOptionalPropertyTypes forbids undefined ones. */

/** `T` with an optional property for each property that may be undefined. */
export type Defined<T> = { [K in keyof T as undefined extends T[K] ? never : K]: T[K] } & {
  [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>;
};

/** A copy of `properties` without those that are undefined, in the same order. */
export function defined<const T extends object>(properties: T): Defined<T> {
  const kept: Record<string, unknown> = {};
  for (const name in properties) if (properties[name] !== undefined) kept[name] = properties[name];
  return kept as Defined<T>;
}
