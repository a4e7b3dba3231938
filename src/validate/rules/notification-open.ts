/** Rule notification-open: what was answered does not stay open. */
import type { Diagnostic } from '../../kernel/diagnostic.js';
import type { Rec } from '../../markdown/types.js';
import type { Snapshot } from '../../workspace/types.js';
import { addressOf } from '../../workspace/address.js';
import { fieldRange } from '../record-place.js';
import type { WorkspaceRule } from '../rule.js';

export const notificationOpen: WorkspaceRule = {
  kind: 'workspace',
  id: 'notification-open',
  severity: 'warning',
  suppressible: 'always',
  run: ({ snapshot, schema }) => {
    const object = schema.objects.get('NOTIFICATION');
    if (object === undefined) return [];
    return snapshot.records('NOTIFICATION').flatMap((record): Diagnostic[] => {
      const status = textOf(record, 'status');
      const answer = textOf(record, 'answer');
      const answered =
        status === 'approved' || status === 'declined' || (status === 'open' && answer !== '');
      if (!answered) return [];
      const left = runSince(
        snapshot,
        answeredAt(
          snapshot,
          ['answer', 'status'].map((field) => addressOf(object, record, field)),
          record,
        ),
      );
      const message = `${record.key} is answered (${answer === '' ? status : answer}) and ${left === undefined ? 'waits for the next pass' : `was left open by ${left}`}`;
      const hint =
        left === undefined
          ? 'the next worker or manager pass takes it up'
          : 'run a pass, and look at what it says about the answer; one word such as yes or no is understood best';
      return [
        {
          rule: 'notification-open',
          severity: left === undefined ? 'info' : 'warning',
          message,
          range: fieldRange(object, record, 'status'),
          expected: 'done',
          actual: status,
          hint,
        },
      ];
    });
  },
};

/** When the answer was given: by the change log, else when the file was last written by hand. */
function answeredAt(snapshot: Snapshot, addresses: readonly string[], record: Rec): number {
  const changes = snapshot
    .records('CHANGE')
    .filter((row) => addresses.includes(textOf(row, 'address')));
  const logged = changes
    .map((row) => Date.parse(textOf(row, 't_written')))
    .filter((time) => !Number.isNaN(time));
  return logged.length > 0
    ? Math.max(...logged)
    : (snapshot.files.get(record.file)?.mtimeMs ?? Number.POSITIVE_INFINITY);
}

/** The first run that began after that, and is over. */
function runSince(snapshot: Snapshot, since: number): string | undefined {
  return snapshot
    .records('RUN')
    .find((run) => Date.parse(textOf(run, 'started')) > since && textOf(run, 'ended') !== '')?.key;
}

function textOf(record: Rec, field: string): string {
  return record.fields.get(field)?.value.trim() ?? '';
}
