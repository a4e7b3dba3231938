/**
 * What Claude Code's tools do, in the guard's terms. Hooks load it for each call, so it stays
 * small.
 */
import type { HostTools, ToolReader, GuardedHost } from '../../governance/host-tools/host-tools.js';
import {
  acts,
  edits,
  harmless,
  lacks,
  reads,
  runs,
  searchesWeb,
  sends,
  spawns,
  text,
  writes,
} from '../../governance/host-tools/tool-readers.js';

const replaces = edits('file_path', {
  list: 'edits',
  from: 'old_string',
  to: 'new_string',
  all: 'replace_all',
});

const editsNotebook: ToolReader = (params) => {
  const path = text(params, 'notebook_path');
  return path === undefined ? lacks('notebook_path') : acts({ kind: 'edit', path });
};

export const TOOLS: HostTools = new Map<string, ToolReader>([
  ['Read', reads('file_path')],
  ['NotebookRead', reads('notebook_path')],
  ['Glob', reads('path')],
  ['Grep', reads('path')],
  ['LS', reads('path')],
  ['Write', writes('file_path')],
  ['Edit', replaces],
  ['MultiEdit', replaces],
  ['NotebookEdit', editsNotebook],
  ['Bash', runs({})],
  ['Task', spawns({ task: 'prompt', target: 'subagent_type' })],
  ['Agent', spawns({ task: 'prompt', target: 'subagent_type' })],
  ['WebFetch', sends((params) => text(params, 'url'), ['prompt'])],
  ['WebSearch', searchesWeb],
  ...[
    'TodoWrite',
    'TodoRead',
    'BashOutput',
    'KillShell',
    'KillBash',
    'ExitPlanMode',
    'EnterPlanMode',
    'AskUserQuestion',
    'ToolSearch',
    'Skill',
    'ListMcpResourcesTool',
    'TaskOutput',
    'TaskStop',
    'TaskCreate',
    'TaskUpdate',
    'TaskList',
    'TaskGet',
  ].map((name) => [name, harmless] as const),
]);

export const GUARDED = {
  name: 'claude-code',
  tools: TOOLS,
  settings: /(?:^|\/)\.claude(?:$|\/settings[^/]*\.json$)/i,
} satisfies GuardedHost;
