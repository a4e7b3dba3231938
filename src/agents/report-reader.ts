/**
 * Typed access to a map that somebody untrusted wrote: what does not fit is left out and said,
 * lengths are bounded, nothing throws.
 */

export type ReportReader = {
  text(key: string, maxLength: number): string;
  texts(key: string, limits: { readonly atMost: number; readonly each: number }): readonly string[];
  flag(key: string): boolean;
  /** A whole number that is not negative. */
  count(key: string): number | undefined;
  /** A number that is not negative. */
  amount(key: string): number | undefined;
  map(key: string, known: readonly string[]): ReportReader | undefined;
  maps(key: string, known: readonly string[], atMost: number): readonly ReportReader[];
  problem(sentence: string): void;
};

/**
 * `problems` is added to; `at` names the map in what is added. Keys may also be written in
 * camelCase.
 */
export function reportReader(
  source: ReadonlyMap<unknown, unknown>,
  known: readonly string[],
  problems: string[],
  at = '',
): ReportReader {
  const values = new Map<string, unknown>();
  for (const [key, value] of source) {
    const name = snake(String(key));
    if (known.includes(name)) values.set(name, value);
    else if (problems.length < 50)
      problems.push(
        `\`${at}${shown(String(key))}\` is not a key of the report; known here: ${known.join(', ')}.`,
      );
  }
  const named = (key: string): string => `\`${at}${key}\``;
  const problem = (sentence: string): void => {
    if (problems.length < 50) problems.push(`${sentence}.`);
  };
  const bounded = (value: unknown, name: string, maxLength: number): string => {
    if (!isScalar(value)) {
      problem(`${name} should be text, not ${kindOf(value)}`);
      return '';
    }
    const text = String(value).trim();
    if (text.length <= maxLength) return text;
    problem(`${name} has ${text.length} characters; it was cut at ${maxLength}`);
    return text.slice(0, maxLength);
  };
  const list = (key: string, atMost: number): readonly unknown[] => {
    const value = values.get(key) ?? [];
    const items = Array.isArray(value) ? (value as readonly unknown[]) : undefined;
    if (items === undefined) problem(`${named(key)} should be a list, not ${kindOf(value)}`);
    else if (items.length > atMost)
      problem(`${named(key)} has ${items.length} items; the first ${atMost} were read`);
    return (items ?? []).slice(0, atMost);
  };
  const number = (key: string, fits: (n: number) => boolean, what: string): number | undefined => {
    const value = values.get(key) ?? undefined;
    if (value === undefined) return undefined;
    if (typeof value === 'number' && Number.isFinite(value) && value >= 0 && fits(value))
      return value;
    problem(`${named(key)} should be ${what}, not ${kindOf(value)}`);
    return undefined;
  };

  return {
    problem,
    text: (key, maxLength) =>
      values.get(key) == null ? '' : bounded(values.get(key), named(key), maxLength),
    texts: (key, { atMost, each }) =>
      list(key, atMost)
        .map((item, i) => bounded(item, named(`${key}[${i}]`), each))
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
    count: (key) => number(key, Number.isSafeInteger, 'a whole number'),
    amount: (key) => number(key, () => true, 'a number'),
    map(key, keys) {
      const value = values.get(key);
      if (value instanceof Map) return reportReader(value, keys, problems, `${at}${key}.`);
      if (value != null)
        problem(`${named(key)} should be a map of ${keys.join(', ')}, not ${kindOf(value)}`);
      return undefined;
    },
    maps(key, keys, atMost) {
      return list(key, atMost).flatMap((item, i) => {
        if (item instanceof Map) return [reportReader(item, keys, problems, `${at}${key}[${i}].`)];
        problem(
          `${named(`${key}[${i}]`)} should be a map of ${keys.join(', ')}, not ${kindOf(item)}`,
        );
        return [];
      });
    },
  };
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
