/**
 * A command that the guard allowed, run for a `chat` agent: the very words that were judged, no
 * shell, the project's folder, limited time and output.
 */
import { join } from 'node:path';
import type { ToolResult } from '../agents/types.js';
import { sandboxedCommand } from './pass-sandbox.js';
import type { Pass } from './types.js';

const LIMIT_MS = 120_000;
const MOST = 20_000;

/** Where the commands of a pass start, relative to the workspace. */
export function commandFolder(pass: Pass): string {
  return pass.data.project === undefined ? '.' : `PROJECTS/${pass.data.project}`;
}

export async function runWords(pass: Pass, words: readonly string[]): Promise<ToolResult> {
  const cwd = join(pass.env.workspace.root, commandFolder(pass));
  const result = await sandboxedCommand(pass)({
    argv: words,
    cwd,
    timeoutMs: LIMIT_MS,
    signal: pass.env.signal,
  });
  if (result.kind === 'failed') return { ok: false, text: result.why };
  const printed =
    `${result.stdout}${result.stderr === '' ? '' : `\n[stderr]\n${result.stderr}`}`.slice(-MOST);
  return { ok: result.exit === 0, text: `${printed}\n[exit ${result.exit ?? 'by a signal'}]` };
}
