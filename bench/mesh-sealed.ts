/**
 * What encryption costs for one task: its package for eight nodes, of which one reads it, and its
 * change set for its owner.
 */
import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { createIdentity } from '../src/modules/mesh/join/create-identity.js';
import { decrypt, encryptFor, type Reader } from '../src/modules/mesh/wire/jwe.js';
import { publicKeyOf, readSigned, signValue } from '../src/modules/mesh/wire/jws.js';
import { ms, type Result } from './result.js';

const NODES = 8;
const TASKS = 100;
const PACKAGE = 'A page of text. '.repeat(6_000);
const CHANGE_SET = 'A page of text. '.repeat(600);

/** @param state of a node that is only for this. */
export async function sealedTask(state: string): Promise<Result> {
  const identity = createIdentity(state, 'sender');
  const key = publicKeyOf(identity.publicKey);
  const owners = Array.from({ length: NODES }, (_, i) => readerOf(`worker-${i}`));
  const [first] = owners;
  if (first === undefined) throw new Error('no reader');
  const readers = owners.map(({ node, key: own }) => ({ node, key: createPublicKey(own) }));
  const sealed = await processorMs(async () => {
    await decrypt(await encryptFor(PACKAGE, readers), first);
    await decrypt(await encryptFor(CHANGE_SET, readers.slice(0, 1)), first);
  });
  const signed = await processorMs(async () => {
    for (const text of [PACKAGE, CHANGE_SET])
      readSigned('package', signValue('package', identity, text), () => key);
  });
  return {
    name: `encryption of one task, ${NODES} nodes`,
    figure: ms(sealed),
    against: `its signatures, ${ms(signed)}`,
    ratio: '-',
    limit: '-',
    met: undefined,
  };
}

function readerOf(node: string): Reader {
  return { node, key: generateKeyPairSync('x25519').privateKey };
}

/** Of one, after a warm-up; also that of the threads in which `jose` works. */
async function processorMs(act: () => Promise<void>): Promise<number> {
  for (let i = 0; i < TASKS / 5; i++) await act();
  const before = process.cpuUsage();
  for (let i = 0; i < TASKS; i++) await act();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000 / TASKS;
}
