/** Pages name the outputs of a pass up to a number; the run's record has them all. */

/** A page of a project is read by its owner, and front matter has a largest size. */
const MOST = 200;

/** The first ones by name. */
export function listedOutputs(outputs: readonly string[]): readonly string[] {
  return outputs.slice(0, MOST);
}

/** Empty if all are listed. */
export function omittedOutputs(outputs: readonly string[], runId: string): string {
  return outputs.length <= MOST
    ? ''
    : `${MOST} of ${outputs.length} outputs are listed; nocturne log ${runId} has the others`;
}
