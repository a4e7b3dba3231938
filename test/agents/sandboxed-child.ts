/**
 * A nocturne with a program in a sandbox, to be killed by a test. Arguments: workspace, its home,
 * bwrap.
 */
import { commandRunner } from '../../src/agents/command-runner.js';
import { bubblewrap } from '../../src/agents/sandbox.js';
import { commandSpec, sampleInput } from './sample-run.js';

const [workspace = '', home = '', bwrap = '', word = ''] = process.argv.slice(2);
const sandbox = bubblewrap(
  { kind: 'on', mode: 'strict', network: false, read: [], bwrap },
  { workspace, nocturneHome: `${home}/.nocturne`, home, writable: [], readOnly: [] },
);
const script = `setsid env -i bash -c 'exec -a ${word} sleep 300' & exec -a ${word} sleep 300`;
const input = sampleInput({
  spec: { ...commandSpec(), program: 'bash', args: ['-c', script] },
  cwd: workspace,
  on: (event) => event.kind === 'started' && process.stdout.write('started\n'),
});
void commandRunner({ host: { PATH: process.env['PATH'], HOME: home } }).run({ ...input, sandbox });
