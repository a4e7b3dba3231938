/** Every command of the core: its words, its line on the help page, and the file that has it. */
import type { Need } from '../../governance/capability.js';
import type { Command } from './types.js';

/**
 * `need`: what a caller inside a pass needs, for commands of modules and hosts, which
 * governance/capability.ts does not list.
 */
export type Entry = {
  readonly group: Group;
  readonly summary: string;
  readonly need?: Need;
  readonly load: () => Promise<Command>;
};
export type Catalogue = Readonly<Record<string, Entry>>;
export const GROUPS = [
  'Every day',
  'Trust',
  'Passes',
  'Projects',
  'Records',
  'Modules',
  'Toolkit',
] as const;
export type Group = (typeof GROUPS)[number];

/** A command is exported under its words in camel case: `pass begin` as `passBegin`. */
type ExportName<Words extends string> = Words extends `${infer First}${' ' | '-'}${infer Rest}`
  ? `${First}${Capitalize<ExportName<Rest>>}`
  : Words;
type Part = Readonly<Record<string, Omit<Entry, 'group'>>>;

function from<Words extends string>(
  file: () => Promise<Readonly<Record<ExportName<NoInfer<Words>>, Command>>>,
  summaries: Readonly<Record<Words, string>>,
): Part {
  return Object.fromEntries(
    (Object.entries(summaries) as [Words, string][]).map(([words, summary]) => {
      const name = words.replace(/[ -](\w)/g, (_, letter: string) => letter.toUpperCase());
      return [words, { summary, load: async () => (await file())[name as ExportName<Words>] }];
    }),
  );
}

