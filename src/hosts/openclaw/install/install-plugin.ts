/** Installs and configures our plugin in OpenClaw; other settings of the host stay. */
import { existsSync } from '../../../kernel/files.js';
import { join } from 'node:path';
import { z } from 'zod';
import { NocturneError } from '../../../kernel/error.js';
import { complaint, type OpenClaw } from './program.js';

export const PLUGIN_ID = 'nocturne';
const FOLDER = 'dist/openclaw-plugin';

export type PluginSettings = {
  readonly workspace: string;
  readonly node: string;
  readonly nocturne: string;
  readonly home: string;
};
export type PluginPlan = {
  readonly folder: string;
  readonly commands: readonly (readonly string[])[];
  readonly warnings: readonly string[];
  readonly settings: PluginSettings;
};
export type InstalledPlugin = {
  readonly id: string;
  readonly version: string;
  readonly status: string;
  readonly rootDir: string;
};

const Plugins = z.looseObject({
  allow: z.array(z.string()).optional(),
  deny: z.array(z.string()).optional(),
  entries: z
    .record(
      z.string(),
      z.looseObject({
        enabled: z.boolean().optional(),
        config: z.record(z.string(), z.unknown()).optional(),
        hooks: z.record(z.string(), z.unknown()).optional(),
      }),
    )
    .optional(),
});
const Inspected = z.looseObject({
  plugin: z.looseObject({
    id: z.string(),
    version: z.string().default(''),
    status: z.string().default(''),
    rootDir: z.string().default(''),
    enabled: z.boolean().optional(),
  }),
  diagnostics: z.array(z.unknown()).default([]),
});

/** @throws NocturneError `EXISTS` if the plugin serves another workspace. */
export async function planPlugin(
  host: OpenClaw,
  options: {
    readonly packageRoot: string;
    readonly settings: PluginSettings;
    readonly force: boolean;
  },
): Promise<PluginPlan> {
  const folder = join(options.packageRoot, FOLDER);
  if (!existsSync(join(folder, 'openclaw.plugin.json')))
    throw new NocturneError(
      'MISSING_PART',
      `there is no ${join(FOLDER, 'openclaw.plugin.json')} in ${options.packageRoot}`,
      { hint: 'npm run build makes it; --no-plugin goes without' },
    );
  const { allow, deny, entries } = await configured(host);
  const theirs = entries?.[PLUGIN_ID]?.config?.['workspace'];
  if (typeof theirs === 'string' && theirs !== options.settings.workspace && !options.force)
    throw new NocturneError(
      'EXISTS',
      `the plugin already serves ${theirs}, and one gateway has it once`,
      {
        hint: 'a second gateway (openclaw --profile) serves a second workspace; --force moves the plugin to this one',
      },
    );
  if (deny?.includes(PLUGIN_ID) === true)
    throw new NocturneError(
      'REFUSED',
      `plugins.deny of OpenClaw's configuration names ${PLUGIN_ID}`,
      { hint: 'take it out there, or go without: --no-plugin' },
    );
  const set = [
    ...(allow === undefined || allow.includes(PLUGIN_ID)
      ? []
      : [{ path: 'plugins.allow', value: [...allow, PLUGIN_ID] }]),
    { path: `plugins.entries.${PLUGIN_ID}.enabled`, value: true },
    { path: `plugins.entries.${PLUGIN_ID}.hooks.allowConversationAccess`, value: true },
    {
      path: `plugins.entries.${PLUGIN_ID}.config`,
      value: { ...entries?.[PLUGIN_ID]?.config, ...options.settings },
    },
  ];
  return {
    folder,
    settings: options.settings,
    commands: [
      ['plugins', 'install', folder, '--force'],
      ['config', 'set', '--batch-json', JSON.stringify(set)],
    ],
    warnings:
      allow === undefined
        ? [
            'plugins.allow is not set in OpenClaw, so it stays unset: a list with one name would turn off the plugins that you use',
          ]
        : [],
  };
}

