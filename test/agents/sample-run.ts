/** A run's input as the tests need it: a brief, a spec, a signal and a list of the events. */
import { fileURLToPath } from 'node:url';
import { NO_SANDBOX } from '../../src/agents/sandbox-settings.js';
import type {
  Brief,
  GuardedTools,
  RunEvent,
  RunInput,
  RunnerSpec,
} from '../../src/agents/types.js';

export const AGENT = fileURLToPath(new URL('./fixtures/agent.js', import.meta.url));

let counter = 0;
export function sampleBrief(change: Partial<Brief> = {}): Brief {
  counter += 1;
  return {
    runId: `RUN-20261121-${process.pid}${counter}`,
    token: 'token-of-the-pass',
    role: 'worker',
    project: 'inventory',
    objective: 'List the packages',
    fragments: [],
    mayWrite: ['PROJECTS/inventory/outputs/**'],
    mustNot: ['SOUL.md'],
    stopCondition: ['file_exists: outputs/a.md'],
    sandbox: 'none',
    budget: {
      maxMinutes: 1,
      maxTokens: undefined,
      maxCost: undefined,
      idleSeconds: 30,
      contextBudget: 20_000,
    },
    ...change,
  };
}

export function commandSpec(...args: readonly string[]): RunnerSpec {
  return {
    name: 'test-agent',
    kind: 'command',
    program: process.execPath,
    args: [AGENT, ...args],
    endpoint: '',
    apiKeyEnv: '',
    passEnv: [],
    sandbox: NO_SANDBOX,
    capability: 'project',
  };
}

/** Tools that are never called. */
export const noTools: GuardedTools = {
  read: unexpected,
  write: unexpected,
  edit: unexpected,
  search: unexpected,
  query: unexpected,
  run: unexpected,
};

function unexpected(): never {
  throw new Error('no tool was expected to be called');
}

export function sampleInput(
  change: Partial<RunInput> & Pick<RunInput, 'spec' | 'cwd'>,
): RunInput & { readonly events: readonly RunEvent[] } {
  const events: RunEvent[] = [];
  return {
    brief: sampleBrief(),
    prompt: 'Do the work.',
    model: 'test-model',
    workspaceRoot: change.cwd,
    tools: noTools,
    signal: new AbortController().signal,
    on: (event) => events.push(event),
    ...change,
    events,
  };
}
