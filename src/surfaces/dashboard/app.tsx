/** The routes of the dashboard: who may ask, which page answers, which command a form runs. */
import { Hono, type Context as Request } from 'hono';
import { getCookie, setCookie } from 'hono/cookie';
import { secureHeaders } from 'hono/secure-headers';
import { join } from 'node:path';
import { readFileSync } from '../../kernel/files.js';
import { messageOf, NocturneError } from '../../kernel/error.js';
import type {
  DashboardAction,
  DashboardPage,
  PageContext,
  PageView,
} from '../../passes/dashboard-page.js';
import { foreignRequest } from '../../passes/loopback-request.js';
import { ownerZone } from '../../project/owner-zone.js';
import type { Changes } from './changes.js';
import { ActionResult, ErrorView } from './answers.js';
import { renderPage } from './layout.js';
import { csrfOf, type Sessions } from './sessions.js';
import { streamChanges } from './stream-changes.js';
import type { DashboardSettings } from './types.js';

const ASSETS = join(import.meta.dirname, '../../../dashboard');
const TYPES = { css: 'text/css', js: 'text/javascript' } as const;
const COOKIE = 'nocturne_session';
const LONGEST_FORM = 64 * 1024;
type Env = { Variables: { cookie: string } };

type Served = DashboardSettings & { readonly sessions: Sessions; readonly changes: Changes };

/** @param port of the server that asks it, once it listens. */
export function makeApp(served: Served, port: () => number): Hono<Env> {
  const app = new Hono<Env>();
  app.use(
    secureHeaders({
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
      referrerPolicy: 'no-referrer',
    }),
  );
  app.use(async (request, next) => {
    const foreign = foreignRequest(port(), {
      host: request.req.header('host'),
      origin: request.req.header('origin'),
    });
    return foreign === undefined ? next() : request.text(foreign, 403);
  });
  app.get('/assets/:name{[a-z-]+\\.(?:css|js)}', (request) => asset(request));
  app.get('/enter', (request) => enter(served, request));
  app.use(async (request, next) => {
    const cookie = getCookie(request, COOKIE);
    if (cookie === undefined || served.sessions.find(cookie) === undefined)
      return request.text(
        'You are not logged in. nocturne dashboard prints a link; it works once.',
        401,
      );
    request.set('cookie', cookie);
    return next();
  });
  app.get('/events', (request) => streamChanges(request, served.changes));
  for (const page of served.pages) app.get(page.path, (request) => show(served, request, page));
  for (const action of served.actions)
    app.post(`/act/${action.name}`, (request) => act(served, request, action));
  app.notFound((request) =>
    respond(served, request, {
      title: 'Not found',
      status: 404,
      body: <ErrorView message={`There is no page ${request.req.path}.`} />,
    }),
  );
  app.onError((error, request) => {
    if (!(error instanceof NocturneError)) served.say(`dashboard: ${messageOf(error)}`);
    return respond(served, request as Request<Env>, problem(error));
  });
  return app;
}

function problem(error: unknown): PageView {
  const { message, hint, code } =
    error instanceof NocturneError ? error : new NocturneError('INTERNAL', messageOf(error));
  return {
    title: code === 'NOT_FOUND' ? 'Not found' : 'That did not work',
    status: code === 'NOT_FOUND' ? 404 : 200,
    body: <ErrorView message={message} hint={hint} />,
  };
}

function enter({ sessions }: Served, request: Request<Env>): Response {
  const token = request.req.query('token') ?? '';
  const cookie = sessions.useLink(token, request.req.header('user-agent') ?? '');
  if (cookie === undefined)
    return request.text(
      'This link was used before, or is of an earlier start. nocturne dashboard prints a new one.',
      401,
    );
  setCookie(request, COOKIE, cookie, {
    httpOnly: true,
    sameSite: 'Strict',
    path: '/',
    maxAge: 30 * 24 * 3600,
  });
  return request.redirect('/', 303);
}

function asset(request: Request<Env>): Response {
  const name = request.req.param('name') ?? '';
  const type = TYPES[name.endsWith('.css') ? 'css' : 'js'];
  return request.body(readFileSync(join(ASSETS, name), 'utf8'), 200, {
    'content-type': `${type}; charset=utf-8`,
    'cache-control': 'no-cache',
  });
}

async function show(served: Served, request: Request<Env>, page: DashboardPage): Promise<Response> {
  const render = await page.load();
  return respond(served, request, await render(pageContext(served, request)));
}

function pageContext({ workspace, readOnly, call }: Served, request: Request<Env>): PageContext {
  const snapshot = workspace.snapshot();
  return {
    workspace,
    snapshot,
    params: request.req.param() as Readonly<Record<string, string>>,
    query: request.req.query(),
    zone: ownerZone(snapshot),
    canAct: !readOnly,
    call,
  };
}

async function act(
  served: Served,
  request: Request<Env>,
  action: DashboardAction,
): Promise<Response> {
  if (served.readOnly)
    throw new NocturneError('REFUSED', 'this dashboard only reads', {
      hint: 'start it without --read-only to act',
    });
  if (Number(request.req.header('content-length') ?? Infinity) > LONGEST_FORM)
    return request.text('The form is too long.', 413);
  const form = Object.fromEntries(
    Object.entries(await request.req.parseBody()).filter(
      (entry): entry is [string, string] => typeof entry[1] === 'string',
    ),
  );
  if (form['csrf'] !== csrfOf(request.get('cookie')))
    return request.text('The form is of another session. Load the page again.', 403);
  const parsed = action.parsed(form, { snapshot: served.workspace.snapshot() });
  const isPreview = action.previews === true && form['confirmed'] !== 'yes';
  const result = await served.call(action.command, {
    args: parsed.args ?? [],
    options: { ...parsed.options, ...(isPreview ? { dryRun: true } : {}) },
  });
  served.changes.touch();
  return respond(served, request, {
    title: isPreview ? 'What this would change' : 'Done',
    body: <ActionResult action={action.name} form={form} result={result} isPreview={isPreview} />,
  });
}

function respond(
  { workspace, changes, pages, readOnly }: Served,
  request: Request<Env>,
  { title, body, status = 200 }: PageView,
): Response {
  const snapshot = workspace.snapshot();
  const cookie = request.get('cookie') as string | undefined;
  const nav = pages
    .flatMap(({ path, nav: place }) => (place === undefined ? [] : [{ path, ...place }]))
    .sort((a, b) => a.order - b.order);
  const asOf = new Intl.DateTimeFormat('sv-SE', {
    timeZone: ownerZone(snapshot),
    timeStyle: 'medium',
  });
  return request.html(
    renderPage({
      title,
      workspace: workspace.root.split('/').at(-1) ?? workspace.root,
      nav,
      path: request.req.path,
      asOf: asOf.format(snapshot.now),
      version: changes.version,
      csrf: cookie === undefined ? '' : csrfOf(cookie),
      canAct: !readOnly,
      children: body,
    }),
    status,
    { 'cache-control': 'no-store' },
  );
}
