/** A plain file is read as it is, whether it fits into one chunk or not. */
import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { sha256 } from '../../src/kernel/hash.js';
import { hashOfFile, readPlainFile } from '../../src/workspace/file-content.js';

const MIB = 1024 * 1024;

t.test('a file of any number of chunks is read and hashed as a whole', async (t) => {
  for (const size of [0, 1, MIB - 1, MIB, MIB + 1, 3 * MIB + 7]) {
    const path = join(t.testdir(), 'file.bin');
    const bytes = randomBytes(size);
    writeFileSync(path, bytes);
    t.ok(readPlainFile(path).equals(bytes), `${size} bytes are read`);
    t.equal(hashOfFile(path), sha256(bytes), `${size} bytes are hashed`);
  }
});
