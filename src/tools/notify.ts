/** Leaves a short note for the owner in NOTIFICATIONS.md. */
import { z } from 'zod';
import { secretReasons } from '../governance/guard/secrets.js';
import type { Reason } from '../governance/types.js';
import { defined } from '../kernel/defined.js';
import { NocturneError } from '../kernel/error.js';
import { fieldText } from '../project/field-text.js';
import { rowsOfRun } from '../project/recent-rows.js';
import { bundleChanges, type BundleArguments } from '../workspace/bundle.js';
import type { Snapshot } from '../workspace/types.js';
import { type ToolAnswer, tool } from './tool.js';
import type { Edit, ToolContext } from './tool-context.js';

export const NOTE_PRIORITIES = ['low', 'medium', 'high'] as const;
const NOTE_BUNDLE = 'note_surface';

const MOST_NOTES = 5;
const LONGEST = 2000;
const LONGEST_LINE = 200;

const args = z.strictObject({
  text: z.string(),
  priority: z.enum(NOTE_PRIORITIES).optional(),
});

export const notifyTool = tool({
  name: 'notify',
  description: 'Leave a short note for the owner, who reads it in the morning. Five a pass.',
  args,
  need: 'project',
  doors: ['mcp', 'command line'],
  readOnly: false,
  structured: true,
  ofPass: true,
  run: leaveNote,
});

/**
 * @throws NocturneError `BAD_VALUE` for an empty or long text, `REFUSED` for a sixth note and for
 * credentials.
 */
function leaveNote(
  context: ToolContext,
  { text, priority = 'low' }: z.infer<typeof args>,
): ToolAnswer {
  const { pass, through } = context;
  const plan = (_seen: Snapshot, whole: Snapshot): Edit => {
    const note = noteArguments({ text, priority, project: pass?.project });
    const reasons = noteReasons(whole, pass?.runId, text);
    if (reasons.length > 0)
      throw new NocturneError(
        'REFUSED',
        reasons.map((reason) => `${reason.code}: ${reason.message}`).join('; '),
        { hint: 'what is left to say goes into the report of the pass', reasons },
      );
    return {
      ...bundleChanges(whole, NOTE_BUNDLE, note),
      bundle: NOTE_BUNDLE,
      reason: pass === undefined ? 'nocturne notify' : `note ${through}`,
      audit: {
        type: NOTE_BUNDLE,
        target: pass?.project ?? '',
        detail: pass === undefined ? '' : through,
      },
    };
  };
  const { notices } = context.change('a note to the owner', plan, { entrusted: true });
  const [id = ''] = notices;
  return { text: `Noted for the owner as ${id}.`, data: { id, priority } };
}

/** The first line is the title, the whole text the body. @throws NocturneError `BAD_VALUE` */
function noteArguments(note: {
  readonly text: string;
  readonly priority: string;
  readonly project?: string | undefined;
}): BundleArguments {
  const text = note.text.trim();
  if (text === '')
    throw new NocturneError('BAD_VALUE', 'the note is empty', {
      hint: 'say in a sentence what the owner should know',
    });
  if (text.length > LONGEST)
    throw new NocturneError(
      'BAD_VALUE',
      `the note has ${text.length} characters; at most ${LONGEST} are taken`,
      { hint: 'write the long form into an output and name it in the note' },
    );
  const [line = ''] = text.split('\n');
  const question = line.length > LONGEST_LINE ? `${line.slice(0, LONGEST_LINE - 3)}...` : line;
  return defined({
    priority: note.priority,
    question,
    project: note.project,
    body: text === question ? undefined : quoted(text),
  });
}

function noteReasons(
  snapshot: Snapshot,
  runId: string | undefined,
  text: string,
): readonly Reason[] {
  if (runId === undefined) return secretReasons(text, 'the note');
  const notes = rowsOfRun(snapshot, 'AUDIT', runId).filter(
    (row) => fieldText(row, 'type') === NOTE_BUNDLE,
  ).length;
  const many: readonly Reason[] =
    notes < MOST_NOTES
      ? []
      : [
          {
            code: 'tool-not-allowed',
            message: `a pass may leave ${MOST_NOTES} notes for the owner, and this one has`,
          },
        ];
  return [...many, ...secretReasons(text, 'the note')];
}

/** Quoted, so that no line reads as a heading or a field. */
function quoted(text: string): string {
  return text
    .split(/\r?\n/)
    .map((line) => `> ${line}`.trimEnd())
    .join('\n');
}
