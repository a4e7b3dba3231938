/**
 * Keeps the page as fresh as the workspace, and says when it is not: a page that is hidden listens
 * to nothing, and one that lost the server shows as of when it is, until it has caught up.
 */
import { sendForms } from './live/send-forms.js';
import { isStill, shownVersion, takeIn } from './live/take-in.js';

/** The server beats every ten seconds. */
const SILENCE_MS = 25_000;
const HIDDEN_MS = 5_000;
const FIRST_RETRY_MS = 1_000;
const LONGEST_RETRY_MS = 30_000;

const state = document.querySelector('#live');
let events: EventSource | undefined;
let timer = 0;
let retryMs = FIRST_RETRY_MS;
let latest = shownVersion();
let isRefreshing = false;

/** `asOf`: of what is shown. `problem`: why that may be old. */
function say({ asOf, problem = '' }: { asOf?: string | undefined; problem?: string }): void {
  if (state === null) return;
  const time = document.createElement('time');
  time.textContent = asOf || state.querySelector('time')?.textContent || '';
  state.classList.toggle('attention', problem !== '');
  state.replaceChildren('as of ', time, problem === '' ? '' : ` · ${problem}`);
}

/** Takes the new state of this page in. */
async function refresh(): Promise<void> {
  const { href } = location;
  const response = await fetch(href, { headers: { accept: 'text/html' } });
  if (response.status === 401) return ended();
  const page = new DOMParser().parseFromString(await response.text(), 'text/html');
  // A form was sent since, and this page does not know of it.
  if (href !== location.href) return refresh();
  if (!takeIn(page)) return say({ problem: `cannot be read (${response.status})` });
  say({});
}

/** One after the other: what came while a page was fetched may be newer than that page. */
function catchUp(version: string): void {
  latest = version;
  if (version === shownVersion()) return say({});
  if (isStill()) return say({ problem: 'the workspace has changed since' });
  if (isRefreshing) return;
  isRefreshing = true;
  void refresh()
    .catch(() => say({ problem: 'not reached, trying again' }))
    .finally(() => {
      isRefreshing = false;
      if (latest !== version) catchUp(latest);
    });
}

function connect(): void {
  disconnect();
  events = new EventSource(`/events?version=${encodeURIComponent(shownVersion())}`);
  events.addEventListener('version', (event) => {
    heard();
    catchUp(String(event.data));
  });
  events.addEventListener('beat', (event) => {
    heard();
    if (latest !== shownVersion()) catchUp(latest);
    else say({ asOf: String(event.data) });
  });
  events.addEventListener('ended', ended);
  events.addEventListener('open', heard);
  events.addEventListener('error', lost);
  wait(SILENCE_MS, lost);
}

function heard(): void {
  retryMs = FIRST_RETRY_MS;
  wait(SILENCE_MS, lost);
}

function lost(): void {
  disconnect();
  say({ problem: 'not connected, trying again' });
  wait(retryMs, () => void askAgain());
  retryMs = Math.min(retryMs * 2, LONGEST_RETRY_MS);
}

/** A stream does not say why it was refused; a page does. */
async function askAgain(): Promise<void> {
  try {
    const { status } = await fetch(location.href, { method: 'HEAD' });
    if (status === 401) return ended();
    connect();
  } catch {
    lost();
  }
}

function ended(): void {
  disconnect();
  say({ problem: 'logged out; nocturne dashboard link prints a new link' });
}

function disconnect(): void {
  clearTimeout(timer);
  events?.close();
  events = undefined;
}

function wait(ms: number, then: () => void): void {
  clearTimeout(timer);
  timer = window.setTimeout(then, ms);
}

document.addEventListener('visibilitychange', () => {
  if (document.hidden)
    wait(HIDDEN_MS, () => {
      disconnect();
      say({ problem: 'paused while hidden' });
    });
  else if (events === undefined) connect();
  else heard();
});
window.addEventListener('online', () => {
  if (!document.hidden) connect();
});
// A page that comes back with the button Back is as old as when it was left.
window.addEventListener('pageshow', (event) => {
  if (event.persisted && !document.hidden) connect();
});
window.addEventListener('pagehide', disconnect);
/** On a phone, the navigation is a row that scrolls. */
function showWhereWeAre(): void {
  const nav = document.querySelector('nav');
  const here = nav?.querySelector('[aria-current]')?.getBoundingClientRect();
  if (nav === null || here === undefined) return;
  const left = here.left + here.width / 2 - nav.getBoundingClientRect().width / 2;
  nav.scrollBy({ left, behavior: 'instant' });
}

sendForms();
showWhereWeAre();
if (!document.hidden) connect();
