/** A thread that validates the whole workspace, so that the thread that asks can go on. */
import { parentPort, workerData } from 'node:worker_threads';
import { messageOf } from '../../kernel/error.js';
import { validateDraft } from '../../validate/validate-draft.js';
import { wholeCatalogue } from './added-commands.js';
import { cacheGround } from './cache-ground.js';
import { CATALOGUE } from './catalogue.js';
import { checkCommand } from './check-command.js';
import type { CheckAnswer, CheckRequest, CheckSetting } from './check-in-thread.js';
import { settingsOf, wholeSnapshot } from './commands/validate.js';
import { makeContext } from './context.js';

const { root, home } = workerData as CheckSetting;
const made = await makeContext({ workspace: root, home, json: true, quiet: true, color: false });
const context = { ...made, commands: checkCommand(CATALOGUE, wholeCatalogue) };
const settings = await settingsOf(context, {});
const { state } = context.workspace();

parentPort?.on('message', (request: CheckRequest) => {
  void answer(request).then((message) => parentPort?.postMessage(message));
});

async function answer({ contents }: CheckRequest): Promise<CheckAnswer> {
  try {
    const found = await validateDraft(wholeSnapshot(context), contents, {
      ...cacheGround({ root, state, home, packageRoot: context.packageRoot }),
      ...settings,
      progress: () => undefined,
    });
    return { kind: 'checked', diagnostics: found.diagnostics };
  } catch (error) {
    return { kind: 'failed', why: messageOf(error) };
  }
}
