/** A phase is over: the owner is asked once, so what was asked about it before is closed. */
import { transitionExpiry } from '../../governance/transition-expiry.js';
import { stamp } from '../../kernel/clock.js';
import { fieldText } from '../../project/field-text.js';
import { phaseGraph, transitionQuestion } from '../../project/phases.js';
import { isOpenQuestion } from '../../project/question-state.js';
import type { Snapshot } from '../../workspace/types.js';
import type { BundleAct } from '../act.js';

/** @param asks.doubt a sentence before the question, or nothing. */
export function askTransition(
  snapshot: Snapshot,
  slug: string,
  asks: { readonly detail: string; readonly doubt?: string; readonly evidence?: string },
): readonly BundleAct[] {
  const { detail, doubt = '', evidence = null } = asks;
  const project = snapshot.record('PROJECT', slug);
  const question = transitionQuestion(
    phaseGraph(snapshot, slug),
    slug,
    fieldText(project, 'phase.name'),
    fieldText(project, 'phase.successor'),
  );
  const expires = project === undefined ? snapshot.now : transitionExpiry(project, snapshot.now);
  const args = { slug, question: `${doubt}${question}`, expires_at: stamp(expires), evidence };
  return [{ name: 'phase_transition', args, detail }, ...closings(snapshot, slug)];
}

/** A project that was paused and resumed while it waited is asked about again. */
function closings(snapshot: Snapshot, slug: string): readonly BundleAct[] {
  return snapshot
    .records('NOTIFICATION')
    .filter(
      (record) =>
        fieldText(record, 'kind') === 'transition' &&
        fieldText(record, 'project') === slug &&
        isOpenQuestion(snapshot, record),
    )
    .map(({ key }) => ({
      name: 'notification_close',
      args: { id: key, reason: 'asked again' },
      target: key,
      detail: 'asked again',
    }));
}
