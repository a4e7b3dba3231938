/**
 * The tables of behaviour in `test/vectors`: globs, rules and roles. What differs on purpose is in
 * the tables `DECIDED` here, with the reasons in docs/DECISIONS.md.
 */
import { readFileSync } from 'node:fs';
import t from 'tap';
import { globMatches } from '../../../src/kernel/glob.js';
import { forbiddenIn, requiredIn } from '../../../src/modules/rules/checks/patterns.js';
import { detectFrameworks } from '../../../src/modules/rules/frameworks.js';
import {
  activeRules,
  matchRules,
  roleFor,
  withinBudget,
} from '../../../src/modules/rules/select-rules.js';
import { tokensOf } from '../../../src/modules/rules/rules-for.js';
import { bytesContent } from '../../../src/passes/reconcile/content.js';
import {
  readRolePage,
  readRulePage,
  type RulePage,
} from '../../../src/project/rule-page/rule-page.js';

type Table<T> = { readonly cases: readonly T[] };
function table<T>(name: string): T {
  return JSON.parse(readFileSync(`test/vectors/${name}.json`, 'utf8'));
}

type GlobCase = { readonly pattern: string; readonly path: string; readonly expected: boolean };

/** As picomatch reads them. */
const GLOBS_DECIDED = new Map<string, boolean>([
  ['contracts/** contracts', true],
  ['src/**.js src/a/b.js', false],
  ['[ab].js a.js', true],
  ['{*.ts,*.js} a.ts', true],
  ['{a,{b,c}} b', true],
  ['{a {a', false],
  ['src/*.js src\\a.js', false],
  ['a/* a/', false],
]);

t.test('globs', async (t) => {
  const { cases } = table<Table<GlobCase>>('glob');
  t.equal(cases.length, 42);
  for (const { pattern, path, expected } of cases) {
    const decided = GLOBS_DECIDED.get(`${pattern} ${path}`);
    t.equal(globMatches(pattern, path), decided ?? expected, `${pattern} on ${path}`);
    if (decided !== undefined) t.not(decided, expected, 'it is decided otherwise');
  }
});

type Plain = {
  readonly id: string;
  readonly tier: string;
  readonly paths?: readonly string[];
  readonly detect?: string | readonly string[] | null;
  readonly priority?: number;
  readonly body_chars?: number;
};
type RuleCase = { readonly name: string; readonly rules?: readonly Plain[] } & (
  | {
      readonly op: 'load';
      readonly files: Readonly<Record<string, string>>;
      readonly expected: readonly (Plain & { readonly body: string; readonly file: string })[];
    }
  | {
      readonly op: 'match';
      readonly scopes: readonly string[] | null;
      readonly expected: readonly string[];
    }
  | {
      readonly op: 'activate';
      readonly detected: readonly string[];
      readonly expected: readonly string[];
    }
  | {
      readonly op: 'format';
      readonly body_fill: string;
      readonly expected: { readonly shown: readonly string[] };
    }
  | {
      readonly op: 'detect';
      readonly files: Readonly<Record<string, string>>;
      readonly dirs: readonly string[];
      readonly expected: readonly string[];
    }
);

/** A page of ours that says the same. */
function pageOf({ id, tier, paths, detect, priority, body_chars: length = 0 }: Plain, fill = 'x') {
  const head = JSON.stringify({ id, tier, scope: paths ?? '**', detect, priority });
  return readRulePage(
    `orchestration-os/rules/${id}.md`,
    `---\n${head}\n---\n${fill.repeat(length)}`,
  );
}

const idsOf = (rules: readonly RulePage[]): readonly string[] => rules.map(({ id }) => id);

/** Of 4000 characters. */
const TOKENS = 1000;
const RULES_DECIDED: Readonly<Record<string, readonly string[]>> = {
  'null scopes': ['p-any', 'f-sol', 'f-mid', 'x-tier', 'u-high', 'u-low'],
  'first too long': ['b'],
  'six rules, three fit': ['a', 'b', 'c', 'e', 'f'],
  'one over the cap': ['a'],
};

function answerTo(one: RuleCase): readonly string[] {
  const rules = (one.rules ?? []).map((rule) =>
    pageOf(rule, one.op === 'format' ? one.body_fill : ''),
  );
  switch (one.op) {
    case 'load':
      return [];
    case 'match':
      return idsOf(matchRules(rules, one.scopes ?? []));
    case 'activate':
      return idsOf(activeRules(rules, new Set(one.detected)));
    case 'format':
      return idsOf(withinBudget(rules, TOKENS, tokensOf).shown);
    case 'detect':
      return detectFrameworks({
        text: (path) => one.files[path],
        has: (path) => path in one.files || one.dirs.includes(path),
      });
  }
}

