/** Typed access to an untrusted map: limits lengths, reports what does not fit, never throws. */
import { cutWithoutSecrets } from '../governance/guard/secrets.js';

export type ReportReader = {
  text(key: string, maxLength: number): string;
  texts(key: string, limits: { readonly atMost: number; readonly each: number }): readonly string[];
  flag(key: string): boolean;
  /** Whole and not negative. */
  count(key: string): number | undefined;
  /** Not negative. */
  amount(key: string): number | undefined;
  map(key: string, keys: readonly string[]): ReportReader | undefined;
  maps(key: string, keys: readonly string[], atMost: number): readonly ReportReader[];
  problem(sentence: string): void;
};

const MOST_PROBLEMS = 50;

type Source = {
  readonly values: ReadonlyMap<string, unknown>;
  readonly prefix: string;
  readonly problems: string[];
};

/** Adds to `problems`; `prefix` names the map there. Keys may also be in camelCase. */
export function reportReader(
  map: ReadonlyMap<unknown, unknown>,
  keys: readonly string[],
  problems: string[],
  prefix = '',
): ReportReader {
  const source = { values: knownValues(map, keys, { problems, prefix }), prefix, problems };
  const { values } = source;
  const problem = (sentence: string): void => complain(source, sentence);
  const named = (key: string): string => `\`${prefix}${key}\``;
  return {
    problem,
    text: (key, maxLength) =>
      values.get(key) == null ? '' : bounded(source, key, { value: values.get(key), maxLength }),
    texts: (key, { atMost, each }) =>
      list(source, key, atMost)
        .map((item, i) => bounded(source, `${key}[${i}]`, { value: item, maxLength: each }))
        .filter((text) => text !== ''),
    flag(key) {
      const value = values.get(key);
      const text = typeof value === 'string' ? value.trim().toLowerCase() : value;
      if (text === true || text === 'yes' || text === 'true') return true;
      if (text !== false && text !== 'no' && text !== 'false')
        problem(
          `${named(key)} should be true or false${value == null ? '; it is missing' : `, not ${kindOf(value)}`}`,
        );
      return false;
    },
    count: (key) => number(source, key, { fits: Number.isSafeInteger, what: 'a whole number' }),
    amount: (key) => number(source, key, { fits: Number.isFinite, what: 'a number' }),
    map(key, inner) {
      const value = values.get(key);
      if (value instanceof Map) return reportReader(value, inner, problems, `${prefix}${key}.`);
      if (value != null)
        problem(`${named(key)} should be a map of ${inner.join(', ')}, not ${kindOf(value)}`);
      return undefined;
    },
    maps(key, inner, atMost) {
      return list(source, key, atMost).flatMap((item, i) => {
        const name = `${key}[${i}]`;
        if (item instanceof Map) return [reportReader(item, inner, problems, `${prefix}${name}.`)];
        problem(`${named(name)} should be a map of ${inner.join(', ')}, not ${kindOf(item)}`);
        return [];
      });
    },
  };
}

function knownValues(
  map: ReadonlyMap<unknown, unknown>,
  keys: readonly string[],
  { problems, prefix }: Omit<Source, 'values'>,
): ReadonlyMap<string, unknown> {
  const values = new Map<string, unknown>();
  for (const [key, value] of map) {
    const name = snake(String(key));
    if (keys.includes(name)) values.set(name, value);
    else if (problems.length < MOST_PROBLEMS)
      problems.push(
        `\`${prefix}${shown(String(key))}\` is not a key of the report; known here: ${keys.join(', ')}.`,
      );
  }
  return values;
}

function complain({ problems }: Source, sentence: string): void {
  if (problems.length < MOST_PROBLEMS) problems.push(`${sentence}.`);
}

function bounded(
  source: Source,
  key: string,
  { value, maxLength }: { readonly value: unknown; readonly maxLength: number },
): string {
  const name = `\`${source.prefix}${key}\``;
  if (!isScalar(value)) {
    complain(source, `${name} should be text, not ${kindOf(value)}`);
    return '';
  }
  const text = String(value).trim();
  if (text.length <= maxLength) return text;
  complain(source, `${name} has ${text.length} characters; it was cut at ${maxLength}`);
  return cutWithoutSecrets(text, maxLength);
}

function list(source: Source, key: string, atMost: number): readonly unknown[] {
  const value = source.values.get(key) ?? [];
  const name = `\`${source.prefix}${key}\``;
  if (!Array.isArray(value)) {
    complain(source, `${name} should be a list, not ${kindOf(value)}`);
    return [];
  }
  if (value.length > atMost)
    complain(source, `${name} has ${value.length} items; the first ${atMost} were read`);
  return value.slice(0, atMost);
}

function number(
  source: Source,
  key: string,
  { fits, what }: { readonly fits: (value: number) => boolean; readonly what: string },
): number | undefined {
  const value = source.values.get(key) ?? undefined;
  if (value === undefined) return undefined;
  if (typeof value === 'number' && Number.isFinite(value) && value >= 0 && fits(value))
    return value;
  complain(source, `\`${source.prefix}${key}\` should be ${what}, not ${kindOf(value)}`);
  return undefined;
}

function isScalar(value: unknown): value is string | number | boolean | bigint {
  return ['string', 'number', 'boolean', 'bigint'].includes(typeof value);
}

function kindOf(value: unknown): string {
  if (value == null) return 'nothing';
  if (value instanceof Map) return 'a map';
  if (Array.isArray(value)) return 'a list';
  return `\`${shown(String(value))}\``;
}

function shown(text: string): string {
  return text.length > 40 ? `${text.slice(0, 40)}…` : text;
}

function snake(key: string): string {
  return key
    .replace(/([a-z])([A-Z])/g, (_, low: string, high: string) => `${low}_${high}`)
    .toLowerCase();
}
