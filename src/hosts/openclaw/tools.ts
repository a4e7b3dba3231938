/** What OpenClaw's tools do, in the guard's terms. */
import type { HostTools, Params, ToolReader } from '../../governance/host-tools/host-tools.js';
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
import { patchActions } from './apply-patch.js';

const appliesPatch: ToolReader = (params, { snapshot }) => {
  const patch = text(params, 'input');
  return patch === undefined ? lacks('input') : patchActions(snapshot, patch);
};

function sessionOf(params: Params): string | undefined {
  const key = text(params, 'sessionKey') ?? text(params, 'label');
  return key === undefined ? undefined : `session:${key}`;
}

function recipientOf(params: Params): string | undefined {
  const to = text(params, 'to') ?? text(params, 'target');
  return to === undefined ? undefined : `${text(params, 'channel') ?? 'channel'}:${to}`;
}

/** A running command may be watched or ended, but not typed into: nobody can say what that does. */
const watchesProcess: ToolReader = (params) => {
  const action = text(params, 'action') ?? '';
  return ['list', 'poll', 'log', 'kill', 'clear', 'remove'].includes(action)
    ? acts()
    : {
        kind: 'unreadable',
        why: `what a running command does with "${action}" cannot be judged`,
      };
};

export const TOOLS: HostTools = new Map<string, ToolReader>([
  ['read', reads('path')],
  ['ls', reads('path')],
  ['write', writes('path')],
  ['edit', edits('path', { list: 'edits', from: 'oldText', to: 'newText', all: '' })],
  ['apply_patch', appliesPatch],
  ['exec', runs({ folder: 'workdir', env: 'env' })],
  ['process', watchesProcess],
  ['sessions_spawn', spawns({ task: 'task', target: 'agentId', seconds: 'runTimeoutSeconds' })],
  ['sessions_send', sends(sessionOf, ['message'])],
  ['message', sends(recipientOf, ['message'])],
  ['web_fetch', sends((params) => text(params, 'url'))],
  ['web_search', searchesWeb],
  ...[
    'session_status',
    'sessions_list',
    'sessions_history',
    'sessions_search',
    'sessions_yield',
    'agents_wait',
    'get_goal',
    'memory_search',
    'memory_get',
    'agents_list',
    'update_plan',
  ].map((name) => [name, harmless] as const),
]);
