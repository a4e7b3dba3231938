/** What the agent of a pass may read through Nocturne. */
import type { ReadScope } from '../governance/scoped-snapshot.js';
import type { PassOnDuty } from './authority.js';

export function readScope({
  capability,
  project,
  writes,
}: Pick<PassOnDuty, 'capability' | 'project' | 'writes'>): ReadScope {
  return { capability, project, writes };
}
