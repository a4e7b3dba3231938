/** The server's side of a WebSocket (RFC 6455): short texts, pings, and the end. */
import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';

export type Socket = { send(text: string): void; close(): void };

const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';
const [TEXT, CLOSE, PING, PONG] = [0x1, 0x8, 0x9, 0xa];

export function acceptSocket(
  request: IncomingMessage,
  raw: Duplex,
  on: { readonly text: (text: string) => void; readonly closed: () => void },
): Socket {
  const key = request.headers['sec-websocket-key'] ?? '';
  const accept = createHash('sha1').update(`${key}${GUID}`).digest('base64');
  raw.write(
    `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
  );
  let left = Buffer.alloc(0);
  raw.on('data', (chunk: Buffer) => {
    left = Buffer.concat([left, chunk]);
    for (let frame = frameIn(left); frame !== undefined; frame = frameIn(left)) {
      left = left.subarray(frame.bytes);
      if (frame.kind === TEXT) on.text(frame.payload.toString('utf8'));
      if (frame.kind === PING) raw.write(frameOf(PONG, frame.payload));
      if (frame.kind === CLOSE) raw.end(frameOf(CLOSE, frame.payload));
    }
  });
  raw.on('close', on.closed);
  raw.on('error', on.closed);
  return {
    send: (text) => void raw.write(frameOf(TEXT, Buffer.from(text))),
    close: () => void raw.destroy(),
  };
}

/** Frames of clients are masked, and ours are shorter than 64 KiB. */
function frameIn(
  data: Buffer,
): { readonly kind: number; readonly payload: Buffer; readonly bytes: number } | undefined {
  if (data.length < 2) return undefined;
  const short = data.readUInt8(1) & 0x7f;
  const head = short === 126 ? 4 : 2;
  if (data.length < head + 4) return undefined;
  const length = short === 126 ? data.readUInt16BE(2) : short;
  const bytes = head + 4 + length;
  if (data.length < bytes) return undefined;
  const mask = data.subarray(head, head + 4);
  const payload = Buffer.from(data.subarray(head + 4, bytes));
  for (const [i, byte] of payload.entries()) payload[i] = byte ^ (mask[i % 4] ?? 0);
  return { kind: data.readUInt8(0) & 0x0f, payload, bytes };
}

function frameOf(kind: number, payload: Buffer): Buffer {
  const { length } = payload;
  const head = length < 126 ? Buffer.from([0x80 | kind, length]) : Buffer.alloc(4);
  if (length >= 126) {
    head.writeUInt8(0x80 | kind, 0);
    head.writeUInt8(126, 1);
    head.writeUInt16BE(length, 2);
  }
  return Buffer.concat([head, payload]);
}
