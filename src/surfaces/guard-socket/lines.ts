/** Splits a stream into lines, and ends the connection if a line is too long. */
import type { Socket } from 'node:net';

/** Requests contain the content of files. */
const LONGEST = 32 * 1024 * 1024;

export function onLines(socket: Socket, take: (line: string) => void): void {
  let parts: Buffer[] = [];
  let length = 0;
  socket.on('data', (chunk: Buffer) => {
    let rest = chunk;
    for (let end = rest.indexOf(10); end >= 0; end = rest.indexOf(10)) {
      take(Buffer.concat([...parts, rest.subarray(0, end)]).toString('utf8'));
      rest = rest.subarray(end + 1);
      parts = [];
      length = 0;
    }
    if (rest.length > 0) parts.push(rest);
    length += rest.length;
    if (length > LONGEST) socket.destroy();
  });
}
