/** `inbox process`: sorts messages now instead of at the next worker pass. */
import { fileSystemNow } from '../../../workspace/file-stat.js';
import { pendingAnswers } from '../../../governance/answers.js';
import { EXIT } from '../../../kernel/error.js';
import { bundleChanges } from '../../../workspace/bundle.js';
import { nextId } from '../../../workspace/ids.js';
import type { AuditEntry, Workspace } from '../../../workspace/types.js';
import type { ModuleCommand } from '../../types.js';
import { processInbox } from '../process.js';

export const inboxProcess: ModuleCommand = {
  summary: 'sort the new messages of the inbox now',
  forAgents: 'never',
  examples: ['nocturne inbox process'],
  run(context) {
    context.requireOwner('sorting messages');
    const workspace = context.workspace();
    const { actor } = context.acting();
    const answered = takeAnswers(workspace, actor);
    let rows: readonly AuditEntry[] = [];
    workspace.commit((snapshot) => {
      const change = processInbox({
        snapshot,
        step: '',
        fileTime: fileSystemNow(snapshot.root),
        nextQuestion: () => nextId(snapshot, workspace.state, 'N'),
      });
      rows = change?.audit ?? [];
      return { actor, runId: '', ...(change ?? { reason: 'messages sorted', changes: [] }) };
    });
    const lines = [
      ...answered,
      ...rows.map((row) => `${fateOf(row)}: ${row.target}: ${row.detail}`),
    ];
    return {
      exit: EXIT.ok,
      text: lines.length === 0 ? 'Nothing was waiting.' : lines.join('\n'),
      json: {
        answered,
        rows: rows.map(({ type, target, result, detail }) => ({ type, target, result, detail })),
      },
    };
  },
};

/** Applies only answers about senders; a pass applies the others. */
function takeAnswers(
  workspace: Workspace,
  actor: { readonly kind: 'owner' | 'pass' | 'nocturne'; readonly name: string },
): readonly string[] {
  const lines: string[] = [];
  workspace.commit((snapshot) => {
    lines.length = 0;
    const answers = pendingAnswers(snapshot).filter((answer) =>
      answer.calls.some((call) => call.bundle.startsWith('sender_')),
    );
    const calls = answers.flatMap((answer) => answer.calls);
    lines.push(...answers.map((answer) => `${answer.id}: ${answer.what}`));
    const audit = answers.flatMap((answer) =>
      answer.calls.map(
        (call): AuditEntry => ({
          step: '',
          type: call.bundle,
          target: call.bundle === 'notification_close' ? answer.id : String(call.args['id']),
          authorisation: answer.id,
          result: 'ok',
          detail: answer.what,
        }),
      ),
    );
    return {
      actor,
      runId: '',
      reason: 'answers about senders',
      bundle: [...new Set(calls.map((call) => call.bundle))].join(' '),
      changes: calls.flatMap((call) => bundleChanges(snapshot, call.bundle, call.args).changes),
      audit,
    };
  });
  return lines;
}

function fateOf(row: AuditEntry): string {
  if (row.type === 'inbound-drop') return 'dropped';
  if (row.type === 'sender_ask') return 'asked';
  return row.result === 'held' ? 'held' : 'taken';
}
