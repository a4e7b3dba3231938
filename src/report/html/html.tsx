/** The parts that pages of the dashboard are made of. All text in them is escaped. */
import { type Child, createContext, useContext } from 'hono/jsx';
import type { Rec } from '../../markdown/types.js';
import { seenRecord } from '../../project/seen-record.js';

/** What the colours mean; without one, nothing has to be said. */
export type Tone = 'good' | 'attention' | 'wrong';

/**
 * `csrf`: what each form has to send back. `once`: of this page; a form of it is done once.
 * `canAct`: whether forms are shown.
 */
export const FormContext = createContext({ csrf: '', once: '', canAct: false });

type WithChildren = { readonly children: Child };

export function Section({
  title,
  id,
  note,
  children,
}: WithChildren & { readonly title: string; readonly id?: string; readonly note?: string }) {
  return (
    <section id={id} class="section">
      <h2>
        {title}
        {note === undefined ? null : <span class="note"> {note}</span>}
      </h2>
      {children}
    </section>
  );
}

export function Badge({ tone, children }: WithChildren & { readonly tone?: Tone | undefined }) {
  return <span class={`badge ${tone ?? ''}`}>{children}</span>;
}

/** What stands where nothing is: why, and what brings something here. */
export function Empty({ children }: WithChildren) {
  return <p class="empty">{children}</p>;
}

export type Column = {
  readonly label: string;
  /** Numbers stand at the right, one below the other. */
  /** `name`: on one line. */
  readonly kind?: 'number' | 'code' | 'name';
};

/** @param rows at most 200 of them; the page says how many there are. */
export function Table({
  caption,
  columns,
  rows,
}: {
  readonly caption: string;
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly Child[])[];
}) {
  return (
    <section class="scroll" tabindex={0} aria-label={caption}>
      <table>
        <caption class="unseen">{caption}</caption>
        <thead>
          <tr>
            {columns.map(({ label, kind }) => (
              <th scope="col" class={kind}>
                {label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((cells) => (
            <tr>
              {cells.map((cell, index) => (
                <td class={columns[index]?.kind}>{cell}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

/** @param of 0: nothing is needed. */
export function Bar({
  done,
  of,
  label,
}: {
  readonly done: number;
  readonly of: number;
  readonly label: string;
}) {
  return (
    <progress class="bar" value={Math.min(done, of)} max={Math.max(of, 1)} aria-label={label} />
  );
}

/** A form that runs one command. Not shown where nobody may act. */
export function ActionForm({
  action,
  fields,
  about,
  label,
  children,
}: {
  readonly action: string;
  /** Sent as they are. `back`: the path of the page that says afterwards what was done. */
  readonly fields: Readonly<Record<string, string>>;
  /** The record that the owner decides about: if it has changed by then, nothing is done. */
  readonly about?: Rec;
  readonly label: string;
  readonly children: Child;
}) {
  const { csrf, once, canAct } = useContext(FormContext);
  if (!canAct) return null;
  return (
    <form method="post" action={`/act/${action}`} class="act" aria-label={label}>
      <input type="hidden" name="csrf" value={csrf} />
      <input type="hidden" name="once" value={once} />
      {about === undefined ? null : <input type="hidden" name="seen" value={seenRecord(about)} />}
      {Object.entries(fields).map(([name, value]) => (
        <input type="hidden" name={name} value={value} />
      ))}
      {children}
    </form>
  );
}

/** A diff as `diff -u` prints it. */
export function Diff({ text }: { readonly text: string }) {
  return (
    <pre class="diff" tabindex={0}>
      {text.split('\n').map((line) => (
        <span class={toneOfLine(line)}>{`${line}\n`}</span>
      ))}
    </pre>
  );
}

function toneOfLine(line: string): string {
  if (/^(?:\+\+\+|---|@@)/.test(line)) return 'place';
  if (line.startsWith('+')) return 'added';
  return line.startsWith('-') ? 'removed' : '';
}
