/** Values of one kind of condition only: what a file is newer than, flags, a schema, SQL. */
import type { Keys } from './condition-keys.js';
import { duration, globs, isMapping, onePath, text, wrong } from './condition-read.js';
import type { Reader } from './condition-read.js';
import type { Since } from './condition-types.js';

export function sinceOf(keys: Keys): Since | undefined {
  const present = ['than', 'within', 'since'].filter((key) => keys.has(key));
  if (present.length !== 1) {
    keys.complain({
      path: keys.path,
      message: 'file_newer needs one thing to be newer than',
      expected: 'one of than (a glob), within (a duration), since (a time, phase or last_pass)',
      actual: present.join(', ') || 'none',
    });
    return undefined;
  }
  if (present[0] === 'than') {
    const than = keys.need('than', globs);
    return than === undefined ? undefined : { kind: 'files', globs: than };
  }
  if (present[0] === 'within') {
    const within = keys.need('within', duration);
    return within === undefined ? undefined : { kind: 'within', ...within };
  }
  return keys.need('since', instantOf);
}

const instantOf: Reader<Since> = (value, path, complain) => {
  const source = value instanceof Date ? value.toISOString() : text(value, path, complain)?.trim();
  if (source === undefined) return undefined;
  if (source === 'phase' || source === 'last_pass') return { kind: 'mark', mark: source };
  const instant = /^\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2}))?$/.test(
    source,
  )
    ? Date.parse(source)
    : Number.NaN;
  return Number.isNaN(instant)
    ? wrong(complain, path, 'a date, a time with its zone, phase or last_pass', value)
    : { kind: 'instant', at: instant, text: source };
};

export const flagsOf: Reader<string> = (value, path, complain) => {
  const source = text(value, path, complain);
  return source === undefined ||
    (/^[imsu]+$/.test(source) && new Set(source).size === source.length)
    ? source
    : wrong(complain, path, 'flags of the set i, m, s, u', value);
};

export const schemaOf: Reader<string | Readonly<Record<string, unknown>>> = (
  value,
  path,
  complain,
) => (isMapping(value) ? value : onePath(value, path, complain));

export const sqlOf: Reader<string> = (value, path, complain) => {
  const source = text(value, path, complain)?.trim();
  return source === undefined || /^(select|with|values)\b/i.test(source)
    ? source
    : wrong(complain, path, 'one SELECT', value);
};
