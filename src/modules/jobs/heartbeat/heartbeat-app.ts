/** The address at which jobs elsewhere report: `/job/NAME/TOKEN?state=started|ok|failed`. */
import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { messageOf } from '../../../kernel/error.js';
import type { Workspace } from '../../../workspace/types.js';
import { type Answer, reportState, STATES } from './report-state.js';
import { isToken } from './tokens.js';

const MOST_BODY = 1024;
const LONGEST_URL = 512;
/** Of one job at a time, that wait for one another. */
const MOST_WAITING = 4;

export function heartbeatApp(workspace: Workspace, say: (line: string) => void): Hono {
  const waiting = new Map<string, readonly Promise<unknown>[]>();
  const inTurn = async (job: string, act: () => Promise<Answer>): Promise<Answer> => {
    const before = waiting.get(job) ?? [];
    if (before.length >= MOST_WAITING) return { status: 503, text: 'too many reports at once' };
    const mine = Promise.allSettled(before).then(act);
    waiting.set(job, [...before, mine]);
    try {
      return await mine;
    } finally {
      waiting.set(
        job,
        (waiting.get(job) ?? []).filter((other) => other !== mine),
      );
    }
  };
  const app = new Hono();
  app.use(async (c, next) => {
    if (c.req.url.length > LONGEST_URL) return c.text('too long\n', 414);
    return next();
  });
  app.use(bodyLimit({ maxSize: MOST_BODY, onError: (c) => c.text('too large\n', 413) }));
  app.on(['GET', 'POST'], '/job/:name/:token', async (c) => {
    const { name, token } = c.req.param();
    // A wrong token and an unknown job look the same.
    if (!isToken(workspace.state, name, token)) return c.text('not found\n', 404);
    const state = STATES.find((known) => known === c.req.query('state'));
    if (state === undefined) return c.text(`state is one of ${STATES.join(', ')}\n`, 400);
    const { status, text } = await inTurn(name, () => reportState(workspace, name, state));
    say(`${name} reports ${state}: ${text.split('\n')[0]}`);
    return c.text(`${text}\n`, status);
  });
  app.notFound((c) => c.text('not found\n', 404));
  app.onError((error, c) => {
    say(messageOf(error));
    return c.text('an error of Nocturne\n', 500);
  });
  return app;
}
