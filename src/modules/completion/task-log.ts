/** Where the ledger stands in the workspace, as REGISTRY.md ships it. */
export const TASK_LOG = 'audit/task-log.jsonl';
