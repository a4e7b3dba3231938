/** The routes of the dashboard: who may ask, which page answers, which command a form runs. */
import { type Context, Hono, type MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { secureHeaders } from 'hono/secure-headers';
import type { DashboardPage } from '../../passes/dashboard-page.js';
import { foreignRequest } from './access.js';
import { act } from './act.js';
import { notHere } from './answers.js';
import { Assets } from './assets.js';
import { askToEnter, enter, isLoggedIn } from './enter.js';
import { contextOf } from './page-context.js';
import { respond, respondError } from './respond.js';
import { streamChanges } from './stream-changes.js';
import type { Env, Served } from './types.js';

const LONGEST_FORM = 64 * 1024;

export function makeApp(served: Served): Hono<Env> {
  const app = new Hono<Env>();
  const assets = new Assets();
  app.use(HEADERS, ourBrowserOnly(served), knownMethodOnly);
  app.get('/assets/:name', (request, next) => assets.answer(request) ?? next());
  app.get('/enter', (request) => enter(served, request));
  app.use((request, next) =>
    isLoggedIn(served, request) ? next() : Promise.resolve(askToEnter(served, request)),
  );
  app.use(bodyLimit({ maxSize: LONGEST_FORM, onError: () => tooLong() }));
  app.get('/events', (request) => streamChanges(served, request));
  for (const page of served.pages) app.get(page.path, (request) => show(served, request, page));
  for (const action of served.actions)
    app.post(`/act/${action.name}`, urlEncodedOnly, (request) => act(served, request, action));
  app.notFound((request) =>
    respondError(served, request as Context<Env>, notHere(request.req.path)),
  );
  app.onError((error, request) => respondError(served, request as Context<Env>, error));
  return app;
}

const HEADERS = secureHeaders({
  contentSecurityPolicy: {
    defaultSrc: ["'none'"],
    styleSrc: ["'self'"],
    scriptSrc: ["'self'"],
    imgSrc: ["'self'", 'data:'],
    connectSrc: ["'self'"],
    formAction: ["'self'"],
    frameAncestors: ["'none'"],
    baseUri: ["'none'"],
  },
  // With `no-referrer`, a browser sends forms of our own pages with `Origin: null`.
  referrerPolicy: 'same-origin',
  // It would hold for all that this machine serves.
  strictTransportSecurity: false,
  xFrameOptions: 'DENY',
});

function ourBrowserOnly({ reach }: Served): MiddlewareHandler<Env> {
  return async (request, next) => {
    const foreign = foreignRequest(reach, {
      method: request.req.method,
      url: request.req.url,
      header: (name) => request.req.header(name),
      localAddress: request.env.incoming.socket.localAddress,
    });
    return foreign === undefined ? next() : request.text(`${foreign}\n`, 403, CLOSE);
  };
}

/** What is read of a request that is refused is thrown away, and no more than that. */
const CLOSE = { connection: 'close' };

const knownMethodOnly: MiddlewareHandler<Env> = async (request, next) => {
  const { method, path } = request.req;
  const isForm = path.startsWith('/act/');
  // Only pages have a head: to ask for it does not use up a link or open a stream.
  const isHead = method === 'HEAD' && path !== '/enter' && path !== '/events';
  if (isForm ? method === 'POST' : method === 'GET' || isHead) return next();
  return request.text(`${method} is not possible here.\n`, 405, {
    allow: isForm ? 'POST' : 'GET',
    ...CLOSE,
  });
};

const urlEncodedOnly: MiddlewareHandler<Env> = async (request, next) => {
  const type = request.req.header('content-type') ?? '';
  if (/^application\/x-www-form-urlencoded(?:\s*;.*)?$/i.test(type)) return next();
  return request.text('A form is sent as application/x-www-form-urlencoded.\n', 415, CLOSE);
};

function tooLong(): Response {
  const kilobytes = LONGEST_FORM / 1024;
  return new Response(`A form has at most ${kilobytes} kB.\n`, { status: 413, headers: CLOSE });
}

async function show(served: Served, request: Context<Env>, page: DashboardPage): Promise<Response> {
  const render = await page.load();
  // What changes while the page is made is not in it: the live connection has to hear of it.
  const { version } = served.changes;
  const view = await render(
    contextOf(served, {
      params: request.req.param() as Readonly<Record<string, string>>,
      query: request.req.query(),
      session: request.get('session'),
    }),
  );
  return respond(served, request, { ...view, version });
}
