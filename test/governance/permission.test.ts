/** Pre-approvals: every check can refuse, and whatever is unclear does. */
import t from 'tap';
import { authorise, nextInvocation } from '../../src/project/preapproval.js';
import { usesOf } from '../../src/project/preapproval-limits.js';
import type { PermissionRequest } from '../../src/project/preapproval.js';
import { rows, smallWorkspace } from './small-workspace.js';

type Fields = Readonly<Record<string, string>>;
const GOOD: Fields = {
  'Action class': 'file-write-extended',
  Scope: 'PROJECTS/inventory/**, memory/*.md',
  Boundary: 'PROJECTS/*/LONGRUNNER.md, phase:release',
  'Max uses': '3',
  Expires: '2026-12-01T00:00:00Z',
  Status: 'active',
};
const REQUEST: PermissionRequest = {
  actionClass: 'file-write-extended',
  targets: ['PROJECTS/inventory/notes.md'],
  project: 'inventory',
  phase: 'collect',
};

function page(...all: readonly (Fields & { readonly id?: string })[]): string {
  return `# Pre-approvals\n\n${all
    .map(
      ({ id, ...fields }, i) =>
        `## ${id ?? `PA-00${i + 1}`} Title\n\n${Object.entries(fields)
          .map(([name, value]) => `- **${name}:** ${value}\n`)
          .join('')}`,
    )
    .join('\n')}`;
}

function chain(...all: readonly (readonly [id: string, pa: string, result: string])[]): string {
  return rows(
    'Invocations',
    [
      'Id',
      'Time',
      'Run id',
      'Preapproval',
      'Action class',
      'Target',
      'Scope check',
      'Boundary check',
      'Result',
      'Chain',
    ],
    all.map(([id, pa, result]) => [
      id,
      '2026-11-20T01:00:00Z',
      'RUN-20261120-001',
      pa,
      'file-write-extended',
      'x',
      'ok',
      'ok',
      result,
      'c',
    ]),
  );
}

t.test('all checks have to hold', async (t) => {
  type Case = readonly [
    why: string,
    fields: Fields,
    request: Partial<PermissionRequest>,
    refusedBy: string | undefined,
    detail?: RegExp | undefined,
    chain?: string,
  ];
  const cases: readonly Case[] = [
    ['everything holds', {}, {}, undefined],
    [
      'a glob inside the scope',
      {},
      { targets: ['PROJECTS/inventory/notes/**', 'memory/x.md'] },
      undefined,
    ],
    [
      'another class',
      { 'Action class': 'idle-cycle-autonomy' },
      {},
      'class',
      /no pre-approval of class file-write-extended/,
    ],
    ['no class asked for', { 'Action class': '' }, { actionClass: '' }, 'class'],
    ['inactive', { Status: 'inactive' }, {}, 'status', /inactive/],
    ['revoked', { Status: 'revoked' }, {}, 'status'],
    ['a status nobody knows', { Status: 'Active' }, {}, 'status'],
    ['no status', { Status: '' }, {}, 'status', /no status/],
    ['expired', { Expires: '2026-11-21T03:00:00Z' }, {}, 'expiry', /ended at/],
    ['expired, in another zone', { Expires: '2026-11-21T04:30:00+02:00' }, {}, 'expiry'],
    ['not expired, in another zone', { Expires: '2026-11-21T05:30:00+02:00' }, {}, undefined],
    [
      'a bare date has no time',
      { Expires: '2026-12-01' },
      {},
      'expiry',
      /not a time with its zone/,
    ],
    ['no expiry', { Expires: '' }, {}, 'expiry', /no time at which it ends/],
    ['never', { Expires: 'never' }, {}, 'expiry'],
    [
      'used up',
      {},
      {},
      'uses',
      /3 of 3 used/,
      chain(
        ['PA-001-INV-001', 'PA-001', 'authorised'],
        ['PA-001-INV-002', 'PA-001', 'authorised'],
        ['PA-001-INV-003', 'PA-001', 'authorised'],
      ),
    ],
    [
      'refusals are no uses',
      {},
      {},
      undefined,
      undefined,
      chain(
        ['PA-001-INV-001', 'PA-001', 'refused'],
        ['PA-001-INV-002', 'PA-001', 'refused'],
        ['PA-001-INV-003', 'PA-001', 'authorised'],
      ),
    ],
    [
      'an unreadable row is a use',
      { 'Max uses': '1' },
      {},
      'uses',
      /1 of 1/,
      chain(['PA-001-INV-001', '-', '?']),
    ],
    [
      'uses of another',
      { 'Max uses': '1' },
      {},
      undefined,
      undefined,
      chain(['PA-010-INV-001', 'PA-010', 'authorised']),
    ],
    ['no uses', { 'Max uses': '0' }, {}, 'uses'],
    ['no number of uses', { 'Max uses': 'many' }, {}, 'uses', /no number of uses/],
    [
      'outside the scope',
      {},
      { targets: ['PROJECTS/other/notes.md'] },
      'scope',
      /PROJECTS\/other\/notes.md is not within/,
    ],
    ['one of two outside', {}, { targets: ['memory/x.md', 'SOUL.md'] }, 'scope', /^SOUL.md is not/],
    ['a wider glob than the scope', {}, { targets: ['memory/**'] }, 'scope'],
    ['an empty scope', { Scope: '' }, {}, 'scope', /an empty scope/],
    ['a scope that says what not', { Scope: '"!SOUL.md"' }, {}, 'scope'],
    [
      'inside the boundary',
      {},
      { targets: ['PROJECTS/inventory/LONGRUNNER.md'] },
      'boundary',
      /excluded by PROJECTS\/\*\/LONGRUNNER.md/,
    ],
    ['a glob that reaches the boundary', {}, { targets: ['PROJECTS/inventory/**'] }, 'boundary'],
    ['a phase outside', {}, { phase: 'release' }, 'boundary', /the phase release is excluded/],
    ['the next phase is outside', {}, { phase: ['collect', 'release'] }, 'boundary'],
    ['the phase is not known', {}, { phase: undefined }, 'boundary', /the phase is not known/],
    [
      'the phase is not known, and none is excluded',
      { Boundary: 'SOUL.md' },
      { phase: undefined },
      undefined,
    ],
    ['a bare phase name', { Boundary: 'collect' }, {}, 'boundary'],
    ['every phase', { Boundary: 'phase:*' }, {}, 'boundary', /excludes every phase/],
    ['no boundary', { Boundary: '-' }, {}, undefined],
    ['no target', {}, { targets: [] }, 'request', /nothing is named/],
    [
      'a way out of the scope',
      {},
      { targets: ['PROJECTS/inventory/../../SOUL.md'] },
      'request',
      /not a plain path/,
    ],
    ['an absolute path', {}, { targets: ['/etc/passwd'] }, 'request'],
    ['an empty target', {}, { targets: ['memory/x.md', ''] }, 'request'],
  ];
  for (const [why, fields, request, refusedBy, detail, log] of cases) {
    const snapshot = smallWorkspace(t, {
      'orchestration-os/OPS-PREAPPROVAL.md': page({ ...GOOD, ...fields }),
      'audit/APPROVAL-CHAIN.md': log ?? chain(),
    });
    const found = authorise(snapshot, { ...REQUEST, ...request });
    const failed = found.checks.filter((check) => !check.ok);
    t.equal(found.allowed, refusedBy === undefined, why);
    t.same(
      failed.map((check) => check.check),
      refusedBy === undefined ? [] : [refusedBy],
      why,
    );
    t.equal(found.pa, refusedBy === undefined ? 'PA-001' : undefined);
    if (detail !== undefined) t.match(failed[0]?.detail, detail, why);
  }
});

