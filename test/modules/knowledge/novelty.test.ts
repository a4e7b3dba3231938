/**
 * What the index tells a pass about its own work: outputs that repeat the workspace, and lessons
 * that are known in other words.
 */
import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import t from 'tap';
import { sha256 } from '../../../src/kernel/hash.js';
import { answerIndex } from '../../../src/modules/knowledge/operations/answer-index.js';
import { answerSearch } from '../../../src/modules/knowledge/operations/answer-search.js';
import { modelDirectory } from '../../../src/modules/knowledge/embedders/model-directory.js';
import { module } from '../../../src/modules/knowledge/module.js';
import { indexPath, releaseIndexes } from '../../../src/modules/knowledge/operations/open-index.js';
import { beginPass, endPass } from '../../../src/passes/host/host-driver.js';
import type { PassModule } from '../../../src/passes/module.js';
import type { PassReport } from '../../../src/passes/pass-facts.js';
import { fieldText } from '../../../src/project/field-text.js';
import {
  environment,
  type Place,
  placeWithProject,
  restsAfter,
} from '../../passes/pass-workspace.js';
import { makeTinyOnnx } from '../../support/make-tiny-onnx.js';
import { twoProjects } from '../../support/two-projects.js';

t.setTimeout(240_000);
t.afterEach(() => releaseIndexes());

const LICENCES =
  'Every package names its licence in a file of its own, and most of them name it in their description as well. Where the two disagree the file counts, since a lawyer would read that one first. Copyleft ones need a second look by the owner before anything is shipped with them.\n';
const BACKUPS =
  'The archive is copied to the second disk each night while nobody works, and once a month one folder of it is restored to see that it can be. A copy that was never restored is a hope. The disk in the cellar is changed for the one in the bank at the end of every quarter.\n';
const CRATES =
  'Twelve crates arrived at the harbour with the morning tide, four of them wet. The insurer wants photographs of each side, a list of what was inside and the name of whoever signed. Until then the rest stays under the roof of the old customs house, guarded by its cat.\n';
const NOTES = {
  'notes/licences.md': `# Licences\n\n## Checking\n\n${LICENCES}`,
  'notes/backup.md': `# Backups\n\n${BACKUPS}`,
};
/** Also a pass that repeats what is there is followed by the next one. */
const PATIENT = { 'USER.md': restsAfter(99) };
const PAGE = 'PROJECTS/pages/outputs/page.md';
const NEVER = '- file_exists: never.md';
const NOVEL = 'ADEQUATE: there are no criteria that could prove it';

type Work = {
  readonly modules?: readonly PassModule[];
  readonly lessons?: string;
  readonly project?: string;
  readonly meanwhile?: () => unknown;
};

/** A pass whose agent leaves these files; `graded`: what T5 says of it, `learned`: what T7 says. */
async function passWriting(
  place: Place,
  files: Readonly<Record<string, string>>,
  { modules = [module], lessons = '', project, meanwhile }: Work = {},
): Promise<{
  readonly report: PassReport;
  readonly graded: string;
  readonly learned: string;
  readonly rows: readonly string[];
}> {
  const env = environment(place, { modules });
  const begun = await beginPass(env, {
    role: 'worker',
    ...(project === undefined ? {} : { project }),
  });
  if (begun.kind !== 'brief') throw new Error(begun.report.outcome);
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(place.root, path)), { recursive: true });
    writeFileSync(join(place.root, path), content);
  }
  await meanwhile?.();
  const said = `\`\`\`nocturne-report\nsummary: one page written\noutputs: [outputs/page.md]\nanswers: { non_obvious: true, durable: true, compounding: true }\n${lessons}\`\`\`\n`;
  const report = await endPass(env, {
    token: begun.data.token,
    report: said,
    usage: { tokensIn: undefined, tokensOut: undefined, cost: undefined },
    model: '',
  });
  const audit = place.workspace
    .snapshot()
    .records('AUDIT')
    .filter((row) => fieldText(row, 'run_id') === begun.data.runId);
  const detail = (type: string): string =>
    audit
      .filter((row) => fieldText(row, 'type') === type)
      .map((row) => fieldText(row, 'detail'))
      .join('; ');
  return {
    report,
    graded: detail('validate'),
    learned: detail('learn'),
    rows: audit.map((row) =>
      ['step', 'type', 'target', 'result', 'detail']
        .map((field) => fieldText(row, field))
        .join(' '),
    ),
  };
}

