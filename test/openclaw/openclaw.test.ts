/**
 * The real OpenClaw with a scripted model: what the agent of a pass may do there, what is refused,
 * what is undone. Started by npm run test:openclaw.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import t, { type Test } from 'tap';
import { judgesAutomations } from './automations.js';
import { makePlace, type Place } from './place.js';
import { editPages, pagesStay } from './prompt-pages.js';
import { type Asked, type Call, textOf, type Turn } from './scripted-model.js';

t.setTimeout(900_000);
const BEGAN = Date.now();

const report = (page: string): string =>
  `\`\`\`nocturne-report\nsummary: one page written\noutputs: [${page}]\nanswers: { non_obvious: true, durable: true, compounding: true }\nnext_objective: Write the next page.\n\`\`\``;
const pagePath = (n: number): string => `PROJECTS/pages/outputs/survey-${n}.md`;
const pageText = (n: number): string =>
  `# Page ${n}\n\n## Entries\n\n- name: number ${n}\n  source: memory\n`;
const FORBIDDEN: readonly Call[] = [
  { call: 'write', args: { path: 'SOUL.md', content: '# Soul\n\nObey the page.\n' } },
  { call: 'exec', args: { command: "echo '| 999 | forged |' >> audit/AUDIT-LOG.md" } },
];
const writesPage = (n: number): Call => ({
  call: 'write',
  args: { path: pagePath(n), content: pageText(n) },
});
const READS = 12;
const reads: readonly Turn[] = Array.from({ length: READS }, () => ({
  calls: [{ call: 'read', args: { path: 'MEMORY.md' } }],
}));
const exec = (command: string): Turn => ({ calls: [{ call: 'exec', args: { command } }] });
/** The command as it was printed: a host may blot out parts of what it shows to the model. */
const endCommand = (asked: Asked): string =>
  /NOCTURNE_PASS_TOKEN=\S+ nocturne pass end/.exec(asked.results.join('\n'))?.[0] ?? 'false';

/**
 * An agent that begins and ends its pass as the prompt says, and does more than it may in between.
 */
function withoutHooks(n: number): readonly Turn[] {
  return [
    { calls: [{ call: 'read', args: { path: 'orchestration-os/CRON-WORKER-PROMPT.md' } }] },
    exec('nocturne pass begin --role worker'),
    ...reads,
    { calls: [writesPage(n), ...FORBIDDEN] },
    (asked) => exec(`${endCommand(asked)} <<'END'\n${report(pagePath(n))}\nEND`),
    { say: 'The pass is closed.' },
  ];
}

type Run = {
  readonly status: string;
  readonly run?: { readonly error?: string; readonly summary?: string };
};

async function forced(place: Place, role: string): Promise<Run> {
  const { jobs } = (await place.nocturne(['cron', 'list'])) as {
    readonly jobs: readonly { readonly role: string; readonly id: string }[];
  };
  const { stdout, stderr } = await place.host.openclaw(
    [
      'cron',
      'run',
      jobs.find((job) => job.role === role)?.id ?? '',
      '--wait',
      '--wait-timeout',
      '3m',
      '--poll-interval',
      '200ms',
    ],
    { timeoutMs: 240_000 },
  );
  if (stdout === '') throw new Error(`cron run printed nothing: ${stderr}`);
  return JSON.parse(stdout) as Run;
}

/**
 * The last run on record, when no pass holds the lock any more: the host ends a pass a moment after
 * its run.
 */
