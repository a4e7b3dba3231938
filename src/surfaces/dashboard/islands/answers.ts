/** The morning by keyboard, and answers that are sent without leaving the page, once each. */
import { said } from './parts/said.js';
import { isTaken } from './parts/typing.js';

const AGAIN_MS = 1000;
/** Answers that the server has not taken yet, by question. */
const unsent = new Set<string>();
let next: string | undefined;

function cards(): readonly HTMLElement[] {
  return [...document.querySelectorAll<HTMLElement>('[data-question]')];
}

function current(): HTMLElement | null {
  const { activeElement } = document;
  return activeElement === null ? null : activeElement.closest<HTMLElement>('[data-question]');
}

function go(card: HTMLElement | undefined): void {
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
  if (event.key === 'Escape' && target instanceof HTMLInputElement)
    return go(current() ?? undefined);
  if (isTaken(event)) return;
  const run = event.key === '/' && cards().length > 0 ? words : KEYS[event.key];
  if (run === undefined) return;
  event.preventDefault();
  run();
}
document.addEventListener('keydown', onKey, FIRST);

document.addEventListener('submit', (event) => {
  const { target: form, submitter } = event;
  if (!(form instanceof HTMLFormElement) || !form.action.endsWith('/act/answer')) return;
  event.preventDefault();
  const id = new FormData(form).get('id');
  if (typeof id !== 'string' || unsent.has(id)) return;
  void send(id, new URLSearchParams(textsOf(form, submitter)), form.action);
});

function textsOf(form: HTMLFormElement, submitter: HTMLElement | null): [string, string][] {
  return [...new FormData(form, submitter)].map(([name, value]) => [name, String(value)]);
}

/** The same form is sent until the server says what became of it; it does each form once. */
async function send(id: string, body: URLSearchParams, action: string): Promise<void> {
  const all = cards();
  const index = all.findIndex((card) => card.id === id);
  const after = (index === -1 ? undefined : (all[index + 1] ?? all[index - 1]))?.id;
  unsent.add(id);
  document.querySelector(`#${id}`)?.setAttribute('aria-busy', 'true');
  for (;;) {
    try {
      const response = await fetch(action, { method: 'POST', body });
      const isTakenIn = tell(await response.text(), response);
      next = isTakenIn ? (after ?? 'answered') : id;
      break;
    } catch {
      said('The server is not reached. Your answer is kept here and sent again.');
      await new Promise((done) => setTimeout(done, AGAIN_MS));
    }
  }
  unsent.delete(id);
  document.querySelector(`#${id}`)?.removeAttribute('aria-busy');
  document.dispatchEvent(new Event('nocturne:stale'));
}

/** @returns whether the answer was taken. */
function tell(html: string, { status, headers }: Response): boolean {
  if (!headers.get('content-type')?.startsWith('text/html')) {
    said(html.slice(0, 300));
    return false;
  }
  const page = new DOMParser().parseFromString(html, 'text/html');
  const problem = page.querySelector('main .problem');
  const result = problem ?? page.querySelector('main .done, main .result');
  const text = [...(problem?.querySelectorAll('p:not(:last-child)') ?? [])]
    .map((line) => line.textContent)
    .join(' ');
  said(text || result?.textContent?.trim() || `The server answered with status ${status}.`);
  return problem === null && result?.classList.contains('attention') !== true;
}

document.addEventListener('nocturne:fresh', () => {
  if (next === undefined) return;
  const card = document.querySelector<HTMLElement>(`[id="${next}"]`);
  next = undefined;
  if (card === null) return go(cards()[0]);
  if (card.dataset['question'] !== undefined) return go(card);
  card.querySelector<HTMLElement>('[tabindex]')?.focus();
});

addEventListener('beforeunload', (event) => {
  if (unsent.size > 0) event.preventDefault();
});