t.test('rules', async (t) => {
  const { cases } = table<Table<RuleCase>>('rules');
  t.equal(cases.length, 20);
  for (const one of cases) {
    if (one.op === 'load') {
      const [[file = '', text = ''] = []] = Object.entries(one.files);
      const read = readRulePage(file, text);
      const [expected] = one.expected;
      t.match(
        { id: read.id, tier: read.tier, priority: read.priority, body: read.body },
        {
          id: expected?.id,
          // An unknown tier is an error, and the rule is for everything.
          tier: expected?.tier === 'custom' ? 'universal' : expected?.tier,
          // 0 stays 0.
          priority: one.name === 'priority zero' ? 0 : expected?.priority,
          body: expected?.body,
        },
        one.name,
      );
      t.equal(read.problems.length, expected?.tier === 'custom' ? 1 : 0);
    } else {
      const expected = one.op === 'format' ? one.expected.shown : one.expected;
      const decided = RULES_DECIDED[one.name];
      t.same(answerTo(one), decided ?? expected, `${one.op}: ${one.name}`);
      if (decided !== undefined) t.notSame(decided, expected, 'it is decided otherwise');
    }
  }
});

type Role = Readonly<Record<string, unknown>>;
type Outputs = {
  readonly name: string;
  readonly files: readonly string[] | Readonly<Record<string, string>>;
};
type RoleCase =
  | {
      readonly op: 'auto_assign';
      readonly roles: string;
      readonly scopes: readonly string[] | null;
      readonly expected: string | null;
    }
  | {
      readonly op: 'validate';
      readonly role: Role;
      readonly expected: { readonly valid: boolean; readonly errors: readonly string[] };
    }
  | (Outputs & {
      readonly op: 'required_outputs';
      readonly required_outputs: readonly Required[];
      readonly expected: { readonly passed: boolean };
    })
  | (Outputs & {
      readonly op: 'required_outputs_files';
      readonly role: { readonly required_outputs: readonly Required[] };
      readonly expected: { readonly passed: boolean };
    })
  | (Outputs & {
      readonly op: 'forbidden';
      readonly role: { readonly forbidden_patterns: readonly Forbidden[] };
      readonly expected: {
        readonly passed: boolean;
        readonly violations: readonly { readonly file: string }[];
      };
    });
type Required = {
  readonly type: string;
  readonly pattern: string;
  readonly check?: string;
  readonly description: string;
};
type Forbidden = { readonly pattern: string; readonly in: string; readonly description: string };
type RoleTable = Table<RoleCase> & {
  readonly role_sets: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
};

/** Their names and ours. */
const ROLE_KEYS: Readonly<Record<string, string>> = {
  scope_paths: 'scope',
  required_outputs: 'required',
  forbidden_patterns: 'forbidden',
};

function rolePage(name: string, role: Readonly<Record<string, unknown>>) {
  const head = Object.fromEntries(
    Object.entries(role).map(([key, value]) => [ROLE_KEYS[key] ?? key, value]),
  );
  return readRolePage(`${name}.md`, `---\n${JSON.stringify(head)}\n---\n`);
}

t.test('roles', async (t) => {
  const { cases, role_sets: sets } = table<RoleTable>('roles');
  t.equal(cases.length, 20);
  for (const one of cases) {
    if (one.op === 'validate') {
      const { problems } = rolePage('role', one.role);
      t.equal(problems.length, one.expected.errors.length, JSON.stringify(one.role));
    }
    if (one.op === 'validate') continue;
    if (one.op === 'auto_assign') {
      const roles = Object.entries(sets[one.roles] ?? {})
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([id, role]) =>
          rolePage(id, { id, ...(Array.isArray(role) ? { scope_paths: role } : (role as object)) }),
        );
      t.equal(roleFor(roles, one.scopes ?? [])?.id ?? null, one.expected, `${one.scopes}`);
      continue;
    }
    const found = findingsOf(t.testdir(), one);
    if (one.name === 'unknown type passes') t.not(found.length === 0, one.expected.passed);
    else t.equal(found.length === 0, one.expected.passed, one.name);
    if (one.op === 'forbidden')
      t.same(
        found.map(({ file }) => file),
        one.expected.violations.map(({ file }) => file),
      );
  }
});

/** What a check of ours finds in files that a pass has made. */
function findingsOf(root: string, one: Exclude<RoleCase, { op: 'auto_assign' | 'validate' }>) {
  const checks =
    one.op === 'forbidden'
      ? { forbidden: one.role.forbidden_patterns.map(forbiddenCheck) }
      : {
          required: (one.op === 'required_outputs'
            ? one.required_outputs
            : one.role.required_outputs
          ).map(requiredCheck),
        };
  const page = rolePage('role', { id: 'role', ...checks });
  const texts: readonly (readonly [string, string])[] = Array.isArray(one.files)
    ? one.files.map((path: string) => [path, ''] as const)
    : Object.entries(one.files);
  const changes = texts.map(([path, text]) => ({
    path,
    kind: 'added' as const,
    before: undefined,
    after: bytesContent(root, Buffer.from(text)),
  }));
  // An unknown key is a mistake of the page, which blocks.
  return [
    ...page.problems.map(() => ({ file: 'role.md' })),
    ...forbiddenIn({ page, changes }),
    ...requiredIn({ page, changes }),
  ];
}

const forbiddenCheck = ({ pattern, in: globs, description: says }: Forbidden) => ({
  pattern,
  in: globs,
  says,
});

function requiredCheck({ type, pattern: files, check, description: says }: Required) {
  if (type === 'file_match') return { files, says };
  return type === 'content_check' ? { files, contains: check, says } : { [type]: files, says };
}
