/** Makes this page what a new version of it is, and keeps what the owner is doing on it. */
import { Idiomorph } from 'idiomorph';

/** `data-keep`: a script draws into it, so that the new page has nothing to say about it. */
const KEPT = '[data-keep]';

export function shownVersion(): string {
  return document.body.dataset['version'] ?? '';
}

/** Whether the page is an answer to a form, which no address brings again. */
export function isStill(): boolean {
  return document.querySelector('main[data-still]') !== null;
}

/** @returns whether it was a page of ours. */
export function takeIn(page: Document): boolean {
  const [main, next] = [document.querySelector('main'), page.querySelector('main')];
  const [asOf, newer] = [document.querySelector('#live'), page.querySelector('#live')];
  if (main === null || next === null || newer === null) return false;
  void Idiomorph.morph(main, next, {
    callbacks: {
      beforeNodeMorphed: (old: Node) => !isKept(old),
      beforeNodeRemoved: (old: Node) => !holdsWork(old),
      beforeAttributeUpdated: (name: string, element: Element) =>
        !(name === 'open' && element instanceof HTMLDetailsElement),
    },
  });
  asOf?.replaceChildren(...newer.childNodes);
  document.title = page.title;
  document.body.dataset['version'] = page.body.dataset['version'] ?? '';
  return true;
}

function isKept(node: Node): boolean {
  return node instanceof Element && (node.matches(KEPT) || isTyped(node));
}

/** What is gone from the new page stays as long as it holds words of the owner. */
function holdsWork(node: Node): boolean {
  if (!(node instanceof Element)) return false;
  const isWork = isTyped(node) || [...node.querySelectorAll('input, textarea')].some(isTyped);
  if (isWork) node.classList.add('gone');
  return isWork;
}

function isTyped(element: Element): boolean {
  if (element instanceof HTMLTextAreaElement) return element.value !== element.defaultValue;
  return (
    element instanceof HTMLInputElement &&
    element.type !== 'hidden' &&
    (element.value !== element.defaultValue || element.checked !== element.defaultChecked)
  );
}
