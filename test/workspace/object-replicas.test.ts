/**
 * The second copy of what a pass may have to give back: put back when it is missing, and whatever
 * is in its place is found out when it is read.
 */
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import t from 'tap';
import { sha256 } from '../../src/kernel/hash.js';
import { getObject, objectPath, putObject } from '../../src/workspace/objects.js';
import {
  keepReplicas,
  repairObjects,
  replicaHashes,
  soundObject,
} from '../../src/workspace/object-replicas.js';

t.test('whatever was done to the store, the content comes back from the second copy', async (t) => {
  const content = 'What stood there.';
  const cases: readonly (readonly [string, (path: string, root: string) => void, number])[] = [
    ['nothing', () => undefined, 0],
    ['the object is gone', (path) => rmSync(path), 1],
    [
      'the whole store is gone',
      (_path, root) => rmSync(join(root, '.nocturne'), { recursive: true }),
      1,
    ],
    ['it is shorter', (path) => writeFileSync(path, 'What'), 1],
    [
      'it is as long and says something else',
      (path) => writeFileSync(path, content.replace('there', 'here!')),
      0,
    ],
    [
      'a folder is in its place',
      (path) => {
        rmSync(path);
        mkdirSync(join(path, 'deeper'), { recursive: true });
      },
      1,
    ],
    [
      'a link is in its place',
      (path) => {
        rmSync(path);
        symlinkSync('/etc/hostname', path);
      },
      1,
    ],
  ];
  for (const [sentence, attack, healed] of cases) {
    const place = { root: join(t.testdir(), 'root'), state: join(t.testdir(), 'state') };
    const hash = putObject(place.root, Buffer.from(content));
    mkdirSync(place.state, { recursive: true });
    keepReplicas(place, [hash]);
    attack(objectPath(place.root, hash), place.root);
    t.equal(repairObjects(place), healed, `${sentence}: what is seen without reading`);
    t.equal(soundObject(place, hash).toString(), content, sentence);
    t.equal(
      getObject(place.root, hash).toString(),
      content,
      `${sentence}: and the store has it again`,
    );
  }
});

t.test('a large content comes back from the copies of its chunks', async (t) => {
  const content = Buffer.concat([Buffer.alloc(2 ** 20, 'a'), Buffer.alloc(2 ** 20, 'b')]);
  const chunk = (root: string): string => objectPath(root, sha256(content.subarray(0, 2 ** 20)));
  const list = (root: string): string => `${objectPath(root, sha256(content))}.chunks`;
  const cases: readonly (readonly [string, (root: string) => void])[] = [
    ['nothing', () => undefined],
    ['a chunk is gone', (root) => rmSync(chunk(root))],
    [
      'a chunk says something else',
      (root) => writeFileSync(chunk(root), Buffer.alloc(2 ** 20, 'x')),
    ],
    ['the list is gone', (root) => rmSync(list(root))],
    ['the list is cut', (root) => writeFileSync(list(root), '2097152\n')],
    ['the store is gone', (root) => rmSync(join(root, '.nocturne'), { recursive: true })],
  ];
  for (const [sentence, attack] of cases) {
    const place = { root: join(t.testdir(), 'root'), state: join(t.testdir(), 'state') };
    const hash = putObject(place.root, content);
    mkdirSync(place.state, { recursive: true });
    keepReplicas(place, [hash]);
    attack(place.root);
    t.ok(soundObject(place, hash).equals(content), sentence);
    t.ok(getObject(place.root, hash).equals(content), `${sentence}: and the store has it again`);
    keepReplicas(place, []);
    t.same(replicaHashes(place.state), [], 'no copy is left when none is wanted');
  }
});

t.test('a second copy that is not what its name says is not believed', async (t) => {
  const place = { root: join(t.testdir(), 'root'), state: join(t.testdir(), 'state') };
  const hash = putObject(place.root, Buffer.from('one'));
  mkdirSync(place.state, { recursive: true });
  keepReplicas(place, [hash]);
  writeFileSync(join(place.state, 'spare-objects', hash), 'two!');
  t.equal(repairObjects(place), 0);
  rmSync(objectPath(place.root, hash));
  t.throws(() => soundObject(place, hash), { code: 'NOT_FOUND' });
  t.throws(() => soundObject(place, '../../etc'), { code: 'NOT_FOUND' });
  mkdirSync(dirname(objectPath(place.root, hash)), { recursive: true });
  writeFileSync(objectPath(place.root, hash), 'six');
  t.throws(() => soundObject(place, hash), { code: 'STORAGE' });
});
