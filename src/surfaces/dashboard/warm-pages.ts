/**
 * Makes the pages of the navigation once before anybody asks: then their code is loaded, the
 * workspace is read and its logs are verified.
 */
import { contextOf } from './page-context.js';
import type { Served } from './types.js';

export async function warmPages(served: Served): Promise<void> {
  for (const { nav, load } of served.pages) {
    const render = await load();
    if (nav === undefined) continue;
    try {
      const context = contextOf(served, { params: {}, query: {}, session: '' });
      // What takes long in a process of its own is not asked for.
      const callApart = Object.assign(() => Promise.reject(new Error('not now')), {
        prepare: () => undefined,
      });
      const { body } = await render({ ...context, callApart, kept: () => ({ isRunning: true }) });
      await String(body);
    } catch {
      // A visitor is told why it cannot be shown.
    }
  }
}
