/** Encodes the facts of a file as short text: ranges do not repeat the file, and nothing empty. */
import type { Range } from '../kernel/diagnostic.js';
import type { FileFacts } from './fact-types.js';

const NONE: FileFacts = {
  diagnostics: [],
  keys: [],
  references: [],
  uniques: [],
  links: [],
  suppressions: [],
  phases: [],
  records: 0,
  unread: [],
};

/** A range in the same file becomes a list of numbers; any other does not change. */
export function encodeFacts(path: string, facts: FileFacts): string {
  const written: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(facts))
    if (Array.isArray(value) ? value.length > 0 : value !== 0)
      written[name] = shortened(path, value);
  return JSON.stringify(written);
}

function shortened(path: string, value: unknown): unknown {
  if (Array.isArray(value)) return value.map((item) => shortened(path, item));
  if (!isMap(value)) return value;
  if ('endColumn' in value && value['file'] === path)
    return [value['line'], value['column'], value['endLine'], value['endColumn']];
  const short: Record<string, unknown> = {};
  for (const name in value) short[name] = shortened(path, value[name]);
  return short;
}

export function decodeFacts(path: string, text: string): FileFacts {
  if (text === '{}') return NONE;
  const read = JSON.parse(text) as Partial<FileFacts>;
  restore(path, read);
  return { ...NONE, ...read };
}

/** Lists of numbers under `range` or `ruleRange` become ranges again, at any depth. */
function restore(path: string, value: unknown): void {
  if (Array.isArray(value)) for (const item of value as readonly unknown[]) restore(path, item);
  else if (isMap(value))
    for (const name in value) {
      const inner = value[name];
      if (typeof inner !== 'object') continue;
      if ((name === 'range' || name === 'ruleRange') && Array.isArray(inner))
        value[name] = rangeFrom(path, inner as readonly number[]);
      else restore(path, inner);
    }
}

function rangeFrom(
  file: string,
  [line = 0, column = 0, endLine = 0, endColumn = 0]: readonly number[],
): Range {
  return { file, line, column, endLine, endColumn };
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
