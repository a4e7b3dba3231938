/** Values that one kind of condition alone knows: what a file is newer than, flags, a schema, SQL. */
import type { Keys } from './condition-keys.js';
import { duration, globs, isMapping, onePath, text, wrong } from './condition-read.js';
import type { Reader } from './condition-read.js';
import type { Since } from './condition-types.js';

export function sinceOf(keys: Keys): Since | undefined {
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

export const flagsOf: Reader<string> = (value, path, complain) => {
  const given = text(value, path, complain);
  return given === undefined || (/^[imsu]+$/.test(given) && new Set(given).size === given.length)
    ? given
    : wrong(complain, path, 'flags of the set i, m, s, u', value);
};

export const schemaOf: Reader<string | Readonly<Record<string, unknown>>> = (
  value,
  path,
  complain,
) => (isMapping(value) ? value : onePath(value, path, complain));

export const sqlOf: Reader<string> = (value, path, complain) => {
  const given = text(value, path, complain)?.trim();
  return given === undefined || /^(select|with|values)\b/i.test(given)
    ? given
    : wrong(complain, path, 'one SELECT', value);
};
