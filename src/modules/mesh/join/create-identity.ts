/** Makes the keys of a node, when it begins or joins a mesh. */
import { generateKeyPairSync } from 'node:crypto';
import { createUser } from '@nats-io/nkeys';
import { type Identity, keepIdentity } from '../identity.js';

export function createIdentity(state: string, node: string): Identity {
  const { privateKey } = generateKeyPairSync('ed25519');
  const user = createUser();
  return keepIdentity(state, {
    node,
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    seed: new TextDecoder().decode(user.getSeed()),
    login: user.getPublicKey(),
  });
}
