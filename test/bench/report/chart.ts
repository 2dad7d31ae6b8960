import { type Figures, figure } from '../figures.ts';
import type { ToolName } from '../tools/tool.ts';
import { type Axis, apart, axisOf } from './axis.ts';
import { said } from './goals.ts';
import { sizesOf, titleOf, toolsOf } from './tables.ts';

/** Pixels. The two plots stand beside each other; names of tools have room on their right and left. */
const width = 960;
const height = 400;
const plot = { top: 84, bottom: 344 } as const;
const left = { from: 64, to: 440 } as const;
const right = { from: 690, to: 920 } as const;

const style = `
    .ground { fill: #ffffff; }
    text { font: 13px sans-serif; fill: #1f2328; }
    .title { font-size: 15px; font-weight: bold; }
    .small { font-size: 12px; fill: #57606a; }
    .grid { stroke: #d0d7de; stroke-width: 1; }
    .line { fill: none; stroke-width: 2.5; stroke-linejoin: round; }
    .lvsform { stroke: #0550ae; fill: #0550ae; }
    .ssh { stroke: #57606a; fill: #57606a; }
    .pyinfra { stroke: #8250df; fill: #8250df; }
    .mitogen { stroke: #116329; fill: #116329; }
    .ansible { stroke: #bc4c00; fill: #bc4c00; }
    text.lvsform, text.ssh, text.pyinfra, text.mitogen, text.ansible { stroke: none; }
    text.lvsform { font-weight: bold; }
    path.line { fill: none; }
    @media (prefers-color-scheme: dark) {
      .ground { fill: #0d1117; }
      text { fill: #f0f6fc; }
      .small { fill: #9198a1; }
      .grid { stroke: #3d444d; }
      .lvsform { stroke: #58a6ff; fill: #58a6ff; }
      .ssh { stroke: #9198a1; fill: #9198a1; }
      .pyinfra { stroke: #d2a8ff; fill: #d2a8ff; }
      .mitogen { stroke: #56d364; fill: #56d364; }
      .ansible { stroke: #ffa657; fill: #ffa657; }
    }`;

/** The comparison as a picture: time by number of hosts, and what a host costs the controller. */
export function chart(figures: Figures): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-labelledby="title desc">
  <title id="title">A re-run with nothing to change</title>
  <desc id="desc">${description(figures)}</desc>
  <style>${style}
  </style>
  <rect class="ground" width="${width}" height="${height}" rx="8"/>
  <text class="title" x="24" y="34">A re-run with nothing to change: 30 resources a host</text>
