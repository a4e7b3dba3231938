/** Plans, installs, removes and shows our hooks in `.claude/settings.local.json`. */
import { existsSync, readdirSync, readFileSync, rmdirSync } from '../../../kernel/files.js';
import { join } from 'node:path';
import { NocturneError } from '../../../kernel/error.js';
import { sha256 } from '../../../kernel/hash.js';
import type { Workspace } from '../../../workspace/types.js';
import { type Before, forgetBefore, keepBefore, readBefore } from '../../before.js';
import type { HookPaths } from '../../hook-command.js';
import { claudeHooks } from '../hook-groups.js';
import { isSwitchedOff, ownEvents, withHooks, withoutHooks } from './merge-settings.js';
import type { HostHooks } from '../../types.js';

/**
 * Personal settings: the commands name absolute paths, which do not belong in the shared
 * `settings.json`.
 */
export const SETTINGS = '.claude/settings.local.json';
const FOLDER = '.claude';
const NAME = 'claude-settings';

/** `next`: what the file is to hold; `undefined`: it is to be deleted. */
export type SettingsPlan = {
  readonly verdict: 'install' | 'upgrade' | 'nothing' | 'restore' | 'remove';
  readonly now: Buffer | undefined;
  readonly next: Buffer | undefined;
};

export function planInstall(workspace: Workspace, hookPaths: HookPaths): SettingsPlan {
  const now = read(workspace);
  const text = textOf(now);
  const next = Buffer.from(withHooks(text, claudeHooks(hookPaths), SETTINGS));
  if (now !== undefined && next.equals(now)) return { verdict: 'nothing', now, next: now };
  return { verdict: ownEvents(text, SETTINGS).length === 0 ? 'install' : 'upgrade', now, next };
}

export function planUninstall(workspace: Workspace): SettingsPlan {
  const now = read(workspace);
  const before = readBefore(workspace.state, NAME);
  if (now === undefined || ownEvents(textOf(now), SETTINGS).length === 0)
    return { verdict: 'nothing', now, next: now };
  if (before?.after === sha256(now)) return { verdict: 'restore', now, next: before.content };
  const next = withoutHooks(
    textOf(now),
    before === undefined ? '' : textOf(before.content),
    SETTINGS,
  );
  const gone =
    before !== undefined && before.content === undefined && next.replace(/\s/g, '') === '{}';
  return { verdict: 'remove', now, next: gone ? undefined : Buffer.from(next) };
}

/** What the file held before our hooks. */
function originOf({ now, verdict }: SettingsPlan, before: Before | undefined): Buffer | undefined {
  if (before !== undefined && now !== undefined && before.after === sha256(now))
    return before.content;
  if (now === undefined || verdict === 'install') return now;
  // The owner edited the file since, so the original is what remains without our entries.
  return Buffer.from(withoutHooks(textOf(now), textOf(before?.content), SETTINGS));
}

export function carryOut(workspace: Workspace, plan: SettingsPlan, owner: string): void {
  if (plan.verdict === 'nothing') return forgetIfGone(workspace, plan);
  const { next } = plan;
  const made = !existsSync(join(workspace.root, FOLDER));
  const before = readBefore(workspace.state, NAME);
  const installs = plan.verdict === 'install' || plan.verdict === 'upgrade';
  const origin = originOf(plan, before);
  if (installs && next !== undefined)
    keepBefore(workspace.state, NAME, {
      path: SETTINGS,
      before: origin,
      after: next,
      made: before?.made ?? made,
    });
  workspace.commit({
    actor: { kind: 'owner', name: owner },
    runId: '',
    reason: installs
      ? 'the hooks of Claude Code were installed'
      : 'the hooks of Claude Code were removed',
    changes: [
      next === undefined
        ? { kind: 'delete', path: SETTINGS }
        : { kind: 'write', path: SETTINGS, content: next },
    ],
    audit: [
      {
        step: '',
        type: 'hooks',
        target: SETTINGS,
        authorisation: 'owner',
        result: plan.verdict,
        detail: '',
      },
    ],
  });
  if (installs) return;
  const folder = join(workspace.root, FOLDER);
  if (before?.made === true && existsSync(folder) && readdirSync(folder).length === 0)
    rmdirSync(folder);
  forgetBefore(workspace.state, NAME);
}

export type SettingsStatus = {
  readonly events: readonly string[];
  readonly current: boolean;
  readonly switchedOff: boolean;
};

export function settingsStatus(workspace: Workspace, hookPaths: HookPaths): SettingsStatus {
  const text = textOf(read(workspace));
  const events = ownEvents(text, SETTINGS);
  return {
    events,
    current: events.length > 0 && withHooks(text, claudeHooks(hookPaths), SETTINGS) === text,
    switchedOff: isSwitchedOff(text, SETTINGS),
  };
}

/** A file that was removed or cleaned by hand has nothing to restore. */
function forgetIfGone(workspace: Workspace, { now }: SettingsPlan): void {
  if (now === undefined || ownEvents(textOf(now), SETTINGS).length === 0)
    forgetBefore(workspace.state, NAME);
}

function read(workspace: Workspace): Buffer | undefined {
  const path = join(workspace.root, SETTINGS);
  return existsSync(path) ? readFileSync(path) : undefined;
}

function textOf(bytes: Buffer | undefined): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(
      bytes ?? Buffer.alloc(0),
    );
  } catch {
    throw new NocturneError('CONFIG', `${SETTINGS} is not UTF-8 text`, {
      file: SETTINGS,
      hint: 'nothing was changed; save it as UTF-8, then run the same command again',
    });
  }
}

export const hooks: HostHooks = {
  plan(way, { workspace, paths, owner }) {
    const plan = way === 'install' ? planInstall(workspace, paths) : planUninstall(workspace);
    return {
      kind: 'plan',
      verdict: plan.verdict,
      where: SETTINGS,
      carryOut: () => carryOut(workspace, plan, owner),
    };
  },
  status(workspace, paths) {
    const status = settingsStatus(workspace, paths);
    const { current, switchedOff, events } = status;
    return {
      text: statusText(status),
      facts: { installed: events.length > 0, current, switchedOff, events, file: SETTINGS },
    };
  },
};

function statusText({ events, switchedOff, current }: SettingsStatus): string {
  if (events.length === 0) return 'not installed';
  if (switchedOff) return `switched off by "disableAllHooks" in ${SETTINGS}`;
  return current
    ? `active, in ${SETTINGS}`
    : 'from another version or place: run nocturne hooks install again';
}
