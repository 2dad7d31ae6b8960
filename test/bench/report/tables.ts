import { type Figures, figure, samplesOf } from '../figures.ts';
import { type Scenario, scenarios, type ToolName } from '../tools/tool.ts';
import { goals, over, said } from './goals.ts';

/** A table in Markdown; numbers stand on the right. */
export interface Table {
  readonly title: string;
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

const toolNames: readonly ToolName[] = ['ssh', 'lvsform', 'pyinfra', 'mitogen', 'ansible'];

export const words: Readonly<Record<Scenario, string>> = {
  first: 'first run',
  again: 're-run, in sync',
  drift: 're-run, one file drifted',
  dry: 'dry run, one file drifted',
};

/** All that the figures say, table by table. */
export function tables(figures: Figures): readonly Table[] {
  return [
    held(figures),
    byHosts(figures),
    ...sizesOf(figures, 'fleet').map(size => byScenario(figures, size)),
    controller(figures),
    far(figures),
    others(figures),
  ].filter(({ rows }) => rows.length > 0);
}

export function titleOf({ versions }: Figures, tool: ToolName): string {
  return versions[tool] ?? tool;
}

export function sizesOf(figures: Figures, part: 'fleet' | 'scale' | 'role'): readonly number[] {
  return [...new Set(samplesOf(figures, { part }).map(({ hosts }) => hosts))].toSorted((a, b) => a - b);
}

export function toolsOf(figures: Figures, part: 'fleet' | 'far'): readonly ToolName[] {
  return toolNames.filter(tool => samplesOf(figures, { part, tool }).length > 0);
}

function held(figures: Figures): Table {
  return {
    title: 'What lvsform is held to',
    head: ['figure', 'goal', 'measured', ''],
    rows: goals(figures).map(({ what, goal, measured, met }) => [
      what,
      goal,
      measured ?? 'not measured',
      met === undefined ? '' : met ? 'met' : 'missed',
    ]),
  };
}

function byHosts(figures: Figures): Table {
  const sizes = sizesOf(figures, 'fleet');
  const wall = (tool: ToolName, hosts: number) =>
    figure(figures, { part: 'fleet', scenario: 'again', tool, hosts }, 'wall');
  return {
    title: 'Re-run with nothing to change, seconds (and times the time of ssh)',
    head: ['tool', ...sizes.map(size => `${size} ${size === 1 ? 'host' : 'hosts'}`)],
    rows: toolsOf(figures, 'fleet').map(tool => [
      titleOf(figures, tool),
      ...sizes.map(size => {
        const times = said(over(wall(tool, size), wall('ssh', size)), ' ×');
        return `${said(wall(tool, size), '') ?? '–'}${tool === 'ssh' || times === undefined ? '' : ` (${times})`}`;
      }),
    ]),
  };
}

function byScenario(figures: Figures, hosts: number): Table {
  const cell = (tool: ToolName, scenario: Scenario) => {
    const wanted = { part: 'fleet', tool, scenario, hosts } as const;
    const runs = samplesOf(figures, wanted).length;
    return runs === 0 ? '–' : `${said(figure(figures, wanted, 'wall'), '')} (${runs})`;
  };
  return {
    title: `${hosts} ${hosts === 1 ? 'host' : 'hosts'}, seconds (and number of runs)`,
    head: ['tool', ...scenarios.map(scenario => words[scenario])],
    rows: toolsOf(figures, 'fleet')
      .filter(tool => samplesOf(figures, { part: 'fleet', tool, hosts }).length > 0)
      .map(tool => [titleOf(figures, tool), ...scenarios.map(scenario => cell(tool, scenario))]),
  };
}

function controller(figures: Figures): Table {
  const rows = sizesOf(figures, 'fleet').flatMap(hosts =>
    toolsOf(figures, 'fleet').flatMap(tool => {
      const wanted = { part: 'fleet', tool, scenario: 'again', hosts } as const;
      const cpu = figure(figures, wanted, 'cpu');
      const memory = figure(figures, wanted, 'memory');
      const sessions = figure(figures, wanted, 'sessions');
      if (cpu === undefined) return [];
      return [
        [
          `${hosts}`,
          titleOf(figures, tool),
          said(cpu, ' s') ?? '',
          said((cpu / hosts) * 1000, ' ms') ?? '',
          said(memory && Math.round(memory / 1e6), ' MB') ?? '',
          said(sessions && sessions / hosts, '') ?? '',
        ],
      ];
    }),
  );
  return {
    title: 'What a re-run with nothing to change costs the controller',
    head: ['hosts', 'tool', 'CPU', 'CPU a host', 'peak memory', 'SSH sessions a host'],
    rows,
  };
}

function far(figures: Figures): Table {
  return {
    title: 'One host behind a round trip of 50 ms',
    head: ['tool', words.first, words.again, 'round trips of the re-run'],
    rows: toolsOf(figures, 'far').map(tool => {
      const wall = (scenario: Scenario) =>
        said(figure(figures, { part: 'far', tool, scenario }, 'wall'), ' s') ?? '–';
      const trips = figure(figures, { part: 'far', tool, scenario: 'again' }, 'roundTrips');
      return [titleOf(figures, tool), wall('first'), wall('again'), said(trips, '') ?? '–'];
    }),
  };
}

function others(figures: Figures): Table {
  const rows: string[][] = [];
  for (const part of ['role', 'scale'] as const) {
    for (const hosts of sizesOf(figures, part)) {
      for (const scenario of ['first', 'again'] as const) {
        const wanted = { part, scenario, hosts };
        const wall = said(figure(figures, wanted, 'wall'), ' s');
        const cpu = said(figure(figures, wanted, 'cpu'), ' s');
        const memory = said(Math.round((figure(figures, wanted, 'memory') ?? 0) / 1e6), ' MB');
        const work = part === 'role' ? 'real servers by site.yml' : 'the thirty resources';
        if (wall !== undefined)
          rows.push([`${work}, ${hosts} hosts, ${words[scenario]}`, wall, cpu ?? '', memory ?? '']);
      }
    }
  }
  for (const resources of [...new Set(figures.plans.map(one => one.resources))]) {
    const of = figures.plans.filter(one => one.resources === resources);
    const middle = of.toSorted((a, b) => a.seconds - b.seconds)[Math.floor(of.length / 2)];
    if (middle === undefined) continue;
    const memory = said(Math.round(middle.memory / 1e6), ' MB') ?? '';
    rows.push([`planning ${resources} resources`, said(middle.seconds, ' s') ?? '', '', memory]);
  }
  for (const { hosts, wall, slowest, own } of figures.lab?.samples ?? []) {
    rows.push([
      `\`up\` of the lab, ${hosts} hosts; ${slowest} alone had ${own.toFixed(1)} s of it`,
      `${wall.toFixed(1)} s`,
      '',
      '',
    ]);
  }
  return { title: 'lvsform alone', head: ['what', 'time', 'CPU', 'peak memory'], rows };
}
