/**
 * Programs that a test answers itself. What starts them starts a process, as ever; the process is a
 * shell that asks this one, in a tenth of the time that Node needs to start.
 */
import { writeFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import type { Answered, Asked } from './standing-process.js';

type Answer = (asked: Asked) => Answered | Promise<Answered>;

const programs = new Map<string, Answer>();
const server = createServer(listen).unref();
await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
const { port } = server.address() as AddressInfo;

/** Each text and number ends with a zero byte, both ways; a question ends with one more. */
const CLIENT = `
exec 3<> /dev/tcp/127.0.0.1/${port}
{ printf '%s\\0' "$own" "$#" "$@" "$PWD"; env -0; printf '\\0'; } >&3
IFS= read -r -d '' stdout <&3
IFS= read -r -d '' stderr <&3
IFS= read -r -d '' code <&3
printf '%s' "$stderr" >&2
printf '%s' "$stdout"
exit "$code"
`;

/** @param first lines of the shell before the question is asked. */
export function writeAnsweredProgram(path: string, answer: Answer, first = ''): void {
  programs.set(path, answer);
  const own = `'${path.replaceAll("'", String.raw`'\''`)}'`;
  writeFileSync(path, `#!/usr/bin/env bash\n${first}own=${own}${CLIENT}`, { mode: 0o755 });
}

function listen(socket: Socket): void {
  let asked = '';
  socket.setEncoding('utf8').on('data', (text: string) => {
    asked += text;
    if (asked.endsWith('\0\0')) void answerTo(asked.slice(0, -2)).then((said) => socket.end(said));
  });
}

async function answerTo(asked: string): Promise<string> {
  const [path = '', count, ...fields] = asked.split('\0');
  const words = fields.slice(0, Number(count));
  const [cwd = '', ...variables] = fields.slice(Number(count));
  const env = Object.fromEntries(
    variables.map((one) => [one.slice(0, one.indexOf('=')), one.slice(one.indexOf('=') + 1)]),
  );
  const answer = programs.get(path);
  if (answer === undefined) throw new Error(`nobody answers ${path}`);
  const { exit, stdout, stderr } = await answer({ words, env, cwd });
  return `${stdout}\0${stderr}\0${exit}\0`;
}
