/** Says on a page what the form that led here has done. */
import { showLines } from '../../kernel/show-control.js';
import type { DoneForm } from './done-forms.js';

export function DoneBanner({ done }: { readonly done: DoneForm | undefined }) {
  if (done === undefined) return null;
  const { exit, text = '' } = done;
  if (exit === undefined)
    return (
      <div class="done attention" role="status">
        <p>This was begun, and its end is not known. Look at what is there now.</p>
      </div>
    );
  return (
    <div class={`done ${exit === 0 ? 'good' : 'attention'}`} role="status">
      <pre tabindex={0}>{showLines(text || 'Done.', { color: false })}</pre>
    </div>
  );
}
