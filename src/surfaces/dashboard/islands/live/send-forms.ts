/**
 * Sends the forms of the page without leaving it, so that nothing is lost where the server does not
 * answer. What comes back is shown as the browser itself would show it.
 */
import { takeIn } from './take-in.js';

export function sendForms(): void {
  document.addEventListener('submit', (event) => {
    const form = event.target;
    if (!(form instanceof HTMLFormElement) || form.method !== 'post' || event.defaultPrevented)
      return;
    event.preventDefault();
    if (form.ariaBusy !== 'true') void send(form, event.submitter);
  });
}

async function send(form: HTMLFormElement, button: HTMLElement | null): Promise<void> {
  const body = new URLSearchParams();
  for (const [name, value] of new FormData(form, button)) body.append(name, String(value));
  const written = writtenIn(form);
  form.ariaBusy = 'true';
  say('');
  try {
    const response = await fetch(targetOf(form, button), { method: 'POST', body });
    const page = new DOMParser().parseFromString(await response.text(), 'text/html');
    if (response.redirected) {
      // What was written since was not sent.
      if (writtenIn(form) === written) form.reset();
      showDone(page, response.url);
    } else if (page.querySelector('main .problem') !== null) showProblem(page);
    else showAnswer(page);
  } catch {
    say('Not sent: the dashboard does not answer. What you wrote is still here.');
  } finally {
    form.ariaBusy = null;
  }
}

/** What the owner can write in it. Hidden fields change with the page. */
function writtenIn(form: HTMLFormElement): string {
  const fields = form.querySelectorAll<HTMLInputElement | HTMLTextAreaElement>(
    'input:not([type="hidden"]), textarea',
  );
  return JSON.stringify(
    [...fields].map((field) => [field.value, 'checked' in field && field.checked]),
  );
}

/** A button can have an action of its own. */
function targetOf(form: HTMLFormElement, button: HTMLElement | null): string {
  return button instanceof HTMLButtonElement && button.hasAttribute('formaction')
    ? button.formAction
    : form.action;
}

/** The page says what was done. What its other forms hold stays. */
function showDone(page: Document, url: string): void {
  if (new URL(url).pathname !== location.pathname) return location.assign(url);
  history.replaceState(null, '', url);
  if (!takeIn(page)) return location.assign(url);
  document.querySelector('main > .done')?.scrollIntoView({ block: 'nearest' });
}

/** A refusal stands before the page, on which what was written stays. */
function showProblem(page: Document): void {
  document.querySelector('main > .problem')?.remove();
  const problem = page.querySelector('main .problem');
  if (problem === null) return;
  document.querySelector('main')?.prepend(problem);
  problem.scrollIntoView({ block: 'nearest' });
}

/** What the form would do: the button Back leads to the page again. */
function showAnswer(page: Document): void {
  const [main, next] = [document.querySelector('main'), page.querySelector('main')];
  if (main === null || next === null) return say(page.body.textContent ?? '');
  history.pushState(null, '', location.href);
  window.addEventListener('popstate', () => location.reload(), { once: true });
  document.title = page.title;
  main.replaceWith(next);
  next.focus();
}

function say(text: string): void {
  const said = document.querySelector('#said');
  if (said !== null) said.textContent = text;
}