const index = (place: Place, embedder = 'none'): Promise<unknown> =>
  answerIndex(
    { workspace: place.workspace, env: {}, progress: () => undefined },
    { embedder },
  ).then(() => releaseIndexes());
const indexed = async (
  directory: string,
  files: Readonly<Record<string, string>> = NOTES,
): Promise<Place> => {
  const place = placeWithProject(directory, '', { files: { ...PATIENT, ...files }, stop: NEVER });
  await index(place);
  return place;
};

t.test(
  'a copy of a file of another folder is weak, and the grade names what it repeats',
  async (t) => {
    const place = await indexed(t.testdir());
    const { graded, report } = await passWriting(place, { [PAGE]: `# My page\n\n${LICENCES}` });
    t.equal(
      graded,
      `WEAK: every output is nearly the same as an earlier one: ${PAGE} repeats notes/licences.md:3`,
    );
    t.equal(report.data?.quality, 'WEAK');
    t.match(report.data?.notes.join('\n'), /repeats notes\/licences\.md:3/);
  },
);

t.test(
  'so is what was pasted together from several files; one new output among them is not taken down',
  async (t) => {
    const place = await indexed(t.testdir());
    t.match(
      (await passWriting(place, { [PAGE]: `# Rules\n\n${BACKUPS}\n${LICENCES}` })).graded,
      /^WEAK: .* repeats notes\/backup\.md:1 and notes\/licences\.md:3$/,
    );
    const { graded } = await passWriting(place, {
      [PAGE]: `# Rules\n\n${CRATES}`,
      'PROJECTS/pages/outputs/copy.md': LICENCES,
    });
    t.match(
      graded,
      /^ADEQUATE: .*1 of 2 outputs are nearly the same as an earlier one: PROJECTS\/pages\/outputs\/copy\.md repeats notes\/licences\.md:3$/,
    );
  },
);

t.test('a section added to a long page is judged by itself, wherever it stands', async (t) => {
  const long = Array.from(
    { length: 170 },
    (_, i) =>
      `## Part ${i}\n\nThe part with the number ${i} of this page says what was seen on day ${i * 3} and by whom.\n`,
  ).join('\n');
  const place = await indexed(t.testdir(), { ...NOTES, [PAGE]: long });
  t.equal((await passWriting(place, { [PAGE]: `${long}\n## Crates\n\n${CRATES}` })).graded, NOVEL);
  t.match(
    (
      await passWriting(place, {
        [PAGE]: `## Licences\n\n${LICENCES}\n${long}\n## Crates\n\n${CRATES}`,
      })
    ).graded,
    /^WEAK: .* repeats notes\/licences\.md:3$/,
    'also when it was taken from elsewhere',
  );
});

t.test(
  'an output that a search put into the index while the pass ran does not repeat itself',
  async (t) => {
    const place = await indexed(t.testdir());
    const caller = { workspace: place.workspace, env: {}, progress: () => undefined };
    const seen = async (): Promise<void> => {
      const { data } = await answerSearch(caller, {
        query: 'crates insurer customs',
        embedder: 'none',
      });
      t.equal((data as { hits: { path: string }[] }).hits[0]?.path, PAGE, 'it is in the index now');
    };
    t.equal(
      (await passWriting(place, { [PAGE]: `# Crates\n\n${CRATES}` }, { meanwhile: seen })).graded,
      NOVEL,
    );
    const two = {
      'PROJECTS/pages/outputs/first.md': BACKUPS.toUpperCase(),
      'PROJECTS/pages/outputs/second.md': `# Second\n\n${BACKUPS.toUpperCase()}`,
    };
    writeFileSync(
      join(place.root, 'PROJECTS/pages/outputs/second.md'),
      '# Second\n\nStill to be written.\n',
    );
    await index(place);
    rmSync(join(place.root, 'notes/backup.md'));
    t.equal(
      (await passWriting(place, two, { meanwhile: seen })).graded,
      `${NOVEL}; 1 of 2 outputs are nearly the same as an earlier one`,
      'nor do two outputs of one pass take each other down',
    );
    t.match(
      (await passWriting(place, { 'PROJECTS/pages/outputs/again.md': `# Again\n\n${CRATES}` }))
        .graded,
      /^WEAK/,
      'the next pass repeats it',
    );
  },
);

