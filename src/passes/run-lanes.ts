/** Lanes of passes at once: which lane starts another pass, waits for the others, or ends. */

/** What a pass of a lane did. `stop`: no lane may start another one. */
export type LaneResult = 'worked' | 'nothing' | 'stop';

export type LaneMoment = {
  readonly isOver: boolean;
  /** Passes that worked, or are at work, of at most so many. */
  readonly started: number;
  readonly most: number;
  /** Passes at work in other lanes. */
  readonly working: number;
  /** Whether a pass has ended since this lane last found nothing to do. */
  readonly hasNews: boolean;
};

/** A lane without work waits while others work: what they finish may give it some. */
export function nextMove(moment: LaneMoment): 'start' | 'wait' | 'end' {
  const { isOver, started, most, working, hasNews } = moment;
  if (isOver) return 'end';
  if (started < most && hasNews) return 'start';
  return working > 0 ? 'wait' : 'end';
}

type Lanes = {
  readonly lanes: number;
  /** Passes that find nothing to do are not counted. */
  readonly most: number;
  readonly mayStart: () => boolean;
  readonly work: (lane: number) => Promise<LaneResult>;
};

/** Ends when every lane has ended. @throws the first error of a pass, which ends all lanes. */
export async function runLanes({ lanes, most, mayStart, work }: Lanes): Promise<void> {
  const failures: unknown[] = [];
  let waiting: (() => void)[] = [];
  let [started, working, endings, isOver] = [0, 0, 0, false];
  const pass = async (lane: number): Promise<LaneResult> => {
    try {
      return await work(lane);
    } catch (error) {
      failures.push(error);
      return 'stop';
    }
  };
  const runLane = async (lane: number): Promise<void> => {
    let emptyAt = -1;
    for (;;) {
      const hasNews = emptyAt < endings;
      const move = nextMove({ isOver: isOver || !mayStart(), started, most, working, hasNews });
      if (move === 'end') return;
      if (move === 'wait') {
        await new Promise<void>((resolve) => waiting.push(resolve));
        continue;
      }
      const before = endings;
      started++;
      working++;
      const result = await pass(lane);
      working--;
      if (result === 'nothing') {
        started--;
        emptyAt = before;
      } else endings++;
      isOver ||= result === 'stop';
      const woken = waiting;
      waiting = [];
      for (const wake of woken) wake();
    }
  };
  await Promise.all(Array.from({ length: lanes }, (_, lane) => runLane(lane)));
  if (failures.length > 0) throw failures[0];
}
