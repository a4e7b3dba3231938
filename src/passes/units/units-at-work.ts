/** What other passes work on, for the choice of the next one. */
import type { Working } from '../../governance/dispatch.js';
import type { Claim } from '../../workspace/pass-lock.js';
import { storedPass } from '../pass-file.js';

export function workOf(state: string, claims: readonly Claim[]): readonly Working[] {
  return claims.map(({ runId, project, unit: id }) => {
    if (id === undefined) return { project };
    const data = storedPass(state, runId)?.data;
    const unit = data !== undefined && 'unit' in data ? data.unit : undefined;
    // Without its pass nobody knows what it may write.
    return { project, unit: { id, writes: unit?.writes ?? ['**'] } };
  });
}
