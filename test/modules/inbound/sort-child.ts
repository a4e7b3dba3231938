/**
 * Sorts the inbox again and again, answering yes, until it is killed: what the kill test kills.
 * Arguments: workspace, home.
 */
import { fileSystemNow } from '../../../src/workspace/file-stat.js';
import { pendingAnswers } from '../../../src/governance/answers.js';
import { systemClock } from '../../../src/kernel/clock.js';
import { processInbox } from '../../../src/modules/inbound/process.js';
import { fieldText } from '../../../src/project/field-text.js';
import { bundleChanges } from '../../../src/workspace/bundle.js';
import { nextId } from '../../../src/workspace/ids.js';
import { openWorkspace } from '../../../src/workspace/open-workspace.js';

const [root = '', home = ''] = process.argv.slice(2);
const workspace = openWorkspace(root, { home, clock: systemClock });
const actor = { kind: 'owner', name: 'owner' } as const;
process.stdout.write('ready\n');
for (;;) {
  workspace.commit((snapshot) => ({
    actor,
    runId: '',
    ...(processInbox({
      snapshot,
      step: '',
      fileTime: fileSystemNow(snapshot.root),
      nextQuestion: () => nextId(snapshot, workspace.state, 'N'),
    }) ?? { reason: 'nothing', changes: [] }),
  }));
  workspace.commit((snapshot) => {
    const open = snapshot
      .records('NOTIFICATION')
      .filter((one) => fieldText(one, 'status') === 'open');
    return {
      actor,
      runId: '',
      reason: 'answered',
      changes: open.flatMap(
        (one) =>
          bundleChanges(snapshot, 'notification_answer', {
            id: one.key,
            answer: 'yes',
            status: 'approved',
          }).changes,
      ),
    };
  });
  workspace.commit((snapshot) => ({
    actor,
    runId: '',
    reason: 'taken in',
    changes: pendingAnswers(snapshot).flatMap((one) =>
      one.calls.flatMap((call) => bundleChanges(snapshot, call.bundle, call.args).changes),
    ),
  }));
}
