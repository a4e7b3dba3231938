/** What may be committed, judged on what is staged and not on the work tree. */
import { messageOf } from '../../kernel/error.js';
import { parseAllDocuments } from 'yaml';
import { MANIFEST_FILE, parseManifest } from '../../integrity/manifest.js';
import { isProtected } from '../../integrity/protected-files.js';
import { checkManifest } from '../../integrity/gate-manifest.js';
import type { Trust } from '../../integrity/trust.js';
import { sha256 } from '../../kernel/hash.js';
import { conflictLine } from '../../markdown/conflict-markers.js';
import { scan } from '../../markdown/scan.js';
import type { Doc } from '../../markdown/types.js';
import { loadSchema, REGISTRY_FILE } from '../../registry/load-schema.js';
import { secretReasons } from '../../governance/guard/secrets.js';

/**
 * `path`: relative to the workspace, or to the repository if it is outside. `after`: `undefined` if
 * deleted.
 */
export type StagedFile = {
  readonly path: string;
  readonly inWorkspace: boolean;
  readonly kind: 'file' | 'symlink' | 'submodule';
  readonly before: Buffer | undefined;
  readonly after: Buffer | undefined;
};
export type Staged = {
  readonly files: readonly StagedFile[];
  /** The workspace files that are there, as the commit would hold them, by path. */
  readonly read: (paths: readonly string[]) => ReadonlyMap<string, Buffer>;
  readonly paths: readonly string[];
  readonly trust: Trust | undefined;
};
export type GitFinding = {
  readonly path: string;
  readonly code: 'secret' | 'json' | 'yaml' | 'conflict' | 'unsigned' | 'manifest';
  readonly message: string;
};

export function commitFindings(staged: Staged): readonly GitFinding[] {
  return [...staged.files.flatMap(contentFindings), ...integrityFindings(staged)];
}

function contentFindings({ path, kind, before, after }: StagedFile): readonly GitFinding[] {
  if (after === undefined || kind === 'submodule') return [];
  const text = decode(after);
  const former = before === undefined ? '' : (decode(before) ?? before.toString('latin1'));
  const findings: GitFinding[] = secretReasons(text ?? after.toString('latin1'), path, former).map(
    ({ message }) => ({ path, code: 'secret', message }),
  );
  if (text === undefined || kind === 'symlink' || text.includes('\0')) return findings;
  const plain = text.replace(/^\ufeff/, '');
  if (/\.json$/i.test(path) && !COMMENTED.test(path)) findings.push(...jsonFindings(path, plain));
  if (/\.ya?ml$/i.test(path)) findings.push(...yamlFindings(path, plain, 0));
  const page = /\.(?:md|markdown)$/i.test(path) ? scan(text) : undefined;
  if (page !== undefined) findings.push(...frontMatterFindings(path, page));
  const line = conflictLine(text, page?.fences);
  if (line !== undefined)
    findings.push({
      path,
      code: 'conflict',
      message: `${path}, line ${line}: a merge conflict is not resolved`,
    });
  return findings;
}

/** Files whose programs accept comments in JSON. */
const COMMENTED =
  /(?:^|\/)(?:tsconfig[^/]*|jsconfig[^/]*|\.eslintrc|settings(?:\.local)?|launch|tasks|extensions|devcontainer)\.json$/i;

function jsonFindings(path: string, text: string): readonly GitFinding[] {
  try {
    JSON.parse(text);
    return [];
  } catch (error) {
    return [
      {
        path,
        code: 'json',
        message: `${path} is not JSON: ${messageOf(error)}`,
      },
    ];
  }
}

function yamlFindings(path: string, text: string, before: number): readonly GitFinding[] {
  const documents = parseAllDocuments(text, { logLevel: 'silent', prettyErrors: true });
  const errors = Array.isArray(documents) ? documents.flatMap((document) => document.errors) : [];
  return errors.slice(0, 3).map((error) => ({
    path,
    code: 'yaml',
    message: `${path}, line ${(error.linePos?.[0].line ?? 1) + before}: this is not YAML: ${error.message.split('\n')[0]?.replace(/ at line \d+, column \d+:?$/, '') ?? ''}`,
  }));
}

function frontMatterFindings(path: string, page: Doc): readonly GitFinding[] {
  const front = page.frontMatter;
  return front === undefined
    ? []
    : yamlFindings(path, page.text.slice(front.contentStart, front.contentEnd), 1);
}

/** A commit must not hold a protected file that differs from its own manifest. */
function integrityFindings({ files, read, paths, trust }: Staged): readonly GitFinding[] {
  const pages = read([REGISTRY_FILE, MANIFEST_FILE]);
  const [registry, manifestBytes] = [pages.get(REGISTRY_FILE), pages.get(MANIFEST_FILE)];
  const mine = files.filter((file) => file.inWorkspace).map((file) => file.path);
  if (registry === undefined)
    return mine.includes(REGISTRY_FILE)
      ? [
          {
            path: REGISTRY_FILE,
            code: 'manifest',
            message: `${REGISTRY_FILE} would be deleted, but a workspace needs it`,
          },
        ]
      : [];
  const { schema } = loadSchema(registry.toString('utf8'));
  const whole = mine.includes(MANIFEST_FILE) || mine.includes(REGISTRY_FILE);
  const asked = (whole ? [...new Set([...paths, ...mine])] : mine).filter((path) =>
    isProtected(schema, path),
  );
  if (asked.length === 0 && !mine.includes(MANIFEST_FILE)) return [];
  if (manifestBytes === undefined)
    return [
      {
        path: MANIFEST_FILE,
        code: 'manifest',
        message: `${MANIFEST_FILE} is not part of the commit, so nothing vouches for ${asked.slice(0, 3).join(', ')}`,
      },
    ];
  const parsed = parseManifest(manifestBytes.toString('utf8'));
  const found = trust === undefined ? parsed.problems : checkManifest(parsed, trust);
  const problems = mine.includes(MANIFEST_FILE) ? found : [];
  const rows = new Map(parsed.manifest.rows.map((row) => [row.file, row.sha256]));
  const contents = read(asked);
  const unsigned = asked.flatMap((path): GitFinding[] => {
    const [bytes, row] = [contents.get(path), rows.get(path)];
    if (bytes === undefined)
      return row === undefined
        ? []
        : [
            {
              path,
              code: 'unsigned',
              message: `${path} is protected and would be gone, but ${MANIFEST_FILE} vouches for it`,
            },
          ];
    if (
      row !== undefined &&
      [bytes, withCarriageReturns(bytes)].some((content) => sha256(content) === row)
    )
      return [];
    return [
      {
        path,
        code: 'unsigned',
        message:
          row === undefined
            ? `${path} is protected, and ${MANIFEST_FILE} as staged has no row for it: run nocturne sign ${path}, and stage the manifest`
            : `${path} is protected, and its staged content is not what the owner signed: run nocturne sign ${path}, and stage both`,
      },
    ];
  });
  return [
    ...problems.map(
      (problem): GitFinding => ({
        path: MANIFEST_FILE,
        code: 'manifest',
        message: `${MANIFEST_FILE}: ${problem.message}`,
      }),
    ),
    ...unsigned,
  ];
}

/** What a work tree holds if git converts line ends. */
function withCarriageReturns(bytes: Buffer): Buffer {
  return Buffer.from(bytes.toString('latin1').replace(/\r?\n/g, '\r\n'), 'latin1');
}

function decode(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
