/**
 * The hooks of Claude Code as `hooks install`, `hooks uninstall` and `hooks status` ask for them.
 */
import type { HostHooks } from '../../types.js';
import {
  carryOut,
  planInstall,
  planUninstall,
  SETTINGS,
  settingsStatus,
  type SettingsStatus,
} from './settings.js';

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
      text: textOf(status),
      facts: { installed: events.length > 0, current, switchedOff, events, file: SETTINGS },
    };
  },
};

function textOf({ events, switchedOff, current }: SettingsStatus): string {
  if (events.length === 0) return 'not installed';
  if (switchedOff) return `switched off by "disableAllHooks" in ${SETTINGS}`;
  return current
    ? `in force, in ${SETTINGS}`
    : 'of another version or place: run nocturne hooks install again';
}
