/** The closed set of condition kinds: the keys of each, and how they become an assertion. */
import {
  COUNT_KEYS,
  countOf,
  duration,
  flag,
  fraction,
  globs,
  isMapping,
  many,
  mapOf,
  onePath,
  pattern,
  scalar,
  text,
  whole,
  wrong,
} from './condition-read.js';
import type { Complain, Reader } from './condition-read.js';
import type { ConditionBody, ConditionKind, Count, Since } from './condition-types.js';
import type { YamlPath } from './condition-place.js';
import { parseCommand } from './condition-argv.js';

type Simple = Exclude<ConditionKind, 'all_of' | 'any_of' | 'not'>;

/** The keys that were given, read one by one; every reader complains for itself. */
type Keys = {
  readonly path: YamlPath;
  readonly complain: Complain;
  has(key: string): boolean;
  at(key: string): YamlPath;
  need<T>(key: string, reader: Reader<T>): T | undefined;
  /** `otherwise` when the key is not there; `undefined` only after a complaint. */
  take<T>(key: string, reader: Reader<T>, otherwise: T): T | undefined;
  count(): Count | undefined;
};

/** `short`: the key that a bare value stood for, whose place is the value itself. */
function keysOf(
  map: Readonly<Record<string, unknown>>,
  short: string | undefined,
  { path, complain }: { readonly path: YamlPath; readonly complain: Complain },
): Keys {
  const has = (key: string): boolean => map[key] !== undefined && map[key] !== null;
  const at = (key: string): YamlPath => (short === key ? path : [...path, key]);
  return {
    path,
    complain,
    has,
    at,
    need(key, reader) {
      if (has(key)) return reader(map[key], at(key), complain);
      complain({ path, message: `the key "${key}" is missing`, expected: `${key}: …` });
      return undefined;
    },
    take: (key, reader, otherwise) => (has(key) ? reader(map[key], at(key), complain) : otherwise),
    count: () => countOf(map, path, complain),
  };
}

type KindSpec<K extends Simple> = {
  /** The key that a bare value stands for. */
  readonly short?: string;
  readonly keys: readonly string[];
  readonly build: (keys: Keys) => ConditionBody<K> | undefined;
};

const MAX_TIMEOUT = 10 * 60_000;
const none: readonly string[] = [];

const SPECS: { readonly [K in Simple]: KindSpec<K> } = {
  file_exists: {
    short: 'in',
    keys: ['in', 'min_bytes', ...COUNT_KEYS],
    build: (keys) =>
      whenAll(
        {
          in: keys.need('in', globs),
          count: keys.count(),
          minBytes: keys.take('min_bytes', whole(0, 2 ** 40), 0),
        },
        'file_exists',
      ),
  },
  file_newer: {
    keys: ['in', 'than', 'within', 'since'],
    build: (keys) => whenAll({ in: keys.need('in', globs), than: sinceOf(keys) }, 'file_newer'),
  },
  entries: {
    keys: ['in', 'under', 'each_has', ...COUNT_KEYS],
    build: (keys) =>
      whenAll(
        {
          in: keys.need('in', globs),
          under: keys.need('under', text),
          count: keys.count(),
          eachHas: keys.take('each_has', many(text), none),
        },
        'entries',
      ),
  },
  table_rows: {
    keys: ['in', 'under', 'each_has', 'where', ...COUNT_KEYS],
    build: (keys) =>
      whenAll(
        {
          in: keys.need('in', globs),
          under: keys.need('under', text),
          count: keys.count(),
          eachHas: keys.take('each_has', many(text), none),
          where: keys.take<ReadonlyMap<string, readonly string[]>>(
            'where',
            mapOf(many(scalar)),
            new Map(),
          ),
        },
        'table_rows',
      ),
  },
  frontmatter: { keys: ['in', 'has', 'equals', 'matches'], build: frontmatter },
  matches: {
    keys: ['in', 'pattern', 'flags', 'each_file', ...COUNT_KEYS],
    build: (keys) => {
      const flags = keys.take('flags', flagsOf, 'm') ?? 'm';
      return whenAll(
        {
          in: keys.need('in', globs),
          pattern: keys.need('pattern', pattern(flags)),
          count: keys.count(),
          eachFile: keys.take('each_file', flag, false),
        },
        'matches',
      );
    },
  },
  links_resolve: {
    short: 'in',
    keys: ['in'],
    build: (keys) => whenAll({ in: keys.need('in', globs) }, 'links_resolve'),
  },
  json_schema: {
    keys: ['in', 'schema'],
    build: (keys) =>
      whenAll({ in: keys.need('in', globs), schema: keys.need('schema', schemaOf) }, 'json_schema'),
  },
  command: {
    short: 'run',
    keys: ['run', 'exit', 'timeout', 'stdout'],
    build: (keys) => {
      const argv = keys.need('run', parseCommand);
      const exit = keys.take('exit', many(whole(0, 255)), [0]);
      const timeout = keys.take('timeout', duration, { milliseconds: 60_000, text: '60s' });
      const stdout = keys.has('stdout') ? keys.need('stdout', pattern('m')) : undefined;
      if (timeout !== undefined && timeout.milliseconds > MAX_TIMEOUT)
        return wrong(keys.complain, keys.at('timeout'), 'at most 10m', timeout.text);
      if (
        argv === undefined ||
        exit === undefined ||
        timeout === undefined ||
        (keys.has('stdout') && stdout === undefined)
      )
        return undefined;
      return { kind: 'command', argv, exit, timeoutMs: timeout.milliseconds, stdout };
    },
  },
  query: {
    short: 'sql',
    keys: ['sql', 'value', ...COUNT_KEYS],
    build: (keys) => {
      const sql = keys.need('sql', sqlOf);
      const count = keys.count();
      const value = keys.has('value') ? keys.need('value', scalar) : undefined;
      if (sql === undefined || count === undefined || (keys.has('value') && value === undefined))
        return undefined;
      return { kind: 'query', sql, count, value };
    },
  },
  unique: {
    keys: ['in', 'under', 'field'],
    build: (keys) => {
      const under = keys.has('under') ? keys.need('under', text) : undefined;
      const made = whenAll(
        { in: keys.need('in', globs), field: keys.need('field', text) },
        'unique',
      );
      return made === undefined || (keys.has('under') && under === undefined)
        ? undefined
        : { ...made, under };
    },
  },
  hash_changed: {
    short: 'in',
    keys: ['in'],
    build: (keys) => whenAll({ in: keys.need('in', globs) }, 'hash_changed'),
  },
  no_duplicates_of: {
    keys: ['in', 'of', 'threshold'],
    build: (keys) =>
      whenAll(
        {
          in: keys.need('in', globs),
          of: keys.need('of', globs),
          threshold: keys.take('threshold', fraction(0.1, 1), 0.8),
        },
        'no_duplicates_of',
      ),
  },
};

