/** Rule link-broken: links in the workspace lead to existing files and headings. */
import { posix } from 'node:path';
import type { Diagnostic } from '../../kernel/diagnostic.js';
import { nearestName } from '../../kernel/nearest-name.js';
import type { Doc } from '../../markdown/types.js';
import type { Snapshot } from '../../workspace/types.js';
import { slugOf } from '../../workspace/links.js';
import { isIgnored } from '../../workspace/walk.js';
import type { LinkFact } from '../fact-types.js';
import { linkPath } from '../link-path.js';
import type { WorkspaceRule } from '../rule.js';

export const linkBroken: WorkspaceRule = {
  kind: 'workspace',
  id: 'link-broken',
  severity: 'warning',
  suppressible: 'always',
  isTraced: true,
  run: ({ snapshot, facts }) => {
    const places = placesOf(snapshot);
    const found: Diagnostic[] = [];
    for (const [path, { links }] of facts) {
      for (const link of links) {
        const target = linkPath(snapshot.files, path, link);
        const problem =
          target === undefined || target === path
            ? anchorProblem(places, path, link)
            : targetProblem(places, path, { ...link, path: target });
        if (problem !== undefined)
          found.push({ rule: 'link-broken', severity: 'warning', range: link.range, ...problem });
      }
    }
    return found;
  },
};

type Problem = Omit<Diagnostic, 'rule' | 'severity' | 'range'>;
type Places = {
  readonly snapshot: Snapshot;
  isFolder(path: string): boolean;
  /** All files with that name in any case. */
  named(name: string): readonly string[];
  anchors(path: string): ReadonlySet<string> | undefined;
};

function targetProblem(
  places: Places,
  from: string,
  link: LinkFact & { readonly path: string },
): Problem | undefined {
  const { path } = link;
  if (path === '..' || path.startsWith('../'))
    return {
      message: `the link to ${link.target} leads out of the workspace`,
      actual: link.target,
      hint: 'copy what you need, or describe where it is',
    };
  if (places.snapshot.files.has(path)) return anchorProblem(places, path, link);
  if (path === '.' || path === '' || isIgnored(path) || places.isFolder(path)) return undefined;
  const same = places.named(posix.basename(path));
  const [only] = same;
  if (link.wiki !== undefined) return wikiProblem(places, { ...link, wiki: link.wiki });
  const message = `the link to ${link.target} leads nowhere: there is no ${path}`;
  if (only === undefined || same.length > 1)
    return {
      message,
      actual: path,
      hint:
        only === undefined
          ? 'correct the link, or remove it'
          : `files with that name: ${same.slice(0, 3).join(', ')}`,
    };
  const relative = encode(posix.relative(posix.dirname(from), only));
  const newText = link.target.startsWith('/') ? `/${encode(only)}` : relative;
  return {
    message,
    expected: only,
    actual: path,
    hint: `the file with that name is ${only}`,
    fix: [
      {
        file: from,
        start: link.start,
        end: link.end,
        newText: `${newText}${link.anchor === undefined ? '' : `#${link.anchor}`}`,
      },
    ],
  };
}

/** Note programs follow a page that they rename themselves, but not one that another renames. */
function wikiProblem({ snapshot }: Places, link: LinkFact & { readonly wiki: string }): Problem {
  const pages = [...snapshot.files.keys()].filter((path) => path.endsWith('.md'));
  const near = nearestName(
    link.wiki,
    pages.map((path) => posix.basename(path, '.md')),
  );
  return {
    message: `the link to [[${link.target}]] leads nowhere: no page has that name`,
    actual: link.wiki,
    hint:
      near === undefined
        ? 'correct the link, or create the page'
        : `did you mean [[${near}]]? If the page was renamed, correct the link`,
  };
}

function anchorProblem(places: Places, path: string, link: LinkFact): Problem | undefined {
  if (link.anchor === undefined || link.anchor === '' || !/\.(?:md|markdown)$/i.test(path))
    return undefined;
  const anchors = places.anchors(path);
  const wanted = decode(link.anchor).toLowerCase();
  if (anchors === undefined || anchors.has(wanted)) return undefined;
  const near = nearestName(wanted, anchors);
  return {
    message: `${path} has no heading for #${link.anchor}`,
    expected: near === undefined ? `a heading of ${path}` : `#${near}`,
    actual: `#${link.anchor}`,
    hint:
      near === undefined
        ? 'an anchor is the heading in lower case, with - for blanks'
        : `did you mean #${near}?`,
  };
}

/** Builds its indexes when the first link needs them. */
function placesOf(snapshot: Snapshot): Places {
  let folders: Set<string> | undefined;
  let names: Map<string, string[]> | undefined;
  const anchors = new Map<string, ReadonlySet<string> | undefined>();
  return {
    snapshot,
    isFolder: (path) => (folders ??= foldersOf(snapshot)).has(path),
    named: (name) => {
      const all = (names ??= namesOf(snapshot)).get(name.toLowerCase()) ?? [];
      const exact = all.filter((path) => posix.basename(path) === name);
      return exact.length > 0 ? exact : all;
    },
    anchors: (path) => {
      if (!anchors.has(path)) {
        const doc = snapshot.doc(path);
        anchors.set(path, doc === undefined ? undefined : anchorsOf(doc));
      }
      return anchors.get(path);
    },
  };
}

function namesOf(snapshot: Snapshot): Map<string, string[]> {
  const names = new Map<string, string[]>();
  for (const path of snapshot.files.keys()) {
    const name = posix.basename(path).toLowerCase();
    const paths = names.get(name);
    if (paths === undefined) names.set(name, [path]);
    else paths.push(path);
  }
  return names;
}

function foldersOf(snapshot: Snapshot): Set<string> {
  const folders = new Set<string>();
  for (const path of snapshot.files.keys()) {
    for (
      let end = path.lastIndexOf('/');
      end > 0 && !folders.has(path.slice(0, end));
      end = path.lastIndexOf('/', end - 1)
    )
      folders.add(path.slice(0, end));
  }
  return folders;
}

/** GitHub's anchors of headings (numbered if they repeat), and `id` and `name` of HTML. */
function anchorsOf(doc: Doc): ReadonlySet<string> {
  const anchors = new Set<string>();
  for (const { text } of doc.headings) {
    const slug = slugOf(text);
    let anchor = slug;
    for (let i = 1; anchors.has(anchor); i++) anchor = `${slug}-${i}`;
    anchors.add(anchor);
  }
  for (const [, id = ''] of doc.text.matchAll(
    /<[a-z][^<>]*\s(?:id|name)\s*=\s*["']([^"'<>]+)["']/gi,
  ))
    anchors.add(id.toLowerCase());
  return anchors;
}

function encode(path: string): string {
  return encodeURI(path)
    .replaceAll('(', '%28')
    .replaceAll(')', '%29')
    .replaceAll('#', '%23')
    .replaceAll('?', '%3F');
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
