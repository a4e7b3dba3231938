/** What a step between phases does to its project, as a sentence without its full stop. */
import type { TransitionStep } from './transition.js';

export function moveText({
  slug,
  calls,
  why,
}: Pick<TransitionStep, 'slug' | 'calls' | 'why'>): string {
  const [move] = calls.filter(({ bundle }) => bundle !== 'notification_close');
  switch (move?.bundle) {
    case 'phase_advance':
      return `${slug} begins the phase "${String(move.args['phase'])}"`;
    case 'project_complete':
      return `${slug} is complete, so no pass works on it`;
    case 'phase_reopen':
      return `${slug} stays in its phase and does this: ${String(move.args['next_objective']).replace(/\.$/, '')}`;
    default:
      return `${slug} stays where it is: ${why}`;
  }
}
