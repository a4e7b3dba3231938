/** One tool call of an agent, as it is kept for `nocturne log`. */
export type CallRecord = {
  readonly name: string;
  readonly verdict: 'allow' | 'deny';
  readonly detail: string;
};
