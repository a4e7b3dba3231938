/** A credential that an agent says, in whatever place, is written nowhere. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { chatTools } from '../../src/passes/chat-tools.js';
import { beginPass, endPass } from '../../src/passes/host/host-driver.js';
import { worker } from '../../src/passes/worker/worker.js';
import { runTool } from '../../src/tools/run.js';
import { writeTool } from '../../src/tools/write.js';
import { NO_USAGE } from '../../src/agents/types.js';
import { environment, type Place, placeWithProject, WRITES_PAGE } from './pass-workspace.js';

const KEY = `ghp_${'a7Bq9ZtK2mXw4LpR8sVn3CyH6dJf1GeU5oTi'}`;
const REPORT = `summary: one page, with ${KEY}
outputs: [outputs/page.md, "outputs/${KEY}.md"]
answers: { non_obvious: true, durable: true, compounding: true }
next_objective: Log in with ${KEY}.
lessons:
  - { kind: method, observation: "${KEY} works", evidence: "tried ${KEY}" }
failure_modes:
  - { symptom: "${KEY}", detection: "${KEY}", cause: "${KEY}", fix: "${KEY}", prevention: "${KEY}" }
escalation: { priority: high, question: "Is ${KEY} yours?" }`;

/** Files of the workspace and of the owner's state that have the key in them. */
function filesWithKey({ root, home }: Place): readonly string[] {
  return [root, home].flatMap((folder) =>
    readdirSync(folder, { recursive: true })
      .map((name) => join(folder, String(name)))
      .filter(
        (path) =>
          path.includes(KEY) || (statSync(path).isFile() && readFileSync(path).includes(KEY)),
      ),
  );
}

t.test('in a report of a program, on its errors and in its failure', async (t) => {
  for (const ending of ['', 'process.exit(1);']) {
    const report = JSON.stringify(`\`\`\`nocturne-report\n${REPORT}\n\`\`\``);
    const place = placeWithProject(
      t.testdir({}),
      `${WRITES_PAGE}console.error('${KEY}'.slice(0, 9) + '${KEY}'.slice(9)); console.log(${report}); ${ending}`
        .replaceAll(`'${KEY}'`, `['${KEY.slice(0, 7)}', '${KEY.slice(7)}'].join('')`)
        .replaceAll(KEY, `" + ['${KEY.slice(0, 7)}', '${KEY.slice(7)}'].join('') + "`),
    );
    const said: string[] = [];
    const done = await worker(environment(place, { say: (line) => said.push(line) }), {
      role: 'worker',
    });
    t.same(filesWithKey(place), [], done.outcome);
    t.notMatch(`${said.join('\n')}${JSON.stringify(done)}`, KEY);
    t.match(
      readFileSync(join(place.root, 'PROJECTS/pages/LONGRUNNER.md'), 'utf8'),
      ending === '' ? /Log in with \[secret\]/ : /Write the first page/,
    );
  }
});

t.test('in refused calls of tools, and in a report that a host hands over', async (t) => {
  const place = placeWithProject(t.testdir({}), '');
  const env = environment(place);
  const begun = await beginPass(env, { role: 'worker' });
  if (begun.kind !== 'brief') return t.fail(begun.report.outcome);
  const tools = chatTools({ env, pass: begun.data });
  for (const command of [
    `frobnicate ${KEY}`,
    `echo "${KEY}" > SOUL.md`,
    `cat $${KEY}`,
    `git push https://${KEY}@host`,
    `cat '${KEY.slice(0, 9)}''${KEY.slice(9)}'`,
  ])
    await t.rejects(tools.call(runTool, { command }), { code: 'REFUSED' }, command);
  for (const path of [`outputs/${KEY}.md`, `docs/${KEY}`, KEY])
    await t.rejects(tools.call(writeTool, { path, content: `${KEY}\n` }), { code: 'REFUSED' });
  t.same(filesWithKey(place), []);
  await endPass(env, {
    token: begun.data.token,
    report: `${KEY}\n\`\`\`nocturne-report\n${REPORT}\n\`\`\``,
    usage: NO_USAGE,
    model: KEY,
    failed: `it said ${KEY}`,
  });
  t.same(filesWithKey(place), []);
});
