/** T6: what a recorded pass has read of the mesh counts as delivered. */
import type { ModuleChange, RecordContext } from '../../passes/module.js';
import { deliveredCircles } from './circling/circle-page.js';
import { deliveredMail } from './mail/brief-mail.js';

export function recordedByMesh(context: RecordContext): ModuleChange | undefined {
  const changes = [deliveredMail(context), deliveredCircles(context)].flatMap(
    (change) => change?.changes ?? [],
  );
  return changes.length === 0 ? undefined : { reason: 'read by a pass', changes };
}
