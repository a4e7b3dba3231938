/** T5, second half: the criteria are evaluated, and the pass gets its grade. */
import { agentWrites } from '../agent-writes.js';
import { fieldList, fieldText } from '../../project/field-text.js';
import { evaluateIdle } from '../../governance/idle-work.js';
import { noveltyOf, type Text } from '../../governance/quality/novelty.js';
import { gradePass } from '../../governance/quality/quality.js';
import type { AssertionResult } from '../../governance/types.js';
import type { Diagnostic } from '../../kernel/diagnostic.js';
import { validateSnapshot } from '../../validate/validate-snapshot.js';
import type { Snapshot } from '../../workspace/types.js';
import { noteAct } from '../act.js';
import { storePass } from '../pass-file.js';
import {
  evaluate,
  type Evaluated,
  evidenceRows,
  NOTHING_EVALUATED,
} from '../reconcile/evaluate.js';
import { repeatedOutputs, type Repeats } from '../reconcile/repeated-outputs.js';
import type { Graded, Reconciled, Step } from '../types.js';

export const t5Grade: Step<Reconciled, Graded> = {
  id: 'T5',
  title: 'grade',
  async run(stage, context) {
    const { env, snapshot } = context;
    const { project, undone } = stage;
    storePass(env.workspace.state, stage, { left: { undone, recorded: true } });
    const produced = { ...stage, outputs: outputsOf(snapshot, stage) };
    const diagnostics = await validateSnapshot(snapshot, {
      home: env.workspace.home,
      modules: env.modules.map((module) => module.name),
    });
    const { results, acts } =
      project === undefined
        ? idleEvaluated(snapshot, produced, diagnostics)
        : await evaluate(context, produced, { step: 'T5', project });
    const repeated = await repeatedOutputs(context, produced);
    const invalid = diagnostics.some(
      ({ severity, range }) => severity === 'error' && produced.outputs.includes(range.file),
    );
    const { grade: quality, why } = gradeOf(snapshot, produced, {
      criteria: results,
      repeated,
      invalid,
    });
    const row = noteAct('T5', {
      type: 'validate',
      target: stage.subject,
      result: quality === 'FAIL' ? 'failed' : 'ok',
      detail: `${quality}: ${why.join('; ')}`,
    });
    const refused = refusedIn(snapshot, stage.runId);
    const notes = [...stage.notes, ...why];
    return {
      stage: { ...produced, refused, criteria: results, quality, notes },
      acts: [...acts, ...repeated.acts, row],
    };
  },
};

/** What was refused during this run, from the audit log, where every refusal is recorded. */
function refusedIn(snapshot: Snapshot, runId: string): readonly string[] {
  const rows = snapshot
    .records('AUDIT')
    .filter((row) => fieldText(row, 'run_id') === runId && fieldText(row, 'type') === 'refusal')
    .map((row) => `${fieldText(row, 'target')}: ${fieldText(row, 'detail')}`);
  return [...new Set(rows)];
}

/** What was found on the disk, and what the agent wrote through guarded tools. */
function outputsOf(snapshot: Snapshot, pass: Reconciled): readonly string[] {
  const { runId, outputs, gone, conflicts, copy, undone } = pass;
  const notHome = copy === undefined ? [] : [...conflicts, ...undone.map(({ path }) => path)];
  const written = [...agentWrites(snapshot, new Set([runId]))].filter(
    (path) => !gone.includes(path) && !notHome.includes(path),
  );
  return [...new Set([...outputs, ...written])].sort();
}

/** Idle work has one test, of its own. */
function idleEvaluated(
  snapshot: Snapshot,
  { idle, outputs }: Reconciled,
  diagnostics: readonly Diagnostic[],
): Evaluated {
  if (idle === undefined) return NOTHING_EVALUATED;
  const results = [evaluateIdle(idle, { snapshot, changed: outputs, diagnostics })];
  return { results, acts: evidenceRows({ step: 'T5', project: idle.tier }, results) };
}

function gradeOf(
  snapshot: Snapshot,
  { project, outputs, outcome, undone }: Reconciled,
  found: {
    readonly criteria: readonly AssertionResult[];
    readonly repeated: Repeats;
    readonly invalid: boolean;
  },
): ReturnType<typeof gradePass> {
  const { criteria, invalid } = found;
  const { repeats } = found.repeated;
  const earlier =
    project === undefined
      ? []
      : fieldList(snapshot.record('PROJECT', project), 'last_pass.outputs').filter(
          (path) => !outputs.includes(path),
        );
  const novelty = noveltyOf(textsOf(snapshot, outputs), textsOf(snapshot, earlier));
  const repeating = new Set(repeats.map((repeat) => repeat.path));
  const unreadable = outputs.length - novelty.outputs.length;
  const fresh = novelty.outputs.filter(
    (output) => !output.duplicate && !repeating.has(output.path),
  );
  return gradePass({
    finished: outcome.kind === 'finished',
    criteria: {
      met: criteria.filter((result) => result.holds && result.error === undefined).length,
      total: criteria.length,
    },
    outputs: outputs.length,
    novel: fresh.length + unreadable,
    repeats,
    restored: undone.length,
    invalid,
    answers: outcome.report.answers,
  });
}

/** One text at a time. */
function* textsOf(snapshot: Snapshot, paths: readonly string[]): Generator<Text> {
  for (const path of paths) {
    const text = snapshot.text(path);
    if (text !== undefined) yield { path, text };
  }
}
