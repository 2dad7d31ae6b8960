import type { Scenario, ToolName } from './tools/tool.ts';

/** One run of one tool. */
export interface Sample {
  readonly part: 'fleet' | 'far' | 'scale' | 'role';
  readonly tool: ToolName;
  readonly scenario: Scenario;
  readonly hosts: number;
  /** Seconds. */
  readonly wall: number;
  /** Seconds of the controller's processes; those of the hosts are not among them. */
  readonly cpu: number;
  /** Bytes. */
  readonly memory: number;
  readonly logins: number;
  readonly sessions: number;
  /** Resources changed, or that would be, on all hosts. */
  readonly changed: number;
  /** Waits for the host that nothing could overlap, TCP's handshake among them; only where a proxy counted them. */
  readonly roundTrips?: number;
}

/** How long pure planning took. */
export interface PlanSample {
  readonly resources: number;
  readonly seconds: number;
  /** Bytes of the whole process at its peak. */
  readonly memory: number;
}

/** One `up` of the lab. */
export interface LabSample {
  readonly hosts: number;
  /** Seconds. */
  readonly wall: number;
  readonly slowest: string;
  /** Seconds of the slowest host's own work. */
  readonly own: number;
}

export interface Figures {
  readonly date: string;
  readonly command: string;
  readonly quick: boolean;
  readonly machine: {
    readonly cpu: string;
    readonly cores: number;
    readonly memory: number;
    readonly system: string;
  };
  /** Runnable processes beside the benchmark's own, before it began: a busy machine says less. */
  readonly load: number;
  /** How long all took. */
  readonly minutes: number;
  readonly versions: { readonly [tool: string]: string };
  readonly samples: readonly Sample[];
  /** What was left out, and why. */
  readonly left: readonly string[];
  readonly plans: readonly PlanSample[];
  /** Seconds of `lvsform --help` and of `node -e 0`. */
  readonly start?: { readonly help: readonly number[]; readonly node: readonly number[] };
  readonly lab?: { readonly date: string; readonly samples: readonly LabSample[] };
}

/** The middle one; of an even number of values the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  const [low, high] = [sorted[Math.ceil(middle) - 1], sorted[Math.floor(middle)]];
  return low === undefined || high === undefined ? Number.NaN : (low + high) / 2;
}

/** What is asked of the samples: those that have all that is given. */
export type Wanted = Partial<Pick<Sample, 'part' | 'tool' | 'scenario' | 'hosts'>>;

export function samplesOf({ samples }: Pick<Figures, 'samples'>, wanted: Wanted): readonly Sample[] {
  return samples.filter(
    one =>
      (wanted.part === undefined || one.part === wanted.part) &&
      (wanted.tool === undefined || one.tool === wanted.tool) &&
      (wanted.scenario === undefined || one.scenario === wanted.scenario) &&
      (wanted.hosts === undefined || one.hosts === wanted.hosts),
  );
}

/** The median of one figure; undefined where nothing was measured. */
export function figure(
  figures: Figures,
  wanted: Wanted,
  of: 'wall' | 'cpu' | 'memory' | 'roundTrips' | 'sessions',
): number | undefined {
  const values = samplesOf(figures, wanted).flatMap(sample => sample[of] ?? []);
  return values.length === 0 ? undefined : median(values);
}
