/** A host's tool call in the guard's terms. Each host brings its own table. */
import type { Snapshot } from '../../workspace/types.js';
import type { Action } from '../types.js';

export type HostCall = {
  readonly host: string;
  readonly tool: string;
  readonly params: Params;
  readonly callId?: string;
  /** Where relative paths and commands start; default: the workspace. */
  readonly cwd?: string;
};

/**
 * `unknown`: the tool registry may allow it as `HOST:TOOL`. `ours`: a tool of Nocturne, which
 * judges itself.
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
export type ToolReader = (
  params: Params,
  place: { readonly snapshot: Snapshot; readonly cwd: string | undefined },
) => CallReading;
/** By the host's names. */
export type HostTools = ReadonlyMap<string, ToolReader>;
export type GuardedHost = {
  readonly name: string;
  readonly tools?: HostTools;
  /** Settings that say which hooks the host calls, in any folder. */
  readonly settings?: RegExp;
};

export function readCall(snapshot: Snapshot, tools: HostTools, call: HostCall): CallReading {
  if (OURS.test(call.tool)) return { kind: 'ours' };
  const reader = tools.get(call.tool);
  return reader === undefined
    ? { kind: 'unknown', name: `${call.host}:${call.tool}` }
    : reader(call.params, { snapshot, cwd: call.cwd });
}

/** How hosts name the tools of an MCP server called `nocturne`. */
const OURS = /^(?:mcp__)?nocturne__[a-z_]+$/;
