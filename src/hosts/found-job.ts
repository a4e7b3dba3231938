/** A job that already runs on this machine, as the program that starts it describes it. */

export type FoundJob = {
  /** `cron`, `systemd`, or the name of an installed host. */
  readonly host: string;
  /** Its name or id there; for a line of a crontab, its place. */
  readonly id: string;
  /** Where the owner finds it, such as `/etc/cron.d/backup:4`. */
  readonly place: string;
  /** As its host writes it. */
  readonly schedule: string;
  /** The same in the five fields of cron, where they can say it. */
  readonly cron?: string;
  /** The time zone of `cron`, if not the machine's. */
  readonly zone?: string;
  /** A shell's text, or an agent's task. */
  readonly command: string;
  /** What the command gets on its standard input. */
  readonly input?: string;
  readonly user?: string;
  /** Variables that its host sets. */
  readonly env: Readonly<Record<string, string>>;
  /** Where it starts, if its host says so. */
  readonly directory?: string;
  /** Program and arguments of one run; missing if it cannot be started from here. */
  readonly start?: readonly string[];
};

/** What one place has, or why it could not be read. */
export type FoundPlace = {
  readonly place: string;
  readonly jobs: readonly FoundJob[];
  /** One sentence each: what was not understood, or why nothing was read. */
  readonly remarks: readonly string[];
};
