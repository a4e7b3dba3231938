/** The agent of a story: a runner in this process that does what its script says. */
import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  existsSync,
  linkSync,
  mkdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { emptyReport } from '../src/agents/parse-report.js';
import type { RunnerKind } from '../src/agents/runner-for.js';
import { type FailureCode, NO_USAGE, type RunInput, type RunOutcome } from '../src/agents/types.js';
import { NocturneError } from '../src/kernel/error.js';
import { copyFolder } from '../src/passes/copy/pass-copy.js';
import { passLock } from '../src/workspace/pass-lock.js';
import { Crash } from './faults.js';
import { machine } from './machine.js';
import { actAsOwner } from './owner.js';
import { OWN } from './place.js';
import type { AgentAction, AgentScript } from './story.js';
import type { World } from './world.js';

export function scriptedAgents(world: World, script: AgentScript): RunnerKind {
  return {
    kind: 'scripted',
    program: '',
    make: () =>
      Promise.resolve({
        name: 'scripted',
        run: async (input) => {
          world.runs.push(input.brief.runId);
          try {
            machine.spawn('the agent');
          } catch (error) {
            if (error instanceof Crash) throw error;
            return failed(input, 'crashed', String(error));
          }
          const place = workplaceOf(world, input);
          if (place.writable === '') world.agentAtWork = true;
          const working = { world, input, place, spoken: world.words.length };
          for (const action of script.actions) {
            await turnOfOthers();
            if (isEnded(world, input))
              return failed(input, 'cancelled', 'another pass ended the agent');
            const ended = await perform(working, inProject(action, input));
            if (ended !== undefined) return ended;
          }
          return finished(input, script);
        },
      }),
  };
}

/** A pass that finds this one lost ends its processes, before it removes the claim. */
function isEnded(world: World, { brief }: RunInput): boolean {
  const { root, clock } = world.workspace;
  const { isReadable, claims } = passLock(root, clock);
  const own = claims.find(({ runId }) => runId === brief.runId);
  if (own === undefined) return isReadable && (world.sideBySide || claims.length > 0);
  return world.sideBySide && own.state === 'expired';
}

function inProject(action: AgentAction, { brief }: RunInput): AgentAction {
  const named = (path: string): string => path.replace(OWN, `PROJECTS/${brief.project}/`);
  const to = 'to' in action ? { to: named(action.to) } : {};
  return 'path' in action ? { ...action, path: named(action.path), ...to } : action;
}

/** Passes at the same time take turns between the actions of their agents. */
async function turnOfOthers(): Promise<void> {
  for (let turns = Math.floor(Math.random() * 4); turns > 0; turns--)
    await new Promise((resolve) => setImmediate(resolve));
}

/** The folder that the agent sees as the workspace, and where in it the agent can write. */
type Workplace = { readonly folder: string; readonly writable: string };

function workplaceOf({ workspace }: World, { brief, sandbox }: RunInput): Workplace {
  if (sandbox === undefined) return { folder: workspace.root, writable: '' };
  const folder = copyFolder(workspace.state, brief.runId);
  return { folder, writable: `PROJECTS/${brief.project}/` };
}

/** `spoken`: how many words the owner had written when the agent began. */
type Working = {
  readonly world: World;
  readonly input: RunInput;
  readonly place: Workplace;
  readonly spoken: number;
};

/** @returns how the run ends, if this action ends it. */
async function perform(working: Working, action: AgentAction): Promise<RunOutcome | undefined> {
  const { world, input, place } = working;
  switch (action.do) {
    case 'tool':
      await callTool(world, input, action);
      return undefined;
    case 'owner':
      actAsOwner(world, action.act);
      return undefined;
    case 'loop':
      machine.pass(input.brief.budget.maxMinutes * 60_000);
      return failed(input, 'timed-out', 'the agent did not end in time');
    case 'throw':
      throw new Error('the agent broke down');
    case 'die':
      return machine.crash();
    default:
      if (place.writable === '') overwrite(working, action);
      attempt(place, action);
      return undefined;
  }
}

type TreeAction = Exclude<
  AgentAction,
  { readonly do: 'tool' | 'owner' | 'loop' | 'throw' | 'die' }
>;

/** In place, nobody sees what the owner writes during a pass and its agent destroys at once. */
function overwrite({ world, spoken }: Working, { path }: TreeAction): void {
  for (const { path: place, mark } of world.words.slice(spoken))
    if (place === path || place.startsWith(`${path}/`)) world.replacedWords.add(mark);
}

/** What the system refuses, the agent does not do. */
function attempt({ folder, writable }: Workplace, action: TreeAction): void {
  const paths = [action.path, ...('to' in action && action.do !== 'symlink' ? [action.to] : [])];
  // In a sandbox, everything outside the copy is read-only.
  if (!paths.every((path) => path.startsWith(writable))) return;
  try {
    change(folder, action);
  } catch {
    // Such as a file that is not there, or a folder in the place of a file.
  }
}

function change(root: string, action: TreeAction): void {
  const path = join(root, action.path);
  mkdirSync(dirname(path), { recursive: true });
  switch (action.do) {
    case 'write':
      return writeFileSync(path, action.text);
    case 'append':
      return appendFileSync(path, action.text);
    case 'truncate':
      return truncateSync(path, 0);
    case 'delete':
      return rmSync(path, { recursive: true });
    case 'rename':
      return renameSync(path, join(root, action.to));
    case 'symlink':
      rmSync(path, { force: true });
      return symlinkSync(action.to, path);
    case 'hardlink':
      return linkSync(join(root, action.to), path);
    case 'mode':
      return chmodSync(path, action.mode);
    case 'fifo':
      execFileSync('mkfifo', [path], { stdio: 'ignore' });
      return;
    case 'many':
      mkdirSync(path, { recursive: true });
      for (let i = 0; i < action.count; i++) writeFileSync(join(path, `${i}.md`), `# ${i}\n`);
      return;
    case 'big':
      if (!existsSync(path)) writeFileSync(path, '');
      return truncateSync(path, action.bytes);
  }
}

async function callTool(
  world: World,
  input: RunInput,
  { name, path, text }: Extract<AgentAction, { readonly do: 'tool' }>,
): Promise<void> {
  const tool = input.tools.list.find((candidate) => candidate.name === name);
  if (tool === undefined) return;
  const sent = name === 'write' ? { path, content: text } : { path };
  try {
    await input.tools.call(tool, sent);
  } catch (error) {
    if (!(error instanceof NocturneError)) throw error;
    if (error.code === 'REFUSED') world.refusals.push({ runId: input.brief.runId, path });
  }
}

function finished(input: RunInput, { claims, question }: AgentScript): RunOutcome {
  return {
    kind: 'finished',
    detail: '',
    usage: NO_USAGE,
    report: {
      ...emptyReport([]),
      summary: 'Done.',
      outputs: claims,
      answers: { nonObvious: true, durable: true, compounding: true },
      nextObjective: 'Write the next page.',
      escalation: question === undefined ? undefined : { priority: 'high', question },
    },
    tail: '',
    model: input.model,
  };
}

function failed(input: RunInput, failure: FailureCode, detail: string): RunOutcome {
  return {
    kind: 'failed',
    failure,
    detail,
    usage: NO_USAGE,
    report: emptyReport([]),
    tail: '',
    model: input.model,
  };
}
