/** What the command line gives to a command of a module or a host. */
import { defined } from '../../kernel/defined.js';
import { installedModules } from '../../modules/installed.js';
import type { AddedCommandContext } from '../../passes/added-command.js';
import { actingAs, requireOwner } from './actor.js';
import { canAsk, OWNER } from './ask.js';
import { paint } from './paint.js';
import { passEnvironment } from './pass-environment.js';
import { signPage } from './sign-page.js';
import type { Context } from './types.js';

export function addedContext(context: Context): AddedCommandContext {
  return {
    ...context,
    modules: installedModules,
    passes: () => passEnvironment(context),
    paint: paint(context),
    requireOwner: (what) => requireOwner(context, what),
    acting: () => actingAs(context),
    signPage: (path, page) => signPage(context, path, page),
    ...defined({ ask: canAsk(context) ? OWNER : undefined }),
  };
}
