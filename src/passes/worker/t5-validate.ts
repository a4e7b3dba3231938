/**
 * T5: every difference is judged and attributed, the criteria are evaluated, and the pass gets its
 * grade.
 */
import { fieldList, fieldText } from '../../project/field-text.js';
import { noveltyOf } from '../../governance/quality/novelty.js';
import { gradePass } from '../../governance/quality/quality.js';
import { validateSnapshot } from '../../validate/validate-snapshot.js';
import { note } from '../act.js';
import { evaluate } from '../settlement/evaluate.js';
import { storePass } from '../pass-file.js';
import { recordSettled } from '../settlement/record-settled.js';
import { repeatedOutputs } from '../settlement/repeated-outputs.js';
import { settle } from '../settlement/settle.js';
import { type Pass, type Step, withData } from '../types.js';

export const t5Validate: Step = {
  id: 'T5',
  title: 'judge, restore, grade',
  async run(pass) {
    return grade(await settlePass(pass));
  },
};

/**
 * The last line: what was out of bounds is restored before anything else is written. Safe to call
 * again.
 */
export async function settlePass(pass: Pass): Promise<Pass> {
  if (pass.data.settled === true || pass.data.baseline === undefined) return pass;
  const { workspace } = pass.env;
  const settled = settle(workspace, pass.data);
  for (const one of settled.undone) pass.env.say(`     undone: ${one.path} (${one.code})`);
  const accepted = settled.accepted.filter((one) => one.after !== undefined).map((one) => one.path);
  const done = withData(pass, {
    settled: true,
    undone: settled.undone,
    refused: [...new Set([...pass.data.refused, ...refusedIn(pass)])],
    outputs: [...new Set([...accepted, ...written(pass)])].sort(),
  });
  storePass(workspace.state, done.data, false);
  note(done, 'T4', agentRow(done));
  recordSettled(done, { step: 'T5', settled, runId: pass.data.runId, project: pass.data.project });
  const recorded = withData(done, { recorded: true });
  storePass(workspace.state, recorded.data, false);
  return recorded;
}

function agentRow(pass: Pass): Parameters<typeof note>[2] {
  const { outcome, project, objective, idle } = pass.data;
  const target = project ?? idle?.tier ?? '';
  if (outcome?.kind === 'finished')
    return { type: 'agent', target, detail: objective ?? idle?.objective ?? '' };
  return {
    type: 'agent',
    target,
    result: 'failed',
    detail: `${outcome?.failure ?? 'not run'}: ${outcome?.detail ?? 'the agent did not end its work'}`,
  };
}

/** What every door refused during this run, from the audit log: they all record there. */
function refusedIn(pass: Pass): readonly string[] {
  const rows = pass.env.workspace.snapshot().records('AUDIT');
  return rows
    .filter(
      (row) => fieldText(row, 'run_id') === pass.data.runId && fieldText(row, 'type') === 'refusal',
    )
    .map((row) => `${fieldText(row, 'target')}: ${fieldText(row, 'detail')}`);
}

/** Files that the agent wrote through guarded tools during this run, from the change log. */
function written(pass: Pass): readonly string[] {
  const rows = pass.env.workspace.snapshot().records('CHANGE');
  return rows
    .filter(
      (row) =>
        fieldText(row, 'run_id') === pass.data.runId && fieldText(row, 'reason') === 'agent wrote',
    )
    .map((row) => fieldText(row, 'address').replace(/#.*$/, ''));
}

async function grade(pass: Pass): Promise<Pass> {
  const { data, env } = pass;
  const criteria =
    data.project === undefined ? [] : await evaluate(pass, { step: 'T5', project: data.project });
  const snapshot = env.workspace.snapshot();
  const errors = (
    await validateSnapshot(snapshot, {
      home: env.workspace.home,
      modules: env.modules.map((module) => module.name),
    })
  ).filter((one) => one.severity === 'error' && data.outputs.includes(one.range.file));
  const texts = (paths: readonly string[]) =>
    paths.flatMap((path) =>
      ((text) => (text === undefined ? [] : [{ path, text }]))(snapshot.text(path)),
    );
  const earlier =
    data.project === undefined
      ? []
      : fieldList(snapshot.record('PROJECT', data.project), 'last_pass.outputs').filter(
          (path) => !data.outputs.includes(path),
        );
  const novelty = noveltyOf(texts(data.outputs), texts(earlier));
  const repeats = await repeatedOutputs(pass, snapshot);
  const repeating = new Set(repeats.map((one) => one.path));
  const unreadable = data.outputs.length - novelty.outputs.length;
  const { grade: quality, why } = gradePass({
    finished: data.outcome?.kind === 'finished',
    criteria: {
      met: criteria.filter((one) => one.holds && one.error === undefined).length,
      total: criteria.length,
    },
    outputs: data.outputs.length,
    novel:
      novelty.outputs.filter((one) => !one.duplicate && !repeating.has(one.path)).length +
      unreadable,
    repeats,
    restored: data.undone.length,
    invalid: errors.length > 0,
    answers: data.outcome?.report.answers,
  });
  note(pass, 'T5', {
    type: 'validate',
    target: data.project ?? data.idle?.tier ?? '',
    result: quality === 'FAIL' ? 'failed' : 'ok',
    detail: `${quality}: ${why.join('; ')}`,
  });
  return withData(pass, { criteria, quality, notes: [...data.notes, ...why] });
}
