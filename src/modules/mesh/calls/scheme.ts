/** How processes of this machine name the mesh to each other. */

/** Of an endpoint in RUNNERS.md: `mesh://NODE`, `mesh://tags:gpu`, `mesh://any`. */
export const SCHEME = 'mesh';
/** Of the socket: calls. Models are below the name of the node. */
export const CALL_PATH = '/call';
