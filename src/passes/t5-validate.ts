/** T5: every difference is judged and attributed, the criteria are evaluated, and the pass gets its grade. */
import { evaluateConditions } from '../governance/condition-evaluate.js';
import { parseConditions } from '../project/condition-parse.js';
import { fieldList, fieldText } from '../project/field-text.js';
import { noveltyOf } from '../governance/novelty.js';
import { gradePass } from '../governance/quality.js';
import type { AssertionResult } from '../governance/types.js';
import { fileRange } from '../kernel/diagnostic.js';
import type { Snapshot } from '../workspace/types.js';
import { act, note, stepRow } from './act.js';
import { storePass } from './pass-file.js';
import { recordSettled } from './record-settled.js';
import { settle } from './settle.js';
import { structure } from './structure.js';
import { phaseOf } from './t4-brief.js';
import { type Pass, type Step, withData } from './types.js';

export const t5Validate: Step = {
  id: 'T5',
  title: 'judge, restore, grade',
  async run(pass) {
    return grade(await settlePass(pass));
  },
};

/** The last line: what was out of bounds is restored before anything else is written. Safe to call again. */
export async function settlePass(pass: Pass): Promise<Pass> {
  if (pass.data.settled === true || pass.data.baseline === undefined) return pass;
  const { workspace } = pass.env;
  const settled = settle(workspace, pass.data);
  for (const one of settled.undone) pass.env.say(`     undone: ${one.path} (${one.code})`);
  const accepted = settled.accepted.filter((one) => one.after !== undefined).map((one) => one.path);
  const done = withData(pass, { settled: true, undone: settled.undone, outputs: [...new Set([...accepted, ...written(pass)])].sort() });
  storePass(workspace.state, done.data, false);
  note(done, 'T4', agentRow(done));
  recordSettled(done, { step: 'T5', settled, runId: pass.data.runId, project: pass.data.project });
  return done;
}

function agentRow(pass: Pass): Parameters<typeof note>[2] {
  const { outcome, project, objective, idle } = pass.data;
  const target = project ?? idle?.tier ?? '';
  if (outcome?.kind === 'finished') return { type: 'agent', target, detail: objective ?? idle?.objective ?? '' };
  return { type: 'agent', target, result: 'failed', detail: `${outcome?.failure ?? 'not run'}: ${outcome?.detail ?? 'the agent did not end its work'}` };
}

/** Files that the agent wrote through guarded tools during this run, from the change log. */
function written(pass: Pass): readonly string[] {
  const rows = pass.env.workspace.snapshot().records('CHANGE');
  return rows.filter((row) => fieldText(row, 'run_id') === pass.data.runId && fieldText(row, 'reason') === 'agent wrote').map((row) => fieldText(row, 'address').replace(/#.*$/, ''));
}

async function grade(pass: Pass): Promise<Pass> {
  const { data, env } = pass;
  const snapshot = env.workspace.snapshot();
  const criteria = data.project === undefined ? [] : await evaluate(pass, { snapshot, project: data.project, field: 'criteria' });
  noteAssertions(pass, 'T5', criteria);
  const texts = (paths: readonly string[]) => paths.flatMap((path) => ((text) => (text === undefined ? [] : [{ path, text }]))(snapshot.text(path)));
  const earlier = data.project === undefined ? [] : fieldList(snapshot.record('PROJECT', data.project), 'last_pass.outputs').filter((path) => !data.outputs.includes(path));
  const novelty = noveltyOf(texts(data.outputs), texts(earlier));
  const unreadable = data.outputs.length - novelty.outputs.length;
  const { grade: quality, why } = gradePass({
    finished: data.outcome?.kind === 'finished',
    criteria: { met: criteria.filter((one) => one.holds && one.error === undefined).length, total: criteria.length },
    outputs: data.outputs.length,
    novel: novelty.novel + unreadable,
    restored: data.undone.length,
    invalid: false,
    answers: data.outcome?.report.answers,
  });
  note(pass, 'T5', { type: 'validate', target: data.project ?? data.idle?.tier ?? '', result: quality === 'FAIL' ? 'failed' : 'ok', detail: `${quality}: ${why.join('; ')}` });
  return withData(pass, { criteria, quality, notes: [...data.notes, ...why] });
}

/** One audit row for each assertion, with what was expected and found: the evidence that the briefing quotes. */
export function noteAssertions(pass: Pass, step: 'T5' | 'T6', results: readonly AssertionResult[]): void {
  if (results.length === 0) return;
  const type = step === 'T5' ? 'criterion' : 'stop-condition';
  const rows = results.map((one) => {
    const holds = one.holds && one.error === undefined;
    const detail = one.error ?? evidenceOf(one);
    return stepRow(step, { type, target: `${pass.data.project ?? ''}: ${one.assertion}`, result: holds ? 'ok' : 'failed', detail: holds ? detail : `expected ${one.expected}; found ${detail}` });
  });
  act(pass, { reason: type, audit: rows });
}

/** What was found, and where unless that is said already. */
export function evidenceOf(one: AssertionResult): string {
  const path = one.where?.replace(/:\d+$/, '').replace(/^PROJECTS\/[^/]+\//, '') ?? '';
  return one.where === undefined || (path !== '' && one.found.includes(path)) ? one.found : `${one.found} in ${one.where}`;
}

/** The criteria of the next pass or the stop condition of the phase: from the project, else from PHASES.md. */
export async function evaluate(pass: Pass, at: { snapshot: Snapshot; project: string; field: 'criteria' | 'stop_condition' }): Promise<readonly AssertionResult[]> {
  const { snapshot } = at;
  const project = snapshot.record('PROJECT', at.project);
  const phase = phaseOf(snapshot, at.project, fieldText(project, 'phase.name'));
  const own = at.field === 'criteria' ? 'next_pass.criteria' : 'phase.stop_condition';
  const data = structure(project, own) ?? structure(phase, at.field);
  if (data === undefined) return [];
  const { assertions } = parseConditions(data, { range: fileRange(project?.file ?? '') });
  const baseline = pass.data.baseline;
  return evaluateConditions(assertions, {
    snapshot,
    project: at.project,
    phaseStarted: fieldText(project, 'phase.started'),
    lastPass: fieldText(project, 'last_pass.date'),
    writes: pass.data.writes,
    signal: pass.env.signal,
    ...(baseline === undefined ? {} : { before: new Map(Object.entries(baseline.files).map(([path, file]) => [path, file.hash])) }),
  });
}

