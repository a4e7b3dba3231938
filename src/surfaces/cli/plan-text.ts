/** The phases of a project for people, each with what ends it. */
import type { PhaseSummary } from '../../project/starter-phases.js';

export function planText(phases: readonly PhaseSummary[]): string {
  return phases
    .map(({ name, objective, done }) =>
      [
        `${name}: ${objective}`,
        ...(done.length === 0
          ? ['  nothing ends this phase; add a stop condition']
          : ['  done when', ...done.map((line) => `    ${line}`)]),
      ].join('\n'),
    )
    .join('\n');
}
