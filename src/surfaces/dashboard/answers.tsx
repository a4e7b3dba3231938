/** What stands on a page for an error, and for a form that shows first what it would do. */
import { type ErrorReason, NocturneError } from '../../kernel/error.js';
import { showLines } from '../../kernel/show-control.js';
import type { Form } from '../../passes/dashboard-page.js';
import { ActionForm, Diff } from '../../report/html/html.js';

export function ErrorView({
  message,
  hint,
  reasons = [],
}: {
  readonly message: string;
  readonly hint?: string | undefined;
  readonly reasons?: readonly ErrorReason[];
}) {
  return (
    <div class="problem" role="alert">
      <p>{showLines(message, { color: false })}</p>
      {reasons.length < 2 ? null : (
        <ul>
          {reasons.map((reason) => (
            <li>{showLines(reason.message, { color: false })}</li>
          ))}
        </ul>
      )}
      {hint === undefined ? null : <p class="note">{showLines(hint, { color: false })}</p>}
      <p>
        <a href="/">This morning</a>
      </p>
    </div>
  );
}

/** @param shown of the text: a yes is to this and nothing else. */
export function PreviewView({
  action,
  form,
  text,
  shown,
}: {
  readonly action: string;
  readonly form: Form;
  readonly text: string;
  readonly shown: string;
}) {
  const { csrf, once, ...fields } = form;
  return (
    <>
      <Diff text={showLines(text, { color: false })} />
      <ActionForm action={action} fields={{ ...fields, confirmed: shown }} label="Confirm">
        <button type="submit">Do it</button>
      </ActionForm>
      <p>
        <a href={backOf(form)}>Back</a>
      </p>
    </>
  );
}

/** A path of this dashboard. */
export function backOf(form: Form): string {
  const back = form['back'] ?? '/';
  const url = URL.canParse(back, OWN) ? new URL(back, OWN) : undefined;
  // What `/.//elsewhere` becomes begins with two slashes, and then names a host.
  if (!back.startsWith('/') || url?.origin !== OWN || url.pathname.startsWith('//')) return '/';
  return `${url.pathname}${url.search}${url.hash}`;
}
const OWN = 'http://own';

export function notHere(path: string): NocturneError {
  return new NocturneError('NOT_FOUND', `There is no page ${path}.`);
}
