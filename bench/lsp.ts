/**
 * `nocturne lsp` in a workspace of 10,000 files: from a keystroke to the findings about the file's
 * own contract, references and uniqueness, and to those of the rules of R6.
 */
import { setTimeout as wait } from 'node:timers/promises';
import type { Diagnostic } from 'vscode-languageserver-protocol';
import { Editor } from '../test/surfaces/lsp/editor.js';
import { makeWorkspace } from '../test/support/make-workspace.js';
import { makeProjects, projectFile } from './make-large.js';
import { median } from './measure.js';
import { type Bench, ms, type Result } from './result.js';

/** Three files each. */
const PROJECTS = 3_334;
const KEYSTROKES = 100;
const RULE_RUNS = 6;
/** A fast typist. */
const BETWEEN_MS = 60;
const [KEYSTROKE_MS, RULES_MS] = [50, 2_000];

export const lsp: Bench = {
  name: 'lsp',
  async run(directory): Promise<readonly Result[]> {
    const place = makeWorkspace(directory, { at: new Date().toISOString() });
    makeProjects(place.root, PROJECTS);
    const editor = new Editor(place);
    const start = performance.now();
    await editor.initialized;
    await editor.settled();
    const cold = performance.now() - start;
    const page = projectFile(PROJECTS >> 1);
    const strokes = await keystrokes(editor, page);
    const table = await keystrokes(editor, 'ACTIVE-PROJECTS.md', ['| active |', '| activ |']);
    const rules = await ruleTimes(editor, page);
    await editor.close();
    return [
      row('lsp, 10,000 files: first findings of all rules', cold),
      row('lsp, keystroke to findings in a page, p95', percentile(strokes), {
        limit: KEYSTROKE_MS,
        against: `median ${ms(median(strokes))}`,
      }),
      row('lsp, keystroke in a table of 3,334 rows, p95', percentile(table), {
        against: `median ${ms(median(table))}`,
      }),
      row('lsp, edit to findings of R6, slowest', Math.max(...rules), {
        limit: RULES_MS,
        against: `median ${ms(median(rules))}`,
      }),
    ];
  },
};

const is = (rule: string) => (found: readonly Diagnostic[]) =>
  found.some(({ code }) => code === rule);
const not = (rule: string) => (found: readonly Diagnostic[]) => !is(rule)(found);

/** Alternately a wrong and a right value, each until its findings are there. */
async function keystrokes(
  editor: Editor,
  page: string,
  [right, wrong]: readonly [string, string] = ['status: active', 'status: activ'],
): Promise<readonly number[]> {
  await editor.open(page);
  await editor.shows(page);
  await editor.settled();
  const taken: number[] = [];
  for (let stroke = 0; stroke < KEYSTROKES; stroke++) {
    await wait(BETWEEN_MS);
    const isWrong = stroke % 2 === 0;
    const start = performance.now();
    await (isWrong ? editor.replace(page, right, wrong) : editor.replace(page, wrong, right));
    await editor.shows(page, (isWrong ? is : not)('field-contract'));
    taken.push(performance.now() - start);
  }
  return taken.slice(KEYSTROKES / 10);
}

async function ruleTimes(editor: Editor, page: string): Promise<readonly number[]> {
  const taken: number[] = [];
  for (let run = 0; run < RULE_RUNS; run++) {
    const isWrong = run % 2 === 0;
    const [before, after] = isWrong ? ['survey', 'review'] : ['review', 'survey'];
    const start = performance.now();
    await editor.replace(page, `phase:\n  name: ${before}`, `phase:\n  name: ${after}`);
    const rule = 'dispatch-phase-drift';
    await editor.shows('ACTIVE-PROJECTS.md', (isWrong ? is : not)(rule));
    taken.push(performance.now() - start);
  }
  return taken;
}

function percentile(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.ceil(sorted.length * 0.95) - 1] ?? Number.NaN;
}

function row(
  name: string,
  figure: number,
  { limit, against = '-' }: { readonly limit?: number; readonly against?: string } = {},
): Result {
  return {
    name,
    figure: ms(figure),
    against,
    ratio: '-',
    limit: limit === undefined ? '-' : `<= ${ms(limit)}`,
    met: limit === undefined ? undefined : figure <= limit,
  };
}
