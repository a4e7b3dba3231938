/**
 * What the plugin holds in a process of the host: once for each workspace, however often the host
 * loads and registers it.
 */
import { type PluginConfig, readConfig } from './config.js';
import { GuardClient } from './guard-client.js';
import type { HostApi } from './host-types.js';
import { type Run, Runs } from './runs.js';

export type Log = { info(text: string): void; warn(text: string): void; error(text: string): void };
export type Plugin = {
  readonly config: PluginConfig;
  readonly client: GuardClient;
  readonly runs: Runs;
  log: Log;
  /** How long judgements took, as the host's tool calls felt it; the last ones. */
  readonly took: number[];
  /**
   * Parameters that nocturne put in place of a call's own, by call: a command as it was judged, and
   * what a sub-agent has to be told.
   */
  readonly ourParams: Map<string, Readonly<Record<string, unknown>>>;
  /** What the owner has to mend; empty when nothing. */
  warnings: readonly string[];
  /** The ends of passes that are under way. */
  readonly ending: Set<Promise<unknown>>;
  settled(): Promise<void>;
  session(run: Run): { readonly host: 'openclaw'; readonly id: string };
};

const HELD = Symbol.for('nocturne.openclaw');

/** Nothing is started here: the host registers plugins only to look at them, too. */
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
    log,
    took: [],
    ourParams: new Map(),
    warnings: [],
    ending,
    settled: async () => void (await Promise.allSettled([...ending])),
    session: (run) => ({ host: 'openclaw', id: run.sessionKey }),
  };
}

/** The host takes hooks without a word that it will never call. */
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
