/** The paths that the meter serves. Whatever else is asked for is not forwarded. */
import type { HttpBindings } from '@hono/node-server';
import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { messageOf } from '../../../kernel/error.js';
import type { Grant } from '../grant.js';
import type { Desk } from './desk.js';
import { errorResponse, type MeterError } from './error-shape.js';
import { forward, type Incoming } from './forward.js';
import { forwardFree } from './forward-free.js';
import { type Credential, credentialOf } from './headers.js';
import { chat } from './protocols/chat.js';
import { completion } from './protocols/completion.js';
import { embedding } from './protocols/embedding.js';
import { message } from './protocols/message.js';
import type { Protocol } from './protocols/protocol.js';
import { response } from './protocols/response.js';

const PROTOCOLS: readonly Protocol[] = [chat, completion, embedding, response, message];

type Served = { readonly Bindings: HttpBindings };
export type MeterApp = Hono<Served>;
type Family = Protocol['family'];
type Known = { readonly grant: Grant; readonly credential: Credential };

export function meterApp(desk: Desk): MeterApp {
  const app = new Hono<Served>();
  const limited = bodyLimit({
    maxSize: LONGEST_REQUEST,
    onError: ({ req }) => errorResponse(familyOf(req.path), TOO_LARGE),
  });
  app.use((context, next) => {
    const { req } = context;
    const isShort =
      Number(req.header('content-length')) <= LONGEST_REQUEST &&
      req.header('transfer-encoding') === undefined;
    // It would make a web stream of each body, which takes longer than the rest of the way here.
    return isShort ? next() : limited(context, next);
  });
  app.use(async (context, next) => {
    await next();
    const { res, env } = context;
    const isStream = res.headers.get('content-type')?.includes('text/event-stream') === true;
    // The adapter else holds back the first event, in case it is the only one.
    if (isStream && env.incoming.httpVersion !== '1.0')
      res.headers.set('transfer-encoding', 'chunked');
  });
  for (const protocol of PROTOCOLS)
    app.post(protocol.path, ({ req, env }) =>
      forGrant(desk, req.raw, protocol.family, (known) => {
        const cut = (): void => void env.outgoing.destroy();
        const incoming: Incoming = { desk, protocol, request: req.raw, cut, ...known };
        return forward(incoming);
      }),
    );
  app.post('/v1/messages/count_tokens', ({ req }) =>
    forGrant(desk, req.raw, 'anthropic', (known) =>
      forwardFree({ desk, request: req.raw, family: 'anthropic', ...known }),
    ),
  );
  app.get('/v1/models', ({ req }) => {
    const family = req.header('anthropic-version') === undefined ? 'openai' : 'anthropic';
    return forGrant(desk, req.raw, family, (known) =>
      forwardFree({ desk, request: req.raw, family, ...known }),
    );
  });
  app.notFound(({ req }) =>
    errorResponse(familyOf(req.path), {
      status: 404,
      code: 'not_found',
      message: `The meter does not forward ${req.method} ${req.path}.`,
    }),
  );
  app.onError((error, { req }) => {
    desk.say(`${req.method} ${req.path}: ${messageOf(error)}`);
    return errorResponse(familyOf(req.path), {
      status: 500,
      code: 'meter_failed',
      message: 'The meter failed. nocturne status shows why.',
    });
  });
  return app;
}

function familyOf(path: string): Family {
  return path.startsWith('/v1/messages') ? 'anthropic' : 'openai';
}

/** Anthropic's own limit. */
const LONGEST_REQUEST = 32 * 1024 * 1024;
const TOO_LARGE: MeterError = {
  status: 413,
  code: 'too_large',
  message: 'The request is larger than 32 MiB.',
};
const UNKNOWN: MeterError = {
  status: 401,
  code: 'unknown_token',
  message: 'This token belongs to no running pass.',
};

async function forGrant(
  desk: Desk,
  request: Request,
  family: Family,
  act: (known: Known) => Promise<Response>,
): Promise<Response> {
  const credential = credentialOf(request.headers);
  const grant = credential === undefined ? undefined : desk.grantOf(credential.token);
  if (credential === undefined || grant === undefined) return errorResponse(family, UNKNOWN);
  return act({ grant, credential });
}
