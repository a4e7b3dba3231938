/**
 * A command that the guard allowed, run for a `chat` agent: the very words that were judged, no
 * shell, the project's folder, limited time and output.
 */
import { join } from 'node:path';
import type { ToolResult } from '../agents/types.js';
import { sandboxedCommand } from './pass-sandbox.js';
import type { Chosen, PassEnvironment } from './types.js';

const LIMIT_MS = 120_000;
const MOST = 20_000;

/** Where the commands of a pass start, relative to the workspace. */
export function commandFolder({ project }: Pick<Chosen, 'project'>): string {
  return project === undefined ? '.' : `PROJECTS/${project}`;
}

export async function runWords(
  { env, pass }: { readonly env: PassEnvironment; readonly pass: Chosen },
  words: readonly string[],
): Promise<ToolResult> {
  const { workspace, signal } = env;
  const result = await sandboxedCommand({ env, pass }, () => workspace.snapshot())({
    argv: words,
    cwd: join(workspace.root, commandFolder(pass)),
    timeoutMs: LIMIT_MS,
    signal,
  });
  if (result.kind === 'failed') return { ok: false, text: result.why };
  const printed =
    `${result.stdout}${result.stderr === '' ? '' : `\n[stderr]\n${result.stderr}`}`.slice(-MOST);
  return { ok: result.exit === 0, text: `${printed}\n[exit ${result.exit ?? 'by a signal'}]` };
}
