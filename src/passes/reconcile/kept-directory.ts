/** Where the undone versions of a run are kept, relative to the workspace. */
export function keptDirectory(runId: string): string {
  return `.nocturne/kept/${runId}`;
}
