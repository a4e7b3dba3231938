/** Keeps the page as fresh as the workspace, and says when it is not. */
import { Idiomorph } from 'idiomorph';

const state = document.querySelector('#live');
const main = document.querySelector('main');
let shown = document.body.dataset['version'] ?? '';

/** Takes the new state of this page in, without losing what is being typed. */
async function refresh(version: string): Promise<void> {
  const response = await fetch(location.href, { headers: { accept: 'text/html' } });
  if (!response.ok || main === null) return say(`cannot be read (${response.status})`, true);
  const page = new DOMParser().parseFromString(await response.text(), 'text/html');
  const next = page.querySelector('main');
  if (next !== null) Idiomorph.morph(main, next, { ignoreActiveValue: true });
  const asOf = page.querySelector('#live');
  if (asOf !== null && state !== null) state.innerHTML = asOf.innerHTML;
  state?.classList.remove('attention');
  shown = version;
}

function say(text: string, isOld: boolean): void {
  if (state === null) return;
  state.classList.toggle('attention', isOld);
  const time = state.querySelector('time')?.textContent ?? '';
  state.innerHTML = '';
  state.append('as of ', Object.assign(document.createElement('time'), { textContent: time }));
  if (text !== '') state.append(` · ${text}`);
}

const events = new EventSource('/events');
events.addEventListener('version', ({ data }) => {
  if (data === shown) return say('', false);
  void refresh(String(data)).catch(() => say('not reached, trying again', true));
});
events.addEventListener('beat', () => {
  // What grows with the time alone, such as a pass that runs.
  if (document.querySelector('[data-refresh]') === null) return;
  void refresh(shown).catch(() => say('not reached, trying again', true));
});
events.addEventListener('error', () => say('not connected, trying again', true));
