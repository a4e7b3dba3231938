/** T8: modules that REGISTRY.md enables are run on the files that this pass changed and they watch. */
import { globMatches } from '../kernel/glob.js';
import type { ModuleRow } from '../registry/types.js';
import { act, note } from './act.js';
import type { FileChange } from './module.js';
import type { Pass, Step } from './types.js';

export const t8Modules: Step = {
  id: 'T8',
  title: 'modules',
  async run(pass) {
    const rows = pass.env.workspace.snapshot().schema.modules.filter((module) => module.enabled);
    if (rows.length === 0) note(pass, 'T8', { type: 'modules', result: 'skipped', detail: 'none enabled' });
    for (const row of rows) await runModule(pass, row);
    return pass;
  },
};

async function runModule(pass: Pass, row: ModuleRow): Promise<void> {
  const { workspace, signal, say } = pass.env;
  const module = pass.env.modules.find((one) => one.name === row.name);
  if (module === undefined) return note(pass, 'T8', { type: 'modules', target: row.name, result: 'skipped', detail: 'enabled in REGISTRY.md, but not installed' });
  const changes = changesOf(pass).filter((change) => row.watches.some((glob) => globMatches(glob, change.path)));
  const changeSet = changes.length === 0 ? undefined : await module.onChange(changes, { workspace, runId: pass.data.runId, signal, say });
  if (changeSet !== undefined) act(pass, { reason: changeSet.reason, changes: changeSet.changes, audit: changeSet.audit ?? [] });
  note(pass, 'T8', { type: 'modules', target: row.name, detail: `${changes.length} changed files` });
}

function changesOf(pass: Pass): readonly FileChange[] {
  return pass.data.outputs.map((path) => ({ path, kind: 'changed' }));
}