export const CONDITION_KINDS: readonly ConditionKind[] = [
  ...(Object.keys(SPECS) as Simple[]),
  'all_of',
  'any_of',
  'not',
];

export function isSimpleKind(kind: string): kind is Simple {
  return Object.hasOwn(SPECS, kind);
}

/** The arguments of one condition; `undefined` after at least one complaint. */
export function readArguments(
  kind: Simple,
  value: unknown,
  at: { readonly path: YamlPath; readonly complain: Complain },
): ConditionBody<Simple> | undefined {
  const spec: KindSpec<Simple> = SPECS[kind];
  const map = isMapping(value);
  if (!map && spec.short === undefined)
    return wrong(at.complain, at.path, `a map with ${spec.keys.join(', ')}`, value);
  const given = map ? value : { [spec.short ?? '']: value };
  let complained = false;
  const complain: Complain = (complaint) => {
    complained = true;
    at.complain(complaint);
  };
  for (const key of Object.keys(given)) {
    if (!spec.keys.includes(key))
      complain({
        path: [...at.path, key],
        message: `${kind} has no key "${key}"`,
        expected: spec.keys.join(', '),
        actual: key,
      });
  }
  const built = spec.build(
    keysOf(given, map ? undefined : spec.short, { path: at.path, complain }),
  );
  return complained ? undefined : built;
}

type Given<T> = { readonly [K in keyof T]: T[K] | undefined };

/** The parts with their kind, when each of them was read. */
function whenAll<K extends Simple, T extends Readonly<Record<string, unknown>>>(
  parts: Given<T>,
  kind: K,
): (T & { kind: K }) | undefined {
  return Object.values(parts).some((part) => part === undefined)
    ? undefined
    : ({ ...parts, kind } as T & { kind: K });
}

function frontmatter(keys: Keys): ConditionBody<'frontmatter'> | undefined {
  if (!keys.has('has') && !keys.has('equals') && !keys.has('matches')) {
    keys.complain({
      path: keys.path,
      message: 'frontmatter asks for nothing',
      expected: 'has, equals or matches',
    });
    return undefined;
  }
  return whenAll(
    {
      in: keys.need('in', globs),
      has: keys.take('has', many(text), none),
      equals: keys.take<ReadonlyMap<string, string>>('equals', mapOf(scalar), new Map()),
      matches: keys.take<ReadonlyMap<string, RegExp>>('matches', mapOf(pattern('')), new Map()),
    },
    'frontmatter',
  );
}

function sinceOf(keys: Keys): Since | undefined {
  const given = ['than', 'within', 'since'].filter((key) => keys.has(key));
  if (given.length !== 1) {
    keys.complain({
      path: keys.path,
      message: 'file_newer needs one thing to be newer than',
      expected: 'one of than (a glob), within (a duration), since (a time, phase or last_pass)',
      actual: given.join(', ') || 'none',
    });
    return undefined;
  }
  if (given[0] === 'than') {
    const than = keys.need('than', globs);
    return than === undefined ? undefined : { kind: 'files', globs: than };
  }
  if (given[0] === 'within') {
    const within = keys.need('within', duration);
    return within === undefined ? undefined : { kind: 'within', ...within };
  }
  return keys.need('since', instantOf);
}

const instantOf: Reader<Since> = (value, path, complain) => {
  const given = value instanceof Date ? value.toISOString() : text(value, path, complain)?.trim();
  if (given === undefined) return undefined;
  if (given === 'phase' || given === 'last_pass') return { kind: 'mark', mark: given };
  const at = /^\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2}))?$/.test(given)
    ? Date.parse(given)
    : Number.NaN;
  return Number.isNaN(at)
    ? wrong(complain, path, 'a date, a time with its zone, phase or last_pass', value)
    : { kind: 'instant', at, text: given };
};

const flagsOf: Reader<string> = (value, path, complain) => {
  const given = text(value, path, complain);
  return given === undefined || (/^[imsu]+$/.test(given) && new Set(given).size === given.length)
    ? given
    : wrong(complain, path, 'flags of the set i, m, s, u', value);
};

const schemaOf: Reader<string | Readonly<Record<string, unknown>>> = (value, path, complain) =>
  isMapping(value) ? value : onePath(value, path, complain);

const sqlOf: Reader<string> = (value, path, complain) => {
  const given = text(value, path, complain)?.trim();
  return given === undefined || /^(select|with|values)\b/i.test(given)
    ? given
    : wrong(complain, path, 'one SELECT', value);
};
