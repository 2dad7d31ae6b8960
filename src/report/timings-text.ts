import { type HostTimes, type Phase, phases } from '../model/timing.ts';
import { counted } from './text.ts';

/** Hosts that get a line of their own; the others are as fast as these or faster. */
const shown = 10;

/** Where a run's time went: a line for each phase over all hosts, then one for each of the slowest hosts. */
export function timingsText(seconds: number, prepared: number, hosts: readonly HostTimes[]): string {
  const head = `Time: ${clock(seconds)} in all, ${clock(prepared)} of it before the first host`;
  const used = phases.filter(phase => hosts.some(host => host.phases[phase] !== undefined));
  if (used.length === 0) return head;
  const all = used.map(phase => phaseRow(phase, hosts));
  const slowest = hosts.slice(0, shown);
  const rows = slowest.map(host => [
    host.host,
    clock(host.seconds),
    ...used.map(phase => clock(host.phases[phase])),
  ]);
  const rest = hosts.length - slowest.length;
  return [
    head,
    ...(hosts.length > 1 ? ['', ...table([['phase', 'hosts', 'median', 'slowest', ''], ...all])] : []),
    '',
    ...table([['host', 'total', ...used], ...rows]),
    ...(rest > 0 ? [`and ${counted(rest, 'host')}, at most ${clock(hosts[shown]?.seconds)} each`] : []),
  ].join('\n');
}

function phaseRow(phase: Phase, hosts: readonly HostTimes[]): readonly string[] {
  const times = hosts
    .flatMap(({ host, phases: { [phase]: seconds } }) => (seconds === undefined ? [] : [{ host, seconds }]))
    .sort((a, b) => a.seconds - b.seconds);
  const slowest = times.at(-1);
  return [
    phase,
    String(times.length),
    clock(times[times.length >> 1]?.seconds),
    clock(slowest?.seconds),
    slowest?.host ?? '',
  ];
}

/** Milliseconds below a second: most phases are. */
function clock(seconds: number | undefined): string {
  if (seconds === undefined) return '-';
  return seconds < 1 ? `${Math.round(seconds * 1000)} ms` : `${seconds.toFixed(seconds < 10 ? 2 : 1)} s`;
}

/** Columns under each other: the first (a name) and those without a heading to the left, numbers to the right. */
function table(rows: readonly (readonly string[])[]): readonly string[] {
  const heading = rows[0] ?? [];
  const widths = heading.map((_, column) => Math.max(...rows.map(row => row[column]?.length ?? 0)));
  const isName = (column: number) => column === 0 || heading[column] === '';
  return rows.map(row =>
    row
      .map((cell, column) => {
        const width = widths[column] ?? 0;
        return isName(column) ? cell.padEnd(width) : cell.padStart(width);
      })
      .join('  ')
      .trimEnd(),
  );
}
