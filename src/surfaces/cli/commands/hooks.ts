/**
 * `hooks install`, `hooks uninstall`, `hooks status`: our hooks in the settings of the installed
 * hosts.
 */
import { join } from 'node:path';
import type { HookPaths } from '../../../hosts/hook-command.js';
import { installedHosts } from '../../../hosts/installed.js';
import type { HookPlan, Host, HostHooks } from '../../../hosts/types.js';
import { defined } from '../../../kernel/defined.js';
import { EXIT, NocturneError } from '../../../kernel/error.js';
import { ownerName, requireOwner } from '../actor.js';
import type { Command, CommandResult, Context, OptionSpec, Parsed } from '../types.js';

type Way = 'install' | 'uninstall';
type Hooked = Pick<Host, 'name' | 'title'> & { readonly hooks: () => Promise<HostHooks> };

const DRY: OptionSpec = {
  flags: '--dry-run',
  description: 'say what would change, and change nothing',
};

export async function hooksInstall(): Promise<Command> {
  const hosts = await hookedHosts();
  return {
    options: [...choices(hosts), DRY],
    examples: [
      'nocturne hooks install',
      ...hosts.slice(0, 1).map(({ name }) => `nocturne hooks install --${name} --dry-run`),
    ],
    run: (context, parsed) => change(context, { hosts, parsed, way: 'install' }),
  };
}

export async function hooksUninstall(): Promise<Command> {
  const hosts = await hookedHosts();
  return {
    options: [...choices(hosts), DRY],
    examples: [
      'nocturne hooks uninstall',
      ...hosts.slice(-1).map(({ name }) => `nocturne hooks uninstall --${name}`),
    ],
    run: (context, parsed) => change(context, { hosts, parsed, way: 'uninstall' }),
  };
}

export async function hooksStatus(): Promise<Command> {
  const hosts = await hookedHosts();
  return {
    options: choices(hosts),
    examples: ['nocturne hooks status', 'nocturne hooks status --json'],
    async run(context, parsed) {
      const [workspace, paths] = [context.workspace(), hookPathsOf(context)];
      const found = await Promise.all(
        chosen(hosts, parsed).map(async ({ name, title, hooks }) => {
          const { text, facts } = (await hooks()).status(workspace, paths);
          return { line: `${title}: ${text}`, entry: [optionName(name), facts] as const };
        }),
      );
      return {
        exit: EXIT.ok,
        text: found.map(({ line }) => line).join('\n'),
        json: Object.fromEntries(found.map(({ entry }) => entry)),
      };
    },
  };
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

/**
 * Everything is planned before anything is written, so that what is wrong with one host leaves the
 * others as they were.
 */
async function change(
  context: Context,
  {
    hosts,
    parsed,
    way,
  }: { readonly hosts: readonly Hooked[]; readonly parsed: Parsed; readonly way: Way },
): Promise<CommandResult> {
  requireOwner(context, way === 'install' ? 'installing hooks' : 'taking hooks out');
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
  return {
    exit: EXIT.ok,
    text: [...lines, ...(dryRun ? ['Nothing was changed.'] : [])].join('\n'),
    json: {
      dryRun,
      hooks: plans.flatMap(({ name, plan }) =>
        plan.kind === 'plan' ? [{ door: name, verdict: plan.verdict, where: plan.where }] : [],
      ),
    },
  };
}

const WORDS: Readonly<Record<Extract<HookPlan, { kind: 'plan' }>['verdict'], string>> = {
  install: 'the hooks are put in',
  upgrade: 'the hooks are brought up to date',
  nothing: 'there is nothing to do',
  restore: 'the file is as it was before',
  remove: 'our hooks are taken out',
};

function planText(plan: HookPlan): string {
  return plan.kind === 'absent'
    ? `${plan.what}, so nothing was done`
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
