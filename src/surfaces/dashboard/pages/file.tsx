/** One file of the workspace, with what Nocturne knows of it. */
import { NocturneError } from '../../../kernel/error.js';
import type { PageContext, PageView } from '../../../passes/dashboard-page.js';
import { localTime } from '../../../project/local-time.js';
import { FileView, MOST_SHOWN } from '../../../report/html/file-view.js';
import { headOfText } from '../../../workspace/head-of-text.js';

type Explained = {
  readonly tier: string;
  readonly lastChange?: {
    readonly writer: string;
    readonly run_id: string;
    readonly t_written: string;
    readonly reason: string;
  };
};

export async function file({ snapshot, query, zone, call }: PageContext): Promise<PageView> {
  const path = query['path'] ?? '';
  const entry = snapshot.files.get(path);
  if (entry?.kind !== 'file')
    throw new NocturneError('NOT_FOUND', `there is no file ${path} in the workspace`);
  const { json } = await call('explain', { args: [path] });
  const { tier, lastChange } = json as Explained;
  const project = /^PROJECTS\/([^/]+)\//.exec(path)?.[1];
  return {
    title: path.slice(path.lastIndexOf('/') + 1),
    body: (
      <>
        <p class="note">
          {`${path}, ${tier}`}
          {lastChange === undefined
            ? ', nobody has changed it through Nocturne'
            : `, changed ${localTime(lastChange.t_written, zone)} by ${lastChange.writer}${lastChange.run_id === '' ? '' : ` in ${lastChange.run_id}`}: ${lastChange.reason}`}
        </p>
        <p class="note">
          <a href={`/graph?file=${encodeURIComponent(path)}`}>What a change of it reaches</a>
          {' · '}
          <a href={`/history?file=${encodeURIComponent(path)}`}>What happened to it</a>
          {project === undefined ? null : (
            <>
              {' · '}
              <a href={`/projects/${encodeURIComponent(project)}`}>{`Project ${project}`}</a>
            </>
          )}
        </p>
        <FileView path={path} text={headOfText(snapshot, path, MOST_SHOWN)} bytes={entry.size} />
      </>
    ),
  };
}
