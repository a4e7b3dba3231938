/** What `mesh doctor` says about one thing. A failure always has its fix. */

export type CheckName =
  | 'page'
  | 'keys'
  | 'address'
  | 'dns'
  | 'reach'
  | 'version'
  | 'tls'
  | 'login'
  | 'jetstream'
  | 'permissions'
  | 'roster'
  | 'clock'
  | 'nodes'
  | 'server'
  | 'disk';
export type Finding = {
  readonly check: CheckName;
  /** `skipped`: it could not be looked at, because something before it failed. */
  readonly state: 'good' | 'warning' | 'failed' | 'skipped';
  readonly fact: string;
  readonly fix?: string;
};

export function good(check: CheckName, fact: string): Finding {
  return { check, state: 'good', fact };
}

export function failed(check: CheckName, fact: string, fix: string): Finding {
  return { check, state: 'failed', fact, fix };
}

export function warning(check: CheckName, fact: string, fix: string): Finding {
  return { check, state: 'warning', fact, fix };
}

export function skipped(check: CheckName, fact: string): Finding {
  return { check, state: 'skipped', fact };
}
