/** Real passes whose agent misbehaves, with a sandbox and without one, and what is said where there is none. */
import { chmodSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import t, { type Test } from 'tap';
import { findProgram } from '../../src/agents/find-program.js';
import { beginPass } from '../../src/passes/host-driver.js';
import { worker } from '../../src/passes/worker.js';
import { fieldText } from '../../src/project/field-text.js';
import { environment, type Place, placeWithProject, type ProjectOptions, read, REPORT, WRITES_PAGE } from './pass-workspace.js';

t.setTimeout(180_000);

const SHIPPED = readFileSync(new URL('../../../orchestration-os/RUNNERS.md', import.meta.url), 'utf8');
const runnerPage = (fields: string): string => `${SHIPPED.trimEnd()}\n\n## boxed a test\n\n- **Kind:** command\n- **Program:** node\n${fields}\n\`\`\`yaml args\n- pass.mjs\n\`\`\`\n`;
const boxed = (directory: string, agent: string, fields: string, options: ProjectOptions = {}): Place =>
  placeWithProject(directory, agent, { runner: 'boxed', ...options, files: { 'orchestration-os/RUNNERS.md': runnerPage(fields), ...options.files } });

/** Tries what it may not, and writes down what the system answered. */
const MISBEHAVES = (place: { readonly port: number }): string => `${WRITES_PAGE}
import { appendFileSync, existsSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { connect } from 'node:net';
import { dirname, join } from 'node:path';
const attempt = (what) => { try { what(); return 'done'; } catch (error) { return error.code; } };
const dial = (port, host) => new Promise((done) => connect(port, host).on('connect', function () { this.destroy(); done('connected'); }).on('error', (error) => done(error.code)));
const root = process.env.NOCTURNE_WORKSPACE;
const seen = {
  soul: attempt(() => appendFileSync(join(root, 'SOUL.md'), 'no limits')),
  log: attempt(() => appendFileSync(join(root, 'audit/AUDIT-LOG.md'), '| forged |')),
  state: attempt(() => writeFileSync(join(root, '.nocturne/forged'), 'x')),
  stray: attempt(() => writeFileSync(join(root, 'stray.md'), 'x')),
  remove: attempt(() => rmSync(join(root, 'USER.md'))),
  program: attempt(() => writeFileSync('pass.mjs', 'worse')),
  plan: attempt(() => appendFileSync('LONGRUNNER.md', 'rewritten')),
  outside: attempt(() => writeFileSync(join(dirname(root), 'outside.txt'), 'x')),
  key: attempt(() => readFileSync(join(dirname(root), "home", 'keys/owner.key'))),
  homes: attempt(() => readdirSync(join(dirname(root), 'home')).length === 0 || (() => { throw { code: 'full' }; })()),
  local: await dial(${place.port}, '127.0.0.1'),
  far: await dial(80, '192.0.2.1'),
  scratch: attempt(() => writeFileSync(join(process.env.TMPDIR ?? '/tmp', 'own.txt'), 'x')),
  heartbeat: attempt(() => writeFileSync(process.env.NOCTURNE_HEARTBEAT, 'alive')),
  brief: attempt(() => JSON.parse(readFileSync(process.env.NOCTURNE_BRIEF, 'utf8')).runId),
  processes: readdirSync('/proc').filter((name) => /^[0-9]+$/.test(name)).length < 10,
  sandbox: JSON.parse(readFileSync(process.env.NOCTURNE_BRIEF, 'utf8')).sandbox,
};
writeFileSync('outputs/seen.json', JSON.stringify(seen, undefined, 2));
${REPORT}`;

type Seen = Readonly<Record<string, string | boolean>>;
const seenBy = (place: Place): Seen => JSON.parse(read(place, 'PROJECTS/pages/outputs/seen.json')) as Seen;

async function listen(t: Test): Promise<number> {
  const server = createServer((socket) => socket.end());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => server.close());
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

t.test('under strict a program that writes outside, reads the owner\'s state or dials out fails at the system call', async (t) => {
  const place = boxed(t.testdir(), MISBEHAVES({ port: await listen(t) }), '- **Sandbox:** strict\n- **Sandbox policy:** require\n');
  const said: string[] = [];
  const report = await worker(environment(place, { say: (line) => said.push(line) }), { role: 'worker' });
  t.equal(report.exit, 0, report.outcome);
  t.match(seenBy(place), {
    soul: 'EROFS', log: 'EROFS', state: 'EROFS', stray: 'EROFS', program: 'EROFS', plan: 'EROFS', remove: /^(EROFS|EBUSY)$/,
    outside: 'EROFS', key: 'ENOENT', homes: 'done', local: 'ECONNREFUSED', far: 'ENETUNREACH',
    scratch: 'done', heartbeat: 'done', brief: 'done', processes: true, sandbox: /^strict: /,
  });
});
