/** Where the page is on which the owner sees what a step changed. */

/** Relative to the workspace. `run`: the number of the try. */
export function reviewPage(project: string, step: string, run: number): string {
  return `PROJECTS/${project}/reviews/${step.replace(/[^\w.-]+/g, '-')}-${run}.md`;
}
