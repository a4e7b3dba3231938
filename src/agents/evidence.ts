/** Says whether a tool call of an agent brought something new: a result, or a difference. */
import { parsedJson } from '../kernel/parsed-json.js';
import { sha256 } from '../kernel/hash.js';

export type MadeCall = {
  readonly name: string;
  readonly argumentsText: string;
  /** False: refused, or it could not be made. */
  readonly ok: boolean;
  readonly text: string;
};

export type Evidence = {
  /** Every call once, in order. */
  isNew(call: MadeCall): boolean;
  /** Changes of the agent's own text count again. */
  nearer(): void;
};

/** Looking at the same thing again is new only if this share of it is. */
const NEW_SHARE = 0.2;
/** How often the agent may change its own text, none of it getting longer. */
const MOST_REWRITES = 4;
const MOST_LINES = 2000;

/** Only new text counts, whichever tool gave it: what the agent wrote itself is not new to it. */
export function evidence(): Evidence {
  const lines = new Set<string>();
  const subjects = new Set<string>();
  const calls = new Map<string, Set<string>>();
  const versions = new Set<string>();
  const written = new Map<string, string[]>();
  let rewrites = 0;

  const isNewDifference = ({ name, argumentsText }: MadeCall): boolean => {
    const { path = '', content, old_text = '', new_text = '' } = argumentsOf(argumentsText);
    const text = content ?? new_text;
    for (const line of linesOf(text)) lines.add(line);
    const version = sha256(name === 'write' ? text : JSON.stringify([path, old_text, text]));
    if (versions.has(version)) return false;
    versions.add(version);
    const own = written.get(path) ?? [];
    const isRewrite =
      name === 'write'
        ? own.length > 0 && text.length <= Math.max(...own.map(({ length }) => length))
        : text.length <= old_text.length && own.some((earlier) => earlier.includes(old_text));
    written.set(path, [...own, text]);
    if (isRewrite) rewrites += 1;
    return !isRewrite || rewrites <= MOST_REWRITES;
  };

  const isNewResult = (call: MadeCall): boolean => {
    const key = callKey(call);
    const result = linesOf(call.text);
    const fresh = result.filter((line) => !lines.has(line));
    for (const line of fresh) lines.add(line);
    const earlier = calls.get(key);
    const bare = result.map(withoutNumbers);
    calls.set(key, new Set([...(earlier ?? []), ...bare]));
    // The same call gives other times and counts each time; another part of a file has its numbers.
    if (earlier !== undefined)
      return bare.filter((line) => !earlier.has(line)).length > result.length * NEW_SHARE;
    const subject = subjectOf(call);
    const isKnown = subjects.has(subject);
    subjects.add(subject);
    return isKnown ? fresh.length > result.length * NEW_SHARE : fresh.length > 0;
  };

  return {
    isNew(call) {
      if (!call.ok) return false;
      return call.name === 'write' || call.name === 'edit'
        ? isNewDifference(call)
        : isNewResult(call);
    },
    nearer() {
      rewrites = 0;
    },
  };
}

/** Order and spacing of the arguments do not matter. */
export function callKey({ name, argumentsText }: Pick<MadeCall, 'name' | 'argumentsText'>): string {
  const value = parsedJson(argumentsText);
  const canonical = isObject(value)
    ? Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
    : (value ?? argumentsText);
  return sha256(`${name}\n${JSON.stringify(canonical)}`);
}

/** What a call is about, for people: its first argument. */
export function subjectOf({
  name,
  argumentsText,
}: Pick<MadeCall, 'name' | 'argumentsText'>): string {
  const [first = ''] = Object.values(argumentsOf(argumentsText));
  return first === '' ? name : `${name} ${first}`;
}

function argumentsOf(text: string): Readonly<Record<string, string>> {
  const value = parsedJson(text);
  if (!isObject(value)) return {};
  return Object.fromEntries(Object.entries(value).map(([name, held]) => [name, String(held)]));
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function linesOf(text: string): readonly string[] {
  return text.split('\n', MOST_LINES).map((line) => line.trim());
}

function withoutNumbers(line: string): string {
  return line.replace(/\d+/g, '0');
}
