/** T8: modules whose watched files changed are run. No module ships with the core; the step says which ones the registry enables. */
import { note } from './act.js';
import type { Step } from './types.js';

export const t8Modules: Step = {
  id: 'T8',
  title: 'modules',
  run(pass) {
    const enabled = pass.env.workspace.snapshot().schema.modules.filter((module) => module.enabled);
    const missing = enabled.map((module) => module.name).join(' ');
    note(pass, 'T8', { type: 'modules', target: missing, result: 'skipped', detail: enabled.length === 0 ? 'none enabled' : 'enabled in REGISTRY.md, but not installed in this version' });
    return pass;
  },
};