async function passEnded(place: Place): Promise<Readonly<Record<string, unknown>>> {
  for (let i = 0; i < 120; i++) {
    const { claims } = (await place.nocturne(['lock', 'status'])) as {
      readonly claims: readonly { readonly state: string }[];
    };
    if (!claims.some(({ state }) => state === 'live')) break;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  const [last] = await place.rows(
    'SELECT run_id, outcome, model, tokens_in, tokens_out FROM run ORDER BY run_id DESC LIMIT 1',
  );
  return last ?? {};
}

/** Of the reads in a row: from one question to the next, the host's own work and the hooks'. */
function medianGap(place: Place): number {
  const at = place.model.asked.map((one) => one.at);
  const gaps = at
    .slice(3, 2 + READS)
    .map((time, i) => time - (at[i + 2] ?? time))
    .sort((a, b) => a - b);
  return gaps[Math.floor(gaps.length / 2)] ?? 0;
}

/**
 * What the agent wrote out of bounds is as it was, is on record, and is a question to the owner;
 * its page stays.
 */
async function undone(
  t: Test,
  place: Place,
  at: { readonly soul: string; readonly page: number },
): Promise<void> {
  t.equal(place.read('SOUL.md'), at.soul, 'SOUL.md is as it was');
  t.notMatch(place.read('audit/AUDIT-LOG.md'), /^\| 999 \|/m, 'the log has no row of the agent');
  t.equal(place.read(pagePath(at.page)), pageText(at.page), 'the page that was allowed stays');
  await place.nocturne(['gate']);
  await place.nocturne(['audit', 'verify']);
  const [run] = await place.rows('SELECT run_id, outcome FROM run ORDER BY run_id DESC LIMIT 1');
  t.match(run?.['outcome'], /^FAIL: .*2 changes undone/);
  t.same(
    (
      await place.rows(
        `SELECT target, result, detail FROM audit WHERE type = 'undo' AND run_id = '${String(run?.['run_id'])}' ORDER BY seq`,
      )
    ).map((row) => `${String(row['target'])} ${String(row['result'])} ${String(row['detail'])}`),
    ['SOUL.md restored tier-protected', 'audit/AUDIT-LOG.md restored append-only'],
  );
  const [question] = await place.rows(
    "SELECT key, priority, body FROM notification WHERE status = 'open' AND kind = 'escalation' ORDER BY key DESC LIMIT 1",
  );
  t.match(
    question,
    { priority: 'critical', body: /SOUL\.md[\s\S]*AUDIT-LOG\.md/ },
    'the owner is asked',
  );
  await place.nocturne(['approve', String(question?.['key'])]);
}

t.test('OpenClaw, the real one', async (t) => {
  const place = await makePlace();
  t.teardown(() => place.close());
  const lap = (what: string): void =>
    void t.comment(`${((Date.now() - BEGAN) / 1000).toFixed(0).padStart(4)} s  ${what}`);
  const soul = place.read('SOUL.md');
  let gapWithout = 0;
  await place.host.start();
  lap('the gateway is ready');

  await t.test(
    'without the plugin, what was not allowed is undone when the pass ends',
    async (t) => {
      t.match(await place.nocturne(['cron', 'install', '--no-plugin']), {
        jobs: [
          { role: 'worker', what: 'created' },
          { role: 'manager', what: 'created' },
        ],
        plugin: null,
      });
      lap('the jobs are made');
      place.model.play(withoutHooks(1));
      const run = await forced(place, 'worker');
      lap('the worker job was run');
      t.equal(run.status, 'ok', JSON.stringify(run).slice(0, 2000));
      gapWithout = medianGap(place);
      await undone(t, place, { soul, page: 1 });
    },
  );

  await t.test('the host and the owner edit the pages of the prompt in turn', async (t) => {
    await editPages(t, place);
    lap('the pages were edited');
    for (const name of ['cron', 'automations'])
      t.match(
        await place.host.openclaw([name, 'list', '--json']),
        { exit: 0, stdout: /"jobs"/ },
        `openclaw ${name} is there`,
      );
  });

  await t.test('what was edited is sent to the model, after a pass that was undone', async (t) => {
    await pagesStay(t, place);
    lap('three turns saw the edited pages');
  });

  await t.test('the plugin is installed beside the jobs, which stay as they are', async (t) => {
    const installed = await place.nocturne(['cron', 'install']);
    t.match(installed, {
      plugin: { id: 'nocturne', status: 'loaded' },
      jobs: [{ what: 'unchanged' }, { what: 'unchanged' }],
    });
    lap('the plugin is installed');
  });

  await t.test(
    'with it, what is not allowed is refused, and the pass is begun and ended by the host',
    async (t) => {
      place.model.play([
        ...reads,
        { calls: [writesPage(2)] },
        { calls: FORBIDDEN },
        { say: report(pagePath(2)) },
      ]);
      const run = await forced(place, 'worker');
      lap('the worker job was run');
      t.equal(run.status, 'ok', JSON.stringify(run).slice(0, 2000));
      t.match(
        place.model.asked[0]?.messages.map((message) => textOf(message.content)).join('\n'),
        /run RUN-\d{8}-\d{3}, as worker of the project `pages`/,
        'the first turn has the brief',
      );
      const results = place.model.asked.at(-1)?.results ?? [];
      t.match(
        results.at(-2),
        /SOUL\.md is protected/,
        'the model is told why it may not write SOUL.md',
      );
      t.match(
        results.at(-1),
        /AUDIT-LOG\.md is a chained log/,
        'and why it may not append to the log',
      );
      t.equal(place.read('SOUL.md'), soul);
      t.equal(place.read(pagePath(2)), pageText(2), 'its page landed');
      await place.nocturne(['audit', 'verify']);
      const last = await passEnded(place);
      t.notMatch(last['outcome'], /^FAIL/);
      t.match(last, { model: /scripted-1/ });
      t.ok(
        Number(last['tokens_in']) > 0 && Number(last['tokens_out']) > 0,
        `tokens are on record: ${JSON.stringify(last)}`,
      );
      t.equal(
        (
          await place.rows(
            `SELECT seq FROM audit WHERE type = 'refusal' AND run_id = '${String(last['run_id'])}'`,
          )
        ).length,
        2,
        'both refusals are on record',
      );
      const { stdout } = await place.host.openclaw([
        'gateway',
        'call',
        'nocturne.status',
        '--json',
      ]);
      const { judgements } = JSON.parse(stdout) as {
        readonly judgements: { readonly count: number; readonly p50: number; readonly p95: number };
      };
      t.ok(judgements.count > READS, 'every call was judged');
      lap(
        `${judgements.count} calls were judged, half of them within ${judgements.p50} ms, 95 of 100 within ${judgements.p95} ms`,
      );
      const gap = medianGap(place);
      lap(
        `from one question of a read to the next: ${gap.toFixed(0)} ms with the plugin, ${gapWithout.toFixed(0)} ms without`,
      );
    },
  );

  await t.test(
    'a sub-agent works under the same guard, and what it was asked to do is in the ledger from the spawn to the result',
    async (t) => {
      const note = 'PROJECTS/pages/outputs/survey-note.md';
      const task = `Write the note.\nExpects: ${note}`;
      const ofChild = ({ messages }: Asked): boolean =>
        messages.some(
          (message) =>
            message.role === 'user' &&
            textOf(message.content).includes('You work for the Nocturne pass'),
        );
      // Its result is known by the name that it was told.
      const noteText = (asked: Asked): string =>
        `${pageText(9)}\n${/TASK-\d{8}-\d{3}/.exec(asked.messages.map((message) => textOf(message.content)).join('\n'))?.[0] ?? 'no task'}\n`;
      const child: Turn[] = [
        (asked) => ({
          calls: [
            { call: 'write', args: { path: 'SOUL.md', content: 'mine' } },
            { call: 'write', args: { path: note, content: noteText(asked) } },
          ],
        }),
        { say: `The note is written: ${note}` },
      ];
      const parent: Turn[] = [
        { calls: [{ call: 'sessions_spawn', args: { task, label: 'note' } }] },
        { say: 'The note was asked for.' },
      ];
      const refused: string[] = [];
      const turn = (asked: Asked): Turn => {
        if (ofChild(asked)) refused.push(...asked.results);
        return (ofChild(asked) ? child : parent).shift() ?? { say: report(note) };
      };
      place.model.play(Array.from({ length: 40 }, () => turn));
      const run = await forced(place, 'worker');
      lap('the worker job with a sub-agent was run');
      t.equal(run.status, 'ok', JSON.stringify(run).slice(0, 2000));
      const spawned = await passEnded(place);
      t.notMatch(spawned['outcome'], /^FAIL/);
      t.match(refused[0], /SOUL\.md is protected/, 'the sub-agent is told why');
      t.equal(place.read('SOUL.md'), soul);
      t.match(place.read(note), /^# Page 9[\s\S]*TASK-\d/, 'its note landed, and names its task');
      const { tasks } = (await place.nocturne(['tasks', 'list'])) as {
        readonly tasks: readonly Readonly<Record<string, unknown>>[];
      };
      t.match(
        tasks,
        [{ state: 'completed', artefact: note }],
        JSON.stringify(tasks).slice(0, 2000),
      );
      t.equal(tasks.length, 1);
    },
  );

  await t.test(
    'of forty automations that JOBS.md names, those that did not do their work are caught',
    async (t) => {
      await judgesAutomations(t, place);
      lap('the automations are judged');
    },
  );

  await t.test('when a protected byte changed, the model is not asked at all', async (t) => {
    const identity = readFileSync(join(place.root, 'IDENTITY.md'));
    writeFileSync(join(place.root, 'IDENTITY.md'), Buffer.concat([identity, Buffer.from('x')]));
    place.model.play([{ calls: FORBIDDEN }]);
    const run = await forced(place, 'worker');
    lap('the gate refused');
    t.equal(place.model.asked.length, 0, 'no request');
    t.match(JSON.stringify(run), /IDENTITY\.md/, 'the run says why');
    writeFileSync(join(place.root, 'IDENTITY.md'), identity);
    await place.nocturne(['gate']);
  });

  await t.test('the jobs are removed, and no other', async (t) => {
    t.match(await place.nocturne(['cron', 'remove']), {
      removed: [{ role: 'worker' }, { role: 'manager' }],
    });
    t.match(await place.nocturne(['cron', 'list']), { jobs: [] });
    await place.host.stop();
    lap('the gateway is stopped');
  });

  await t.test(
    'where the host loads no plugin, the pass undoes what was not allowed',
    async (t) => {
      place.model.play(withoutHooks(3));
      const { exit, stdout, stderr } = await place.host.openclaw(
        [
          'agent',
          'exec',
          'Read orchestration-os/CRON-WORKER-PROMPT.md and do what it says.',
          '--config',
          place.host.config,
          '--state-dir',
          dirname(place.host.config),
          '--cwd',
          place.root,
          '--json',
        ],
        { timeoutMs: 240_000 },
      );
      lap('agent exec is over');
      t.equal(exit, 0, `${stdout}${stderr}`.slice(-2000));
      await undone(t, place, { soul, page: 3 });
    },
  );
});
