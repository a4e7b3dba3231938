/** Keeps the page as fresh as the workspace, and says when it is not. */
import { Idiomorph } from 'idiomorph';

const state = document.querySelector('#live');
const main = document.querySelector('main');
let shown = document.body.dataset['version'] ?? '';

/** What the reader has opened or typed stays. */
const KEPT = {
  beforeAttributeUpdated: (name: string, element: Element) =>
    !(name === 'open' && element.localName === 'details'),
  beforeNodeMorphed: (old: Node, fresh: Node) => {
    if (
      old instanceof HTMLInputElement &&
      fresh instanceof HTMLInputElement &&
      old.type !== 'hidden'
    )
      fresh.value = old.value;
    return true;
  },
};

/** Takes the new state of this page in, without losing what is being typed. */
async function refresh(version: string): Promise<void> {
  const response = await fetch(location.href, { headers: { accept: 'text/html' } });
  if (!response.ok || main === null) return say(`cannot be read (${response.status})`, true);
  const page = new DOMParser().parseFromString(await response.text(), 'text/html');
  const next = page.querySelector('main');
  if (next !== null)
    void Idiomorph.morph(main, next, { ignoreActiveValue: true, callbacks: { ...KEPT } });
  const asOf = page.querySelector('#live');
  if (asOf !== null && state !== null) state.innerHTML = asOf.innerHTML;
  state?.classList.remove('attention');
  shown = version;
  document.dispatchEvent(new Event('nocturne:fresh'));
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
events.addEventListener('error', () => say('not connected, trying again', true));
document.addEventListener('nocturne:stale', () => {
  void refresh(shown).catch(() => say('not reached, trying again', true));
});
