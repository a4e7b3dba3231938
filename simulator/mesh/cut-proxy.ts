/** A wire between one node and the server that can be cut, held up, or made slow. */
import { createServer, connect, type Server, type Socket } from 'node:net';

/** `cut`: connections break, and new ones are refused. `silent`: nothing arrives, nothing breaks. */
export type WireState = 'whole' | 'cut' | 'silent' | 'slow';
const SLOW_MS = 150;

export class CutProxy {
  readonly #server: Server;
  readonly #to: number;
  readonly #sockets = new Set<Socket>();
  #state: WireState = 'whole';
  /** What came while it was silent, and is on its way. */
  #held: (() => void)[] = [];
  #holdAt: { readonly text: string; times: number; readonly onHeld: () => void } | undefined;

  private constructor(to: number) {
    this.#to = to;
    this.#server = createServer((near) => this.#join(near));
  }

  /** @param to the port of the server on loopback. */
  static async start(to: number): Promise<CutProxy> {
    const proxy = new CutProxy(to);
    await new Promise<void>((done) => proxy.#server.listen(0, '127.0.0.1', done));
    return proxy;
  }

  get port(): number {
    const address = this.#server.address();
    if (typeof address === 'object' && address !== null) return address.port;
    throw new Error('the proxy does not listen');
  }

  become(state: WireState): void {
    this.#state = state;
    for (const socket of this.#sockets) {
      if (state === 'cut') socket.destroy();
      else if (state === 'silent') socket.pause();
      else socket.resume();
    }
    const held = this.#held.splice(0);
    if (state === 'cut') return;
    if (state === 'silent') this.#held = held;
    else for (const write of held) write();
  }

  /** Silent as soon as either end sends this text for so many times: the last of them is held. */
  async silentAt(text: string, times: number): Promise<void> {
    await new Promise<void>((onHeld) => (this.#holdAt = { text, times, onHeld }));
  }

  async close(): Promise<void> {
    this.become('cut');
    await new Promise((done) => this.#server.close(done));
  }

  #join(near: Socket): void {
    if (this.#state === 'cut') return void near.destroy();
    const far = connect(this.#to, '127.0.0.1');
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      this.#sockets.add(from);
      from.on('data', (bytes: Buffer) => this.#pass(bytes, to));
      from.on('error', () => to.destroy());
      from.on('close', () => {
        this.#sockets.delete(from);
        to.destroy();
      });
      if (this.#state === 'silent') from.pause();
    }
  }

  #pass(bytes: Buffer, to: Socket): void {
    const write = (): void => {
      if (!to.destroyed) to.write(bytes);
    };
    if (this.#isSilencedBy(bytes)) this.become('silent');
    // The same pause for all keeps their order.
    if (this.#state === 'slow') setTimeout(write, SLOW_MS);
    else if (this.#state === 'silent') this.#held.push(write);
    else write();
  }

  #isSilencedBy(bytes: Buffer): boolean {
    const awaited = this.#holdAt;
    if (awaited === undefined) return false;
    awaited.times -= bytes.toString('latin1').split(awaited.text).length - 1;
    if (awaited.times > 0) return false;
    this.#holdAt = undefined;
    awaited.onHeld();
    return true;
  }
}
