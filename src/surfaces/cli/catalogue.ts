/** Every command by its words, with one line for the help page and where it is loaded from when it is called. */
import type { Command } from './types.js';

type Entry = { readonly group: Group; readonly summary: string; readonly load: () => Promise<{ readonly command: Command }> };
export const GROUPS = ['Every day', 'Trust', 'Passes', 'Projects', 'Records', 'History', 'Toolkit'] as const;
export type Group = (typeof GROUPS)[number];

export const CATALOGUE: Readonly<Record<string, Entry>> = {
  init: { group: 'Toolkit', summary: 'make a workspace, or adopt the one that is there, and make its owner', load: () => import('./commands/init.js') },
  validate: { group: 'Every day', summary: 'check the whole workspace', load: () => import('./commands/validate.js') },
  explain: { group: 'Every day', summary: 'what a rule is about, or what is known of a file or an object', load: () => import('./commands/explain.js') },
  night: { group: 'Every day', summary: 'worker passes with manager passes between, then the briefing', load: () => import('./commands/night.js') },
  demo: { group: 'Every day', summary: 'a night in a workspace made for demonstration', load: () => import('./commands/demo.js') },
  'run worker': { group: 'Passes', summary: 'one worker pass', load: async () => ({ command: (await import('./commands/run.js')).runWorker }) },
  'run manager': { group: 'Passes', summary: 'one manager pass', load: async () => ({ command: (await import('./commands/run.js')).runManager }) },
  'pass begin': { group: 'Passes', summary: 'begin a pass inside a host session, and print its brief', load: async () => ({ command: (await import('./commands/pass.js')).passBegin }) },
  'pass end': { group: 'Passes', summary: 'end it with the agent\'s report', load: async () => ({ command: (await import('./commands/pass.js')).passEnd }) },
  'pass heartbeat': { group: 'Passes', summary: 'say that the agent is alive', load: async () => ({ command: (await import('./commands/pass.js')).passHeartbeat }) },
  'pass abort': { group: 'Passes', summary: 'give it up', load: async () => ({ command: (await import('./commands/pass.js')).passAbort }) },
  gate: { group: 'Trust', summary: 'verify signature, protected files and logs', load: () => import('./commands/gate.js') },
  sign: { group: 'Trust', summary: 'vouch for protected files as they are now, after seeing what changed', load: () => import('./commands/sign.js') },
  'audit show': { group: 'Trust', summary: 'what was done, by whom, with what result', load: async () => ({ command: (await import('./commands/audit.js')).auditShow }) },
  'audit verify': { group: 'Trust', summary: 'whether every row of every log is as it was written', load: async () => ({ command: (await import('./commands/audit.js')).auditVerify }) },
  get: { group: 'Records', summary: 'one value, by its address', load: () => import('./commands/get.js') },
  set: { group: 'Records', summary: 'change one value, checked against its type', load: () => import('./commands/set.js') },
  add: { group: 'Records', summary: 'add one record', load: () => import('./commands/add.js') },
  'bundle run': { group: 'Records', summary: 'carry out a bundle of REGISTRY.md', load: async () => ({ command: (await import('./commands/bundle.js')).bundleRun }) },
  query: { group: 'Records', summary: 'read-only SQL over the workspace', load: async () => ({ command: (await import('./commands/query.js')).query }) },
  tables: { group: 'Records', summary: 'the tables for query', load: async () => ({ command: (await import('./commands/query.js')).tables }) },
  impact: { group: 'Records', summary: 'what a change of some files reaches', load: () => import('./commands/impact.js') },
  graph: { group: 'Records', summary: 'what depends on what', load: async () => ({ command: (await import('./commands/graph.js')).graph }) },
  'graph suggest': { group: 'Records', summary: 'dependencies that were seen and are not declared', load: async () => ({ command: (await import('./commands/graph.js')).graphSuggest }) },
  history: { group: 'History', summary: 'every change of one value', load: async () => ({ command: (await import('./commands/history.js')).history }) },
  'as-of': { group: 'History', summary: 'the workspace, or one value, at another time', load: async () => ({ command: (await import('./commands/history.js')).asOf }) },
  diff: { group: 'History', summary: 'what changed between two times', load: async () => ({ command: (await import('./commands/history.js')).diff }) },
};
