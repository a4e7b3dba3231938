/**
 * `hooks install`, `hooks uninstall`, `hooks status`: the doors of Claude Code and of git in this
 * workspace.
 */
import { join } from 'node:path';
import { EXIT, NocturneError } from '../../../kernel/error.js';
import type { HookPlace } from '../../../hosts/hook-command.js';
import {
  carryOut,
  planInstall,
  planUninstall,
  SETTINGS,
  settingsStatus,
} from '../../../hosts/claude-code/install/settings.js';
import {
  carryOutGit,
  findRepository,
  planGitInstall,
  planGitUninstall,
} from '../../../hosts/git/install-hooks.js';
import { ownerName, requireOwner } from '../actor.js';
import type { Command, CommandResult, Context, OptionSpec, Parsed } from '../types.js';

const WHICH: readonly OptionSpec[] = [
  { flags: '--claude-code', description: 'only the hooks of Claude Code' },
  { flags: '--git', description: 'only the hooks of git' },
];
const DRY: OptionSpec = {
  flags: '--dry-run',
  description: 'say what would change, and change nothing',
};
type Done = {
  readonly door: 'claude-code' | 'git';
  readonly verdict: string;
  readonly where: string;
  readonly carryOut: () => void;
};

export const hooksInstall: Command = {
  options: [...WHICH, DRY],
  examples: ['nocturne hooks install', 'nocturne hooks install --claude-code --dry-run'],
  run: (context, parsed) => change(context, parsed, 'install'),
};

export const hooksUninstall: Command = {
  options: [...WHICH, DRY],
  examples: ['nocturne hooks uninstall', 'nocturne hooks uninstall --git'],
  run: (context, parsed) => change(context, parsed, 'uninstall'),
};

export const hooksStatus: Command = {
  options: WHICH,
  examples: ['nocturne hooks status', 'nocturne hooks status --json'],
  run(context, parsed) {
    const workspace = context.workspace();
    const { claudeCode, git } = chosen(parsed);
    const settings = settingsStatus(workspace, placeOf(context));
    const repository = findRepository(workspace.root);
    const plan =
      repository === undefined ? undefined : planGitInstall(repository, placeOf(context));
    const ofClaude =
      settings.events.length === 0
        ? 'not installed'
        : settings.switchedOff
          ? `switched off by "disableAllHooks" in ${SETTINGS}`
          : settings.current
            ? `in force, in ${SETTINGS}`
            : 'of another version or place: run nocturne hooks install again';
    const ofGit =
      repository === undefined
        ? 'no repository here'
        : !repository.installed
          ? 'not installed'
          : repository.inForce !== repository.folder
            ? `installed, but git uses ${repository.inForce}`
            : plan?.verdict === 'nothing'
              ? `in force, before those in ${repository.previous}`
              : 'of another version or place: run nocturne hooks install again';
    const lines = [
      ...(claudeCode ? [`Claude Code: ${ofClaude}`] : []),
      ...(git ? [`git: ${ofGit}`] : []),
    ];
    const json = {
      ...(claudeCode
        ? {
            claudeCode: {
              installed: settings.events.length > 0,
              current: settings.current,
              switchedOff: settings.switchedOff,
              events: settings.events,
              file: SETTINGS,
            },
          }
        : {}),
      ...(git
        ? {
            git: {
              repository: repository !== undefined,
              installed: repository?.installed ?? false,
              current: plan?.verdict === 'nothing',
              folder: repository?.folder ?? null,
              previous: repository?.previous ?? null,
            },
          }
        : {}),
    };
    return { exit: EXIT.ok, text: lines.join('\n'), json };
  },
};

/**
 * Everything is planned before anything is written, so that what is wrong with one leaves the other
 * as it was.
 */
function change(context: Context, parsed: Parsed, way: 'install' | 'uninstall'): CommandResult {
  requireOwner(context, way === 'install' ? 'installing hooks' : 'taking hooks out');
  const dryRun = parsed.options['dryRun'] === true;
  const workspace = context.workspace();
  const { claudeCode, git, gitAsked } = chosen(parsed);
  const place = placeOf(context);
  const done: Done[] = [];
  if (claudeCode) {
    const plan = way === 'install' ? planInstall(workspace, place) : planUninstall(workspace);
    done.push({
      door: 'claude-code',
      verdict: plan.verdict,
      where: SETTINGS,
      carryOut: () => carryOut(workspace, plan, ownerName(workspace.snapshot())),
    });
  }
  const repository = git ? findRepository(workspace.root) : undefined;
  if (repository !== undefined) {
    const plan =
      way === 'install' ? planGitInstall(repository, place) : planGitUninstall(repository);
    done.push({
      door: 'git',
      verdict: plan.verdict,
      where: repository.folder,
      carryOut: () => carryOutGit(workspace, plan),
    });
  } else if (gitAsked)
    throw new NocturneError('CONFIG', `${workspace.root} is in no git repository`, {
      hint: 'run git init there first',
    });
  if (!dryRun) for (const one of done) one.carryOut();
  const text = [
    ...done.map(
      (one) => `${one.door === 'git' ? 'git' : 'Claude Code'}: ${said(one.verdict)} (${one.where})`,
    ),
    ...(git && repository === undefined ? ['git: no repository here, so nothing was done'] : []),
    ...(dryRun ? ['Nothing was changed.'] : []),
  ];
  return {
    exit: EXIT.ok,
    text: text.join('\n'),
    json: { dryRun, hooks: done.map(({ door, verdict, where }) => ({ door, verdict, where })) },
  };
}

function said(verdict: string): string {
  const words: Readonly<Record<string, string>> = {
    install: 'the hooks are put in',
    upgrade: 'the hooks are brought up to date',
    nothing: 'there is nothing to do',
    restore: 'the file is as it was before',
    remove: 'our hooks are taken out',
  };
  return words[verdict] ?? verdict;
}

function chosen({ options }: Parsed): {
  readonly claudeCode: boolean;
  readonly git: boolean;
  readonly gitAsked: boolean;
} {
  const [one, other] = [options['claudeCode'] === true, options['git'] === true];
  return { claudeCode: one || !other, git: other || !one, gitAsked: other };
}

function placeOf(context: Context): HookPlace {
  const home = context.env['NOCTURNE_HOME'];
  return {
    node: process.execPath,
    program: join(context.packageRoot, 'bin/nocturne.cjs'),
    workspace: context.workspace().root,
    ...(home === undefined || home === '' ? {} : { home: context.home }),
  };
}
