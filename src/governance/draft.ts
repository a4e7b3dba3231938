/** What a draft of a project must say before it can become one. */
import { plural } from '../kernel/words.js';
import type { Snapshot } from '../workspace/types.js';
import type { Rec } from '../markdown/types.js';
import { commandsIn, conditionsIn } from '../project/condition-source.js';
import type { Condition } from '../project/condition-types.js';
import { fieldText } from '../project/field-text.js';

const LEAST_TESTS = 2;

/** What ends the only phase of a draft. */
export function draftConditions(draft: Rec): readonly Condition[] {
  return conditionsIn(draft, 'phase.stop_condition');
}

/** What the draft lacks, each as a sentence's end; empty: it can become a project. */
export function draftProblems(draft: Rec): readonly string[] {
  const conditions = draftConditions(draft);
  const tests = conditions.filter(({ kind }) => kind !== 'text' && kind !== 'invalid');
  const all = [...conditions, ...conditionsIn(draft, 'next_pass.criteria')];
  const missing = ['mission', 'phase.name', 'phase.objective', 'next_pass.objective'].filter(
    (name) => fieldText(draft, name) === '',
  );
  return [
    ...missing.map((name) => `${name} is empty`),
    ...all.flatMap((condition) =>
      condition.kind === 'invalid'
        ? [`${condition.text} cannot be read: ${condition.problem}`]
        : [],
    ),
    ...(tests.length < LEAST_TESTS
      ? [
          `phase.stop_condition has ${plural(tests.length, 'test')}; it needs at least ${LEAST_TESTS}`,
        ]
      : []),
    ...(commandsIn(all).length > 0
      ? ['a condition runs a command, which only the owner writes']
      : []),
  ];
}

/** Complete drafts about which the owner was not asked yet. */
export function newDrafts(snapshot: Snapshot): readonly Rec[] {
  const asked = new Set(
    snapshot
      .records('NOTIFICATION')
      .filter((record) => fieldText(record, 'kind') === 'draft')
      .map((record) => fieldText(record, 'project')),
  );
  return snapshot
    .records('DRAFT')
    .filter((draft) => !asked.has(draft.key) && draftProblems(draft).length === 0);
}
