/** `hooks install`, `hooks uninstall`, `hooks status`: our hooks in the settings of the hosts. */
import { join } from 'node:path';
import type { HookPaths } from '../../../hosts/hook-command.js';
import { installedHosts } from '../../../hosts/installed.js';
import type { HookPlan, Host, HostHooks } from '../../../hosts/types.js';
import { defined } from '../../../kernel/defined.js';
import { NocturneError } from '../../../kernel/error.js';
import { ownerName, requireOwner } from '../actor.js';
import { ok } from '../result.js';
import type { Command, CommandResult, Context, OptionSpec, Parsed } from '../types.js';

type Hooked = Pick<Host, 'name' | 'title'> & { readonly hooks: () => Promise<HostHooks> };

const DRY: OptionSpec = {
  flags: '--dry-run',
  description: 'show what would change, and change nothing',
};

/** Their options depend on which hosts are installed. */
export async function hookCommands(): Promise<
  Readonly<Record<'hooksInstall' | 'hooksUninstall' | 'hooksStatus', Command>>
> {
  const hosts = await hookedHosts();
  const [first, last] = [hosts[0], hosts.at(-1)].map((host) => `--${host?.name ?? 'HOST'}`);
  return {
    hooksInstall: {
      options: [...choices(hosts), DRY],
      examples: ['nocturne hooks install', `nocturne hooks install ${first} --dry-run`],
      run: (context, parsed) => change(context, { hosts, parsed, way: 'install' }),
    },
    hooksUninstall: {
      options: [...choices(hosts), DRY],
      examples: ['nocturne hooks uninstall', `nocturne hooks uninstall ${last}`],
      run: (context, parsed) => change(context, { hosts, parsed, way: 'uninstall' }),
    },
    hooksStatus: {
      options: choices(hosts),
      examples: ['nocturne hooks status', 'nocturne hooks status --json'],
      run: (context, parsed) => status(context, chosen(hosts, parsed)),
    },
  };
}

async function status(context: Context, hosts: readonly Hooked[]): Promise<CommandResult> {
  const [workspace, paths] = [context.workspace(), hookPathsOf(context)];
  const found = await Promise.all(
    hosts.map(async ({ name, title, hooks }) => {
      const { text, facts } = (await hooks()).status(workspace, paths);
      return { line: `${title}: ${text}`, entry: [optionName(name), facts] as const };
    }),
  );
  return ok(
    found.map(({ line }) => line).join('\n'),
    Object.fromEntries(found.map(({ entry }) => entry)),
  );
}

async function hookedHosts(): Promise<readonly Hooked[]> {
  return (await installedHosts()).flatMap(({ name, title, hooks }) =>
    hooks === undefined ? [] : [{ name, title, hooks }],
  );
}

function choices(hosts: readonly Hooked[]): readonly OptionSpec[] {
  return hosts.map(({ name, title }) => ({
    flags: `--${name}`,
    description: `only the hooks of ${title}`,
  }));
}

/** All of them, unless some are named. */
function chosen(hosts: readonly Hooked[], parsed: Parsed): readonly Hooked[] {
  const named = hosts.filter(({ name }) => isNamed(parsed, name));
  return named.length === 0 ? hosts : named;
}

function isNamed({ options }: Parsed, name: string): boolean {
  return options[optionName(name)] === true;
}

/** `some-host` as commander and JSON call it: `someHost`. */
function optionName(name: string): string {
  return name.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
}

/** Plans everything before it writes, so that an error in one host leaves the others untouched. */
async function change(
  context: Context,
  {
    hosts,
    parsed,
    way,
  }: {
    readonly hosts: readonly Hooked[];
    readonly parsed: Parsed;
    readonly way: 'install' | 'uninstall';
  },
): Promise<CommandResult> {
  requireOwner(context, `${way}ing hooks`);
  const dryRun = parsed.options['dryRun'] === true;
  const workspace = context.workspace();
  const asked = { workspace, paths: hookPathsOf(context), owner: ownerName(workspace.snapshot()) };
  const plans = await Promise.all(
    chosen(hosts, parsed).map(async ({ name, title, hooks }) => ({
      name,
      title,
      plan: (await hooks()).plan(way, asked),
    })),
  );
  for (const { name, plan } of plans)
    if (plan.kind === 'absent' && isNamed(parsed, name))
      throw new NocturneError('CONFIG', plan.why, { hint: plan.hint });
  if (!dryRun) for (const { plan } of plans) if (plan.kind === 'plan') plan.carryOut();
  const lines = plans.map(({ title, plan }) => `${title}: ${planText(plan)}`);
  return ok([...lines, ...(dryRun ? ['Nothing was changed.'] : [])].join('\n'), {
    dryRun,
    hooks: plans.flatMap(({ name, plan }) =>
      plan.kind === 'plan' ? [{ door: name, verdict: plan.verdict, where: plan.where }] : [],
    ),
  });
}

const WORDS: Readonly<Record<Extract<HookPlan, { kind: 'plan' }>['verdict'], string>> = {
  install: 'installs the hooks',
  upgrade: 'updates the hooks',
  nothing: 'nothing to do',
  restore: 'restores the file as it was before',
  remove: 'removes our hooks',
};

function planText(plan: HookPlan): string {
  return plan.kind === 'absent'
    ? `${plan.what}, so there is nothing to do`
    : `${WORDS[plan.verdict]} (${plan.where})`;
}

function hookPathsOf(context: Context): HookPaths {
  const home = context.env['NOCTURNE_HOME'];
  return defined({
    node: process.execPath,
    program: join(context.packageRoot, 'bin/nocturne.cjs'),
    workspace: context.workspace().root,
    home: home === undefined || home === '' ? undefined : context.home,
  });
}
