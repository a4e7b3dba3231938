/** A SELECT over the workspace through a door, for a limited time and in limited memory. */
import { NocturneError } from '../../kernel/error.js';
import { boundedQuery } from './bounded-query.js';
import { readScope } from '../read-scope.js';
import type { ToolAnswer, ToolContext } from './tool-caller.js';

export type QueryArguments = { readonly sql: string };

/** @throws NocturneError `BAD_QUERY` with SQLite's own words. */
export async function queryTool(
  { workspace, caller, signal }: ToolContext,
  { sql }: QueryArguments,
): Promise<ToolAnswer> {
  const { ok, text } = await boundedQuery(workspace.root, sql, {
    now: workspace.clock.now(),
    signal,
    ...(caller.kind === 'pass' ? { scope: readScope(caller.data) } : {}),
  });
  if (!ok) throw new NocturneError('BAD_QUERY', text);
  return { text, data: rowsOf(text) };
}

/** What was cut off in the middle is no JSON any more. */
function rowsOf(text: string): ToolAnswer['data'] {
  try {
    return JSON.parse(text) as ToolAnswer['data'];
  } catch {
    return { text };
  }
}
