/** What OpenClaw's tools do, in the guard's terms. */
import type { HostTools, Params, ToolReader } from '../../governance/host-tools/host-tools.js';
import * as tool from '../../governance/host-tools/tool-readers.js';
import { patchActions } from './apply-patch.js';

const appliesPatch: ToolReader = (params, { snapshot }) => {
  const patch = tool.text(params, 'input');
  return patch === undefined ? tool.lacks('input') : patchActions(snapshot, patch);
};

function sessionOf(params: Params): string | undefined {
  const key = tool.text(params, 'sessionKey') ?? tool.text(params, 'label');
  return key === undefined ? undefined : `session:${key}`;
}

function recipientOf(params: Params): string | undefined {
  const to = tool.text(params, 'to') ?? tool.text(params, 'target');
  return to === undefined ? undefined : `${tool.text(params, 'channel') ?? 'channel'}:${to}`;
}

/** A running command may be watched or ended, but not typed into: nobody can say what that does. */
const watchesProcess: ToolReader = (params) => {
  const action = tool.text(params, 'action') ?? '';
  return ['list', 'poll', 'log', 'kill', 'clear', 'remove'].includes(action)
    ? tool.acts()
    : {
        kind: 'unreadable',
        why: `what a running command does with "${action}" cannot be judged`,
      };
};

export const TOOLS: HostTools = tool.hostTools(
  {
    read: tool.readsFile('path'),
    ls: tool.reads('path'),
    write: tool.writes('path'),
    edit: tool.edits('path', { list: 'edits', from: 'oldText', to: 'newText', all: '' }),
    apply_patch: appliesPatch,
    exec: tool.runs({ folder: 'workdir', env: 'env' }),
    process: watchesProcess,
    sessions_spawn: tool.spawns({
      task: 'task',
      target: 'agentId',
      seconds: 'runTimeoutSeconds',
    }),
    sessions_send: tool.sends(sessionOf, ['message']),
    message: tool.sends(recipientOf, ['message']),
    web_fetch: tool.fetchesWeb(),
    web_search: tool.searchesWeb,
  },
  `session_status sessions_list sessions_history sessions_search sessions_yield agents_wait get_goal
   memory_search memory_get agents_list update_plan`,
);
