/**
 * Every command by its words, with one line for the help page and where it is loaded from when it
 * is called.
 */
import type { Need } from '../../governance/capability.js';
import type { Command } from './types.js';

/**
 * `need`: what a caller inside a pass needs, where governance/capability.ts does not know the
 * command (those of modules).
 */
export type Entry = {
  readonly group: Group;
  readonly summary: string;
  readonly need?: Need;
  readonly load: () => Promise<{ readonly command: Command }>;
};
export type Catalogue = Readonly<Record<string, Entry>>;
export const GROUPS = [
  'Every day',
  'Trust',
  'Passes',
  'Projects',
  'Records',
  'History',
  'Modules',
  'Toolkit',
] as const;
export type Group = (typeof GROUPS)[number];

export const CATALOGUE: Catalogue = {
  init: {
    group: 'Toolkit',
    summary: 'make a workspace, or adopt the one that is there, and make its owner',
    load: () => import('./commands/init.js'),
  },
  doctor: {
    group: 'Toolkit',
    summary: 'what works here and what does not, with the command that mends it',
    load: () => import('./commands/doctor.js'),
  },
  upgrade: {
    group: 'Toolkit',
    summary: 'bring the shipped pages to this version; your changes stay',
    load: () => import('./commands/upgrade.js'),
  },
  validate: {
    group: 'Every day',
    summary: 'check the whole workspace',
    load: () => import('./commands/validate.js'),
  },
  explain: {
    group: 'Every day',
    summary: 'what a rule is about, or what is known of a file or an object',
    load: () => import('./commands/explain.js'),
  },
  night: {
    group: 'Every day',
    summary: 'worker passes with manager passes between, then the briefing',
    load: () => import('./commands/night.js'),
  },
  demo: {
    group: 'Every day',
    summary: 'a night in a workspace made for demonstration',
    load: () => import('./commands/demo.js'),
  },
  schedule: {
    group: 'Passes',
    summary: 'passes at their times, in the foreground',
    load: () => import('./commands/schedule.js'),
  },
  'cron install': {
    group: 'Passes',
    summary: 'worker and manager as jobs of OpenClaw, with the plugin that guards them',
    load: async () => ({ command: (await import('./commands/cron.js')).cronInstall }),
  },
  'cron list': {
    group: 'Passes',
    summary: "this workspace's jobs in OpenClaw: next run, last result",
    load: async () => ({ command: (await import('./commands/cron.js')).cronList }),
  },
  'cron remove': {
    group: 'Passes',
    summary: 'take them out of OpenClaw; other jobs stay',
    load: async () => ({ command: (await import('./commands/cron.js')).cronRemove }),
  },
  'run worker': {
    group: 'Passes',
    summary: 'one worker pass',
    load: async () => ({ command: (await import('./commands/run.js')).runWorker }),
  },
  'run manager': {
    group: 'Passes',
    summary: 'one manager pass',
    load: async () => ({ command: (await import('./commands/run.js')).runManager }),
  },
  'pass begin': {
    group: 'Passes',
    summary: 'begin a pass inside a host session, and print its brief',
    load: async () => ({ command: (await import('./commands/pass.js')).passBegin }),
  },
  'pass end': {
    group: 'Passes',
    summary: "end it with the agent's report",
    load: async () => ({ command: (await import('./commands/pass.js')).passEnd }),
  },
  'pass heartbeat': {
    group: 'Passes',
    summary: 'say that the agent is alive',
    load: async () => ({ command: (await import('./commands/pass.js')).passHeartbeat }),
  },
  'pass abort': {
    group: 'Passes',
    summary: 'give it up',
    load: async () => ({ command: (await import('./commands/pass.js')).passAbort }),
  },
  brief: {
    group: 'Passes',
    summary: 'the brief of the running pass once more; without a pass, how to begin',
    load: async () => ({ command: (await import('./commands/tools.js')).brief }),
  },
  tool: {
    group: 'Passes',
    summary: 'any tool of agents by its name, with its arguments as options or JSON',
    load: () => import('./commands/tool.js'),
  },
  notify: {
    group: 'Passes',
    summary: 'a note for the owner',
    load: () => import('./commands/notify.js'),
  },
  mcp: {
    group: 'Passes',
    summary: 'serve the workspace to clients of the Model Context Protocol',
    load: () => import('./commands/mcp.js'),
  },
  'modules list': {
    group: 'Modules',
    summary: 'modules, and how many changes they have not heard of',
    load: async () => ({ command: (await import('./commands/modules.js')).modulesList }),
  },
  'modules run': {
    group: 'Modules',
    summary: 'tell modules what changed, outside of a pass',
    load: async () => ({ command: (await import('./commands/modules.js')).modulesRun }),
  },
  watch: {
    group: 'Modules',
    summary: 'tell modules what changes, as it changes',
    load: async () => ({ command: (await import('./commands/modules.js')).watch }),
  },
  gate: {
    group: 'Trust',
    summary: 'verify signature, protected files and logs',
    load: () => import('./commands/gate.js'),
  },
  sign: {
    group: 'Trust',
    summary: 'vouch for protected files as they are now, after seeing what changed',
    load: () => import('./commands/sign.js'),
  },
  'prompts compose': {
    group: 'Trust',
    summary: 'write the prompts of the timers anew from their fragments',
    load: async () => ({ command: (await import('./commands/prompts.js')).promptsCompose }),
  },
  'audit show': {
    group: 'Trust',
    summary: 'what was done, by whom, with what result',
    load: async () => ({ command: (await import('./commands/audit.js')).auditShow }),
  },
  'audit verify': {
    group: 'Trust',
    summary: 'whether every row of every log is as it was written',
    load: async () => ({ command: (await import('./commands/audit.js')).auditVerify }),
  },
  'audit anchor': {
    group: 'Trust',
    summary: 'accept a log that differs from its anchor, after seeing how',
    load: () => import('./commands/audit-anchor.js'),
  },
  get: {
    group: 'Records',
    summary: 'one value, by its address',
    load: () => import('./commands/get.js'),
  },
  set: {
    group: 'Records',
    summary: 'change one value, checked against its type',
    load: () => import('./commands/set.js'),
  },
  add: { group: 'Records', summary: 'add one record', load: () => import('./commands/add.js') },
  'bundle run': {
    group: 'Records',
    summary: 'carry out a bundle of REGISTRY.md',
    load: async () => ({ command: (await import('./commands/bundle.js')).bundleRun }),
  },
  query: {
    group: 'Records',
    summary: 'read-only SQL over the workspace',
    load: async () => ({ command: (await import('./commands/query.js')).query }),
  },
  read: {
    group: 'Records',
    summary: 'a text file of the workspace, or some of its lines',
    load: async () => ({ command: (await import('./commands/tools.js')).read }),
  },
  search: {
    group: 'Records',
    summary: 'lines that match a pattern',
    load: async () => ({ command: (await import('./commands/tools.js')).search }),
  },
  write: {
    group: 'Records',
    summary: 'the whole text of a file, judged like every change',
    load: async () => ({ command: (await import('./commands/write.js')).write }),
  },
  edit: {
    group: 'Records',
    summary: 'one passage of a file, judged like every change',
    load: async () => ({ command: (await import('./commands/write.js')).edit }),
  },
  tables: {
    group: 'Records',
    summary: 'the tables for query',
    load: async () => ({ command: (await import('./commands/query.js')).tables }),
  },
  impact: {
    group: 'Records',
    summary: 'what a change of some files reaches',
    load: () => import('./commands/impact.js'),
  },
  graph: {
    group: 'Records',
    summary: 'what depends on what',
    load: async () => ({ command: (await import('./commands/graph.js')).graph }),
  },
  'graph suggest': {
    group: 'Records',
    summary: 'dependencies that were seen and are not declared',
    load: async () => ({ command: (await import('./commands/graph.js')).graphSuggest }),
  },
  history: {
    group: 'History',
    summary: 'every change of one value',
    load: async () => ({ command: (await import('./commands/history.js')).history }),
  },
  'as-of': {
    group: 'History',
    summary: 'the workspace, or one value, at another time',
    load: async () => ({ command: (await import('./commands/history.js')).asOf }),
  },
  diff: {
    group: 'History',
    summary: 'what changed between two times',
    load: async () => ({ command: (await import('./commands/history.js')).diff }),
  },
  status: {
    group: 'Every day',
    summary: 'how things stand, the most pressing first',
    load: () => import('./commands/status.js'),
  },
  briefing: {
    group: 'Every day',
    summary: 'the morning page',
    load: () => import('./commands/briefing.js'),
  },
  approve: {
    group: 'Every day',
    summary: 'say yes to a question',
    load: async () => ({ command: (await import('./commands/answer.js')).approve }),
  },
  decline: {
    group: 'Every day',
    summary: 'say no to a question',
    load: async () => ({ command: (await import('./commands/answer.js')).decline }),
  },
  answer: {
    group: 'Every day',
    summary: 'answer a question in your own words',
    load: async () => ({ command: (await import('./commands/answer.js')).answer }),
  },
  'approvals list': {
    group: 'Trust',
    summary: 'what passes asked to do beyond their scope, and what became of it',
    load: async () => ({ command: (await import('./commands/approvals.js')).approvalsList }),
  },
  'approvals show': {
    group: 'Trust',
    summary: 'exactly what would be done on a yes',
    load: async () => ({ command: (await import('./commands/approvals.js')).approvalsShow }),
  },
  'project list': {
    group: 'Projects',
    summary: 'every project and how it stands',
    load: async () => ({ command: (await import('./commands/project.js')).projectList }),
  },
  'project new': {
    group: 'Projects',
    summary: 'a new project, from the templates',
    load: async () => ({ command: (await import('./commands/project.js')).projectNew }),
  },
  'project pause': {
    group: 'Projects',
    summary: 'not to be worked on until it is resumed',
    load: async () => ({ command: (await import('./commands/project.js')).projectPause }),
  },
  'project resume': {
    group: 'Projects',
    summary: 'to be worked on again',
    load: async () => ({ command: (await import('./commands/project.js')).projectResume }),
  },
  'project focus': {
    group: 'Projects',
    summary: 'before all others from now on',
    load: async () => ({ command: (await import('./commands/project.js')).projectFocus }),
  },
  'project abandon': {
    group: 'Projects',
    summary: 'given up; its files stay',
    load: async () => ({ command: (await import('./commands/project.js')).projectAbandon }),
  },
  'kept list': {
    group: 'Trust',
    summary: 'versions that passes left and that were undone',
    load: async () => ({ command: (await import('./commands/kept.js')).keptList }),
  },
  'kept apply': {
    group: 'Trust',
    summary: 'put one of them in place after all',
    load: async () => ({ command: (await import('./commands/kept.js')).keptApply }),
  },
  'guard check': {
    group: 'Trust',
    summary: 'whether something may be done, and why',
    load: async () => ({ command: (await import('./commands/guard.js')).guardCheck }),
  },
  'guard serve': {
    group: 'Trust',
    summary: 'the guard over a socket, for hosts such as OpenClaw',
    load: async () => ({ command: (await import('./commands/guard-serve.js')).guardServe }),
  },
  'lock status': {
    group: 'Passes',
    summary: 'who is at work',
    load: async () => ({ command: (await import('./commands/lock.js')).lockStatus }),
  },
  'lock break': {
    group: 'Passes',
    summary: 'end a pass that hangs',
    load: async () => ({ command: (await import('./commands/lock.js')).lockBreak }),
  },
  'hook claude-code': {
    group: 'Toolkit',
    summary: 'answer one event of Claude Code; its hooks call this',
    load: async () => ({ command: (await import('./commands/hook.js')).hookClaudeCode }),
  },
  'hook git': {
    group: 'Toolkit',
    summary: 'answer one event of git; its hooks call this',
    load: async () => ({ command: (await import('./commands/hook.js')).hookGit }),
  },
  'hooks install': {
    group: 'Toolkit',
    summary: 'let Claude Code and git ask the guard',
    load: async () => ({ command: (await import('./commands/hooks.js')).hooksInstall }),
  },
  'hooks uninstall': {
    group: 'Toolkit',
    summary: 'take these hooks out again, and leave everything else as it was',
    load: async () => ({ command: (await import('./commands/hooks.js')).hooksUninstall }),
  },
  'hooks status': {
    group: 'Toolkit',
    summary: 'whether these hooks are in force',
    load: async () => ({ command: (await import('./commands/hooks.js')).hooksStatus }),
  },
  completion: {
    group: 'Toolkit',
    summary: 'completion for bash, zsh or fish',
    load: async () => ({ command: (await import('./commands/completion.js')).completion }),
  },
};
