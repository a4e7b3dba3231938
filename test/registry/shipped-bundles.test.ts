/** Every shipped bundle, carried out with every value that its arguments allow. */
import { readFileSync } from 'node:fs';
import t from 'tap';
import type { Value } from '../../src/markdown/types.js';
import type { Bundle, BundleArgument, FieldType, Precondition } from '../../src/registry/types.js';
import { checkField } from '../../src/validate/check-field.js';
import { type BundleArguments, bundleChanges } from '../../src/workspace/bundle.js';
import type { LogRow } from '../../src/workspace/plan.js';
import { previewChanges } from '../../src/workspace/preview.js';
import type { Change, Snapshot } from '../../src/workspace/types.js';
import { baseFiles, snapshotOf, text } from '../validate/base-workspace.js';

const KEY = 'N-20261120-001';
const HASH = 'a'.repeat(64);
const CLAIMED = 'RUN-20261121-009';
const QUESTION = `\n### ${KEY} A question\n\n- **Time:** 2026-11-20T03:00:00Z\n- **Priority:** low\n- **Project:** inventory\n- **Kind:** note\n- **Action needed:** Look.\n- **Status:** open\n- **Answer:** -\n`;
const FRONT = `---\nchannel: chat\nsender: Bo\ntime: 2026-11-20T03:00:00Z\nmention: true\nreceived: 2026-11-20T03:00:00Z\nsha256: ${HASH}\n`;

/** A record of each object that an argument can name. */
const start = snapshotOf(
  new Map([
    ...baseFiles(),
    [
      'LOCK.md',
      text(
        `${readFileSync('LOCK.md', 'utf8')}| ${CLAIMED} | worker | - | 18 | attic | 40112 | 2026-11-21T01:30:00Z | 2026-11-21T04:00:00Z |\n`,
      ),
    ],
    [
      'NOTIFICATIONS.md',
      text(`# Notifications\n\n## Briefing\n\n- **Time:** -\n\n## Inbox\n${QUESTION}`),
    ],
    [
      'PROJECTS/idea/LONGRUNNER-DRAFT.md',
      text(
        '---\nmission: Sort.\nphase:\n  name: sort\n  objective: Sort.\nnext_pass:\n  model_tier: standard\n---\n',
      ),
    ],
    [
      'inbox/SENDERS.md',
      text(
        '# Senders\n\n## Senders\n\n| Id | Channel | Sender | About | Verdict | Question | Decided |\n|---|---|---|---|---|---|---|\n| chat-bo | chat | Bo | sender | asked | - | - |\n',
      ),
    ],
    ['inbox/quarantine/m1.md', text(`${FRONT}unverified: false\n---\nHello.\n`)],
    ['inbox/quarantine/m2.md', text(`${FRONT}unverified: false\n---\nHello.\n`)],
    [
      'inbox/messages/m1.md',
      text(`${FRONT}project: inventory\nengaged: true\nstate: waiting\n---\nHello.\n`),
    ],
    [
      'mesh/outbox/t1.md',
      text('---\ntitle: Draw\nproject: inventory\nwrites: ["outputs/**"]\n---\nDraw the map.\n'),
    ],
    [
      'mesh/mail/m1.md',
      text(
        `---\nmail_id: m1\nbox: out\nnode: desk\nkind: note\nsubject: Hello\ntime: 2026-11-20T03:00:00Z\ndue: 2026-11-21T03:00:00Z\nsha256: ${HASH}\nstate: queued\n---\nHello.\n`,
      ),
    ],
    [
      'mesh/circles/c1.md',
      text(
        '---\nproject: inventory\nstate: complete\nnodes: [desk, box, lab]\ndegraded: false\nsubrounds: 1\nturns: 12\ntime: 2026-11-20T03:00:00Z\n---\nAgreed.\n',
      ),
    ],
  ]),
);

/** Names of records that are not there yet, where the argument's type does not say which are. */
const NEW: Readonly<Record<string, string>> = {
  longrunner: 'PROJECTS/new/LONGRUNNER.md',
  run_id: 'RUN-20261121-001',
  dead_run: 'RUN-20261121-002',
  sha256: HASH,
};
/** Bundles whose token must name a record of one kind, or be free in one. */
const BY_BUNDLE: Readonly<Record<string, BundleArguments>> = {
  claim_project: { run_id: CLAIMED, project: 'inventory' },
  claim_remove: { run_id: CLAIMED },
  approval_request: { id: 'AP-001', payload: HASH },
  approval_record: { id: 'AP-001', payload: HASH },
  failure_mode_add: { id: 'FM-900' },
  lesson_add: { id: 'L-20261121-001' },
  message_deliver: { key: 'm1' },
  message_refuse: { key: 'm1' },
  message_release: { key: 'm2' },
  mesh_task: { key: 't1' },
  mesh_mail_state: { key: 'm1' },
  mesh_circle_deliver: { key: 'c1' },
  pa_invoke: { id: 'PA-001-INV-001' },
  sender_ask: { question: 'N-20261121-001' },
  tool_status_add: { tool: 'jq' },
};

