/**
 * A tool call of a host in the guard's words. Each host brings its table; nothing is decided here.
 */
import type { Snapshot } from '../../workspace/types.js';
import type { Action } from '../types.js';

export type HostCall = {
  /** The host's name, as in its folder. */
  readonly host: string;
  readonly tool: string;
  readonly params: Params;
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

export type Params = Readonly<Record<string, unknown>>;
/** What one tool does when it is called with these parameters. */
export type ToolReader = (
  params: Params,
  place: { readonly snapshot: Snapshot; readonly cwd: string | undefined },
) => CallReading;
/** The tools of a host by the names that it calls them. */
export type HostTools = ReadonlyMap<string, ToolReader>;
/** What a judgement needs of a host. */
export type GuardedHost = {
  readonly name: string;
  readonly tools?: HostTools;
  /** Paths of settings that say which hooks it calls, in whatever folder it is started. */
  readonly settings?: RegExp;
};

export function readCall(snapshot: Snapshot, tools: HostTools, call: HostCall): CallReading {
  if (OURS.test(call.tool)) return { kind: 'ours' };
  const reader = tools.get(call.tool);
  return reader === undefined
    ? { kind: 'unknown', name: `${call.host}:${call.tool}` }
    : reader(call.params, { snapshot, cwd: call.cwd });
}

/** As hosts name the tools of an MCP server called `nocturne`. */
const OURS = /^(?:mcp__)?nocturne__[a-z_]+$/;
