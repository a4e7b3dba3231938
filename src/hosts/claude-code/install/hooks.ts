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
  plan(way, { workspace, place, owner }) {
    const plan = way === 'install' ? planInstall(workspace, place) : planUninstall(workspace);
    return {
      kind: 'plan',
      verdict: plan.verdict,
      where: SETTINGS,
      carryOut: () => carryOut(workspace, plan, owner),
    };
  },
  status(workspace, place) {
    const status = settingsStatus(workspace, place);
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
