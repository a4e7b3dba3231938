/** The tools of a chat agent: their schemas, and one call from what the model wrote to what it reads. */
import { z } from 'zod';
import { EXIT, NocturneError } from '../kernel/error.js';
import { nearestName } from '../kernel/nearest-name.js';
import type { GuardedTools, ToolResult } from './types.js';

const line = z.coerce.number().int().positive();
const ARGUMENTS = {
  read: z.strictObject({ path: z.string(), from: line.optional(), to: line.optional() }),
  write: z.strictObject({ path: z.string(), content: z.string() }),
  edit: z.strictObject({ path: z.string(), old_text: z.string(), new_text: z.string() }),
  search: z.strictObject({ pattern: z.string(), glob: z.string().optional() }),
  query: z.strictObject({ sql: z.string() }),
  run: z.strictObject({ command: z.string() }),
} as const;
export type ToolName = keyof typeof ARGUMENTS;

const DESCRIPTIONS: Record<ToolName, string> = {
  read: 'Read a text file, or its lines from `from` to `to` (1-based, both included). Paths are relative to the workspace.',
  write: 'Write a whole file. Refused, with the reason, when it is outside what this pass may write or would make the workspace invalid.',
  edit: 'Replace one exact text in a file by another. `old_text` must occur exactly once.',
  search: 'Search the files of the workspace for a regular expression, optionally only those that match a glob.',
  query: 'Ask the workspace in SQL (SQLite, read-only): one table per object kind, and files, links, edges, routes, fields.',
  run: 'Run a program that the tool registry allows. No shell: no pipes, no redirection, no variables.',
};

/** What models that were trained on other tools call ours. */
const OTHER_NAMES: Readonly<Record<string, ToolName>> = {
  bash: 'run', shell: 'run', exec: 'run', execute: 'run', terminal: 'run', cat: 'read', open: 'read', view: 'read', read_file: 'read', create: 'write', write_file: 'write',
  str_replace: 'edit', replace: 'edit', edit_file: 'edit', patch: 'edit', grep: 'search', find: 'search', glob: 'search', sql: 'query',
};
const OTHER_ARGUMENTS: Readonly<Record<string, string>> = {
  file: 'path', filename: 'path', file_path: 'path', filepath: 'path', text: 'content', contents: 'content', body: 'content', old: 'old_text', old_string: 'old_text', old_str: 'old_text',
  new: 'new_text', new_string: 'new_text', new_str: 'new_text', regex: 'pattern', query: 'pattern', files: 'glob', include: 'glob', cmd: 'command', script: 'command', statement: 'sql',
  start: 'from', end: 'to', start_line: 'from', end_line: 'to', offset: 'from',
};

/** The tools as a chat endpoint wants them described. */
export const CHAT_TOOLS = (Object.keys(ARGUMENTS) as ToolName[]).map((name) => {
  const { $schema: _, ...parameters } = z.toJSONSchema(ARGUMENTS[name]);
  return { type: 'function' as const, function: { name, description: DESCRIPTIONS[name], parameters } };
});

/** A call that can be made, or the sentence that tells the model how to make it right. */
export type PreparedCall = { readonly kind: 'call'; readonly name: ToolName; readonly about: string; make(): ToolResult | Promise<ToolResult> } | { readonly kind: 'wrong'; readonly text: string };

export function prepareCall(tools: GuardedTools, name: string, argumentsText: string): PreparedCall {
  if (!isToolName(name)) return wrong(`There is no tool \`${name}\`. The tools are ${Object.keys(ARGUMENTS).join(', ')}.${suggest(name, Object.keys(ARGUMENTS), OTHER_NAMES)}`);
  let given: unknown;
  try {
    given = JSON.parse(argumentsText);
  } catch (error) {
    return wrong(`The arguments of \`${name}\` are not JSON (${error instanceof Error ? error.message : String(error)}). You sent: ${argumentsText.slice(0, 200)}`);
  }
  const read = ARGUMENTS[name].safeParse(given);
  if (!read.success) return wrong(explain(name, read.error, given));
  return bind(tools, name, read.data);
}

/** Makes a call. What a tool throws because of what it was given is text for the model; anything else ends the pass and is thrown on. */
export async function makeCall(call: Extract<PreparedCall, { kind: 'call' }>): Promise<ToolResult> {
  try {
    return await call.make();
  } catch (error) {
    if (!(error instanceof NocturneError) || (error.exit !== EXIT.usage && error.exit !== EXIT.refused)) throw error;
    return { ok: false, text: error.hint === undefined ? error.message : `${error.message} ${error.hint}` };
  }
}

function bind(tools: GuardedTools, name: ToolName, given: z.infer<(typeof ARGUMENTS)[ToolName]>): PreparedCall {
  const call = (about: string, make: () => ToolResult | Promise<ToolResult>): PreparedCall => ({ kind: 'call', name, about, make });
  if ('old_text' in given) return call(given.path, () => tools.edit(given.path, given.old_text, given.new_text));
  if ('content' in given) return call(given.path, () => tools.write(given.path, given.content));
  if ('pattern' in given) return call(given.pattern, () => tools.search(given.pattern, given.glob));
  if ('sql' in given) return call(given.sql, () => tools.query(given.sql));
  if ('command' in given) return call(given.command, () => tools.run(given.command));
  const range = { ...(given.from === undefined ? {} : { from: given.from }), ...(given.to === undefined ? {} : { to: given.to }) };
  return call(given.path, () => tools.read(given.path, range));
}

function explain(name: ToolName, error: z.ZodError, sent: unknown): string {
  const given = new Set(typeof sent === 'object' && sent !== null ? Object.keys(sent) : []);
  const takes = Object.entries(ARGUMENTS[name].shape).map(([argument, schema]) => (schema.safeParse(undefined).success ? `${argument} (optional)` : argument));
  const names = Object.keys(ARGUMENTS[name].shape);
  const faults = error.issues.flatMap((issue) => {
    if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => `\`${key}\` is not one of its arguments.${suggest(key, names, OTHER_ARGUMENTS)}`);
    const at = issue.path.join('.');
    if (at === '') return ['its arguments have to be an object.'];
    return [given.has(at) ? `\`${at}\`: ${issue.message}.` : `\`${at}\` is missing.`];
  });
  return `\`${name}\` was not called: ${faults.join(' ')} It takes: ${takes.join(', ')}.`;
}

function suggest(name: string, known: readonly string[], others: Readonly<Record<string, string>>): string {
  const other = others[name.toLowerCase()];
  const near = other !== undefined && known.includes(other) ? other : nearestName(name, known);
  return near === undefined ? '' : ` Did you mean \`${near}\`?`;
}

function isToolName(name: string): name is ToolName {
  return Object.hasOwn(ARGUMENTS, name);
}

function wrong(text: string): PreparedCall {
  return { kind: 'wrong', text };
}
