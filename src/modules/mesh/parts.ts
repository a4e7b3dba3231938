/** What the mesh does while it is connected; loaded only then. */
import type { ServeContext } from '../../passes/module.js';
import type { Part } from './node/mesh-service.js';

export async function partsOf({ workspace }: ServeContext): Promise<readonly Part[]> {
  const [{ seenPart }, { ownerPart }, { workerPart }, { MailPart }] = await Promise.all([
    import('./node/seen-part.js'),
    import('./tasks/owner-part.js'),
    import('./tasks/worker-part.js'),
    import('./mail/mail-part.js'),
  ]);
  return [seenPart(workspace), ownerPart(), workerPart(), new MailPart()];
}
