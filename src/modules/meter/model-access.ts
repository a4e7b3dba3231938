/** T4: the grant of a runner, and the meter that honours it, for as long as the runner works. */
import { isWebAddress } from '../../agents/gateway.js';
import type { ModelAccess } from '../../agents/model-access.js';
import { defined } from '../../kernel/defined.js';
import { stamp } from '../../kernel/clock.js';
import { messageOf } from '../../kernel/error.js';
import type { Rec } from '../../markdown/types.js';
import type { AccessContext } from '../../passes/module.js';
import { fieldText } from '../../project/field-text.js';
import { accountOf, closeGrant, openGrant } from './grant.js';
import { priceRow } from './page/prices.js';
import { ledgerLength, spentSince } from './pass-spend.js';
import { progressOf } from './progress.js';
import { ensureMeter } from './start-meter.js';

/** How soon a meter that died is replaced. */
const WATCH_MS = 1000;

/** A web address without a key and without a price is reached directly. */
export async function modelAccess(context: AccessContext): Promise<ModelAccess | undefined> {
  const { workspace, env, runId, project, use, runner, endpoint, apiKeyEnv } = context;
  const isFree = apiKeyEnv === '' && !hasPrice(context) && isWebAddress(endpoint);
  if (isFree && context.forOthers !== true) return undefined;
  const { state, clock } = workspace;
  const { maxTokens: tokens, maxCost: cost } = context.limits;
  const before = ledgerLength(state);
  // A meter that is about to end for want of passes stays.
  const { grant, token } = openGrant(state, {
    ...{ runId, project, use, runner, endpoint, apiKeyEnv },
    limits: defined({ tokens, cost }),
    opened: stamp(clock.now()),
  });
  const account = accountOf(grant);
  const close = (): void => closeGrant(state, grant.id);
  const { port, socket } = await ensureMeter(workspace, env).catch((error: unknown) => {
    close();
    throw error;
  });
  const stopWatching = keepAlive(context);
  return {
    endpoint: `http://127.0.0.1:${port}/v1`,
    anthropicBase: `http://127.0.0.1:${port}`,
    ...{ socket, token },
    seen: () => progressOf(state, account),
    close: async () => {
      stopWatching();
      // Once it is closed, the next pass to open a grant removes what was seen.
      const { refused } = progressOf(state, account);
      close();
      return { ...spentSince(state, before, account), ...defined({ refused }) };
    },
  };
}

/** A program may use models that only its own configuration names. */
function hasPrice({ snapshot, model, runner }: AccessContext): boolean {
  const isOwn = (row: Rec): boolean => fieldText(row, 'runner') === runner;
  return priceRow(snapshot, model, runner) !== undefined || snapshot.records('PRICE').some(isOwn);
}

/** Until a new one listens, the clients of the runner try again. */
function keepAlive({ workspace, env, say }: AccessContext): () => void {
  let isStarting = false;
  let said = '';
  const sayOnce = (why: string): void => {
    if (why !== said) say(`     ${why}`);
    said = why;
  };
  const watch = setInterval(() => {
    if (isStarting) return;
    isStarting = true;
    void ensureMeter(workspace, env)
      .then(() => (said = ''))
      .catch((error: unknown) => sayOnce(messageOf(error)))
      .finally(() => {
        isStarting = false;
      });
  }, WATCH_MS).unref();
  return () => clearInterval(watch);
}
