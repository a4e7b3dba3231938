/**
 * The plugin's state in a process of the host: one per workspace, however often the host loads it.
 */
import { createHash } from 'node:crypto';
import { realpathSync } from 'node:fs';
import { isAbsolute } from 'node:path';
import { GuardClient } from './guard-client.js';
import type { WatchedRun } from './automations.js';
import type { HostApi } from './host-types.js';
import { type Run, Runs } from './runs.js';

export type Log = { info(text: string): void; warn(text: string): void; error(text: string): void };
export type Plugin = {
  readonly config: PluginConfig;
  readonly client: GuardClient;
  readonly runs: Runs;
  /** By the host's id of the automation. */
  readonly watched: Map<string, WatchedRun>;
  log: Log;
  /** The latest durations of judgements, as seen by the host. */
  readonly took: number[];
  /**
   * Parameters that replace a call's own, by call: a command as it was judged, or a spawn with the
   * instruction for the subagent.
   */
  readonly ourParams: Map<string, Readonly<Record<string, unknown>>>;
  /** What the owner must fix. */
  warnings: readonly string[];
  /** Passes that are ending. */
  readonly ending: Set<Promise<unknown>>;
  settled(): Promise<void>;
  session(run: Run): { readonly host: 'openclaw'; readonly id: string };
};

const HELD = Symbol.for('nocturne.openclaw');

/** Starts nothing: the host also registers plugins only to inspect them. */
export function heldPlugin(api: HostApi): Plugin | string {
  const read = readConfig(api.pluginConfig);
  if (read.kind === 'missing') return read.why;
  const { config } = read;
  const held = ((globalThis as { [HELD]?: Map<string, Plugin> })[HELD] ??= new Map<
    string,
    Plugin
  >());
  const key = JSON.stringify(config);
  let plugin = held.get(key);
  if (plugin === undefined) {
    plugin = make(config, logOf(api));
    held.set(key, plugin);
  }
  plugin.log = logOf(api);
  plugin.warnings = warningsOf(api);
  return plugin;
}

function make(config: PluginConfig, log: Log): Plugin {
  const ending = new Set<Promise<unknown>>();
  return {
    config,
    client: new GuardClient(config),
    runs: new Runs(config.id),
    watched: new Map(),
    log,
    took: [],
    ourParams: new Map(),
    warnings: [],
    ending,
    settled: async () => void (await Promise.allSettled([...ending])),
    session: (run) => ({ host: 'openclaw', id: run.sessionKey }),
  };
}

/** The host silently accepts hooks that it will never call. */
function warningsOf(api: HostApi): readonly string[] {
  const hooks = api.config?.plugins?.entries?.['nocturne']?.hooks;
  return [
    ...(hooks?.allowConversationAccess === true
      ? []
      : [
          'plugins.entries.nocturne.hooks.allowConversationAccess is not true: OpenClaw then calls no hook before the model, no pass begins, and every tool call of the jobs is refused',
        ]),
    ...(hooks?.allowPromptInjection === false
      ? [
          'plugins.entries.nocturne.hooks.allowPromptInjection is false: the agent is not given its brief',
        ]
      : []),
  ];
}

function logOf(api: HostApi): Log {
  const log =
    (level: 'info' | 'warn' | 'error') =>
    (text: string): void =>
      api.logger?.[level]?.(`nocturne: ${text}`);
  return { info: log('info'), warn: log('warn'), error: log('error') };
}

export type PluginConfig = {
  readonly workspace: string;
  /** The first characters of the workspace's state name, with which its jobs' names end. */
  readonly id: string;
  readonly node: string;
  readonly nocturne: string;
  readonly home: string | undefined;
  /** `all`: sessions that are not a pass are judged as guests; `jobs`: they are ignored. */
  readonly governed: 'jobs' | 'all';
};
export type ReadConfig =
  | { readonly kind: 'config'; readonly config: PluginConfig }
  | { readonly kind: 'missing'; readonly why: string };

export function readConfig(settings: unknown): ReadConfig {
  const values = (typeof settings === 'object' && settings !== null ? settings : {}) as Readonly<
    Record<string, unknown>
  >;
  const path = (name: string): string | undefined => {
    const value = values[name];
    return typeof value === 'string' && isAbsolute(value) ? value : undefined;
  };
  const [workspace, node, nocturne] = [path('workspace'), path('node'), path('nocturne')];
  if (workspace === undefined || node === undefined || nocturne === undefined)
    return {
      kind: 'missing',
      why: 'plugins.entries.nocturne.config needs workspace, node and nocturne as absolute paths; nocturne cron install writes them',
    };
  const real = realPath(workspace);
  return {
    kind: 'config',
    config: {
      workspace: real,
      id: createHash('sha256').update(real).digest('hex').slice(0, 8),
      node,
      nocturne,
      home: path('home'),
      governed: values['governed'] === 'all' ? 'all' : 'jobs',
    },
  };
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

export function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}
