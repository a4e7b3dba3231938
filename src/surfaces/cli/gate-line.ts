/**
 * `gate` without the machinery of the other commands: it stands before every pass and every
 * session. The build makes one file of this and of all that
 * it imports (`dist/gate.cjs`), because reading fifty small ones takes longer than verifying.
 */
import { insidePass } from '../../agents/inside-pass.js';
import { verifyGate } from '../../integrity/gate.js';
import type { ExitCode } from '../../kernel/error.js';
import { listIncidents } from '../../workspace/incident.js';
import { isJournalEmpty } from '../../workspace/journal-files.js';
import { gateResult } from './gate-result.js';
import { homeDirectory, stateDirectory } from '../../workspace/state-home.js';
import { namedRoot } from './find-root.js';
import { complain, print } from './print-result.js';

const KNOWN = new Set(['--json', '--quiet', '--no-color', '--debug']);

/**
 * `undefined` when the whole command line has to answer: other words, an interrupted commit that
 * has to be finished first, or incidents that are over.
 */
export function gateLine(words: readonly string[]): ExitCode | undefined {
  let workspace: string | undefined;
  for (let i = 0; i < words.length; i++) {
    if (words[i] === '--workspace' && words[i + 1] !== undefined) workspace = words[++i];
    else if (!KNOWN.has(words[i] ?? '')) return undefined;
  }
  const [env, cwd, json] = [process.env, process.cwd(), words.includes('--json')];
  // What a pass may see is for the whole command line to say.
  if (insidePass(env) !== undefined) return undefined;
  try {
    const root = namedRoot({ cwd, env, given: workspace });
    // A host may know a workspace.
    if (root === undefined) return undefined;
    const home = homeDirectory(env, cwd);
    const report = verifyGate(root, home);
    if (report.ok && listIncidents(stateDirectory(home, root)).length > 0) return undefined;
    return report.ok || isJournalEmpty(root) ? print(gateResult(report), json) : undefined;
  } catch (error) {
    return complain(error, { json, debug: words.includes('--debug') });
  }
}
