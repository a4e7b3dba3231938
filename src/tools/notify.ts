/**
 * A note of an agent to the owner: one entry in NOTIFICATIONS.md, of limited length, a few a pass.
 */
import { secretReasons } from '../../governance/guard/secrets.js';
import type { Reason } from '../../governance/types.js';
import { NocturneError } from '../../kernel/error.js';
import { fieldText } from '../../project/field-text.js';
import { bundleChanges, type BundleArguments } from '../../workspace/bundle.js';
import type { Snapshot } from '../../workspace/types.js';
import { judge } from '../door.js';
import { requirePass, throughDoor, type ToolAnswer, type ToolContext } from './tool-caller.js';

export const NOTE_PRIORITIES = ['low', 'medium', 'high'] as const;
export const NOTE_BUNDLE = 'note_surface';
export type NotifyArguments = {
  readonly text: string;
  readonly priority?: (typeof NOTE_PRIORITIES)[number] | undefined;
};

const MOST_NOTES = 5;
const LONGEST = 2000;
const LONGEST_LINE = 200;

/**
 * @throws NocturneError `BAD_VALUE` for a text that is empty or too long, `REFUSED` after five
 * notes of one pass and for credentials.
 */
export function notifyTool(
  context: ToolContext,
  { text, priority = 'low' }: NotifyArguments,
): ToolAnswer {
  const { workspace } = context;
  const caller = requirePass(context, 'a note to the owner');
  const { data } = caller;
  const snapshot = workspace.snapshot();
  const args = noteArguments({ text, priority, project: data.project });
  const { verdict, text: why } = judge(workspace, data, {
    door: caller.door,
    actions: [],
    snapshot,
    also: noteReasons(snapshot, data.runId, text),
  });
  if (verdict !== 'allow')
    throw new NocturneError('REFUSED', why, {
      hint: 'what is left to say goes into the report of the pass',
    });
  const { notices } = workspace.commit(
    (fresh) => {
      const [reason] = noteReasons(fresh, data.runId, text);
      if (reason !== undefined)
        throw new NocturneError('REFUSED', `${reason.code}: ${reason.message}`);
      const audit = {
        step: 'T4',
        type: NOTE_BUNDLE,
        target: data.project ?? '',
        authorisation: data.runId,
        result: 'ok',
        detail: throughDoor(caller),
      };
      return {
        actor: { kind: 'pass', name: data.request.role },
        runId: data.runId,
        reason: `note ${throughDoor(caller)}`,
        bundle: NOTE_BUNDLE,
        ...bundleChanges(fresh, NOTE_BUNDLE, args),
        audit: [audit],
      };
    },
    { fence: data.fence },
  );
  return noted(notices[0] ?? '', priority);
}

/** The first line as the title, the whole as the body. @throws NocturneError `BAD_VALUE` */
export function noteArguments(note: {
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
  return {
    priority: note.priority,
    question,
    ...(note.project === undefined ? {} : { project: note.project }),
    ...(text === question ? {} : { body: quoted(text) }),
  };
}

export function noted(id: string, priority: string): ToolAnswer {
  return { text: `Noted for the owner as ${id}.`, data: { id, priority } };
}

function noteReasons(snapshot: Snapshot, runId: string, text: string): readonly Reason[] {
  const notes = snapshot
    .records('AUDIT')
    .filter(
      (row) => fieldText(row, 'run_id') === runId && fieldText(row, 'type') === NOTE_BUNDLE,
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

/** As a quotation, so that no line of it is read as a heading or a field of the page. */
function quoted(text: string): string {
  return text
    .split(/\r?\n/)
    .map((line) => `> ${line}`.trimEnd())
    .join('\n');
}
