/** Why something that came over the mesh is not taken. Branch on `code`; it is also logged. */

export type RefusalCode =
  | 'malformed'
  | 'unknown-node'
  | 'forged'
  | 'not-for-us'
  | 'replayed'
  | 'old-session'
  | 'too-large'
  | 'not-allowed'
  | 'illegal-transition'
  | 'fenced'
  | 'invite-unknown'
  | 'invite-used'
  | 'invite-expired'
  | 'name-taken'
  | 'keys-taken'
  | 'bad-path'
  | 'bad-content'
  | 'bad-mode'
  | 'changed-meanwhile'
  | 'bad-object';

export class MeshRefusal extends Error {
  override readonly name = 'MeshRefusal';
  readonly code: RefusalCode;
  constructor(code: RefusalCode, message: string) {
    super(message);
    this.code = code;
  }
}