${lines(figures)}
${dots(figures)}
</svg>
`;
}

function description(figures: Figures): string {
  const sizes = sizesOf(figures, 'fleet');
  const told = toolsOf(figures, 'fleet').map(tool => {
    const at = sizes.flatMap(hosts => {
      const seconds = said(wallOf(figures, tool, hosts), ' s');
      return seconds === undefined ? [] : [`${hosts} hosts ${seconds}`];
    });
    return `${titleOf(figures, tool)}: ${at.join(', ')}`;
  });
  return `Seconds by number of hosts, both axes logarithmic. ${told.join('; ')}.`;
}

function wallOf(figures: Figures, tool: ToolName, hosts: number): number | undefined {
  return figure(figures, { part: 'fleet', scenario: 'again', tool, hosts }, 'wall');
}

function lines(figures: Figures): string {
  const sizes = sizesOf(figures, 'fleet');
  const series = toolsOf(figures, 'fleet').map(tool => ({
    tool,
    points: sizes.flatMap(hosts => {
      const seconds = wallOf(figures, tool, hosts);
      return seconds === undefined ? [] : [{ hosts, seconds }];
    }),
  }));
  const x = axisOf(sizes, left.to - left.from);
  const y = axisOf(
    series.flatMap(({ points }) => points.map(({ seconds }) => seconds)),
    plot.bottom - plot.top,
  );
  const [atX, atY] = [(hosts: number) => left.from + x.at(hosts), (s: number) => plot.bottom - y.at(s)];
  const ends = series.map(({ points }) => points.at(-1) ?? { hosts: 1, seconds: 1 });
  const labels = apart(
    ends.map(({ seconds }) => atY(seconds)),
    17,
  );
  return [
    `  <text class="small" x="${left.from - 40}" y="${plot.top - 18}">seconds, by number of hosts (both scales logarithmic)</text>`,
    ...y.ticks.map(tick => {
      const at = fixed(atY(tick));
      return `  <path class="grid" d="M${left.from} ${at}H${left.to}"/><text class="small" x="${left.from - 8}" y="${fixed(atY(tick) + 4)}" text-anchor="end">${tick}</text>`;
    }),
    ...sizes.map(
      hosts =>
        `  <text class="small" x="${fixed(atX(hosts))}" y="${plot.bottom + 20}" text-anchor="middle">${hosts}</text>`,
    ),
    `  <text class="small" x="${(left.from + left.to) / 2}" y="${plot.bottom + 40}" text-anchor="middle">hosts</text>`,
    ...series.map(({ tool, points }) => {
      const path = points
        .map(({ hosts, seconds }) => `${fixed(atX(hosts))} ${fixed(atY(seconds))}`)
        .join('L');
      const marks = points.map(
        ({ hosts, seconds }) =>
          `<circle class="${tool}" cx="${fixed(atX(hosts))}" cy="${fixed(atY(seconds))}" r="3"/>`,
      );
      return `  <path class="line ${tool}" d="M${path}"/>${marks.join('')}`;
    }),
    ...series.map(({ tool }, index) => {
      const end = ends[index] ?? { hosts: 1, seconds: 1 };
      const text = `${titleOf(figures, tool)}: ${said(end.seconds, ' s') ?? ''}`;
      return `  <text class="${tool}" x="${fixed(atX(end.hosts) + 10)}" y="${fixed((labels[index] ?? 0) + 4)}">${text}</text>`;
    }),
  ].join('\n');
}

/** What a host costs the controller, at the most hosts that each tool was run on up to 50. */
function dots(figures: Figures): string {
  const rows = toolsOf(figures, 'fleet').flatMap(tool => {
    const hosts = sizesOf(figures, 'fleet')
      .filter(size => size <= 50 && wallOf(figures, tool, size) !== undefined)
      .at(-1);
    const cpu = hosts && figure(figures, { part: 'fleet', scenario: 'again', tool, hosts }, 'cpu');
    return cpu === undefined || hosts === undefined ? [] : [{ tool, hosts, cost: (cpu / hosts) * 1000 }];
  });
  const x: Axis = axisOf(
    rows.map(({ cost }) => cost),
    right.to - right.from,
  );
  const step = (plot.bottom - plot.top) / (rows.length + 1);
  return [
    `  <text class="small" x="${right.from - 110}" y="${plot.top - 18}">controller’s CPU a host, ms (logarithmic)</text>`,
    ...x.ticks.map(tick => {
      const at = fixed(right.from + x.at(tick));
      return `  <path class="grid" d="M${at} ${plot.top}V${plot.bottom}"/><text class="small" x="${at}" y="${plot.bottom + 20}" text-anchor="middle">${tick}</text>`;
    }),
    ...rows.map(({ tool, hosts, cost }, index) => {
      const [at, y] = [right.from + x.at(cost), plot.top + step * (index + 1)];
      const name = titleOf(figures, tool).split(' ')[0] ?? tool;
      return [
        `  <text class="${tool}" x="${right.from - 12}" y="${fixed(y + 4)}" text-anchor="end">${name} (${hosts})</text>`,
        `<path class="grid" d="M${right.from} ${fixed(y)}H${fixed(at)}"/><circle class="${tool}" cx="${fixed(at)}" cy="${fixed(y)}" r="5"/>`,
        `<text class="small" x="${fixed(at)}" y="${fixed(y - 10)}" text-anchor="middle">${said(cost, '')}</text>`,
      ].join('');
    }),
    `  <text class="small" x="${(right.from + right.to) / 2}" y="${plot.bottom + 40}" text-anchor="middle">(in brackets: at how many hosts)</text>`,
  ].join('\n');
}

function fixed(value: number): string {
  return `${Math.round(value * 10) / 10}`;
}