t.test(
  'a boundary written as a YAML list is read, and one that cannot be read allows nothing',
  async (t) => {
    const yaml = (list: string): string =>
      page({ ...GOOD, Boundary: '' }).replace('- **Boundary:** \n', '') +
      `\n\`\`\`yaml boundary\n${list}\n\`\`\`\n`;
    const cases: readonly (readonly [string, boolean])[] = [
      ['- memory/secret.md', true],
      ['- phase: release', true],
      ['- phase: collect', false],
      ['- phase:collect', false],
      ['- PROJECTS/inventory/notes.md', false],
      ['- { unknown: x }', false],
      ['- [a]', false],
      ['- memory/secret.md\n- { unknown: x }', false],
      ['- 7', true],
      ['- null', false],
      ['phase: collect', false],
      ['- ""', false],
    ];
    for (const [list, allowed] of cases)
      t.equal(
        authorise(smallWorkspace(t, { 'orchestration-os/OPS-PREAPPROVAL.md': yaml(list) }), REQUEST)
          .allowed,
        allowed,
        list,
      );
  },
);

t.test('the first that allows it is used; one that stands twice is none', async (t) => {
  const second = smallWorkspace(t, {
    'orchestration-os/OPS-PREAPPROVAL.md': page({ ...GOOD, Status: 'revoked' }, GOOD, GOOD),
  });
  t.match(authorise(second, REQUEST), { allowed: true, pa: 'PA-002' });
  const twice = smallWorkspace(t, {
    'orchestration-os/OPS-PREAPPROVAL.md': page(
      { id: 'PA-001', ...GOOD },
      { id: 'PA-001', ...GOOD },
    ),
  });
  t.equal(authorise(twice, REQUEST).allowed, false);
  t.equal(authorise(smallWorkspace(t, {}), REQUEST).allowed, false, 'no page at all');
});

t.test('uses are numbered on, refusals too', async (t) => {
  const snapshot = smallWorkspace(t, {
    'audit/APPROVAL-CHAIN.md': chain(
      ['PA-001-INV-001', 'PA-001', 'authorised'],
      ['PA-001-INV-007', 'PA-001', 'refused'],
      ['PA-002-INV-009', 'PA-002', 'authorised'],
    ),
  });
  t.equal(nextInvocation(snapshot, 'PA-001'), 'PA-001-INV-008');
  t.equal(nextInvocation(snapshot, 'PA-003'), 'PA-003-INV-001');
  t.equal(usesOf(snapshot, 'PA-001'), 1);
});
