/** What the guard says about a line in its world. */
import { decide } from '../src/governance/guard/decide.js';
import { pathWorld } from '../src/governance/guard/path.js';
import { readCommand } from '../src/governance/guard/read-command.js';
import type { Step } from '../src/governance/guard/shell-types.js';
import type { Authority } from '../src/governance/types.js';
import type { Snapshot } from '../src/workspace/types.js';
import { FOLDER } from './places.js';

const AUTHORITY: Authority = {
  kind: 'pass',
  runId: 'RUN-20261121-001',
  role: 'worker',
  project: 'p',
  phase: undefined,
  earlierOutputs: [],
  writes: [`${FOLDER}/outputs/**`],
  tools: undefined,
};

/** `paths`: what it may change, relative to the world. `text`: the line as printed for a host. */
export type Judged =
  | { readonly allowed: false; readonly why: string }
  | {
      readonly allowed: true;
      readonly steps: readonly Step[];
      readonly text: string;
      readonly paths: ReadonlySet<string>;
    };

/**
 * @param template a snapshot of a workspace with the same files.
 * @param world the folder of the workspace and of what is next to it.
 */
export function judgeLine(template: Snapshot, world: string, line: string): Judged {
  const snapshot = { ...template, root: `${world}/ws` };
  const home = `${world}/state`;
  const { steps, problems } = readCommand(pathWorld(snapshot, home), line, FOLDER);
  const paths = new Set<string>();
  const decision = decide(
    snapshot,
    AUTHORITY,
    { kind: 'exec', command: line, cwd: FOLDER, ...(problems.length === 0 ? { steps } : {}) },
    { home, seen: ({ path }) => void paths.add(`ws/${path}`) },
  );
  if (decision.verdict !== 'allow')
    return { allowed: false, why: decision.reasons.map(({ message }) => message).join('; ') };
  return { allowed: true, steps, text: decision.command ?? '', paths };
}
