/**
 * Records an adoption: an audit row with the hashes of the old files, and the run numbers that are
 * already taken.
 */
import { sha256 } from '../kernel/hash.js';
import { reserveIds } from '../workspace/ids.js';
import type { Workspace } from '../workspace/types.js';
import type { Planned } from './plan-setup.js';

/** The row has no room for the hashes of more files. */
const MOST = 40;

/** Nocturne does not continue old logs, so its own first row has their hashes. */
export function recordAdoption(workspace: Workspace, plan: Planned, owner: string): void {
  const kept = [...plan.backups].map(([path, content]) => `${path} sha256:${sha256(content)}`);
  const logs = kept.filter((path) => path.includes('/audit/'));
  const detail =
    kept.length <= MOST ? kept.join('; ') : [`${kept.length} files kept`, ...logs].join('; ');
  workspace.commit({
    actor: { kind: 'owner', name: owner || 'owner' },
    runId: '',
    reason: 'adopted',
    changes: [],
    audit: [
      {
        step: '',
        type: 'adopt',
        target: plan.importer?.name ?? plan.kind,
        authorisation: 'owner',
        result: 'ok',
        detail,
      },
    ],
  });
}

/** Another system may number its runs in the same way; today's numbers must not be used again. */
export function reserveRunIds(state: string, plan: Planned, now: Date): void {
  const day = now.toISOString().slice(0, 10).replaceAll('-', '');
  const numbers = [...plan.backups.values()].flatMap((content) =>
    [...content.toString('utf8').matchAll(new RegExp(`\\bRUN-${day}-(\\d+)`, 'g'))].map((match) =>
      Number(match[1]),
    ),
  );
  if (numbers.length > 0) reserveIds(state, 'RUN', { day, highest: Math.max(...numbers) });
}
