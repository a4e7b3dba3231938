/** Commands on the workspace itself: trust, records, history, modules and tools. */
import { inGroup, type Catalogue } from './catalogue-entry.js';

export const UPKEEP_COMMANDS: Catalogue = {
  ...inGroup('Trust', {
    gate: {
      summary: 'verify signature, protected files and logs',
      load: () => import('./commands/gate.js'),
    },
    sign: {
      summary: 'vouch for protected files as they are now, after seeing what changed',
      load: () => import('./commands/sign.js'),
    },
    'prompts compose': {
      summary: 'write the prompts of the timers anew from their fragments',
      load: async () => ({ command: (await import('./commands/prompts.js')).promptsCompose }),
    },
    'audit show': {
      summary: 'what was done, by whom, with what result',
      load: async () => ({ command: (await import('./commands/audit.js')).auditShow }),
    },
    'audit verify': {
      summary: 'whether every row of every log is as it was written',
      load: async () => ({ command: (await import('./commands/audit.js')).auditVerify }),
    },
    'audit anchor': {
      summary: 'accept a log that differs from its anchor, after seeing how',
      load: () => import('./commands/audit-anchor.js'),
    },
    'approvals list': {
      summary: 'what passes asked to do beyond their scope, and what became of it',
      load: async () => ({ command: (await import('./commands/approvals.js')).approvalsList }),
    },
    'approvals show': {
      summary: 'exactly what would be done on a yes',
      load: async () => ({ command: (await import('./commands/approvals.js')).approvalsShow }),
    },
    'kept list': {
      summary: 'versions that passes left and that were undone',
      load: async () => ({ command: (await import('./commands/kept.js')).keptList }),
    },
    'kept apply': {
      summary: 'put one of them in place after all',
      load: async () => ({ command: (await import('./commands/kept.js')).keptApply }),
    },
    'guard check': {
      summary: 'whether something may be done, and why',
      load: async () => ({ command: (await import('./commands/guard.js')).guardCheck }),
    },
    'guard serve': {
      summary: 'the guard over a socket, for hosts that cannot load it themselves',
      load: async () => ({ command: (await import('./commands/guard-serve.js')).guardServe }),
    },
  }),
  ...inGroup('Records', {
    get: {
      summary: 'one value, by its address',
      load: () => import('./commands/get.js'),
    },
    set: {
      summary: 'change one value, checked against its type',
      load: () => import('./commands/set.js'),
    },
    add: { summary: 'add one record', load: () => import('./commands/add.js') },
    'bundle run': {
      summary: 'carry out a bundle of REGISTRY.md',
      load: async () => ({ command: (await import('./commands/bundle.js')).bundleRun }),
    },
    query: {
      summary: 'read-only SQL over the workspace',
      load: async () => ({ command: (await import('./commands/query.js')).query }),
    },
    read: {
      summary: 'a text file of the workspace, or some of its lines',
      load: async () => ({ command: (await import('./commands/tools.js')).read }),
    },
    search: {
      summary: 'lines that match a pattern',
      load: async () => ({ command: (await import('./commands/tools.js')).search }),
    },
    write: {
      summary: 'the whole text of a file, judged like every change',
      load: async () => ({ command: (await import('./commands/write.js')).write }),
    },
    edit: {
      summary: 'one passage of a file, judged like every change',
      load: async () => ({ command: (await import('./commands/write.js')).edit }),
    },
    tables: {
      summary: 'the tables for query',
      load: async () => ({ command: (await import('./commands/query.js')).tables }),
    },
    impact: {
      summary: 'what a change of some files reaches',
      load: () => import('./commands/impact.js'),
    },
    graph: {
      summary: 'what depends on what',
      load: async () => ({ command: (await import('./commands/graph.js')).graph }),
    },
    'graph suggest': {
      summary: 'dependencies that were seen and are not declared',
      load: async () => ({ command: (await import('./commands/graph.js')).graphSuggest }),
    },
  }),
  ...inGroup('History', {
    history: {
      summary: 'every change of one value',
      load: async () => ({ command: (await import('./commands/history.js')).history }),
    },
    'as-of': {
      summary: 'the workspace, or one value, at another time',
      load: async () => ({ command: (await import('./commands/history.js')).asOf }),
    },
    diff: {
      summary: 'what changed between two times',
      load: async () => ({ command: (await import('./commands/history.js')).diff }),
    },
  }),
  ...inGroup('Modules', {
    'modules list': {
      summary: 'modules, and how many changes they have not heard of',
      load: async () => ({ command: (await import('./commands/modules.js')).modulesList }),
    },
    'modules run': {
      summary: 'tell modules what changed, outside of a pass',
      load: async () => ({ command: (await import('./commands/modules.js')).modulesRun }),
    },
    watch: {
      summary: 'tell modules what changes, as it changes',
      load: async () => ({ command: (await import('./commands/modules.js')).watch }),
    },
  }),
  ...inGroup('Toolkit', {
    init: {
      summary: 'make a workspace, or adopt the one that is there, and make its owner',
      load: () => import('./commands/init.js'),
    },
    doctor: {
      summary: 'what works here and what does not, with the command that mends it',
      load: () => import('./commands/doctor.js'),
    },
    upgrade: {
      summary: 'bring the shipped pages to this version; your changes stay',
      load: () => import('./commands/upgrade.js'),
    },
    'hooks install': {
      summary: 'let the hosts that are installed ask the guard before they act',
      load: async () => ({ command: await (await import('./commands/hooks.js')).hooksInstall() }),
    },
    'hooks uninstall': {
      summary: 'take these hooks out again, and leave everything else as it was',
      load: async () => ({ command: await (await import('./commands/hooks.js')).hooksUninstall() }),
    },
    'hooks status': {
      summary: 'whether these hooks are in force',
      load: async () => ({ command: await (await import('./commands/hooks.js')).hooksStatus() }),
    },
    completion: {
      summary: 'completion for bash, zsh or fish',
      load: async () => ({ command: (await import('./commands/completion.js')).completion }),
    },
  }),
};
