/**
 * `gate` without the rest of the command line, because it runs before every pass and every session.
 * The build bundles it into `dist/quick.cjs`.
 */
import { insidePass } from '../../agents/inside-pass.js';
import { verifyGate } from '../../integrity/gate.js';
import { listIncidents } from '../../workspace/incident.js';
import { gateResult } from './gate-result.js';
import { homeDirectory, stateDirectory } from '../../workspace/state-home.js';
import { namedRoot } from './find-root.js';
import { printError, printResult } from './print-result.js';

const OPTIONS = new Set(['--json', '--quiet', '--no-color', '--debug']);

/**
 * `undefined`: the whole command line must answer, because there are other words, the gate refuses
 * and somebody must be told why, or incidents are over.
 */
export function gateLine(words: readonly string[]): number | undefined {
  let workspace: string | undefined;
  for (let i = 0; i < words.length; i++) {
    if (words[i] === '--workspace' && words[i + 1] !== undefined) workspace = words[++i];
    else if (!OPTIONS.has(words[i] ?? '')) return undefined;
  }
  const [env, cwd, json] = [process.env, process.cwd(), words.includes('--json')];
  // The whole command line decides what a pass may see.
  if (insidePass(env) !== undefined) return undefined;
  try {
    const root = namedRoot({ cwd, env, workspace });
    // A host may know of a workspace.
    if (root === undefined) return undefined;
    const home = homeDirectory(env);
    const report = verifyGate(root, home);
    if (report.ok && listIncidents(stateDirectory(home, root)).length > 0) return undefined;
    return report.ok ? printResult(gateResult(report), json) : undefined;
  } catch (error) {
    return printError(error, { json, debug: words.includes('--debug') });
  }
}
