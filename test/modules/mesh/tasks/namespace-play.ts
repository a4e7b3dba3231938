/** A worker in a network namespace of its own; its link is down for a while. Run by `unshare -rn`. */
import { execFileSync, spawn } from 'node:child_process';
import { readlinkSync } from 'node:fs';
import t from 'tap';
import { meshOf } from '../mesh-place.js';
import { until } from '../until.js';
import { isCutOff } from './cut-off.js';
import { startChild } from './task-place.js';

t.setTimeout(300_000);

t.test('what a worker does while its link is down is not taken', async (t) => {
  const other = spawn('unshare', ['-n', 'sleep', '600'], { stdio: 'ignore' });
  t.teardown(() => other.kill('SIGKILL'));
  const namespaceOf = (pid: number | string | undefined): string =>
    readlinkSync(`/proc/${pid}/ns/net`);
  await until(
    () => namespaceOf(other.pid),
    (namespace) => namespace !== namespaceOf('self'),
  );
  const inside = ['nsenter', '-t', String(other.pid), '-n'];
  for (const within of [[], inside]) run('ip link set lo up', within);
  run(`ip link add near type veth peer name far netns ${other.pid}`);
  run('ip addr add 10.213.0.1/24 dev near');
  run('ip link set near up');
  run('ip addr add 10.213.0.2/24 dev far', inside);
  run('ip link set far up', inside);
  const three = [{ id: 'lead' }, { id: 'first' }, { id: 'second' }];
  const mesh = await meshOf(t, three, { listen: '0.0.0.0' });
  const [program = '', ...words] = [...inside, process.execPath, '-e', relay(mesh.url)];
  const relaying = spawn(program, words, { stdio: 'inherit' });
  t.teardown(() => relaying.kill('SIGKILL'));
  await isCutOff(t, {
    mesh,
    startFirst: (first) => void startChild(t, mesh, first, inside),
    cut: () => run('ip link set near down'),
    heal: () => run('ip link set near up'),
  });
});

/** Nocturne connects to this machine only without TLS, and the server is on another one there. */
function relay(url: string): string {
  const { port } = new URL(url);
  return `const { connect, createServer } = require('node:net');
createServer((near) => {
  const far = connect(${port}, '10.213.0.1');
  near.on('error', () => far.destroy()).on('close', () => far.destroy()).pipe(far);
  far.on('error', () => near.destroy()).on('close', () => near.destroy()).pipe(near);
}).listen(${port}, '127.0.0.1');`;
}

function run(line: string, within: readonly string[] = []): void {
  const [program = '', ...words] = [...within, ...line.split(' ')];
  execFileSync(program, words, { stdio: 'pipe' });
}
