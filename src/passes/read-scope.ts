/** What the agent of a pass may read through the doors of nocturne. */
import type { ReadScope } from '../governance/scoped-snapshot.js';
import type { PassOnDuty } from './authority.js';

export function readScope(data: PassOnDuty): ReadScope {
  return { capability: data.capability, project: data.project, writes: data.writes };
}
