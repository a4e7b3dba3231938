/** What the guard says about a line in its world. */
import { decide } from '../src/governance/guard/decide.js';
import { pathWorld } from '../src/governance/guard/path.js';
import { diskProbe, type FileProbe } from '../src/governance/guard/probe.js';
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
export type Allowed = {
  readonly allowed: true;
  readonly steps: readonly Step[];
  readonly text: string;
  readonly paths: ReadonlySet<string>;
};
type Judged = Allowed | { readonly allowed: false; readonly why: string };

/**
 * @param template a snapshot of a workspace with the same files.
 * @param world the folder of the workspace and of what is next to it.
 */
export function judgeLine(template: Snapshot, world: string, line: string): Judged {
  const snapshot = { ...template, root: `${world}/ws` };
  const home = `${world}/state`;
  const { steps, problems } = readCommand(pathWorld(snapshot, home, remembered), line, FOLDER);
  const paths = new Set<string>();
  const decision = decide(
    snapshot,
    AUTHORITY,
    { kind: 'exec', command: line, cwd: FOLDER, ...(problems.length === 0 ? { steps } : {}) },
    { home, probe: remembered, seen: ({ path }) => void paths.add(`ws/${path}`) },
  );
  if (decision.verdict !== 'allow')
    return { allowed: false, why: decision.reasons.map(({ message }) => message).join('; ') };
  return { allowed: true, steps, text: decision.command ?? '', paths };
}

/** Worlds are as they were at first whenever a line is judged, so the disk is asked once. */
const remembered: FileProbe = {
  at: once(diskProbe.at),
  real: once(diskProbe.real),
  place: diskProbe.place,
};

const MOST_ANSWERS = 20_000;

function once<T>(ask: (path: string) => T): (path: string) => T {
  const answers = new Map<string, T>();
  return (path) => {
    const known = answers.get(path);
    if (known !== undefined || answers.has(path)) return known as T;
    const answer = ask(path);
    if (answers.size > MOST_ANSWERS) answers.clear();
    answers.set(path, answer);
    return answer;
  };
}
