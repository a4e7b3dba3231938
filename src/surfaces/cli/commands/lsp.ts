/** `lsp`: a language server on standard input and output, for editors. */
import { factsOfAll } from '../../../validate/validate-draft.js';
import { requireOwner } from '../actor.js';
import { callCommand } from '../call-command.js';
import { cacheGround } from '../cache-ground.js';
import { checkThread } from '../check-in-thread.js';
import { moduleRules } from '../module-rules.js';
import { packageVersion } from '../package-version.js';
import { ok } from '../result.js';
import type { Command } from '../types.js';

export const lsp: Command = {
  options: [{ flags: '--stdio', description: 'the default, for editors that always say it' }],
  examples: ['nocturne lsp', 'nocturne lsp --workspace ~/notes'],
  async run(context) {
    requireOwner(context, 'the language server');
    const { startLsp } = await import('../../lsp/start.js');
    const workspace = context.workspace();
    const { root, state } = workspace;
    const { home, packageRoot } = context;
    const ground = cacheGround({ root, state, home, packageRoot });
    const thread = checkThread({ root, home });
    const ending = new AbortController();
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => ending.abort());
    try {
      await startLsp({
        workspace,
        rules: await moduleRules(),
        factsOf: (snapshot) => factsOfAll(snapshot, { ...ground, progress: () => undefined }),
        check: thread.check,
        call: callCommand(context, { door: 'editor' }),
        version: packageVersion(packageRoot),
        signal: ending.signal,
        say: (line) => context.progress(line),
      });
    } finally {
      await thread.close();
    }
    return ok('', {});
  },
};
