/** What changed between two times, file by file. */
import type { PageContext, PageView } from '../../../../passes/dashboard-page.js';
import { localTime } from '../../../../project/local-time.js';
import { Diff, Empty, Section } from '../../../../report/html/html.js';
import { LastChanged } from '../../../../report/html/last-change.js';
import { countText, TooMuch } from './at.js';
import { byFile, type DiffDocument, type FileChanges, MOST_CHANGES } from './diff-document.js';

const MOST_FILES = 200;
/** More differences are folded, and their files' last writers are left out. */
const MOST_OPEN = 10;

export async function difference(context: PageContext): Promise<PageView> {
  const { snapshot, query, zone, call } = context;
  const { from = '24h', to = 'now', path = '' } = query;
  const words = [from || '24h', to || 'now', ...(path === '' ? [] : [path])];
  const { json } = await call('diff', {
    args: words,
    options: { patch: true, most: MOST_CHANGES },
  });
  const document = json as DiffDocument;
  const files = byFile(document);
  const diffs = new Map((document.files ?? []).map(({ path: file, diff }) => [file, diff]));
  return {
    title: path === '' ? 'What changed' : `What changed in ${path}`,
    body: (
      <>
        <Asked document={document} path={path} zone={zone} />
        <Section title="Files" note={countText(files.length)}>
          {document.isWhole ? null : <TooMuch />}
          {files.length === 0 ? <Empty>Nothing changed between these times.</Empty> : null}
          {files.slice(0, MOST_FILES).map((file, i) => (
            <details open={i < MOST_OPEN}>
              <summary>
                <code>{file.file}</code>
                <span class="note">{reasonsOf(file)}</span>
              </summary>
              {i < MOST_OPEN ? <LastChanged snapshot={snapshot} path={file.file} /> : null}
              <Diff text={diffs.get(file.file) ?? ''} />
              {path === '' ? (
                <p>
                  <a href={linkTo(document, file.file)}>This file alone</a>
                </p>
              ) : null}
            </details>
          ))}
          {files.length > MOST_FILES ? (
            <p class="note">{`and ${files.length - MOST_FILES} more files: choose times that are closer together.`}</p>
          ) : null}
        </Section>
      </>
    ),
  };
}

function Asked({
  document: { from, to },
  path,
  zone,
}: {
  readonly document: DiffDocument;
  readonly path: string;
  readonly zone: string;
}) {
  const value = (time: string): string => localTime(time, zone).replace(' ', 'T');
  return (
    <form method="get" action="/history/diff" class="inline card">
      {path === '' ? null : <input type="hidden" name="path" value={path} />}
      <label>
        From <input type="datetime-local" step="1" name="from" required value={value(from)} />
      </label>
      <label>
        to <input type="datetime-local" step="1" name="to" required value={value(to)} />
      </label>
      <button type="submit">Compare</button>
      <span class="note">{`Times of ${zone}.`}</span>
    </form>
  );
}

/** At most three of them. */
function reasonsOf({ changes }: FileChanges): string {
  const reasons = [...new Set(changes.map(({ writer, reason }) => `${writer}: ${reason}`))];
  return reasons.slice(0, 3).join('; ');
}

function linkTo({ from, to }: DiffDocument, path: string): string {
  return `/history/diff?${new URLSearchParams({ from, to, path })}`;
}
