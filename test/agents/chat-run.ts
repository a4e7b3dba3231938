/** A run of the chat runner against a scripted endpoint on loopback. */
import { chatRunner, type ChatRunnerOptions } from '../../src/agents/chat-runner.js';
import { NO_SANDBOX } from '../support/no-sandbox.js';
import type { Budget, RunInput, RunnerSpec } from '../../src/agents/types.js';
import { scriptedOpenai, type Scripted, type ScriptedOpenai } from '../support/scripted-openai.js';
import { sampleBrief, sampleInput, type ScriptedTools, toolsThat } from './sample-run.js';

export const KEY = 'sk-secret-of-the-owner';
export const spec = (endpoint: string): RunnerSpec => ({
  name: 'local',
  kind: 'chat',
  program: '',
  args: [],
  endpoint,
  apiKeyEnv: 'TEST_KEY',
  passEnv: [],
  keys: [],
  sandbox: NO_SANDBOX,
  capability: 'project',
});
export const budget = (change: Partial<Budget>) =>
  sampleBrief({ budget: { ...sampleBrief().budget, ...change } });
export const read = (path: string): Scripted => ({ call: [{ name: 'read', arguments: { path } }] });
export const files: Partial<ScriptedTools> = {
  read: (path) => ({ ok: true, text: `text of ${path}` }),
};

export type Run = {
  readonly script: readonly Scripted[];
  readonly input?: Omit<Partial<RunInput>, 'tools'> & {
    readonly tools?: Partial<ScriptedTools>;
  };
  readonly options?: Partial<ChatRunnerOptions>;
};
type Teardown = { teardown(action: () => Promise<void>): unknown };
export async function start(t: Teardown, { script, input, options }: Run) {
  const server = await scriptedOpenai(script);
  t.teardown(() => server.close());
  const waits: number[] = [];
  const run = sampleInput({
    spec: spec(server.endpoint),
    cwd: '/nowhere',
    prompt: 'The task.',
    ...input,
    tools: toolsThat(input?.tools ?? files),
  });
  const runner = chatRunner({
    host: { TEST_KEY: KEY },
    wait: async (ms) => void waits.push(ms),
    random: () => 0.5,
    ...options,
  });
  return { server, waits, run, events: run.events, outcome: await runner.run(run) };
}
export const toolResults = (server: ScriptedOpenai) =>
  server.requests
    .at(-1)
    ?.body.messages.filter((message) => message.role === 'tool')
    .map((message) => String(message.content)) ?? [];
