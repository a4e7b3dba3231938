/**
 * A tool call of a host (OpenClaw, Claude Code) in the guard's words. Tables of names and
 * parameters; nothing is decided here.
 */
import { defined } from '../../kernel/defined.js';
import type { Snapshot } from '../../workspace/types.js';
import { patchActions } from '../../hosts/openclaw/apply-patch.js';
import { editedText } from './edited-text.js';
import type { Action } from '../types.js';

export const HOSTS = ['openclaw', 'claude-code'] as const;
export type HostName = (typeof HOSTS)[number];

export type HostCall = {
  readonly host: HostName;
  readonly tool: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly callId?: string;
  /** Folder in which relative paths and commands start; default: the workspace. */
  readonly cwd?: string;
};

/**
 * `unknown`: no tool of this host that the guard knows; the tool registry may allow it by the name
 * `HOST:TOOL`. `ours`: a tool of nocturne, judged behind its own door.
 */
export type CallReading =
  | { readonly kind: 'acts'; readonly actions: readonly Action[] }
  | {
      readonly kind: 'spawns';
      readonly task: string;
      readonly target: string;
      readonly declaredMs?: number;
    }
  | { readonly kind: 'ours' }
  | { readonly kind: 'unknown'; readonly name: string }
  | { readonly kind: 'unreadable'; readonly why: string };

type Params = Readonly<Record<string, unknown>>;
type Reader = (
  params: Params,
  at: { readonly snapshot: Snapshot; readonly cwd: string | undefined },
) => CallReading;

const NOTHING: CallReading = { kind: 'acts', actions: [] };

export function readCall(snapshot: Snapshot, call: HostCall): CallReading {
  if (OURS.test(call.tool)) return { kind: 'ours' };
  const reader = TOOLS[call.host].get(call.tool);
  return reader === undefined
    ? { kind: 'unknown', name: `${call.host}:${call.tool}` }
    : reader(call.params, { snapshot, cwd: call.cwd });
}

/** As hosts name the tools of an MCP server called `nocturne`. */
const OURS = /^(?:mcp__)?nocturne__[a-z_]+$/;

const harmless: Reader = () => NOTHING;
const text = (params: Params, name: string): string | undefined =>
  typeof params[name] === 'string' ? (params[name] as string) : undefined;
const acts = (...actions: readonly Action[]): CallReading => ({ kind: 'acts', actions });
const lacks = (what: string): CallReading => ({
  kind: 'unreadable',
  why: `the call has no ${what}`,
});

function reads(...names: readonly string[]): Reader {
  return (params) =>
    acts(
      ...names.flatMap((name): Action[] => {
        const path = text(params, name) ?? '';
        return path === '' ? [] : [{ kind: 'read', path }];
      }),
    );
}

function writes(pathName: string): Reader {
  return (params, { snapshot }) => {
    const [path, content] = [text(params, pathName), text(params, 'content')];
    if (path === undefined) return lacks(pathName);
    if (content === undefined) return lacks('content');
    return acts({ kind: snapshot.files.has(path) ? 'edit' : 'write', path, content });
  };
}

/** Where the old text does not occur the host itself refuses; the path is judged all the same. */
function edits(
  pathName: string,
  names: {
    readonly list: string;
    readonly from: string;
    readonly to: string;
    readonly all: string;
  },
): Reader {
  return (params, { snapshot }) => {
    const path = text(params, pathName);
    if (path === undefined) return lacks(pathName);
    const listed = params[names.list];
    const steps = (Array.isArray(listed) ? listed : [params]).map((one) => one as Params);
    const content = editedText(
      snapshot,
      path,
      steps.map((step) => ({
        from: text(step, names.from) ?? '',
        to: text(step, names.to) ?? '',
        all: step[names.all] === true,
      })),
    );
    return acts({ kind: 'edit', path, ...defined({ content }) });
  };
}

function runs(names: { readonly folder?: string; readonly env?: string }): Reader {
  return (params, { cwd }) => {
    const command = text(params, 'command');
    if (command === undefined) return lacks('command');
    const folder = (names.folder === undefined ? undefined : text(params, names.folder)) ?? cwd;
    const given = names.env === undefined ? undefined : params[names.env];
    const env =
      typeof given === 'object' && given !== null
        ? Object.fromEntries(Object.entries(given).map(([name, value]) => [name, String(value)]))
        : undefined;
    return acts({
      kind: 'exec',
      command,
      ...defined({ cwd: folder, env }),
    });
  };
}

