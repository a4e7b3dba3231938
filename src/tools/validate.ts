/** Validates the workspace, and gives as much of the report as an agent can use. */
import { textOfLines } from '../workspace/text-of-lines.js';
import { z } from 'zod';
import { defined } from '../kernel/defined.js';
import { NocturneError } from '../kernel/error.js';
import { jsonReport } from '../report/json.js';
import { textReport } from '../report/text.js';
import { clip, tool } from './tool.js';

const MOST_FINDINGS = 100;
const WIDTH = 100;

export const validateTool = tool({
  name: 'validate',
  description:
    'Check the whole workspace, or by one rule: what is wrong, where, and how to put it right.',
  args: z.strictObject({ rule: z.string().optional() }),
  need: 'project',
  doors: ['mcp', 'command line'],
  readOnly: true,
  structured: true,
  ofPass: false,
  async run({ workspace, check, visibleFindings }, { rule }) {
    const snapshot = workspace.snapshot();
    if (check === undefined)
      throw new NocturneError('REFUSED', 'this interface does not validate', {
        hint: 'nocturne validate',
      });
    const all = await check(snapshot, rule);
    const found = { ...all, diagnostics: visibleFindings(all.diagnostics) };
    const { diagnostics, summary } = jsonReport(found);
    const more = diagnostics.length - MOST_FINDINGS;
    const report = textReport(found, {
      color: false,
      width: WIDTH,
      textOf: (file, lines) => textOfLines(snapshot, file, lines),
    });
    return {
      text: clip(report),
      data: defined({
        diagnostics: diagnostics.slice(0, MOST_FINDINGS),
        summary,
        more: more > 0 ? more : undefined,
      }),
    };
  },
});
