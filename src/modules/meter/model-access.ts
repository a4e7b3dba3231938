/** T4: the grant of a runner, and the meter that honours it, for as long as the runner works. */
import type { ModelAccess } from '../../agents/model-access.js';
import { defined } from '../../kernel/defined.js';
import { stamp } from '../../kernel/clock.js';
import { messageOf } from '../../kernel/error.js';
import type { AccessContext } from '../../passes/module.js';
import { accountOf, closeGrant, openGrant } from './grant.js';
import { progressOf } from './progress.js';
import { ledgerLength, spentSince } from './pass-spend.js';
import { ensureMeter } from './start-meter.js';

/** How soon a meter that died is replaced. */
const WATCH_MS = 1000;

/** An endpoint without a key that nobody limits is reached as before. */
export async function modelAccess(context: AccessContext): Promise<ModelAccess | undefined> {
  const { workspace, env, runId, project, use, runner, endpoint, apiKeyEnv } = context;
  if (apiKeyEnv === '') return undefined;
  const { state, clock } = workspace;
  const { maxTokens: tokens, maxCost: cost } = context.limits;
  const before = ledgerLength(state);
  const meter = await ensureMeter(workspace, env);
  const { grant, token } = openGrant(state, {
    ...{ runId, project, use, runner, endpoint, apiKeyEnv },
    limits: defined({ tokens, cost }),
    opened: stamp(clock.now()),
  });
  const stopWatching = keepAlive(context);
  return {
    endpoint: `http://127.0.0.1:${meter.port}/v1`,
    anthropicBase: `http://127.0.0.1:${meter.port}`,
    socket: meter.socket,
    token,
    seen: () => progressOf(state, accountOf(grant)),
    close: async () => {
      stopWatching();
      closeGrant(state, grant.id);
      const { refused } = progressOf(state, accountOf(grant));
      return { ...spentSince(state, before, accountOf(grant)), ...defined({ refused }) };
    },
  };
}

/** Until a new one listens, the clients of the runner try again. */
function keepAlive({ workspace, env, say }: AccessContext): () => void {
  let isStarting = false;
  const watch = setInterval(() => {
    if (isStarting) return;
    isStarting = true;
    void ensureMeter(workspace, env)
      .catch((error: unknown) => say(`     ${messageOf(error)}`))
      .finally(() => {
        isStarting = false;
      });
  }, WATCH_MS).unref();
  return () => clearInterval(watch);
}
