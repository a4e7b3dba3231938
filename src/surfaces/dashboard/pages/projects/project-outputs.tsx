/** What came out of a project, rendered: the newest few here, the others on pages of their own. */
import type { ProjectFacts } from '../../../../passes/project-facts.js';
import { FileView } from '../../../../report/html/file-view.js';
import { fileHref } from '../../../../report/html/file-link.js';
import { Empty, Section } from '../../../../report/html/html.js';
import { headOfText } from '../../../../workspace/head-of-text.js';
import type { Snapshot } from '../../../../workspace/types.js';

const MOST_RENDERED = 3;
const MOST_LINKED = 50;
/** Characters of each; the page of the file has more. */
const LONGEST = 4_000;

export function ProjectOutputs({
  facts,
  snapshot,
}: {
  readonly facts: ProjectFacts;
  readonly snapshot: Snapshot;
}) {
  const paths = outputsOf(facts, snapshot);
  const [rendered, linked] = [paths.slice(0, MOST_RENDERED), paths.slice(MOST_RENDERED)];
  return (
    <Section title="Outputs" note={String(paths.length)}>
      {paths.length === 0 ? <Empty>Nothing has come out of it yet.</Empty> : null}
      {rendered.map((path, index) => (
        <details class="output" open={index === 0}>
          <summary>{nameOf(path)}</summary>
          <p class="note">
            <a href={fileHref(path)}>{path}</a>
          </p>
          <FileView
            path={path}
            text={headOfText(snapshot, path, LONGEST)}
            bytes={snapshot.files.get(path)?.size ?? 0}
            most={LONGEST}
          />
        </details>
      ))}
      <ul>
        {linked.slice(0, MOST_LINKED).map((path) => (
          <li>
            <a href={fileHref(path)}>{path}</a>
          </li>
        ))}
      </ul>
      {linked.length <= MOST_LINKED ? null : (
        <p class="note">{`And ${linked.length - MOST_LINKED} more; see Files.`}</p>
      )}
    </Section>
  );
}

/** Those of the last pass first, then the others by when they were written. */
function outputsOf({ slug, outputs, files }: ProjectFacts, snapshot: Snapshot): readonly string[] {
  const last = outputs.filter((path) => snapshot.files.get(path)?.kind === 'file');
  const others = files
    .filter(({ path }) => path.startsWith(`PROJECTS/${slug}/outputs/`) && !last.includes(path))
    .toSorted((a, b) => b.written.localeCompare(a.written, 'en'));
  return [...last, ...others.map(({ path }) => path)];
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
