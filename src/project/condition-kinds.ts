/** The closed set of condition kinds: the keys of each, and how they become an assertion. */
import { parseCommand } from './condition-argv.js';
import { keysOf, whenAll, type Keys, type KindSpec, type Simple } from './condition-keys.js';
import type { YamlPath } from './condition-place.js';
import {
  COUNT_KEYS,
  duration,
  flag,
  fraction,
  globs,
  isMapping,
  many,
  mapOf,
  pattern,
  scalar,
  text,
  whole,
  wrong,
} from './condition-read.js';
import type { Complain } from './condition-read.js';
import type { ConditionBody, ConditionKind } from './condition-types.js';
import { flagsOf, schemaOf, sinceOf, sqlOf } from './condition-values.js';

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
        return wrong(keys.complain, keys.pathOf('timeout'), 'at most 10m', timeout.text);
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
  place: { readonly path: YamlPath; readonly complain: Complain },
): ConditionBody<Simple> | undefined {
  const spec: KindSpec<Simple> = SPECS[kind];
  const map = isMapping(value);
  if (!map && spec.short === undefined)
    return wrong(place.complain, place.path, `a map with ${spec.keys.join(', ')}`, value);
  const members = map ? value : { [spec.short ?? '']: value };
  let complained = false;
  const complain: Complain = (complaint) => {
    complained = true;
    place.complain(complaint);
  };
  for (const key of Object.keys(members)) {
    if (!spec.keys.includes(key))
      complain({
        path: [...place.path, key],
        message: `${kind} has no key "${key}"`,
        expected: spec.keys.join(', '),
        actual: key,
      });
  }
  const built = spec.build(
    keysOf(members, map ? undefined : spec.short, { path: place.path, complain }),
  );
  return complained ? undefined : built;
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
