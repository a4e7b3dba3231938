/** Encodes the facts of a file as short text: ranges do not repeat the file, and nothing empty. */
import type { Range } from '../kernel/diagnostic.js';
import type { FileFacts } from './fact-types.js';
import { FactsView, NO_FACTS } from './facts-view.js';

const PARTS = Object.keys(NO_FACTS) as readonly (keyof FileFacts)[];

/**
 * A line for each part that is not empty: its name, a tab, and JSON in which a range in the same
 * file is a list of numbers.
 */
export function encodeFacts(path: string, facts: FileFacts): string {
  let text = '';
  for (const name of PARTS) {
    const value = facts[name];
    if (typeof value === 'number' ? value > 0 : value.length > 0)
      text += `${name}\t${JSON.stringify(shortened(path, value))}\n`;
  }
  return text;
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

/** Reads each part when somebody asks for it. Other lines are not facts. */
export function decodeFacts(path: string, text: string): FileFacts {
  return text === '' ? NO_FACTS : new EncodedFacts(path, text);
}

class EncodedFacts extends FactsView {
  readonly #path: string;
  readonly #text: string;
  readonly #read: Partial<Record<keyof FileFacts, unknown>> = {};

  constructor(path: string, text: string) {
    super();
    this.#path = path;
    this.#text = text;
  }

  protected override part<K extends keyof FileFacts>(name: K): FileFacts[K] {
    const read = this.#read[name] ?? this.#decode(name) ?? NO_FACTS[name];
    this.#read[name] = read;
    return read as FileFacts[K];
  }

  #decode(name: string): unknown {
    const mark = `${name}\t`;
    const start = this.#text.startsWith(mark) ? 0 : this.#text.indexOf(`\n${mark}`) + 1;
    if (start === 0 && !this.#text.startsWith(mark)) return undefined;
    const json = this.#text.slice(start + mark.length, this.#text.indexOf('\n', start));
    const part = JSON.parse(json) as unknown;
    restore(this.#path, part);
    return part;
  }
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
