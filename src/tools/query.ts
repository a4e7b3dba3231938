/** A SELECT over the workspace through a door, for a limited time and in limited memory. */
import { z } from 'zod';
import { defined } from '../kernel/defined.js';
import { NocturneError } from '../kernel/error.js';
import { boundedQuery } from './bounded-query.js';
import { type ToolAnswer, tool } from './tool.js';

export const queryTool = tool({
  name: 'query',
  description:
    'Ask the workspace in SQL (SQLite, read-only): one table per object kind, and files, links, edges, routes, fields.',
  args: z.strictObject({ sql: z.string() }),
  need: 'project',
  doors: ['chat', 'mcp', 'command line'],
  readOnly: true,
  structured: true,
  ofPass: false,
  /** @throws NocturneError `BAD_QUERY` with SQLite's own words. */
  async run({ workspace, scope, signal }, { sql }) {
    const bounds = defined({ now: workspace.clock.now(), signal, scope });
    const { ok, text } = await boundedQuery(workspace.root, sql, bounds);
    if (!ok) throw new NocturneError('BAD_QUERY', text);
    return { text, data: rowsOf(text) };
  },
});

/** What was cut off in the middle is no JSON any more. */
function rowsOf(text: string): ToolAnswer['data'] {
  try {
    return JSON.parse(text) as ToolAnswer['data'];
  } catch {
    return { text };
  }
}
