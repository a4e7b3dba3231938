/**
 * Packages, change sets and texts of circles on their way, by the SHA-256 of the text, encrypted
 * for those who may read them. What is for one node has its name at the end, so the same text goes
 * to several one after another. A node of an earlier release gets plain text.
 */
import { sha256 } from '../../../kernel/hash.js';
import type { LiveNode } from '../node/live-node.js';
import { decrypt, encryptFor, type Reader } from '../wire/jwe.js';
import { MeshRefusal } from '../wire/refusal.js';
import { keepObject, keptObject } from './kept-objects.js';
import { LONGEST_PACKAGE } from './pack.js';
import { badObject, getObject, putObject } from './stored-objects.js';

/** In base64 once more, and the keys. */
const LONGEST_OBJECT = Math.ceil((LONGEST_PACKAGE * 4) / 3) + 256 * 1024;

type SendingNode = Pick<LiveNode, 'node' | 'connection' | 'workspace' | 'readerOf'>;
type FetchingNode = Pick<LiveNode, 'node' | 'connection' | 'workspace' | 'readers'>;

/**
 * Keeps it here as well, so that it can be sent again. Returns its SHA-256.
 * @throws MeshRefusal `unknown-node` if that node was never heard; and as the client does.
 */
export async function sendTo(node: SendingNode, to: string, text: string): Promise<string> {
  const name = keepObject(node.workspace.state, text);
  if (to === node.node) return name;
  const reader = node.readerOf(to);
  if (reader === undefined) throw new MeshRefusal('unknown-node', `nothing was heard of ${to}`);
  if (reader === 'older') await putPlain(node, name, text);
  else
    await putObject(node.connection, { name: nameFor(name, to), readers: to }, () =>
      encryptFor(text, [reader]),
    );
  return name;
}

/**
 * For all of them that were heard, and this node. One that is heard later needs it once more.
 * @param options.isLost what is on the server is not it.
 * @returns who can read it.
 */
export async function sendToAll(
  node: SendingNode,
  to: readonly string[],
  { text, isLost = false }: { readonly text: string; readonly isLost?: boolean },
): Promise<readonly string[]> {
  const name = keepObject(node.workspace.state, text);
  const heard = [node.node, ...to].filter((id) => node.readerOf(id) !== undefined);
  const readers = heard.map((id) => node.readerOf(id)).filter(isReader);
  if (readers.length < heard.length) await putPlain(node, name, text, isLost);
  else {
    const named = { name, readers: heard.toSorted().join(' '), isLost };
    await putObject(node.connection, named, () => encryptFor(text, readers));
  }
  return heard;
}

/**
 * Keeps it here as well. Nothing if neither this node nor the server has it.
 * @param options.isForAll it was sent to several nodes.
 * @throws MeshRefusal `bad-object` if the server has another one; and as the client does.
 */
export async function fetchSent(
  node: FetchingNode,
  name: string,
  { isForAll = false }: { readonly isForAll?: boolean } = {},
): Promise<string | undefined> {
  const { state } = node.workspace;
  const kept = keptObject(state, name);
  if (kept !== undefined) return kept;
  const ownName = nameFor(name, node.node);
  const own = isForAll ? undefined : await getObject(node.connection, ownName, LONGEST_OBJECT);
  const found = own ?? (await getObject(node.connection, name, LONGEST_OBJECT));
  if (found === undefined) return undefined;
  const text = sha256(found) === name ? found : await decrypted(found, name, node.readers.own);
  if (sha256(text) !== name) throw badObject(name, 'is another one');
  keepObject(state, text);
  return text;
}

/** Any node may have written it: it is not what its name says. */
async function decrypted(text: string, name: string, reader: Reader): Promise<string> {
  try {
    return await decrypt(text, reader);
  } catch (error) {
    if (error instanceof MeshRefusal) throw badObject(name, `cannot be read: ${error.message}`);
    throw error;
  }
}

async function putPlain(
  { connection }: SendingNode,
  name: string,
  text: string,
  isLost = false,
): Promise<void> {
  await putObject(connection, { name, readers: 'all', isLost }, () => text);
}

function nameFor(name: string, node: string): string {
  return `${name}.${node}`;
}

function isReader(reader: Reader | 'older' | undefined): reader is Reader {
  return typeof reader === 'object';
}
