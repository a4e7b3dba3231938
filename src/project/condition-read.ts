/**
 * Small readers of YAML values, each saying precisely what it did not expect; a condition's keys
 * are a closed set of them.
 */
import { parseDuration } from '../kernel/clock.js';
import { defined } from '../kernel/defined.js';
import type { Count, Globs } from './condition-types.js';
import type { YamlPath } from './condition-place.js';

export type Complaint = {
  readonly path: YamlPath;
  readonly message: string;
  readonly expected?: string;
  readonly actual?: string;
  readonly hint?: string;
};
export type Complain = (complaint: Complaint) => void;

/** `undefined` after a complaint. */
export type Reader<T> = (value: unknown, path: YamlPath, complain: Complain) => T | undefined;

export function isMapping(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A value in one line, as YAML's flow style would write it, cut to `limit` characters. */
export function inline(value: unknown, limit = 160): string {
  const text = flow(value);
  return text.length > limit ? `${text.slice(0, limit - 1)}…` : text;
}

function flow(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(flow).join(', ')}]`;
  if (isMapping(value))
    return `{${Object.entries(value)
      .map(([key, item]) => `${key}: ${flow(item)}`)
      .join(', ')}}`;
  return typeof value === 'string' ? value.replace(/\s+/g, ' ').trim() : String(value);
}

export const text: Reader<string> = (value, path, complain) => {
  if (typeof value === 'string' && value.trim() !== '') return value;
  return wrong(complain, path, 'a text', value);
};

/** Text, number or boolean, as text: what a cell or a front matter value is compared with. */
export const scalar: Reader<string> = (value, path, complain) => {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
    return String(value);
  return wrong(complain, path, 'a single value', value);
};

/** Documents may hand booleans over as text. */
export const flag: Reader<boolean> = (value, path, complain) => {
  if (value === true || value === 'true') return true;
  return value === false || value === 'false'
    ? false
    : wrong(complain, path, 'true or false', value);
};

export function whole(min: number, max: number): Reader<number> {
  return (value, path, complain) => {
    const number = numberOf(value);
    return number !== undefined && Number.isInteger(number) && number >= min && number <= max
      ? number
      : wrong(complain, path, `a whole number from ${min} to ${max}`, value);
  };
}

export function fraction(min: number, max: number): Reader<number> {
  return (value, path, complain) => {
    const number = numberOf(value);
    return number !== undefined && number >= min && number <= max
      ? number
      : wrong(complain, path, `a number from ${min} to ${max}`, value);
  };
}

/** Documents may hand numbers over as text. */
function numberOf(value: unknown): number | undefined {
  if (typeof value === 'number') return value;
  return typeof value === 'string' && /^-?\d+(\.\d+)?$/.test(value.trim())
    ? Number(value)
    : undefined;
}

/** One value or a list of them, at least one. */
export function many<T>(reader: Reader<T>): Reader<readonly T[]> {
  return (value, path, complain) => {
    if (!Array.isArray(value)) {
      const item = reader(value, path, complain);
      return item === undefined ? undefined : [item];
    }
    if (value.length === 0) return wrong(complain, path, 'at least one item', value);
    const items = value.map((item: unknown, i) => reader(item, [...path, i], complain));
    return items.every((item) => item !== undefined) ? items : undefined;
  };
}

export function mapOf<T>(reader: Reader<T>): Reader<ReadonlyMap<string, T>> {
  return (value, path, complain) => {
    if (!isMapping(value) || Object.keys(value).length === 0)
      return wrong(complain, path, 'a map of names to values', value);
    const entries = Object.entries(value).map(
      ([key, item]) => [key, reader(item, [...path, key], complain)] as const,
    );
    const whole = entries.filter((entry): entry is readonly [string, T] => entry[1] !== undefined);
    return whole.length === entries.length ? new Map(whole) : undefined;
  };
}

const glob: Reader<string> = (value, path, complain) => {
  const source = text(value, path, complain);
  if (source === undefined) return undefined;
  const trimmed = source.trim().replace(/^\.\//, '');
  if (trimmed.startsWith('/') || /^[a-z]:/i.test(trimmed))
    return wrong(
      complain,
      path,
      'a glob relative to the project',
      value,
      'leave out the leading part up to and with the project folder',
    );
  if (trimmed.split('/').includes('..'))
    return wrong(
      complain,
      path,
      'a glob inside the project',
      value,
      'conditions look at the files of their own project; use a query for other files of the workspace',
    );
  if (trimmed.includes('\\') || trimmed.includes('\0'))
    return wrong(complain, path, 'a glob with / between folders', value);
  if (trimmed.startsWith('!'))
    return wrong(
      complain,
      path,
      'a glob that says what is meant, not what is not',
      value,
      'put the whole assertion under not:',
    );
  return trimmed;
};

export const globs: Reader<Globs> = many(glob);

/** A file of the project, without wildcards. */
export const onePath: Reader<string> = (value, path, complain) => {
  const source = glob(value, path, complain);
  return source === undefined || !/[*?[\]{}]/.test(source)
    ? source
    : wrong(complain, path, 'the path of one file', value);
};

export const duration: Reader<{ milliseconds: number; text: string }> = (value, path, complain) => {
  const milliseconds = typeof value === 'string' ? parseDuration(value) : undefined;
  return milliseconds !== undefined && milliseconds > 0
    ? { milliseconds, text: String(value).trim() }
    : wrong(complain, path, 'a duration such as 30s, 5m or 2h', value);
};

/** A pattern of JavaScript's grammar; `flags` are of the set `i m s u`. */
export function pattern(flags: string): Reader<RegExp> {
  return (value, path, complain) => {
    const source = text(value, path, complain);
    if (source === undefined) return undefined;
    try {
      return new RegExp(source, flags);
    } catch (cause) {
      return wrong(
        complain,
        path,
        'a regular expression',
        value,
        cause instanceof Error ? cause.message : undefined,
      );
    }
  };
}

/** Reads the bounds of a map; none given means at least one. */
export function countOf(
  map: Readonly<Record<string, unknown>>,
  path: YamlPath,
  complain: Complain,
): Count | undefined {
  const number = whole(0, 1_000_000_000);
  const bounds: { at_least?: number; at_most?: number; equals?: number } = {};
  for (const name of COUNT_KEYS) {
    if (map[name] === undefined) continue;
    const bound = number(map[name], [...path, name], complain);
    if (bound === undefined) return undefined;
    bounds[name] = bound;
  }
  if (Object.keys(bounds).length === 0) return { at_least: 1 };
  if (
    bounds.equals !== undefined &&
    (bounds.at_least !== undefined || bounds.at_most !== undefined)
  )
    return wrong(
      complain,
      [...path, 'equals'],
      'equals alone, or at_least and at_most',
      inline(map),
    );
  if ((bounds.at_least ?? 0) > (bounds.at_most ?? Infinity))
    return wrong(
      complain,
      [...path, 'at_most'],
      `at most ${bounds.at_most} to be no less than at least ${bounds.at_least}`,
      bounds.at_most,
    );
  return bounds;
}

export const COUNT_KEYS = ['at_least', 'at_most', 'equals'] as const;

export function wrong(
  complain: Complain,
  path: YamlPath,
  expected: string,
  actual: unknown,
  hint?: string,
): undefined {
  const name = path.findLast((step) => typeof step === 'string');
  complain({
    path,
    message: `${name === undefined ? 'this' : `"${name}"`} is not ${expected}`,
    expected,
    actual: inline(actual, 80),
    ...defined({ hint }),
  });
  return undefined;
}
