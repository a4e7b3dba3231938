/** Answers to open questions, above each question in the page of notifications. */
import {
  type CodeLens,
  type Connection,
  MessageType,
  ShowMessageNotification,
} from 'vscode-languageserver/node';
import { EXIT, NocturneError } from '../../kernel/error.js';
import { isOpenQuestion } from '../../project/question-state.js';
import { checkSeen, seenRecord } from '../../project/seen-record.js';
import type { LiveWorkspace } from './live-workspace.js';
import { toEditor } from './places.js';
import type { LspSettings } from './types.js';

export const ANSWER = 'nocturne.answer';
const COMMANDS = { yes: 'approve', no: 'decline' } as const;

export function answerLenses(live: LiveWorkspace, path: string): readonly CodeLens[] {
  const snapshot = live.snapshot();
  if (!snapshot.filesOf('NOTIFICATION').includes(path)) return [];
  const placed = live.placed(snapshot, path);
  return snapshot
    .recordsIn(path, 'NOTIFICATION')
    .filter((question) => isOpenQuestion(snapshot, question))
    .flatMap((question) => {
      const { start } = toEditor(question.range, placed.countsMark);
      return (Object.keys(COMMANDS) as (keyof typeof COMMANDS)[]).map((word) => ({
        range: { start, end: start },
        command: {
          title: `Answer ${word}`,
          command: ANSWER,
          arguments: [question.key, word, seenRecord(question)],
        },
      }));
    });
}

/**
 * The same as on the command line, unless the question has changed since the lens was shown.
 * @returns what it says.
 */
export async function giveAnswer(
  { call }: LspSettings,
  { live, connection }: { readonly live: LiveWorkspace; readonly connection: Connection },
  args: readonly unknown[],
): Promise<string> {
  const [id, word, seen] = args;
  if (typeof id !== 'string' || (word !== 'yes' && word !== 'no') || typeof seen !== 'string')
    throw new NocturneError(
      'USAGE',
      'an answer names a question, yes or no, and the state of the question that was shown',
    );
  const unsaved = live
    .saved()
    .filesOf('NOTIFICATION')
    .find((path) => live.texts().has(path));
  if (unsaved !== undefined)
    throw new NocturneError('REFUSED', `${unsaved} has changes that are not saved`, {
      hint: 'save it, then answer',
    });
  const { exit, text } = await call(COMMANDS[word], {
    args: [id],
    check: (snapshot) => checkSeen(snapshot, seen),
  });
  // Not as a request, which an editor may not know.
  await connection.sendNotification(ShowMessageNotification.type, {
    type: exit === EXIT.ok ? MessageType.Info : MessageType.Warning,
    message: text,
  });
  return text;
}