t.test(
  'an output of an older pass counts, not only those of the last; what was only moved is not new',
  async (t) => {
    const place = await indexed(t.testdir());
    await passWriting(place, { 'PROJECTS/pages/outputs/one.md': `# One\n\n${CRATES}` });
    await passWriting(place, {
      'PROJECTS/pages/outputs/two.md':
        '# Two\n\nThe second page is about something else, and says in a sentence or two why the first was needed at all.\n',
    });
    t.match(
      (await passWriting(place, { 'PROJECTS/pages/outputs/three.md': `# Three\n\n${CRATES}` }))
        .graded,
      /^WEAK: .* repeats PROJECTS\/pages\/outputs\/one\.md:1$/,
    );
    const move = (): void => {
      renameSync(
        join(place.root, 'PROJECTS/pages/outputs/one.md'),
        join(place.root, 'PROJECTS/pages/outputs/moved.md'),
      );
      rmSync(join(place.root, 'PROJECTS/pages/outputs/three.md'));
    };
    t.match(
      (await passWriting(place, {}, { meanwhile: move })).graded,
      /^WEAK: every output is nearly the same/,
    );
  },
);

t.test(
  'a pass that sees its own project alone is not told of another one’s file, and none of a place for keys',
  async (t) => {
    for (const [capability, expected] of [
      ['project', NOVEL],
      [
        'workspace',
        /1 of 2 outputs .*: PROJECTS\/pages\/outputs\/page\.md repeats PROJECTS\/harbour\/outputs\/crates\.md:1$/,
      ],
    ] as const) {
      const place = twoProjects(t.testdir(), {
        capability,
        files: {
          ...PATIENT,
          'PROJECTS/harbour/outputs/crates.md': `# Crates\n\n${CRATES}`,
          'notes/.docker/disks.md': BACKUPS,
          'PROJECTS/pages/PHASES.md': `# Phases\n\n## write\n\n- **Objective:** Write.\n\n\`\`\`yaml stop_condition\n${NEVER}\n\`\`\`\n`,
        },
      });
      await index(place);
      const { graded } = await passWriting(
        place,
        { [PAGE]: `# Page\n\n${CRATES}`, 'PROJECTS/pages/outputs/disks.md': BACKUPS },
        { project: 'pages' },
      );
      if (typeof expected === 'string') t.equal(graded, expected, capability);
      else t.match(graded, expected, capability);
    }
  },
);

t.test(
  'without an index, without the module, and with one that cannot tell, the grade is what it was',
  async (t) => {
    const place = placeWithProject(t.testdir(), '', {
      files: { ...PATIENT, ...NOTES },
      stop: NEVER,
    });
    const copy = (name: string): Record<string, string> => ({
      [`PROJECTS/pages/outputs/${name}.md`]: `# ${name}\n\n${LICENCES}`,
    });
    t.equal((await passWriting(place, copy('one'))).graded, NOVEL, 'no index');
    await index(place);
    t.match(
      (await passWriting(place, { ...copy('two') }, { modules: [] })).graded,
      /^WEAK: every output is nearly the same as an earlier one$/,
      'without the module, earlier outputs of the project count',
    );
    await passWriting(place, { 'PROJECTS/pages/outputs/other.md': CRATES }, { modules: [] });
    t.match(
      (await passWriting(place, copy('three'), { modules: [] })).graded,
      /^WEAK: every output is nearly the same as an earlier one$/,
      'and not only those of the last pass',
    );
    writeFileSync(indexPath(place.root), 'this is no database, and long enough to be seen as none');
    const { graded, rows } = await passWriting(place, {
      'PROJECTS/pages/outputs/four.md': `# Four\n\n${BACKUPS}`,
    });
    t.equal(graded, NOVEL);
    t.ok(
      rows.some((row) => /^T5 alike knowledge failed .*is not a knowledge index/.test(row)),
      rows.join('\n'),
    );
  },
);

/** Of one meaning in pairs; in other words is with every second word replaced. */
const SYNONYMS = [
  'delete remove',
  'file document',
  'send deliver',
  'report digest',
  'team people',
  'check verify',
  'twice again',
  'before until',
].map((pair) => pair.split(' '));
const words = (count: number, inOtherWords = false): string =>
  `${Array.from({ length: count }, (_, i) => SYNONYMS[Number.parseInt(sha256(`${count} ${i}`).slice(0, 4), 16) % 8]?.[inOtherWords && i % 2 === 1 ? 1 : 0]).join(' ')}\n`;