export async function installPlugin(host: OpenClaw, plan: PluginPlan): Promise<InstalledPlugin> {
  for (const command of plan.commands) {
    const ran = await host.run(command);
    if (ran.exit !== 0)
      throw new NocturneError(
        'RUN_FAILED',
        `openclaw ${command.slice(0, 2).join(' ')} ended with ${ran.exit}: ${complaint(undefined, ran)}`,
        { hint: "the words are the host's own; --no-plugin installs the jobs alone" },
      );
  }
  const { allow, entries } = await configured(host);
  const entry = entries?.[PLUGIN_ID];
  const wrong = [
    ...Object.entries(plan.settings).flatMap(([name, value]) =>
      entry?.config?.[name] === value ? [] : [`config.${name}`],
    ),
    ...(entry?.hooks?.['allowConversationAccess'] === true
      ? []
      : ['hooks.allowConversationAccess']),
    ...(entry?.enabled === false ? ['enabled'] : []),
    ...(allow === undefined || allow.includes(PLUGIN_ID) ? [] : ['plugins.allow']),
  ];
  if (wrong.length > 0)
    throw new NocturneError(
      'RUN_FAILED',
      `the plugin was installed, and OpenClaw's configuration does not show what was set: ${wrong.join(', ')}`,
      { hint: `openclaw config get plugins.entries.${PLUGIN_ID}` },
    );
  const { plugin, diagnostics } = Inspected.parse(
    await host.json(['plugins', 'inspect', PLUGIN_ID, '--json']),
  );
  if (plugin.status !== 'loaded')
    throw new NocturneError(
      'RUN_FAILED',
      `the plugin was installed, and OpenClaw says that it is ${plugin.status}${diagnostics.length > 0 ? `: ${JSON.stringify(diagnostics[0]).slice(0, 300)}` : ''}`,
      { hint: `openclaw plugins inspect ${PLUGIN_ID}` },
    );
  await governs(host, plan.settings.workspace);
  return { id: plugin.id, version: plugin.version, status: plugin.status, rootDir: plugin.rootDir };
}

const Status = z.looseObject({
  guard: z.looseObject({ workspace: z.string().optional(), error: z.string().optional() }),
});
/** The gateway picks up a changed configuration by itself, a moment later. */
const TRIES = 10;

/** The running gateway may not know the configuration yet, so the plugin itself is asked. */
async function governs(host: OpenClaw, workspace: string): Promise<void> {
  let output = '';
  for (let i = 0; i < TRIES; i++) {
    const { exit, stdout, stderr } = await host.run([
      'gateway',
      'call',
      `${PLUGIN_ID}.status`,
      '--json',
    ]);
    const read = exit === 0 ? Status.safeParse(JSON.parse(stdout)) : undefined;
    if (read?.data?.guard.workspace === workspace) return;
    output =
      read?.data?.guard.error ??
      read?.data?.guard.workspace ??
      complaint(undefined, { stdout, stderr });
  }
  throw new NocturneError(
    'RUN_FAILED',
    `the plugin was installed, and in the running gateway it does not answer for ${workspace}: ${output}`,
    { hint: 'restart the gateway, then run this again; no job was made' },
  );
}

/** `config get` fails on an empty configuration. */
async function configured(host: OpenClaw): Promise<z.infer<typeof Plugins>> {
  const { exit, stdout, stderr } = await host.run(['config', 'get', 'plugins', '--json']);
  if (exit !== 0 && /unset/.test(stdout + stderr)) return {};
  const read = exit === 0 ? Plugins.safeParse(JSON.parse(stdout)) : undefined;
  if (read?.success !== true)
    throw new NocturneError(
      'RUN_FAILED',
      `openclaw config get plugins gives no configuration of plugins: ${complaint(undefined, { stdout, stderr })}`,
      { hint: 'openclaw config validate says what is wrong; --no-plugin installs the jobs alone' },
    );
  return read.data;
}
