/** What the mesh does while it is connected; loaded only then. */
import type { ServeContext } from '../../passes/module.js';
import type { Part } from './node/mesh-service.js';

export async function partsOf(context: ServeContext): Promise<readonly Part[]> {
  const { workspace } = context;
  const [
    { seenPart },
    { ownerPart },
    { workerPart },
    { receiptsPart },
    { tidyPart },
    { logPart },
    { MailPart },
    { callParts },
  ] = await Promise.all([
    import('./node/seen-part.js'),
    import('./tasks/owner-part.js'),
    import('./tasks/worker-part.js'),
    import('./work/receipts-part.js'),
    import('./work/tidy-part.js'),
    import('./log/log-part.js'),
    import('./mail/mail-part.js'),
    import('./calls/call-parts.js'),
  ]);
  return [
    seenPart(workspace),
    ownerPart(),
    workerPart(),
    receiptsPart(),
    tidyPart(),
    logPart(),
    new MailPart(),
    ...callParts(context).parts,
  ];
}
