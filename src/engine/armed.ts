import type { Change } from '../model/change.ts';
import type { Host } from '../model/cluster.ts';
import type { Command } from '../model/command.ts';
import type { Reporter } from '../model/event.ts';
import { exit, Problem } from '../model/problem.ts';
import type { Transport } from '../model/transport.ts';
import { act, type Step, stepsOf } from './act.ts';
import { arm, confirm, firedCode, mark } from './timed-undo.ts';

/** What acting on a host needs. */
export interface Hands {
  readonly host: Host;
  readonly transport: Transport;
  readonly report: Reporter;
  /** Logs in anew. */
  connect(host: Host): Promise<Transport>;
  /** Seconds after which the host undoes what could have cut us off, unless a new login confirms it. */
  readonly confirmTimeout: number;
}

/** Changes that come one after the other: first those that cut nobody off, then those that may. */
export interface Part {
  readonly plain: readonly Change[];
  readonly armed: readonly Change[];
}

/**
 * Does changes in order, after the commands of `before`. Those that may cut us off are done with an undo armed on the host, which a
 * login anew takes away: an open connection proves nothing, for a firewall may let old ones live, and a route may still be
 * cached. Whatever else went wrong, a host that lets us in anew keeps what was done.
 */
export async function actArmed(
  hands: Hands,
  changes: readonly Change[],
  before: readonly Command[],
  signal?: AbortSignal,
): Promise<void> {
  let first: readonly Step[] = before.map(command => ({ command }));
  for (const part of partsOf(changes)) {
    await actPart(hands, part, first, signal);
    first = [];
  }
}

/**
 * Cuts changes into parts. Those between two that may cut us off are armed with them where they are of the same kinds, which
 * saves a login; others are not, for they may take longer than the undo waits (the installation of a package).
 */
export function partsOf(changes: readonly Change[]): readonly Part[] {
  const parts: Part[] = [];
  for (let rest = changes; rest.length > 0; ) {
    const begin = rest.findIndex(({ cuts }) => cuts);
    if (begin < 0) return [...parts, { plain: rest, armed: [] }];
    const end = endOfArmed(rest, begin);
    parts.push({ plain: rest.slice(0, begin), armed: rest.slice(begin, end) });
    rest = rest.slice(end);
  }
  return parts;
}

function endOfArmed(changes: readonly Change[], begin: number): number {
  const kinds = new Set<string | undefined>();
  let end = begin;
  for (const [index, { address, cuts }] of changes.entries()) {
    if (index < begin) continue;
    const [kind] = address.split('/', 1);
    if (cuts) {
      kinds.add(kind);
      end = index + 1;
    } else if (!kinds.has(kind)) break;
  }
  return end;
}

async function actPart(
  hands: Hands,
  { plain, armed }: Part,
  before: readonly Step[],
  signal: AbortSignal | undefined,
): Promise<void> {
  const { transport, host, report, confirmTimeout } = hands;
  const steps = [...before, ...stepsOf(plain)];
  if (armed.length === 0) return act(transport, host.name, steps, report, signal);

  let isArmed = false;
  const begin = () => {
    isArmed = true;
    const changes = armed.map(({ address }) => address);
    report({ event: 'undo.armed', host: host.name, seconds: confirmTimeout, changes });
  };
  const guarded = [
    { command: arm(armed, confirmTimeout), done: begin },
    ...armed.flatMap((change, index) => [{ command: mark(index), change }, ...stepsOf([change])]),
    { command: mark(undefined) },
  ];
  const failure = await act(transport, host.name, [...steps, ...guarded], report, signal).then(
    () => undefined,
    (error: unknown) => error,
  );
  const lost = failure instanceof Problem && failure.code === exit.unreachable;
  if (failure !== undefined && !isArmed && !lost) throw failure;
  await confirmAnew(hands, armed, lost ? failure : undefined);
  if (failure !== undefined) throw failure;
}

async function confirmAnew(hands: Hands, armed: readonly Change[], lost: Problem | undefined): Promise<void> {
  const { host, report } = hands;
  let fresh: Transport | undefined;
  try {
    fresh = await (lost === undefined ? hands.connect(host) : soon(hands.connect(host), host.name));
    const [result] = await fresh.run([confirm()]);
    if (result?.code === firedCode) throw late(hands, armed);
    if (result?.code !== 0) throw new Problem('it does not confirm', { why: result?.stderr.trim() ?? '' });
    report({ event: 'undo.disarmed', host: host.name });
  } catch (error) {
    if (!(error instanceof Problem) || error instanceof Late) throw error;
    throw cutOff(hands, armed, lost, error);
  } finally {
    await fresh?.close();
  }
}

/**
 * Milliseconds for a new login to a host whose connection is gone: until that was seen, some 15 s have passed already,
 * and after 20 the run should have ended.
 */
const patience = 4_000;

async function soon<T>(work: Promise<T>, where: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const why = `no answer within ${patience / 1000} s`;
    timer = setTimeout(
      () => reject(new Problem('the host cannot be reached', { code: exit.unreachable, where, why })),
      patience,
    );
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
    work.catch(() => undefined);
  }
}

class Late extends Problem {}

function late({ host, confirmTimeout }: Hands, armed: readonly Change[]): Problem {
  return new Late('the host took changes back: they were not confirmed in time', {
    code: exit.unreachable,
    where: host.name,
    why: `no new login within ${confirmTimeout} s after ${addresses(armed)}; all of them are as they were before`,
    next: 'mend what cuts the host off, or give a longer --confirm-timeout where logins are slow, and run the same command again',
  });
}

function cutOff(
  { host, confirmTimeout }: Hands,
  armed: readonly Change[],
  lost: Problem | undefined,
  error: Problem,
): Problem {
  return new Problem('the host cannot be reached any more after changes that may have cut it off', {
    code: exit.unreachable,
    where: host.name,
    why: [
      `the host takes back by itself, within ${confirmTimeout} s, what was begun of ${addresses(armed)}`,
      ...(lost === undefined ? [] : [`the open connection: ${words(lost)}`]),
      `a new login: ${words(error)}`,
    ].join('\n'),
    next: `mend what cuts it off, wait ${confirmTimeout} s, and run the same command again; plan shows what is true then`,
  });
}

function addresses(changes: readonly Change[]): string {
  return changes.map(({ address }) => address).join(', ');
}

function words({ message, why }: Problem): string {
  return why === undefined ? message : `${message}: ${why}`;
}
