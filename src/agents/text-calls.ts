/**
 * Tool calls that a model wrote into its text, because its server has no template for them. They
 * count where nothing else can be meant.
 */
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
  const { read, prose } = marked(text.replace(WRAPPERS, '').trim()) ?? whole(text);
  const known = read.flatMap((call, i) =>
    call !== undefined && list.some(({ name }) => name === call.name)
      ? [{ ...call, id: `call_${turn}_${i}` }]
      : [],
  );
  const unclear = known.length === 0 || known.length < read.length;
  return { answer: unclear ? answer : { ...answer, content: prose, calls: known }, unclear };
}

type Found = { readonly read: readonly (Call | undefined)[]; readonly prose: string };

/** Only at the end, and not inside a fence: a call in the middle of a text may be a quotation. */
function marked(text: string): Found | undefined {
  const found = [...text.matchAll(MARKED)];
  const [first] = found;
  if (first === undefined) return undefined;
  const prose = text.slice(0, first.index).trim();
  const rest = text.slice(first.index).replace(MARKED, '').trim();
  if (rest !== '' || isInFence(prose)) return { read: [], prose: text };
  return {
    prose,
    read: found.map(([, , json, name, inner]) =>
      name === undefined ? callOf(parsed(json ?? '')) : elements(name, inner ?? ''),
    ),
  };
}

function isInFence(before: string): boolean {
  return before.split(/^ {0,3}(?:```|~~~)/m).length % 2 === 0 || before.endsWith('`');
}

function elements(name: string, inner: string): Call {
  const pairs = [...inner.matchAll(ARGUMENT)].map(([, key = '', value = '']) => [key, value]);
  return { name, argumentsText: JSON.stringify(Object.fromEntries(pairs)) };
}

/** The whole text is JSON, perhaps in a fence or behind a mark. */
function whole(text: string): Found {
  const json = text
    .replace(/^\[TOOL_CALLS\]\s*/, '')
    .replace(/^```\w*\n([\s\S]*)\n```$/, '$1')
    .trim();
  const value = parsed(json);
  const list = Array.isArray(value) ? value : [value];
  return { read: list.map(callOf), prose: '' };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text.trim());
  } catch {
    return undefined;
  }
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
