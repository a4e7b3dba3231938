/** The door: a link makes a session, and without one a page says how to get in. */
import type { Context } from 'hono';
import { deleteCookie, getCookie, setCookie } from 'hono/cookie';
import { basename } from 'node:path';
import { LINK_MINUTES, LONGEST_DAYS } from '../../passes/dashboard-sessions.js';
import { schemeOf } from './access.js';
import { renderDoor } from './layout.js';
import type { Env, Served } from './types.js';

/** Of this workspace: cookies do not know ports. */
function cookieOf({ reach, workspace }: Served, request: Context<Env>) {
  const secure = schemeOf(reach, (request.req.header('host') ?? '').toLowerCase()) === 'https';
  const name = `nocturne_${basename(workspace.state)}`;
  return { secure, name: secure ? `__Host-${name}` : name };
}

/** Whether this browser has a session; then the request knows it. */
export function isLoggedIn(served: Served, request: Context<Env>): boolean {
  const cookie = getCookie(request, cookieOf(served, request).name);
  const session = cookie === undefined ? undefined : served.sessions.find(cookie);
  if (cookie === undefined || session === undefined) return false;
  request.set('cookie', cookie);
  request.set('session', session.id);
  return true;
}

export function enter(served: Served, request: Context<Env>): Response {
  const header = (name: string): string => request.req.header(name) ?? '';
  // A browser or a messenger that looks ahead does not use the link up.
  if (/prefetch|preview|prerender/i.test(`${header('sec-purpose')} ${header('purpose')}`))
    return request.body(null, 204);
  const token = request.req.query('token') ?? '';
  const cookie = served.sessions.useLink(token, header('user-agent'));
  if (cookie === undefined)
    return door(request, {
      title: 'This link does not work',
      says: `It was used before, is older than ${LINK_MINUTES} minutes, or belongs to another workspace.`,
    });
  const { secure, name } = cookieOf(served, request);
  setCookie(request, name, cookie, {
    httpOnly: true,
    sameSite: 'Strict',
    path: '/',
    secure,
    maxAge: LONGEST_DAYS * 24 * 3600,
  });
  return request.redirect('/', 303);
}

/**
 * A cookie of ours is not sent with a link from elsewhere, such as one in a message. The page that
 * is shown then asks again, and that request is its own.
 */
export function askToEnter(served: Served, request: Context<Env>): Response {
  const { name, secure } = cookieOf(served, request);
  const isFromElsewhere =
    request.req.method === 'GET' &&
    /^(?:cross|same)-site$/.test(request.req.header('sec-fetch-site') ?? '');
  if (isFromElsewhere)
    return door(request, { title: 'One moment', says: 'The dashboard opens.', again: true });
  if (getCookie(request, name) !== undefined) deleteCookie(request, name, { path: '/', secure });
  return door(request, {
    title: 'You are not logged in',
    says: 'This browser has no session here, or the session has ended or was revoked.',
  });
}

function door(
  request: Context<Env>,
  page: { readonly title: string; readonly says: string; readonly again?: true },
): Response {
  return request.html(renderDoor(page), page.again === true ? 200 : 401, {
    'cache-control': 'no-store',
  });
}
