/** The frame of every page: navigation, name of the workspace, how fresh the page is. */
import type { Child } from 'hono/jsx';
import { FormContext } from '../../report/html/html.js';

export type NavEntry = { readonly path: string; readonly label: string };
export type Frame = {
  readonly title: string;
  readonly workspace: string;
  readonly nav: readonly NavEntry[];
  /** The path of this page. */
  readonly path: string;
  /** The local time of the snapshot, with seconds, and its version for the live connection. */
  readonly asOf: string;
  readonly version: string;
  readonly csrf: string;
  readonly once: string;
  readonly canAct: boolean;
  /** To a form: no address brings it again. */
  readonly isAnswer: boolean;
  readonly children: Child;
};

/** @returns a whole document. */
export function renderPage(frame: Frame): string {
  return `<!doctype html>${String(<Document {...frame} />)}`;
}

/** @param again the page asks for itself once more, as a page of ours. */
type Door = { readonly title: string; readonly says: string; readonly again?: true };

/** @returns the document for who has no session. */
export function renderDoor(door: Door): string {
  return `<!doctype html>${String(<DoorDocument {...door} />)}`;
}

function DoorDocument({ title, says, again }: Door) {
  return (
    <html lang="en">
      <Head title={`${title} · Nocturne`}>
        {again === true ? <meta http-equiv="refresh" content="0" /> : null}
      </Head>
      <body class="door">
        <main id="main">
          <h1>{title}</h1>
          <p>{says}</p>
          {again === true ? null : (
            <>
              <p>On the machine that runs the dashboard, print a link and open it here:</p>
              <pre>nocturne dashboard link</pre>
              <p class="note">
                A link works once, for ten minutes. It logs in this browser until you revoke it.
              </p>
            </>
          )}
        </main>
      </body>
    </html>
  );
}

function Head({ title, children }: { readonly title: string; readonly children?: Child }) {
  return (
    <head>
      <meta charset="utf-8" />
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      <meta name="color-scheme" content="light dark" />
      <title>{title}</title>
      <link rel="stylesheet" href="/assets/style.css" />
      <link rel="icon" href="data:," />
      {children}
    </head>
  );
}

function Document(frame: Frame) {
  const { title, workspace, nav, path, asOf, version, csrf, once, canAct, isAnswer, children } =
    frame;
  return (
    <html lang="en">
      <Head title={`${title} · ${workspace}`}>
        <script type="module" src="/assets/live.js" />
      </Head>
      <body data-version={version}>
        <a class="skip" href="#main">
          To the content
        </a>
        <header class="top">
          <strong>{workspace}</strong>
          {canAct ? null : <span class="badge">read only</span>}
          <p class="as-of" id="live" role="status">
            as of <time>{asOf}</time>
          </p>
        </header>
        <nav aria-label="Pages">
          <ul>
            {nav.map((entry) => (
              <li>
                <a href={entry.path} aria-current={isHere(entry.path, path) ? 'page' : undefined}>
                  {entry.label}
                </a>
              </li>
            ))}
          </ul>
        </nav>
        <main id="main" tabindex={-1} data-still={isAnswer ? '' : undefined}>
          <h1>{title}</h1>
          <FormContext.Provider value={{ csrf, once, canAct }}>{children}</FormContext.Provider>
        </main>
        <p id="said" class="said" role="status" aria-live="polite" />
      </body>
    </html>
  );
}

function isHere(entry: string, path: string): boolean {
  return path === entry || (entry !== '/' && path.startsWith(`${entry}/`));
}
