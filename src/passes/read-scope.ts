/** What the agent of a pass may read through the doors of nocturne. */
import type { ReadScope } from '../governance/scoped-snapshot.js';
import type { PassData } from './types.js';

export function readScope(data: PassData): ReadScope {
  return { capability: data.capability, project: data.project, writes: data.writes };
}
