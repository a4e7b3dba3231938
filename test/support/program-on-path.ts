/**
 * A `nocturne` for scripts of a shell: each call is answered through `callProgram`, as the process
 * that stays answers the calls of tests. What is to run on in the background is a process of its own.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { BIN, callProgram } from './standing-process.js';

type TestContext = { teardown(end: () => void): void };

/** The answer ends with the exit code; texts and numbers are followed by a zero byte each way. */
const CLIENT = `
exec 3<> "/dev/tcp/127.0.0.1/$port"
{ printf '%s\\0' "$#" "$@" "$PWD"; env -0; printf '\\0'; } >&3
IFS= read -r -d '' stdout <&3
IFS= read -r -d '' stderr <&3
IFS= read -r -d '' code <&3
printf '%s' "$stderr" >&2
printf '%s' "$stdout"
exit "$code"
`;

/** Makes the folder for it; the calls are answered until the test `t` ends. */
export async function putProgram(folder: string, t: TestContext): Promise<void> {
  const server = createServer(listen);
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  t.teardown(() => server.close());
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  mkdirSync(folder);
  writeFileSync(
    join(folder, 'nocturne'),
    `#!/usr/bin/env bash
case "$* " in
  'serve ' | 'mesh work ') exec "${process.execPath}" "${BIN}" "$@" ;;
esac
port=${address.port}${CLIENT}`,
    { mode: 0o755 },
  );
}

function listen(socket: Socket): void {
  let asked = '';
  socket.setEncoding('utf8').on('data', (text: string) => {
    asked += text;
    if (asked.endsWith('\0\0')) void answer(asked.slice(0, -2)).then((said) => socket.end(said));
  });
}

async function answer(asked: string): Promise<string> {
  const [count, ...fields] = asked.split('\0');
  const words = fields.slice(0, Number(count));
  const [cwd = '', ...variables] = fields.slice(Number(count));
  const env = Object.fromEntries(
    variables.map((one) => [one.slice(0, one.indexOf('=')), one.slice(one.indexOf('=') + 1)]),
  );
  const { exit, stdout, stderr } = await callProgram({ words, env, cwd });
  return `${stdout}\0${stderr}\0${exit}\0`;
}
