/**
 * What an adoption leaves behind: a row of the audit log that vouches for the files as they were,
 * and numbers that are not given twice.
 */
import { sha256 } from '../kernel/hash.js';
import { reserveIds } from '../workspace/ids.js';
import type { Workspace } from '../workspace/types.js';
import type { Planned } from './plan-setup.js';

/** Hashes of more files than this are left out of the row. */
const MOST = 40;

/** Old logs are not ours to continue; their hashes are in the first rows of ours. */
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
