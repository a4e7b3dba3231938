import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { fieldText } from '../../src/project/field-text.js';
import { worker } from '../../src/passes/worker/worker.js';
import { scriptedOpenai, type SeenRequest } from '../support/scripted-openai.js';
import { environment, placeWithProject, read, trail } from './pass-workspace.js';

t.setTimeout(120_000);

const SAID =
  '```nocturne-report\nsummary: the page is written, SOUL.md was refused\noutputs: [outputs/page.md]\nanswers: { non_obvious: true, durable: true, compounding: true }\n```';

t.test(
  'a chat agent reads, searches and writes its output, and is refused SOUL.md with a reason that it can read',
  async (t) => {
    const server = await scriptedOpenai([
      { call: [{ name: 'read', arguments: { path: 'PROJECTS/pages/PHASES.md' } }] },
      { call: [{ name: 'search', arguments: { pattern: 'domain anchor', glob: '*.md' } }] },
      { call: [{ name: 'query', arguments: { sql: 'SELECT slug, status FROM dispatch' } }] },
      {
        call: [
          { name: 'edit', arguments: { path: 'SOUL.md', old_text: '# Soul', new_text: '# Sold' } },
        ],
      },
      { call: [{ name: 'run', arguments: { command: 'rm -rf ../../audit' } }] },
      {
        call: [
          {
            name: 'write',
            arguments: {
              path: 'PROJECTS/pages/outputs/page.md',
              content: '# Page\n\n## Entries\n\n- name: one\n- name: two\n',
            },
          },
        ],
      },
      { say: SAID, usage: { prompt_tokens: 900, completion_tokens: 60 } },
    ]);
    t.teardown(() => server.close());
    const shipped = readFileSync(
      new URL('../../../orchestration-os/RUNNERS.md', import.meta.url),
      'utf8',
    );
    const runners = `${shipped.trimEnd()}\n\n## scripted a test\n\n- **Kind:** chat\n- **Endpoint:** ${server.endpoint}\n- **Api key env:** -\n`;
    const place = placeWithProject(t.testdir(), '', {
      runner: 'scripted',
      files: { 'orchestration-os/RUNNERS.md': runners },
    });
    const soul = read(place, 'SOUL.md');
    const report = await worker(environment(place), { role: 'worker' });
    t.equal(server.requests.length, 7);
    const answers = server.requests.map(lastAnswer);
    t.match(answers[1], /Write the page/, 'it read');
    t.match(answers[2], /SOUL\.md:\d+/, 'it searched');
    t.match(answers[3], /pages/, 'it queried');
    t.match(answers[4], /Refused.*SOUL\.md is protected/s, 'it was told why');
    t.match(answers[5], /Refused/, 'and the command was not run');
    t.match(answers[6], /Wrote/);
    t.equal(read(place, 'SOUL.md'), soul);
    t.ok(existsSync(join(place.root, 'audit/AUDIT-LOG.md')));
    t.equal(report.exit, 0, report.outcome);
    t.same(report.data?.outputs, ['PROJECTS/pages/outputs/page.md']);
    t.equal(report.data?.refused.length, 2);
    const rows = trail(place, report.data?.runId ?? '');
    t.ok(rows.includes('T4 refusal SOUL.md refused'));
    const run = place.workspace.snapshot().record('RUN', report.data?.runId ?? '');
    t.equal(fieldText(run, 'tokens_in'), '1500', 'tokens are summed over the turns');
    t.equal(
      fieldText(place.workspace.snapshot().record('PROJECT', 'pages'), 'phase.status'),
      'complete',
    );
  },
);

function lastAnswer(request: SeenRequest): string {
  const answer = request.body.messages.filter((message) => message.role === 'tool').at(-1)?.content;
  return typeof answer === 'string' ? answer : JSON.stringify(answer ?? '');
}