function spawns(names: {
  readonly task: string;
  readonly target: string;
  readonly seconds?: string;
}): Reader {
  return (params) => {
    const task = text(params, names.task);
    const seconds = names.seconds === undefined ? undefined : params[names.seconds];
    return task === undefined
      ? lacks(names.task)
      : {
          kind: 'spawns',
          task,
          target: text(params, names.target) ?? '',
          ...defined({
            declaredMs: typeof seconds === 'number' && seconds > 0 ? seconds * 1000 : undefined,
          }),
        };
  };
}

/** Something leaves the machine: `to` is what the egress list is asked about. */
function sends(to: (params: Params) => string | undefined, body: readonly string[] = []): Reader {
  return (params) => {
    const target = to(params);
    return target === undefined
      ? lacks('destination')
      : acts({
          kind: 'send',
          to: target,
          content: body.map((name) => text(params, name) ?? '').join('\n'),
        });
  };
}

/**
 * A running command is looked at or ended; nothing is typed into it, because what it would do with
 * that nobody can say.
 */
const watchesProcess: Reader = (params) =>
  ['list', 'poll', 'log', 'kill', 'clear', 'remove'].includes(text(params, 'action') ?? '')
    ? NOTHING
    : {
        kind: 'unreadable',
        why: `what a running command does with "${text(params, 'action') ?? ''}" cannot be judged`,
      };

const TOOLS: Readonly<Record<HostName, ReadonlyMap<string, Reader>>> = {
  openclaw: new Map<string, Reader>([
    ['read', reads('path')],
    ['ls', reads('path')],
    ['write', writes('path')],
    ['edit', edits('path', { list: 'edits', from: 'oldText', to: 'newText', all: '' })],
    [
      'apply_patch',
      (params, { snapshot }) => {
        const patch = text(params, 'input');
        return patch === undefined ? lacks('input') : patchActions(snapshot, patch);
      },
    ],
    ['exec', runs({ folder: 'workdir', env: 'env' })],
    ['process', watchesProcess],
    ['sessions_spawn', spawns({ task: 'task', target: 'agentId', seconds: 'runTimeoutSeconds' })],
    [
      'sessions_send',
      sends(
        (params) => prefixed('session:', text(params, 'sessionKey') ?? text(params, 'label')),
        ['message'],
      ),
    ],
    [
      'message',
      sends(
        (params) =>
          prefixed(
            `${text(params, 'channel') ?? 'channel'}:`,
            text(params, 'to') ?? text(params, 'target'),
          ),
        ['message'],
      ),
    ],
    ['web_fetch', sends((params) => text(params, 'url'))],
    [
      'web_search',
      sends(
        (params) => (text(params, 'query') === undefined ? undefined : 'search:web'),
        ['query'],
      ),
    ],
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
  ]),
  'claude-code': new Map<string, Reader>([
    ['Read', reads('file_path')],
    ['NotebookRead', reads('notebook_path')],
    ['Glob', reads('path')],
    ['Grep', reads('path')],
    ['LS', reads('path')],
    ['Write', writes('file_path')],
    [
      'Edit',
      edits('file_path', {
        list: 'edits',
        from: 'old_string',
        to: 'new_string',
        all: 'replace_all',
      }),
    ],
    [
      'MultiEdit',
      edits('file_path', {
        list: 'edits',
        from: 'old_string',
        to: 'new_string',
        all: 'replace_all',
      }),
    ],
    [
      'NotebookEdit',
      (params) => {
        const path = text(params, 'notebook_path');
        return path === undefined ? lacks('notebook_path') : acts({ kind: 'edit', path });
      },
    ],
    ['Bash', runs({})],
    ['Task', spawns({ task: 'prompt', target: 'subagent_type' })],
    ['Agent', spawns({ task: 'prompt', target: 'subagent_type' })],
    ['WebFetch', sends((params) => text(params, 'url'), ['prompt'])],
    [
      'WebSearch',
      sends(
        (params) => (text(params, 'query') === undefined ? undefined : 'search:web'),
        ['query'],
      ),
    ],
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
  ]),
};

function prefixed(prefix: string, value: string | undefined): string | undefined {
  return value === undefined ? undefined : `${prefix}${value}`;
}
