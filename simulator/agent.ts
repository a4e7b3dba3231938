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
import { NO_USAGE, type RunInput, type RunOutcome } from '../src/agents/types.js';
import { NocturneError } from '../src/kernel/error.js';
import { machine } from './machine.js';
import { actAsOwner } from './owner.js';
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
          world.agentAtWork = true;
          world.runs.push(input.brief.runId);
          for (const action of script.actions) {
            const ended = await perform(world, input, action);
            if (ended !== undefined) return ended;
          }
          return finished(input, script);
        },
      }),
  };
}

/** @returns how the run ends, if this action ends it. */
async function perform(
  world: World,
  input: RunInput,
  action: AgentAction,
): Promise<RunOutcome | undefined> {
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
      attempt(world.place.root, action);
      return undefined;
  }
}

type TreeAction = Exclude<
  AgentAction,
  { readonly do: 'tool' | 'owner' | 'loop' | 'throw' | 'die' }
>;

/** What the system refuses, the agent does not do. */
function attempt(root: string, action: TreeAction): void {
  try {
    change(root, action);
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

function failed(input: RunInput, failure: 'timed-out', detail: string): RunOutcome {
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
