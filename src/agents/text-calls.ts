/**
 * Tool calls that a model wrote into its text, because its server has no template for them. They
 * count where nothing else can be meant.
 */
import { parsedJson } from '../kernel/parsed-json.js';
import { z } from 'zod';
import type { ChatAnswer, ToolCall } from './chat-answer.js';
import { readReport } from './parse-report.js';
import type { AgentTools } from './types.js';

type Call = Omit<ToolCall, 'id'>;

/** One element for each call: JSON inside, or the arguments as elements. */
const MARKED =
  /<(tool_call|function_call)>([\s\S]*?)<\/\1>|<(?:function=|invoke name=)"?([\w.-]+)"?>([\s\S]*?)<\/(?:function|invoke)>/g;
const ARGUMENT = /<parameter(?:=| name=)"?([\w-]+)"?>\n?([\s\S]*?)\n?<\/parameter>/g;
const LOOKS_LIKE =
  /<(?:tool_call|function_call|function=|invoke name=)|\[TOOL_CALLS\]|"(?:tool_call|arguments|parameters)"\s*:\s*\{/;
const WRAPPERS = /<\/?(?:tool_calls|function_calls|tools)>/g;
const BEGINNING = /<(?:tool_call|function_call|function=|invoke name=|parameter)/g;
/** More is a model that repeats itself, and each would be compared with the rest of the text. */
const MOST_BEGINNINGS = 1000;

/**
 * The answer with the calls of its text. `unclear`: it looks like a call, but could be a quotation,
 * or cannot be read.
 * @param turn makes the ids of the calls.
 */
export function withTextCalls(
  answer: ChatAnswer,
  { list }: Pick<AgentTools, 'list'>,
  turn: number,
): { readonly answer: ChatAnswer; readonly unclear: boolean } {
  const text = answer.content.trim();
  if (answer.calls.length > 0 || answer.cut || !LOOKS_LIKE.test(text) || readReport(text).found)
    return { answer, unclear: false };
  const { read, prose } = marked(text) ?? whole(text);
  const known = read.flatMap((call, i) =>
    call !== undefined && list.some(({ name }) => name === call.name)
      ? [{ ...call, id: `call_${turn}_${i}` }]
      : [],
  );
  const unclear = known.length === 0 || known.length < read.length;
  return { answer: unclear ? answer : { ...answer, content: prose, calls: known }, unclear };
}

type Found = { readonly read: readonly (Call | undefined)[]; readonly prose: string };

/** Only at the end, on lines of their own: a call inside a text or a fence may be a quotation. */
function marked(text: string): Found | undefined {
  if ((text.match(BEGINNING)?.length ?? 0) > MOST_BEGINNINGS) return { read: [], prose: text };
  const found = [...text.matchAll(MARKED)];
  const [first] = found;
  if (first === undefined) return undefined;
  const before = text.slice(0, first.index).replace(WRAPPERS, '');
  const rest = text.slice(first.index).replace(MARKED, '').replace(WRAPPERS, '').trim();
  if (rest !== '' || isQuoted(before)) return { read: [], prose: text };
  return {
    prose: before.trim(),
    read: found.map(([, , json, name, inner]) =>
      name === undefined ? callOf(parsedJson(json ?? '')) : elements(name, inner ?? ''),
    ),
  };
}

/** Behind other text of its line, indented like code, in a fence, or in a thought. */
function isQuoted(before: string): boolean {
  const isInFence = before.split(/^ {0,3}(?:```|~~~)/m).length % 2 === 0;
  const isInThought = before.lastIndexOf('<think') > before.lastIndexOf('</think');
  return isInFence || isInThought || !/(?:^|\n) {0,3}$/.test(before);
}

/** Nothing may be left over: a text that contains such elements itself cannot be told from them. */
function elements(name: string, inner: string): Call | undefined {
  const pairs = [...inner.matchAll(ARGUMENT)].map(([, key = '', value = '']) => [key, value]);
  const sent = Object.fromEntries(pairs) as object;
  if (inner.replace(ARGUMENT, '').trim() !== '' || Object.keys(sent).length < pairs.length)
    return undefined;
  return { name, argumentsText: JSON.stringify(sent) };
}

/** The whole text is JSON, perhaps in a fence or behind a mark. */
function whole(text: string): Found {
  const json = text
    .replace(/^\[TOOL_CALLS\]\s*/, '')
    .replace(/^```\w*\n([\s\S]*)\n```$/, '$1')
    .trim();
  const value = parsedJson(json);
  const list = Array.isArray(value) ? value : [value];
  return { read: list.map(callOf), prose: '' };
}

const Arguments = z.union([z.string(), z.record(z.string(), z.unknown())]);
const Plain = z.object({
  name: z.string(),
  arguments: Arguments.optional(),
  parameters: Arguments.optional(),
});
const Wrapped = z.union([
  z.object({ tool_call: Plain }).transform((outer) => outer.tool_call),
  z.object({ function: Plain }).transform((outer) => outer.function),
  Plain,
]);

function callOf(value: unknown): Call | undefined {
  const read = Wrapped.safeParse(value);
  const sent = read.data?.arguments ?? read.data?.parameters;
  if (read.data === undefined || sent === undefined) return undefined;
  const { name } = read.data;
  return { name, argumentsText: typeof sent === 'string' ? sent : JSON.stringify(sent) };
}
