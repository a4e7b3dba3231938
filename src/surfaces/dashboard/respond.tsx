/** Puts a page into its frame, and errors into pages. */
import type { Context } from 'hono';
import { randomBytes } from 'node:crypto';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { type ErrorCode, messageOf, NocturneError } from '../../kernel/error.js';
import type { PageView } from '../../passes/dashboard-page.js';
import { ownerZone } from '../../project/owner-zone.js';
import { ErrorView } from './answers.js';
import { clockTime } from './clock-time.js';
import { DoneBanner } from './done-banner.js';
import { type Frame, renderPage } from './layout.js';
import { csrfOf } from './csrf.js';
import type { Env, Served } from './types.js';

export type View = Omit<PageView, 'status'> & { readonly status?: ContentfulStatusCode };

const STATUS: Partial<Readonly<Record<ErrorCode, ContentfulStatusCode>>> = {
  NOT_FOUND: 404,
  USAGE: 400,
  BAD_VALUE: 400,
  BAD_ADDRESS: 400,
  BAD_QUERY: 400,
  AMBIGUOUS: 400,
  REFUSED: 403,
  STALE: 409,
  CONFLICT: 409,
  EXISTS: 409,
  LOCKED: 409,
};

export function respond(served: Served, request: Context<Env>, view: View): Response {
  const cookie = request.get('cookie') as string | undefined;
  const { status = 200, title, body } = view;
  return request.html(
    renderPage({
      ...frameOf(served, request),
      title,
      csrf: cookie === undefined ? '' : csrfOf(cookie),
      once: randomBytes(12).toString('base64url'),
      children: (
        <>
          <DoneBanner done={served.done.find(request.req.query('done') ?? '')} />
          {body}
        </>
      ),
    }),
    status,
    { 'cache-control': 'no-store' },
  );
}

type Outer = Omit<Frame, 'title' | 'csrf' | 'once' | 'children'>;

function frameOf(served: Served, request: Context<Env>): Outer {
  const { workspace, changes, pages, readOnly } = served;
  const nav = pages
    .flatMap(({ path, nav: place }) => (place === undefined ? [] : [{ path, ...place }]))
    .sort((a, b) => a.order - b.order);
  return {
    workspace: workspace.root.split('/').at(-1) ?? workspace.root,
    nav,
    path: request.req.path,
    asOf: asOf(served),
    version: changes.version,
    canAct: !readOnly,
    isAnswer: request.req.method === 'POST',
  };
}

/** Empty while the workspace cannot be read: the page then says why. */
export function asOf({ workspace }: Pick<Served, 'workspace'>): string {
  try {
    const snapshot = workspace.snapshot();
    return clockTime(snapshot.now, ownerZone(snapshot));
  } catch {
    return '';
  }
}

/** @throws nothing: an error of a page becomes a page. */
export function respondError(served: Served, request: Context<Env>, error: unknown): Response {
  const known =
    error instanceof NocturneError ? error : new NocturneError('INTERNAL', messageOf(error));
  if (known.code === 'INTERNAL') served.say(`dashboard: ${messageOf(error)}`);
  const { code, message, hint, reasons } = known;
  return respond(served, request, {
    title: code === 'NOT_FOUND' ? 'Not found' : 'That did not work',
    status: STATUS[code] ?? 500,
    body: <ErrorView message={message} hint={hint} reasons={reasons} />,
  });
}
