/** A run's input as the tests need it: a brief, a spec, a signal and a list of the events. */
import { fileURLToPath } from 'node:url';
import { NO_SANDBOX } from '../support/no-sandbox.js';
import type {
  AgentTools,
  Brief,
  RunEvent,
  RunInput,
  RunnerSpec,
  ToolResult,
} from '../../src/agents/types.js';
import { defined } from '../../src/kernel/defined.js';
import { NocturneError } from '../../src/kernel/error.js';
import { parseArguments } from '../../src/tools/tool-arguments.js';
import { toolsOf } from '../../src/tools/tools.js';

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
    criteria: [],
    stopCondition: [
      {
        assertion: 'file_exists: outputs/a.md',
        holds: false,
        expected: '1 file',
        found: 'no file',
        distance: 1,
      },
    ],
    programs: ['ls', 'cat'],
    sandbox: 'none',
    budget: {
      maxMinutes: 1,
      maxTokens: undefined,
      maxCost: undefined,
      idleSeconds: 30,
      patience: { calls: 10, minutes: 10 },
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
    keys: [],
    sandbox: NO_SANDBOX,
    capability: 'project',
  };
}

type Answer = ToolResult | Promise<ToolResult>;
/** What the tools of a scripted run say, in the order of their arguments. */
export type ScriptedTools = {
  readonly read: (path: string, range: { from?: number; to?: number }) => Answer;
  readonly write: (path: string, content: string) => Answer;
  readonly edit: (path: string, oldText: string, newText: string) => Answer;
  readonly search: (pattern: string, glob?: string) => Answer;
  readonly query: (sql: string) => Answer;
  readonly run: (command: string) => Answer;
};

/** The records of the real tools, with scripted answers; those without one are not to be called. */
export function toolsThat(answers: Partial<ScriptedTools>): AgentTools {
  return {
    list: toolsOf('chat'),
    async call(tool, sent) {
      const args = parseArguments(tool, sent);
      const { path, from, to } = args;
      const words = tool.name === 'read' ? [path, defined({ from, to })] : Object.values(args);
      const answer = answers[tool.name as keyof ScriptedTools] as
        | ((...words: readonly unknown[]) => Answer)
        | undefined;
      if (answer === undefined) throw new Error(`${tool.name} was not expected to be called`);
      const { ok, text } = await answer(...words);
      if (!ok) throw new NocturneError('BAD_VALUE', text);
      return { text, data: {} };
    },
  };
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
    tools: toolsThat({}),
    signal: new AbortController().signal,
    on: (event) => events.push(event),
    ...change,
    events,
  };
}
