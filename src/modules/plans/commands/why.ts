/** `plan why`: one sentence on why a step is where it is, and the rows of the log behind it. */
import { EXIT } from '../../../kernel/error.js';
import type { Rec } from '../../../markdown/types.js';
import { fieldInt, fieldText } from '../../../project/field-text.js';
import { localTime } from '../../../project/local-time.js';
import { ownerZone } from '../../../project/owner-zone.js';
import { textTable } from '../../../report/text-table.js';
import type { ModuleCommand } from '../../types.js';
import { dataOf, planRows } from '../log/plan-log.js';
import { readPlan } from '../page/read-plan.js';
import { namedStep, STEP_WORDS } from './named-plan.js';
import { whySentence } from './why-sentence.js';

export const planWhy: ModuleCommand = {
  summary: 'say why a step is where it is, with the evidence',
  forAgents: 'workspace',
  args: STEP_WORDS,
  examples: ['nocturne plan why survey', 'nocturne plan why inventory survey --json'],
  run(context, { args }) {
    const snapshot = context.workspace().snapshot();
    const { project, step } = namedStep(snapshot, 'why', args);
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
