/** `plan why`: one sentence on why a step is where it is, and the rows of the log behind it. */
import { EXIT, NocturneError } from '../../../kernel/error.js';
import { didYouMean } from '../../../kernel/nearest-name.js';
import type { Rec } from '../../../markdown/types.js';
import { fieldInt, fieldText } from '../../../project/field-text.js';
import { localTime } from '../../../project/local-time.js';
import { ownerZone } from '../../../project/owner-zone.js';
import { textTable } from '../../../report/text-table.js';
import type { Snapshot } from '../../../workspace/types.js';
import type { ModuleCommand } from '../../types.js';
import { dataOf, planRows } from '../log/plan-log.js';
import { planFile } from '../page/plan-page.js';
import { plannedProjects, readPlan } from '../page/read-plan.js';
import { whySentence } from './why-sentence.js';

export const planWhy: ModuleCommand = {
  summary: 'say why a step is where it is, with the evidence',
  forAgents: 'workspace',
  args: '<step> [project]',
  examples: ['nocturne plan why survey', 'nocturne plan why survey inventory --json'],
  run(context, { args: [step = '', wanted] }) {
    const snapshot = context.workspace().snapshot();
    const project = projectOfStep(snapshot, step, wanted);
    const zone = ownerZone(snapshot);
    const read = readPlan(snapshot, project);
    const { sentence, steps } = whySentence(snapshot, read, step);
    const rows = planRows(snapshot, project).filter((row) =>
      steps.includes(fieldText(row, 'step')),
    );
    const evidence = rows.map(shownRow).reverse();
    const table = textTable({
      head: ['row', 'time', 'step', 'event', 'by', ''],
      width: context.width,
      rows: evidence.map(({ seq, time, step: of, event, by, detail }) => [
        `${seq}`,
        localTime(time, zone),
        of,
        event,
        by,
        detail,
      ]),
    });
    return {
      exit: EXIT.ok,
      text: evidence.length === 0 ? sentence : `${sentence}\n\n${table}`,
      json: {
        project,
        step,
        state: read.plan?.steps.get(step)?.state ?? 'waiting',
        why: sentence,
        rows: evidence,
      },
    };
  },
};

/** @throws NocturneError `NOT_FOUND`, and `USAGE` where several plans have the step. */
function projectOfStep(snapshot: Snapshot, step: string, wanted: string | undefined): string {
  const projects = plannedProjects(snapshot).filter(
    (name) => wanted === undefined || name === wanted,
  );
  const steps = new Map(
    projects.map((name) => [name, [...(readPlan(snapshot, name).plan?.steps.keys() ?? [])]]),
  );
  const having = projects.filter((name) => steps.get(name)?.includes(step) === true);
  const [project] = having;
  if (project === undefined) {
    const where = wanted === undefined ? 'no plan has' : `the plan ${wanted} does not have`;
    throw new NocturneError('NOT_FOUND', `${where} a step "${step}"`, {
      ...(wanted === undefined ? {} : { file: planFile(wanted) }),
      hint: didYouMean(step, [...steps.values()].flat()) ?? 'nocturne plan list shows the plans',
    });
  }
  if (having.length > 1)
    throw new NocturneError('USAGE', `several plans have a step "${step}": ${having.join(', ')}`, {
      hint: `nocturne plan why ${step} ${project}`,
    });
  return project;
}

function shownRow(row: Rec) {
  const text = (field: string): string => fieldText(row, field);
  return {
    seq: fieldInt(row, 'seq') ?? 0,
    time: text('time'),
    step: text('step'),
    event: text('event'),
    by: text('by'),
    run: text('run'),
    cause: text('cause'),
    why: text('why'),
    consumed: dataOf(row, 'consumed'),
    produced: dataOf(row, 'produced'),
    detail: detailOf(row),
  };
}

const SHOWN_HASH = 12;

function detailOf(row: Rec): string {
  const files = Object.entries(dataOf(row, 'produced')).map(
    ([path, hash]) => `${path} ${String(hash).slice(0, SHOWN_HASH)}`,
  );
  const words = ['why', 'answer', 'looks'].map((field) => fieldText(row, field));
  return [...words, ...files].filter((text) => text !== '').join(', ');
}
