/** Rule host-size: files that a host puts into every prompt are short enough not to be cut. */
import { type Diagnostic, fileRange } from '../../kernel/diagnostic.js';
import { rangeOf } from '../../markdown/range-of.js';
import { PAGE_LIMIT, TOTAL_LIMIT, USER_LIMIT } from '../prompt-limits.js';
import type { FileRule, WorkspaceRule } from '../rule.js';

const NEAR = 0.8;

const INJECTED: ReadonlyMap<string, number> = new Map([
  ...['AGENTS.md', 'SOUL.md', 'IDENTITY.md', 'MEMORY.md', 'BOOTSTRAP.md'].map(
    (path) => [path, PAGE_LIMIT] as const,
  ),
  ['USER.md', USER_LIMIT] as const,
]);
const RETIRED: ReadonlySet<string> = new Set(['HEARTBEAT.md', 'TOOLS.md']);
const HINT = 'move what agents rarely need to another page, and link to it';

export const hostSize: FileRule = {
  kind: 'file',
  id: 'host-size',
  severity: 'error',
  suppressible: 'always',
  run: ({ path, text, doc }) => {
    if (text === undefined || doc === undefined) return [];
    if (RETIRED.has(path) && text.trim() !== '')
      return [
        {
          rule: 'host-size',
          severity: 'warning',
          message: `the host no longer reads ${path}, so no agent sees its text`,
          range: fileRange(path),
          hint: 'move what agents need to AGENTS.md or MEMORY.md',
        },
      ];
    const limit = INJECTED.get(path);
    if (limit === undefined || text.length <= limit * NEAR) return [];
    const sizes = {
      expected: `at most ${limit} characters`,
      actual: `${text.length} characters`,
      hint: HINT,
    };
    if (text.length <= limit)
      return [
        {
          rule: 'host-size',
          severity: 'warning',
          message: `${path} has ${text.length} of the ${limit} characters that a host puts into a prompt`,
          range: fileRange(path),
          ...sizes,
        },
      ];
    return [
      {
        rule: 'host-size',
        severity: 'error',
        message: `${path} has ${text.length} characters; a host cuts it here, after ${limit}`,
        range: rangeOf(doc, path, { start: limit, end: text.length }),
        ...sizes,
      },
    ];
  },
};

/** The limit for all of them together. */
export const hostTotal: WorkspaceRule = {
  kind: 'workspace',
  id: 'host-size',
  severity: 'error',
  suppressible: 'always',
  run: ({ snapshot }) => {
    const sizes = [...INJECTED.keys()]
      .map((path) => ({
        path,
        length: snapshot.files.has(path) ? (snapshot.text(path)?.length ?? 0) : 0,
      }))
      .sort((a, b) => b.length - a.length);
    const total = sizes.reduce((sum, file) => sum + file.length, 0);
    const [largest] = sizes;
    if (largest === undefined || total <= TOTAL_LIMIT * NEAR) return [];
    const over = total > TOTAL_LIMIT;
    const diagnostic: Diagnostic = {
      rule: 'host-size',
      severity: over ? 'error' : 'warning',
      message: `the files that a host puts into every prompt have ${total} characters together; ${over ? 'it cuts them after' : 'the limit is'} ${TOTAL_LIMIT}`,
      range: fileRange(largest.path),
      expected: `at most ${TOTAL_LIMIT} characters`,
      actual: sizes
        .filter((file) => file.length > 0)
        .map((file) => `${file.path} ${file.length}`)
        .join(', '),
      hint: HINT,
    };
    return [diagnostic];
  },
};