const PARTS: Readonly<Record<Group, readonly Part[]>> = {
  'Every day': [
    from(() => import('./commands/validate.js'), { validate: 'check the whole workspace' }),
    from(() => import('./commands/explain.js'), { explain: 'explain a rule, a file or an object' }),
    from(() => import('./commands/night.js'), {
      night: 'run worker and manager passes, then print the briefing',
    }),
    from(() => import('./commands/demo.js'), { demo: 'run a night in a demonstration workspace' }),
    from(() => import('./commands/status.js'), {
      status: 'show what is going on, most urgent first',
    }),
    from(() => import('./commands/briefing.js'), { briefing: 'print the morning briefing' }),
    from(() => import('./commands/dashboard.js'), {
      dashboard: 'open Mission Control: the night and its questions in a browser',
    }),
    from(() => import('./commands/answer.js'), {
      approve: 'say yes to a question',
      decline: 'say no to a question',
      answer: 'answer a question in your own words',
    }),
  ],
  Trust: [
    from(() => import('./commands/gate.js'), {
      gate: 'check the signature, the protected files and the logs',
    }),
    from(() => import('./commands/sign.js'), {
      sign: 'review what changed in protected files, and sign them',
    }),
    from(() => import('./commands/prompts.js'), {
      'prompts compose': 'rebuild the prompts of the timers from their fragments',
    }),
    from(() => import('./commands/audit.js'), {
      'audit show': 'show who did what, and with what result',
      'audit verify': 'check that no row of any log was changed',
    }),
    from(() => import('./commands/audit-anchor.js'), {
      'audit anchor': 'review and accept a log that differs from its anchor',
    }),
    from(() => import('./commands/guard.js'), {
      'guard check': 'ask the guard whether an action is allowed, and why',
      'guard serve': 'serve the guard over a socket, for hosts that cannot load it',
    }),
    from(() => import('./commands/kept.js'), {
      'kept list': 'list the versions that Nocturne undid and kept',
      'kept apply': 'restore a kept version',
    }),
    from(() => import('./commands/approvals.js'), {
      'approvals list': 'list what passes asked to do outside their scope',
      'approvals show': 'show exactly what a yes would do',
    }),
    from(() => import('./commands/preapprove.js'), {
      'preapprove list': 'list what you allowed in advance, and how often it was used',
      'preapprove add': 'allow something in advance, and sign it',
      'preapprove revoke': 'end what you allowed in advance, and sign it',
    }),
    from(() => import('./commands/dashboard.js'), {
      'dashboard link': 'print a new link to the dashboard that is running',
      'dashboard sessions': 'list the browsers that are logged in to the dashboard',
      'dashboard revoke': 'end a session of the dashboard',
    }),
  ],
  Passes: [
    from(() => import('./commands/schedule.js'), {
      schedule: 'run passes on a schedule, in the foreground',
    }),
    from(() => import('./commands/serve.js'), {
      serve: 'run what the modules serve, such as the meter, in the foreground',
    }),
    from(() => import('./commands/run.js'), {
      'run worker': 'run one worker pass',
      'run manager': 'run one manager pass',
    }),
    from(() => import('./commands/log.js'), {
      log: 'show what a pass was told, did and printed, and how it was judged',
    }),
    from(() => import('./commands/pass.js'), {
      'pass begin': 'begin a pass inside a host session, and print its brief',
      'pass end': "end the pass with the agent's report",
      'pass heartbeat': 'report that the agent is alive',
      'pass abort': 'give up the pass',
    }),
    from(() => import('./commands/tools.js'), {
      brief: 'print the brief of the running pass, or how to begin one',
    }),
    from(() => import('./commands/tool.js'), {
      tool: 'call any agent tool by name, with arguments as options or JSON',
    }),
    from(() => import('./commands/tools.js'), { notify: 'leave a note for the owner' }),
    from(() => import('./commands/mcp.js'), {
      mcp: 'serve the workspace over the Model Context Protocol',
    }),
    from(() => import('./commands/lock.js'), {
      'lock status': 'show which pass is running',
      'lock break': 'end a pass that hangs',
    }),
  ],
  Projects: [
    from(() => import('./commands/project.js'), { 'project list': 'list the projects' }),
    from(() => import('./commands/project-show.js'), {
      'project show': 'show one project: its stop condition, progress, passes and files',
    }),
    from(() => import('./commands/project-new.js'), {
      'project new': 'create a project from the templates',
    }),
    from(() => import('./commands/project.js'), {
      'project pause': 'stop work on a project until you resume it',
      'project resume': 'continue work on a project',
      'project focus': 'put a project before all others',
      'project abandon': 'give up a project; its files stay',
    }),
    from(() => import('./commands/phase.js'), {
      'phase add': 'add a phase to a project',
      'phase rename': 'rename a phase wherever a project names it',
      'phase edit': 'change the objective, the end or the successors of a phase',
    }),
  ],
  Records: [
    from(() => import('./commands/get.js'), { get: 'print one value, by its address' }),
    from(() => import('./commands/set.js'), { set: 'change one value, checked against its type' }),
    from(() => import('./commands/add.js'), { add: 'add one record' }),
    from(() => import('./commands/bundle.js'), { 'bundle run': 'run a bundle of REGISTRY.md' }),
    from(() => import('./commands/query.js'), { query: 'query the workspace with read-only SQL' }),
    from(() => import('./commands/tools.js'), {
      read: 'print a text file of the workspace, or some of its lines',
      search: 'find the lines that match a pattern',
    }),
    from(() => import('./commands/write.js'), {
      write: 'replace a file; the guard checks the change',
      edit: 'replace one passage of a file; the guard checks the change',
    }),
    from(() => import('./commands/query.js'), { tables: 'list the tables for query' }),
    from(() => import('./commands/impact.js'), { impact: 'show what depends on a file' }),
    from(() => import('./commands/graph.js'), {
      graph: 'show the declared dependencies',
      'graph suggest': 'suggest dependencies to declare, from links and writes',
    }),
    from(() => import('./commands/history.js'), {
      history: 'list every change of one value',
      'as-of': 'show the workspace, or one value, at an earlier time',
    }),
    from(() => import('./commands/diff.js'), { diff: 'show what changed between two times' }),
  ],
  Modules: [
    from(() => import('./commands/modules.js'), {
      'modules list': 'list the modules and the changes waiting for each',
      'modules run': 'deliver changes to the modules now, outside a pass',
      watch: 'deliver changes to the modules as they happen',
    }),
  ],
  Toolkit: [
    from(() => import('./commands/init.js'), {
      init: "create a workspace or adopt a folder, and make the owner's key",
    }),
    from(() => import('./commands/doctor.js'), {
      doctor: 'check this installation, and say how to fix what is broken',
    }),
    from(() => import('./commands/restore-root.js'), {
      'restore-root': 'bring back a workspace that a pass moved, replaced or deleted',
    }),
    from(() => import('./commands/upgrade.js'), {
      upgrade: 'update the shipped pages and keep your changes',
    }),
    from(async () => (await import('./commands/hooks.js')).hookCommands(), {
      'hooks install': 'make the installed hosts ask the guard before they act',
      'hooks uninstall': 'remove these hooks, and leave everything else as it was',
      'hooks status': 'show which hooks are active',
    }),
    from(() => import('./commands/lsp.js'), {
      lsp: 'serve editors: findings, completion and renames as you type',
    }),
    from(() => import('./commands/completion.js'), {
      completion: 'print the completion script for bash, zsh or fish',
    }),
  ],
};

export const CATALOGUE: Catalogue = Object.fromEntries(
  GROUPS.flatMap((group) =>
    PARTS[group].flatMap((part) =>
      Object.entries(part).map(([words, entry]) => [words, { group, ...entry }]),
    ),
  ),
);
