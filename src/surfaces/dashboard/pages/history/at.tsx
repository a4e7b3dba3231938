/** The workspace as it was at a time: which files were different then, and the way to each. */
import type { PageContext, PageView } from '../../../../passes/dashboard-page.js';
import { localTime } from '../../../../project/local-time.js';
import { Empty, Section, Table } from '../../../../report/html/html.js';
import { byFile, type DiffDocument, MOST_CHANGES } from './diff-document.js';
import { TimeMachine, timeAsked } from './time-machine.js';

const MOST_ROWS = 200;

export async function workspaceAt({ snapshot, query, zone, call }: PageContext): Promise<PageView> {
  const asked = timeAsked(query);
  const { json } = await call('diff', { args: [asked, 'now'], options: { most: MOST_CHANGES } });
  const document = json as DiffDocument;
  const files = byFile(document);
  const at = localTime(document.from, zone);
  return {
    title: 'The workspace as it was',
    body: (
      <>
        <TimeMachine snapshot={snapshot} zone={zone} at={new Date(document.from)} />
        <Section title={`Different at ${at}`} note={countText(files.length)}>
          {document.isWhole ? null : <TooMuch />}
          {files.length === 0 ? (
            <Empty>Nothing that Nocturne has recorded changed since then.</Empty>
          ) : (
            <Table
              caption="Files that were different at this time"
              columns={[
                { label: 'File' },
                { label: 'Values', kind: 'number' },
                { label: 'Last change' },
                { label: 'Since then' },
              ]}
              rows={files.slice(0, MOST_ROWS).map(({ file, changes, last }) => [
                <a class="outcome" href={pageLink(file, document.from)}>
                  {file}
                </a>,
                changes.length,
                `${localTime(last?.t_written ?? '', zone)}, ${last?.writer ?? ''}: ${last?.reason ?? ''}`,
                <a class="id" href={diffLink(file, document.from)}>
                  what changed
                </a>,
              ])}
            />
          )}
          <p class="note">
            {files.length > MOST_ROWS
              ? `${files.length - MOST_ROWS} more files are not listed. `
              : ''}
            Every other file was as it is now.
          </p>
          <form method="get" action="/history/page" class="inline">
            <input type="hidden" name="at" value={document.from} />
            <label>
              Any page as it was <input name="path" required placeholder="SOUL.md" />
            </label>
            <button type="submit">Show</button>
          </form>
        </Section>
      </>
    ),
  };
}

export function TooMuch() {
  return (
    <p class="problem">
      {`Only the newest ${MOST_CHANGES.toLocaleString('en')} changes were read. What changed only before them is not listed: choose a later time, or look at one page.`}
    </p>
  );
}

export function countText(files: number): string {
  return files === 1 ? '1 file' : `${files} files`;
}

function pageLink(path: string, at: string): string {
  return `/history/page?${new URLSearchParams({ path, at })}`;
}

function diffLink(path: string, from: string): string {
  return `/history/diff?${new URLSearchParams({ from, to: 'now', path })}`;
}
