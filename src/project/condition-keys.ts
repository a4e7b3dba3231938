/** The keys of one condition, read one by one, each reader complaining for itself. */
import { countOf } from './condition-read.js';
import type { Complain, Reader } from './condition-read.js';
import type { ConditionBody, ConditionKind, Count } from './condition-types.js';
import type { YamlPath } from './condition-place.js';

export type Simple = Exclude<ConditionKind, 'all_of' | 'any_of' | 'not'>;

export type Keys = {
  readonly path: YamlPath;
  readonly complain: Complain;
  has(key: string): boolean;
  pathOf(key: string): YamlPath;
  need<T>(key: string, reader: Reader<T>): T | undefined;
  /** `otherwise` when the key is not there; `undefined` only after a complaint. */
  take<T>(key: string, reader: Reader<T>, otherwise: T): T | undefined;
  count(): Count | undefined;
};

/** `short`: the key that a bare value stood for, whose place is the value itself. */
export function keysOf(
  map: Readonly<Record<string, unknown>>,
  short: string | undefined,
  { path, complain }: { readonly path: YamlPath; readonly complain: Complain },
): Keys {
  const has = (key: string): boolean => map[key] !== undefined && map[key] !== null;
  const pathOf = (key: string): YamlPath => (short === key ? path : [...path, key]);
  return {
    path,
    complain,
    has,
    pathOf,
    need(key, reader) {
      if (has(key)) return reader(map[key], pathOf(key), complain);
      complain({ path, message: `the key "${key}" is missing`, expected: `${key}: …` });
      return undefined;
    },
    take: (key, reader, otherwise) =>
      has(key) ? reader(map[key], pathOf(key), complain) : otherwise,
    count: () => countOf(map, path, complain),
  };
}

export type KindSpec<K extends Simple> = {
  /** The key that a bare value stands for. */
  readonly short?: string;
  readonly keys: readonly string[];
  readonly build: (keys: Keys) => ConditionBody<K> | undefined;
};

type Partly<T> = { readonly [K in keyof T]: T[K] | undefined };

/** The parts with their kind, when each of them was read. */
export function whenAll<K extends Simple, T extends Readonly<Record<string, unknown>>>(
  parts: Partly<T>,
  kind: K,
): (T & { kind: K }) | undefined {
  return Object.values(parts).some((part) => part === undefined)
    ? undefined
    : ({ ...parts, kind } as T & { kind: K });
}
