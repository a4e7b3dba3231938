/** What a form or a missing page is answered with. */
import type { CommandResult } from '../../passes/added-command.js';
import type { Form } from '../../passes/dashboard-page.js';
import { ActionForm, Diff, Empty } from '../../report/html/html.js';

export function ErrorView({
  message,
  hint,
}: {
  readonly message: string;
  readonly hint?: string | undefined;
}) {
  return (
    <div class="problem" role="alert">
      <p>{message}</p>
      {hint === undefined ? null : <p class="note">{hint}</p>}
      <p>
        <a href="/">This morning</a>
      </p>
    </div>
  );
}

export function ActionResult({
  action,
  form,
  result,
  isPreview,
}: {
  readonly action: string;
  readonly form: Form;
  readonly result: CommandResult;
  readonly isPreview: boolean;
}) {
  const { csrf, ...fields } = form;
  const back = /^\/(?!\/)/.test(form['back'] ?? '') ? form['back'] : '/';
  return (
    <>
      {isPreview ? <Diff text={result.text} /> : <pre class="result">{result.text}</pre>}
      {isPreview ? (
        <ActionForm action={action} fields={{ ...fields, confirmed: 'yes' }} label="Confirm">
          <button type="submit">Do it</button>
        </ActionForm>
      ) : result.exit === 0 ? null : (
        <Empty>Nothing else was changed.</Empty>
      )}
      <p>
        <a href={back}>Back</a>
      </p>
    </>
  );
}
