/** Which pages `init` and `upgrade` put aside: nobody works with them any more. */

/** Copies, and the owner's earlier orders to agents. Adopted memory is knowledge, so it counts. */
export function isSetAside(path: string): boolean {
  return path.startsWith('backups/') || /^orchestration-os\/ADOPTED-[^/]+$/.test(path);
}