for (const bundle of start.schema.bundles.values()) {
  t.test(`${bundle.name} can be carried out with every value of its arguments`, async (t) => {
    for (const args of argumentSets(bundle)) {
      const before = prepared(bundle, args);
      const { after, rows } = previewChanges(before, bundleChanges(before, bundle.name, args));
      t.same(
        [...wrongFields(after), ...rows.flatMap(wrongCells)],
        wrongFields(before),
        JSON.stringify(args),
      );
    }
  });
}

t.test('the archive takes every notification that there can be', async (t) => {
  const archive = start.schema.bundles.get('notification_archive');
  for (const field of ['kind', 'priority']) {
    const argument = archive?.arguments.find((one) => one.name === field);
    t.same(
      valuesOf(argument?.type),
      valuesOf(start.schema.objects.get('NOTIFICATION')?.fields.get(field)?.type),
      field,
    );
  }
});

/** All optional ones left out; all given; and each value of each enum once. */
function argumentSets(bundle: Bundle): BundleArguments[] {
  const all = argumentsOf(bundle, bundle.arguments);
  const each = bundle.arguments.flatMap((argument) =>
    valuesOf(argument.type).map((value) => ({ ...all, [argument.name]: value })),
  );
  return [
    argumentsOf(
      bundle,
      bundle.arguments.filter((argument) => !argument.optional),
    ),
    all,
    ...each,
  ];
}

function argumentsOf(bundle: Bundle, given: readonly BundleArgument[]): BundleArguments {
  return Object.fromEntries(
    given.map(({ name, type }) => [
      name,
      BY_BUNDLE[bundle.name]?.[name] ?? NEW[name] ?? sample(type),
    ]),
  );
}

function valuesOf(type: FieldType | undefined): readonly string[] {
  return type?.kind === 'enum' ? type.values : [];
}

function sample(type: FieldType): Value {
  switch (type.kind) {
    case 'enum':
      return type.values[0] ?? '';
    case 'ref':
      return start.records(type.object)[0]?.key ?? '';
    case 'list':
      return [sample(type.of)];
    case 'int':
    case 'number':
      return 1;
    case 'bool':
      return true;
    case 'date':
      return '2026-11-21';
    case 'datetime':
      return '2026-11-21T04:00:00Z';
    case 'hash':
      return HASH;
    default:
      return 'sample';
  }
}

/** The workspace in a state in which the bundle may run. */
function prepared(bundle: Bundle, args: BundleArguments): Snapshot {
  const base =
    bundle.name === 'tool_status_add'
      ? previewChanges(start, { changes: [{ kind: 'remove', object: 'TOOL', key: 'jq' }] }).after
      : start;
  const changes = bundle.preconditions.flatMap((precondition) => settled(base, precondition, args));
  return changes.length === 0 ? base : previewChanges(base, { changes }).after;
}

function settled(
  snapshot: Snapshot,
  { subject, test }: Precondition,
  args: BundleArguments,
): Change[] {
  if (subject.kind === 'argument') return [];
  const { key, object } = subject.target;
  const name =
    key?.kind === 'argument' ? String(args[key.name]) : key?.kind === 'literal' ? key.text : '';
  const address = `${object}[${name}].${subject.field}`;
  const found = snapshot.locate(address).cell?.value ?? '';
  switch (test.kind) {
    case 'is':
    case 'in':
      return [{ kind: 'set', address, value: test.values[0] ?? null }];
    case 'is-not':
      return test.values.includes(found)
        ? [
            {
              kind: 'set',
              address,
              value:
                valuesOf(snapshot.schema.objects.get(object)?.fields.get(subject.field)?.type).find(
                  (value) => !test.values.includes(value),
                ) ?? null,
            },
          ]
        : [];
    case 'empty':
      return [{ kind: 'set', address, value: null }];
    case 'not-empty':
      return found === '' ? [{ kind: 'set', address, value: 'something' }] : [];
  }
}

function wrongFields(snapshot: Snapshot): readonly string[] {
  return [...snapshot.schema.objects.values()].flatMap((object) =>
    snapshot.records(object.object).flatMap((record) =>
      [...object.fields.values()].flatMap((spec) =>
        checkField(spec, record.fields.get(spec.name), {
          address: `${object.object}[${record.key}].${spec.name}`,
          range: record.range,
        }).map((one) => one.message),
      ),
    ),
  );
}

/** Of a row that a log would get; the commit fills in what the bundle leaves out. */
function wrongCells({ object, fields }: LogRow): readonly string[] {
  const range = object.range;
  return Object.entries(fields).flatMap(([name, value]) => {
    const spec = object.fields.get(name);
    if (spec === undefined) return [`${object.object} has no field ${name}`];
    return checkField(
      spec,
      { value: value === null ? '' : String(value), raw: '', start: 0, end: 0, range },
      { address: `${object.object}.${name}`, range },
    ).map((one) => one.message);
  });
}
