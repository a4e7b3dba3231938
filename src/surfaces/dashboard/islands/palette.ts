/** The keys of every page: search from anywhere, and the list of all keys. */
import { isTaken } from './parts/typing.js';

const PAUSE_MS = 200;
const KEYS: readonly (readonly [string, string])[] = [
  ['Ctrl K', 'search everything'],
  ['/', 'search; on This morning: your own words for the question'],
  ['j k', 'next and previous question'],
  ['y n', 'answer yes or no'],
  ['e', 'show or hide the evidence'],
  ['?', 'these keys'],
  ['Esc', 'close, or leave the field'],
];

function element<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  attributes: Readonly<Record<string, string>> = {},
  ...children: readonly (Node | string)[]
): HTMLElementTagNameMap[Name] {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

function dialog(label: string, ...children: readonly Node[]): HTMLDialogElement {
  const made = element('dialog', { 'aria-label': label, class: 'palette' }, ...children);
  made.addEventListener('click', ({ target }) => {
    if (target === made) made.close();
  });
  document.body.append(made);
  return made;
}

const rows = KEYS.flatMap(([keys, what]) => [
  element('dt', {}, ...keys.split(' ').flatMap((key) => [element('kbd', {}, key), ' '])),
  element('dd', {}, what),
]);
const help = dialog('Keys', element('h2', {}, 'Keys'), element('dl', { class: 'help' }, ...rows));

const field = element('input', {
  type: 'text',
  enterkeyhint: 'search',
  name: 'q',
  'aria-label': 'Search',
  placeholder: 'Search pages, projects, questions, runs, rules and texts',
  autocomplete: 'off',
});
const found = element('div', { class: 'found', 'aria-live': 'polite' });
const search = dialog('Search', field, found);
let asked = 0;
let waiting: ReturnType<typeof setTimeout> | undefined;

/** @param part `names` is answered at once, the whole search takes longer. */
async function look(part: 'names' | 'all'): Promise<void> {
  const mine = ++asked;
  const address = new URL('/search', location.href);
  address.searchParams.set('q', field.value);
  if (part === 'names') address.searchParams.set('part', part);
  try {
    const html = await (await fetch(address)).text();
    if (mine !== asked) return;
    const page = new DOMParser().parseFromString(html, 'text/html');
    const { activeElement } = document;
    const chosen = activeElement instanceof HTMLAnchorElement ? activeElement.href : undefined;
    found.replaceChildren(...page.querySelectorAll('.hits, main .empty, main .problem'));
    // Who has gone to a result stays on it while more of them come.
    if (chosen !== undefined) (links().find(({ href }) => href === chosen) ?? field).focus();
  } catch {
    found.textContent = 'The server is not reached.';
  }
}

function links(): readonly HTMLAnchorElement[] {
  return [...found.querySelectorAll('a')];
}

field.addEventListener('input', () => {
  clearTimeout(waiting);
  void look('names');
  waiting = setTimeout(() => void look('all'), PAUSE_MS);
});
search.addEventListener('keydown', (event) => {
  const all: readonly HTMLElement[] = [field, ...links()];
  const index = all.indexOf(document.activeElement as HTMLElement);
  const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (by !== undefined) {
    event.preventDefault();
    all[(index + by + all.length) % all.length]?.focus();
  } else if (event.key === 'Enter' && document.activeElement === field) {
    event.preventDefault();
    const [first] = links();
    location.href = first?.href ?? `/search?q=${encodeURIComponent(field.value)}`;
  }
});

function openSearch(): void {
  if (help.open) help.close();
  if (!search.open) search.showModal();
  field.select();
  if (found.childElementCount === 0) void look('names');
}

document.addEventListener('keydown', (event) => {
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'k') {
    event.preventDefault();
    return openSearch();
  }
  if (isTaken(event)) return;
  if (event.key === '/') openSearch();
  else if (event.key === '?') help.showModal();
  else return;
  event.preventDefault();
});
document.addEventListener('click', (event) => {
  const link = event.target instanceof Element ? event.target.closest('a.find') : null;
  if (link === null || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  openSearch();
});
