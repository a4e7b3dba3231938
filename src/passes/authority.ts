/** In whose name the guard decides for a pass. */
import type { Authority } from '../governance/types.js';
import type { PassData } from './types.js';

export function authorityOf(data: PassData): Authority {
  return {
    kind: 'pass',
    runId: data.runId,
    role: data.request.role,
    project: data.project,
    phase: data.phase,
    earlierOutputs: data.earlierOutputs ?? [],
    writes: data.writes,
    tools: data.tools,
  };
}
