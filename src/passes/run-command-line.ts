/** A command that the guard allowed, run for a `chat` agent: no shell, the project's folder, limited time and output. */
import { join } from 'node:path';
import { parse } from 'shell-quote';
import type { ToolResult } from '../agents/types.js';
import { runCommand } from '../governance/condition-command.js';
import type { Pass } from './types.js';

const LIMIT_MS = 120_000;
const MOST = 20_000;

export async function runCommandLine(pass: Pass, command: string): Promise<ToolResult> {
  const words = parse(command);
  if (!words.every((word): word is string => typeof word === 'string')) return { ok: false, text: 'Only one plain command can be run: no pipes, redirections or wildcards.' };
  const cwd = pass.data.project === undefined ? pass.env.workspace.root : join(pass.env.workspace.root, 'PROJECTS', pass.data.project);
  const result = await runCommand({ argv: words, cwd, timeoutMs: LIMIT_MS, signal: pass.env.signal });
  if (result.kind === 'failed') return { ok: false, text: result.why };
  const printed = `${result.stdout}${result.stderr === '' ? '' : `\n[stderr]\n${result.stderr}`}`.slice(-MOST);
  return { ok: result.exit === 0, text: `${printed}\n[exit ${result.exit ?? 'by a signal'}]` };
}