const KNOWN = 'delete file send report team check twice before';
const REWORDED = 'delete document send digest team verify twice until';

t.test(
  'what was written in other words is a repeat where a sentence model that read it whole says so',
  async (t) => {
    const place = placeWithProject(t.testdir(), '', {
      files: {
        ...PATIENT,
        'notes/short.md': `# Short\n\n${words(60)}`,
        'notes/long.md': `# Long\n\n${words(330)}`,
      },
      stop: NEVER,
    });
    makeTinyOnnx(modelDirectory(place.home), { synonyms: SYNONYMS });
    await index(place);
    const reworded = (count: number): Record<string, string> => ({
      [`PROJECTS/pages/outputs/${count}.md`]: `# Short\n\n${words(count, true)}`,
    });
    t.equal((await passWriting(place, reworded(60))).graded, NOVEL, 'no vectors');
    rmSync(join(place.root, 'PROJECTS/pages/outputs/60.md'));
    await index(place, 'transformers');
    t.match(
      (await passWriting(place, reworded(60))).graded,
      /^WEAK: .* repeats notes\/short\.md:1$/,
    );
    t.equal(
      (await passWriting(place, reworded(330))).graded,
      NOVEL,
      'too long for the model to have read all of it',
    );
  },
);

const RECORDS = [KNOWN, 'cat dog pig hen cow fox bee', 'team people twice again people again'].map(
  (observation, i) =>
    `## L-20261101-00${i + 1} One\n\n- **Date:** 2026-11-01\n- **Kind:** method\n- **Observation:** ${observation}\n- **Evidence:** it was seen\n`,
);
const LESSON = (observation: string): string =>
  `lessons:\n  - { kind: method, observation: "${observation}", evidence: it was seen }\n`;
const FAILURE =
  'failure_modes:\n  - { symptom: "A run started and has no end; the work seems undone, or only one half of it exists.", detection: none, cause: a crash, fix: run it again, prevention: none }\n';

t.test(
  'a lesson that is known in other words is dropped where a sentence model says so, and the record is named',
  async (t) => {
    for (const [embedder, known] of [
      ['transformers', true],
      ['latent', false],
      ['none', false],
    ] as const) {
      const place = placeWithProject(`${t.testdir({ [embedder]: {} })}/${embedder}`, '', {
        stop: NEVER,
        files: {
          ...PATIENT,
          'orchestration-os/AGENTS-LESSONS.md': `# Lessons\n\n${RECORDS.join('\n')}`,
          'notes/animals.md': `# Animals\n\n${'The cat and the dog, a pig, one hen and the cow, a fox, a bee.\n\n'.repeat(9)}`,
        },
      });
      if (embedder === 'transformers')
        makeTinyOnnx(modelDirectory(place.home), { synonyms: SYNONYMS });
      await index(place, embedder);
      const learns = async (said: string): Promise<string> =>
        (await passWriting(place, { [PAGE]: `${said} ${CRATES}` }, { lessons: said })).learned;
      t.equal(
        await learns(LESSON(REWORDED)),
        known ? '1 offered, 0 kept; known: L-20261101-001' : '1 offered, 1 kept',
        embedder,
      );
      writeFileSync(
        join(place.root, 'orchestration-os/AGENTS-LESSONS.md'),
        (place.workspace.snapshot().text('orchestration-os/AGENTS-LESSONS.md') ?? '').replace(
          '# Lessons\n',
          `# Lessons\n${'\nWritten by the owner, above all records.\n'.repeat(20)}`,
        ),
      );
      t.equal(
        await learns(LESSON('bee fox cow hen pig dog cat')),
        known ? '1 offered, 0 kept; known: L-20261101-002' : '1 offered, 1 kept',
        `${embedder}: the same short words in another order`,
      );
      t.equal(
        await learns(LESSON(KNOWN)),
        '1 offered, 0 kept; known: L-20261101-001',
        `${embedder}: in the same words it is known anyway`,
      );
      if (embedder === 'latent')
        t.equal(
          await learns(FAILURE),
          '1 offered, 1 kept',
          'nor is a failure mode dropped because it is about the same',
        );
    }
  },
);
