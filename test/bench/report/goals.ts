import { type Figures, figure, median, type Wanted } from '../figures.ts';
import type { ToolName } from '../tools/tool.ts';

/** What lvsform is held to. */
export interface Goal {
  readonly what: string;
  readonly goal: string;
  /** In words; undefined where it was not measured. */
  readonly measured: string | undefined;
  readonly met: boolean | undefined;
}

/** Every goal with what was measured of it. A time that is missed is a finding, never an error. */
export function goals(figures: Figures): readonly Goal[] {
  const again = (tool: ToolName, hosts: number): Wanted => ({
    part: 'fleet',
    scenario: 'again',
    tool,
    hosts,
  });
  const wall = (wanted: Wanted) => figure(figures, wanted, 'wall');
  const faster = (tool: 'ansible' | 'mitogen' | 'pyinfra') =>
    over(wall(again(tool, 50)), wall(again('lvsform', 50)));
  const scale = (of: 'wall' | 'memory') => {
    const sizes = [
      ...new Set(figures.samples.filter(({ part }) => part === 'scale').map(({ hosts }) => hosts)),
    ];
    const at = (hosts: number) => figure(figures, { part: 'scale', scenario: 'again', hosts }, of);
    return over(at(Math.max(...sizes)), at(Math.min(...sizes)));
  };
  const cpu = over(figure(figures, again('lvsform', 200), 'cpu'), 200);
  const memory = over(figure(figures, again('lvsform', 200), 'memory'), 1e6);
  const first = wall({ ...again('lvsform', 50), scenario: 'first' });
  const plans = figures.plans.filter(({ resources }) => resources === 10_000).map(({ seconds }) => seconds);
  const lab = figures.lab?.samples.map(({ wall, own }) => wall / own) ?? [];
  const start = figures.start && over(median(figures.start.help), median(figures.start.node));
  return [
    atLeast('in-sync re-run, 50 hosts: Ansible’s time over lvsform’s', 150, faster('ansible')),
    atLeast('the same, Mitogen', 50, faster('mitogen')),
    atLeast('the same, pyinfra', 10, faster('pyinfra')),
    atMost(
      'the same, lvsform’s time over that of ssh doing the same reads',
      1.15,
      over(wall(again('lvsform', 50)), wall(again('ssh', 50))),
    ),
    atMost(
      'round trips of an in-sync re-run, TCP’s handshake among them',
      11,
      figure(figures, { part: 'far', tool: 'lvsform', scenario: 'again' }, 'roundTrips'),
      '',
    ),
    atMost('controller’s CPU a host, in-sync re-run, 200 hosts', 5, cpu && cpu * 1000, ' ms'),
    atMost('peak memory of the same', 80, memory, ' MB'),
    atMost('first push over in-sync re-run, 50 hosts', 1.25, over(first, wall(again('lvsform', 50)))),
    atMost('1,000 hosts over 100: time', 11, figures.quick ? undefined : scale('wall')),
    atMost('1,000 hosts over 100: memory', 4, figures.quick ? undefined : scale('memory')),
    atMost('planning 10,000 resources', 1, plans.length > 0 ? median(plans) : undefined, ' s'),
    atMost('`lvsform --help` over `node -e 0`', 1.5, start),
    atMost(
      'full `up` of the seven-host lab over its slowest host’s own work',
      1.3,
      lab.length > 0 ? median(lab) : undefined,
    ),
  ];
}

/** Undefined where one of the two is. */
export function over(one: number | undefined, other: number | undefined): number | undefined {
  return one === undefined || other === undefined ? undefined : one / other;
}

function atLeast(what: string, goal: number, value: number | undefined): Goal {
  return {
    what,
    goal: `at least ${goal} ×`,
    measured: said(value, ' ×'),
    met: value === undefined ? undefined : value >= goal,
  };
}

function atMost(what: string, goal: number, value: number | undefined, unit = ' ×'): Goal {
  return {
    what,
    goal: `at most ${goal}${unit}`,
    measured: said(value, unit),
    met: value === undefined ? undefined : value <= goal,
  };
}

/** Three digits that count, and whole numbers where there are more. */
export function said(value: number | undefined, unit: string): string | undefined {
  if (value === undefined || Number.isNaN(value)) return undefined;
  const digits = value >= 100 || Number.isInteger(value) ? 0 : value >= 10 ? 1 : 2;
  return `${value.toFixed(digits)}${unit}`;
}
