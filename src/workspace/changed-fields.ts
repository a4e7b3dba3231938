/** The fields that a change set changed, for the change log. */
import { stamp } from '../kernel/clock.js';
import { diffFields } from './field-diff.js';
import { MOST_READ } from './file-content.js';
import { getObject, putFile, putObject } from './objects.js';
import type { Draft } from './plan.js';
import { within } from './root-descriptor.js';
import type { FieldChange, Snapshot, StoredContent } from './types.js';

/** LOCK.md only shows the pass lock: eight rows for each pass would bury the others. */
export const SHOWN_ONLY: ReadonlySet<string> = new Set(['WRITER', 'CLAIM']);
/** Longer values are in the object store, and the change log has their hash. */
export const INLINE_VALUE = 400;

/** The changes of one part, compared with the draft after the parts before it. */
export function changedFields(
  root: string,
  context: { snapshot: Snapshot; draft: Draft; before: Draft['files'] },
): FieldChange[] {
  const { snapshot, draft, before } = context;
  const earlier = (path: string): Buffer | undefined =>
    before.has(path) ? bufferOf(before.get(path)) : snapshot.bytes(path);
  const ofFile = (file: FileVersions): FieldChange[] => fieldsOfFile(root, context, file);
  // Contents of one file at a time: a pass may have changed thousands.
  const drafted = [...draft.files]
    .filter(([path, content]) => !before.has(path) || before.get(path) !== content)
    .flatMap(([path, content]) =>
      ofFile({
        path,
        before: stored(root, earlier(path)),
        after: stored(root, bufferOf(content)),
      }),
    );
  const adopted = [...draft.adopted].flatMap(([path, previous]) =>
    ofFile({ path, before: previous, after: storedNow(snapshot, path) }),
  );
  return [...drafted, ...adopted];
}

function bufferOf(content: string | Buffer | undefined): Buffer | undefined {
  return content === undefined ? undefined : Buffer.from(content);
}

/** Stores the bytes when their hash is asked for, which the change log then names. */
function stored(root: string, bytes: Buffer | undefined): StoredContent | undefined {
  if (bytes === undefined) return undefined;
  return {
    get hash() {
      return putObject(root, bytes);
    },
    bytes: () => bytes,
  };
}

/** A large file is stored in chunks. */
function storedNow(snapshot: Snapshot, path: string): StoredContent | undefined {
  const { root } = snapshot;
  const size = snapshot.files.get(path)?.size ?? 0;
  if (size <= MOST_READ || snapshot.objectsOf(path).length > 0)
    return stored(root, snapshot.bytes(path));
  const hash = putFile(root, within(root, path));
  return { hash, bytes: () => getObject(root, hash) };
}

type FileVersions = {
  readonly path: string;
  readonly before: StoredContent | undefined;
  readonly after: StoredContent | undefined;
};

/**
 * Field by field where the file holds objects (LOCK.md, which only shows the lock, is left
 * out); else its whole content, kept by hash.
 */
function fieldsOfFile(
  root: string,
  context: { snapshot: Snapshot; draft: Draft },
  file: FileVersions,
): FieldChange[] {
  const now = stamp(context.snapshot.now);
  const objects = context.snapshot.objectsOf(file.path);
  if (objects.length > 0) {
    const typed = objects.filter((object) => !SHOWN_ONLY.has(object.object));
    return diffFields(typed, file.path, {
      before: file.before?.bytes().toString('utf8'),
      after: file.after?.bytes().toString('utf8'),
    }).map((difference) => {
      const valid =
        context.draft.valid.get(`${difference.file}\0${difference.key}\0${difference.field}`) ??
        now;
      return {
        address: difference.address,
        old: inline(root, difference.old ?? ''),
        new: inline(root, difference.new ?? ''),
        valid,
      };
    });
  }
  const [old, after] = [file.before, file.after].map((content) =>
    content === undefined ? '' : `sha256:${content.hash}`,
  );
  return old === after
    ? []
    : [{ address: file.path, old: old ?? '', new: after ?? '', valid: now }];
}

function inline(root: string, value: string): string {
  return value.length <= INLINE_VALUE
    ? value
    : `sha256:${putObject(root, Buffer.from(value, 'utf8'))}`;
}
