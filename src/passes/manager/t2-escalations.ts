/**
 * Manager T2 and T3.5: questions nobody has seen, transitions whose time is over, drafts that want
 * an answer.
 */
import { draftConditions, newDrafts } from '../../governance/draft.js';
import { openEscalations } from '../../governance/escalation.js';
import { fieldText } from '../../project/field-text.js';
import { transitionSteps } from '../../governance/transition.js';
import { plural, wordsOf } from '../../kernel/words.js';
import type { Rec } from '../../markdown/types.js';
import type { Snapshot } from '../../workspace/types.js';
import { bundleAct, bundlesAct, noteAct } from '../act.js';
import type { Entered, Reviewing, Step } from '../types.js';
import { opinionOn } from './judgement.js';
import { quoted } from '../../project/page-text.js';

export const escalations: Step<Entered, Entered> = {
  id: 'T2',
  title: 'escalations and transitions',
  run(stage, { snapshot }) {
    const unseen = openEscalations(snapshot).filter((escalation) => escalation.unseen);
    const due = transitionSteps(snapshot).filter(
      (step) => step.calls.length > 0 && step.answeredBy === undefined,
    );
    const acts = due.map((step) =>
      bundlesAct(
        'T2',
        step.calls.map((call) => ({
          name: call.bundle,
          args: call.args,
          target: step.slug,
          detail: step.why,
        })),
      ),
    );
    const row = noteAct('T2', {
      type: 'escalations',
      result: unseen.length + due.length === 0 ? 'skipped' : 'ok',
      detail: `${unseen.length} not seen yet, ${plural(due.length, 'transition')} acted on`,
    });
    const notes = due.map((step) => `${step.slug}: ${step.why}`);
    return { stage: { ...stage, notes: [...stage.notes, ...notes] }, acts: [...acts, row] };
  },
};

export const drafts: Step<Reviewing, Reviewing> = {
  id: 'T3.5',
  title: 'drafts',
  run(stage, { snapshot }) {
    const waiting = newDrafts(snapshot);
    const acts = waiting.map((draft) => {
      const { fits, why } = fitOf(
        snapshot,
        `${fieldText(draft, 'mission')} ${fieldText(draft, 'phase.objective')} ${fieldText(draft, 'domain_fit')}`,
      );
      const opinion = opinionOn(stage.judged, 'draft', draft.key);
      const says =
        opinion === undefined
          ? ''
          : ` ${stage.judged.by} says ${opinion.fits}: ${quoted(opinion.why)}.`;
      const question = `Begin the project "${draft.key}": ${fieldText(draft, 'mission')}? It ${fits ? 'fits' : 'may not fit'} the domain (${why}).${says} Answer yes or no.`;
      const args = { slug: draft.key, question, body: draftText(draft) };
      return bundleAct('T3.5', { name: 'draft_surface', args, detail: why });
    });
    const row = noteAct('T3.5', {
      type: 'drafts',
      result: waiting.length === 0 ? 'skipped' : 'ok',
      detail: `${waiting.length} surfaced`,
    });
    return { stage, acts: [...acts, row] };
  },
};

/** What the owner decides about: why, and what would end the project. */
function draftText(draft: Rec): string {
  const tests = draftConditions(draft).map(({ text }) => `- \`${text.replaceAll('`', "'")}\``);
  return [
    fieldText(draft, 'rationale'),
    `Its phase "${fieldText(draft, 'phase.name')}": ${fieldText(draft, 'phase.objective')} Done when`,
    tests.join('\n'),
  ]
    .filter((part) => part !== '')
    .join('\n\n');
}

/** Words shared with the domain anchor speak for a draft, words of the restrictions against it. */
function fitOf(snapshot: Snapshot, text: string): { fits: boolean; why: string } {
  const domain = snapshot.records('DOMAIN')[0];
  const words = wordsOf(text);
  const anchor = [...wordsOf(fieldText(domain, 'domain_anchor'))].filter((word) => words.has(word));
  const restricted = [...wordsOf(fieldText(domain, 'restrictions'))].filter((word) =>
    words.has(word),
  );
  if (restricted.length > 0)
    return { fits: false, why: `a restriction covers ${restricted.join(', ')}` };
  return anchor.length === 0
    ? { fits: false, why: 'no word of the domain anchor occurs in it' }
    : { fits: true, why: `it shares ${anchor.join(', ')}` };
}
