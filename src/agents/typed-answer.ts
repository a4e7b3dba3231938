/** Reads the one JSON object with which a model answers a question; what it says is untrusted. */
import { z } from 'zod';
import { cutWithoutSecrets } from '../governance/guard/secrets.js';
import { showControl } from '../kernel/show-control.js';
import { parseLine } from '../markdown/read-lines.js';
import { printable } from './output-tail.js';
import { spokenText } from './spoken-text.js';

/** `problem`: a sentence that the model can act on. It repeats nothing that the model said. */
export type TypedAnswer<T> =
  | { readonly kind: 'answer'; readonly value: T }
  | { readonly kind: 'malformed'; readonly problem: string };

const MOST_TEXT = 600;
const MOST_OBJECTS = 20;
/** Characters to look at: each brace that nothing closes is compared with the whole rest. */
const MOST_WORK = 10_000_000;

export function readTypedAnswer<T>(said: string, form: z.ZodType<T>): TypedAnswer<T> {
  const text = withoutThoughts(spokenText(printable(said)));
  const objects = objectsIn(text);
  if (objects.length === 0)
    return { kind: 'malformed', problem: 'The answer has no complete JSON object.' };
  const read = objects.map((object) => form.safeParse(cleaned(object)));
  const fitting = new Map(
    read.flatMap((result) =>
      result.success ? [[JSON.stringify(result.data), result.data] as const] : [],
    ),
  );
  const [value] = fitting.values();
  if (value === undefined) return { kind: 'malformed', problem: problemOf(read.at(-1)?.error) };
  return fitting.size === 1
    ? { kind: 'answer', value }
    : { kind: 'malformed', problem: 'You gave several answers that differ.' };
}

/** For the prompt. */
export function schemaText(form: z.ZodType): string {
  const { $schema: _, ...schema } = z.toJSONSchema(form, { io: 'input' });
  return JSON.stringify(schema);
}

/** Behind the last end of a thought, no beginning has an end. */
function withoutThoughts(text: string): string {
  const end = text.lastIndexOf('</think>') + '</think>'.length;
  return text.slice(0, end).replace(/<think>[\s\S]*?<\/think>/g, '') + text.slice(end);
}

function problemOf(error: z.ZodError | undefined): string {
  const issues = (error?.issues ?? []).slice(0, 3).map((issue) => {
    if (issue.code === 'unrecognized_keys')
      return 'it has properties that the schema does not have';
    const path = issue.path.map(String).join('.');
    return `${path === '' ? 'the object' : `\`${path}\``}: ${issue.message}`;
  });
  return `Your JSON object does not fit the schema: ${issues.join('; ')}.`;
}

/** Texts on one line, without credentials, control characters shown as what they are. */
function cleaned(value: unknown): unknown {
  if (typeof value === 'string')
    return showControl(
      cutWithoutSecrets(value.slice(0, 4 * MOST_TEXT), MOST_TEXT).replace(/\s+/g, ' '),
    ).trim();
  if (Array.isArray(value)) return value.map(cleaned);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, cleaned(part)]));
}

/** The outermost objects of a text, the last ones if there are many. */
function objectsIn(text: string): readonly object[] {
  const found: object[] = [];
  let work = 0;
  for (let start = text.indexOf('{'); start !== -1 && work < MOST_WORK; ) {
    const end = endOf(text, start);
    work += (end ?? text.length) - start;
    const object = end === undefined ? undefined : parseLine(text.slice(start, end));
    if (object !== undefined) found.push(object);
    start = text.indexOf('{', object === undefined ? start + 1 : end);
  }
  return found.slice(-MOST_OBJECTS);
}

/** After the brace that closes the one at `start`; braces in strings do not count. */
function endOf(text: string, start: number): number | undefined {
  let depth = 0;
  let isString = false;
  for (let i = start; i < text.length; i++) {
    const character = text[i];
    if (isString && character === '\\') i++;
    else if (character === '"') isString = !isString;
    else if (!isString && character === '{') depth++;
    else if (!isString && character === '}' && --depth === 0) return i + 1;
  }
  return undefined;
}
