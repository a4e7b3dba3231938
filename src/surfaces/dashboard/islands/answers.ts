/** The morning by keyboard: from question to question, and their answers. */
import { said } from './parts/said.js';
import { isTaken } from './parts/typing.js';

function cards(): readonly HTMLElement[] {
  return [...document.querySelectorAll<HTMLElement>('[data-question]')];
}

function current(): HTMLElement | null {
  const { activeElement } = document;
  return activeElement === null ? null : activeElement.closest<HTMLElement>('[data-question]');
}

function go(card: HTMLElement | null | undefined): void {
  card?.focus({ preventScroll: true });
  card?.scrollIntoView({ block: card.offsetHeight > innerHeight ? 'start' : 'nearest' });
}

function step(by: 1 | -1): void {
  const all = cards();
  const here = current();
  const index = here === null ? -1 : all.indexOf(here);
  const target = here === null ? all.at(by === 1 ? 0 : -1) : all[index + by];
  if (target === undefined) return said(all.length === 0 ? 'Nothing waits for you.' : '');
  said('');
  go(target);
}

/** What acts at once is not done by one key: the button waits for Enter. */
function answer(word: 'yes' | 'no'): void {
  const card = current();
  if (card === null) return said('Press j to choose a question first.');
  const button = card.querySelector<HTMLButtonElement>(`button[name=text][value=${word}]`);
  if (button === null)
    return said(`This question is answered by: ${card.dataset['expected'] ?? ''}.`);
  if (word === 'yes' && button.dataset['now'] !== undefined) {
    button.focus();
    return said('This is done at once. Press Enter to do it.');
  }
  button.click();
}

function words(): void {
  const card = current() ?? cards()[0];
  card?.querySelector<HTMLInputElement>('input[type=text]')?.focus();
}

const KEYS: Readonly<Record<string, () => void>> = {
  j: () => step(1),
  k: () => step(-1),
  y: () => answer('yes'),
  n: () => answer('no'),
  e: () => {
    const evidence = current()?.querySelector('details');
    if (evidence) evidence.open = !evidence.open;
  },
};

/** Before the keys of every page. */
const FIRST = { capture: true };
function onKey(event: KeyboardEvent): void {
  const { target } = event;
  if (event.key === 'Escape' && target instanceof HTMLInputElement) return go(current());
  if (isTaken(event)) return;
  const run = event.key === '/' && cards().length > 0 ? words : KEYS[event.key];
  if (run === undefined) return;
  event.preventDefault();
  run();
}
document.addEventListener('keydown', onKey, FIRST);

/** The question that is being answered, and the ones around it, in case it goes. */
let around: { readonly id: string; readonly others: readonly string[] } | undefined;

function remember(): void {
  const here = current();
  if (here === null) return;
  const ids = cards().map(({ id }) => id);
  const index = ids.indexOf(here.id);
  around = { id: here.id, others: [...ids.slice(index + 1), ...ids.slice(0, index).reverse()] };
}

/** When a new state of the page is taken in: where the reader goes on, and what was done. */
function onChange(): void {
  tell();
  const { activeElement } = document;
  if (around === undefined || (activeElement !== null && activeElement !== document.body)) return;
  const open = cards();
  const goesOn = [around.id, ...around.others].map((id) => open.find((card) => card.id === id));
  around = undefined;
  go(goesOn.find((card) => card !== undefined) ?? document.querySelector<HTMLElement>('main'));
}

let told = '';
/** The result of a form is at the top of the page, which may be far away. */
function tell(): void {
  const result = document.querySelector('main > .done, main > .problem');
  const lines = [...(result?.querySelectorAll('pre, p') ?? [])];
  const text = lines
    .filter((line) => line.querySelector('a') === null)
    .map((line) => line.textContent?.trim())
    .join('\n');
  if (text !== told) said(text);
  told = text;
}

const main = document.querySelector('main');
if (main !== null) new MutationObserver(onChange).observe(main, { childList: true, subtree: true });
document.addEventListener('focusin', remember);
