import { type Argv, type Command, type Result, scriptOf } from '../../model/command.ts';
import type { Json } from '../../model/json.ts';
import { exit, Problem } from '../../model/problem.ts';
import { LockHeld, type RunOptions, type Transport } from '../../model/transport.ts';
import { failed, type Programs } from './program.ts';
import { daemonPrograms } from './programs/daemons.ts';
import { filePrograms } from './programs/files.ts';
import { filterPrograms } from './programs/filter.ts';
import { ipvsPrograms } from './programs/ipvs.ts';
import { ledgerPrograms } from './programs/ledger.ts';
import { networkPrograms } from './programs/network.ts';
import { systemPrograms } from './programs/system.ts';
import { fire, undoPrograms } from './programs/undo.ts';
import { blankHost, dumpOf, type HostState } from './state.ts';

/** A host in memory, for tests: a transport to it, and ways to look into it and to break it. */
export interface MemoryHost extends Transport {
  /** Live: a test may change it as a person at the host would. */
  readonly state: HostState;
  /** Every command that ran, in order; probes too. */
  readonly log: readonly Command[];
  readonly counts: { readonly batches: number; readonly commands: number };
  /** Lets the n-th command from now on (1 is the next) fail without being done. */
  failAt(command: number, result?: Partial<Result>): void;
  /** Cuts the connection when `commands` more have been done: the run rejects with code 4. */
  cutAfter(commands: number): void;
  /** The time of an armed undo is over. */
  expire(): void;
  /** Another session with the same host. */
  connect(): Transport;
  /** The state as plain JSON, without inodes and times: equal hosts give equal dumps. */
  dump(): Json;
}

/**
 * A Linux host that is only its state (state.ts): it runs the commands of kinds and probes by table, one
 * entry a program or a named script, and prints what the real ones print. `programs` adds to the table or
 * replaces entries. What is not in it ends with 127.
 */
export function memoryHost(initial: Partial<HostState> = {}, programs: Programs = {}): MemoryHost {
  const state: HostState = { ...blankHost(), ...structuredClone(initial) };
  const table = {
    ...filePrograms,
    ...systemPrograms,
    ...daemonPrograms,
    ...filterPrograms,
    ...networkPrograms,
    ...ipvsPrograms,
    ...ledgerPrograms,
    ...undoPrograms,
    ...programs,
  };
  const log: Command[] = [];
  const counts = { batches: 0, commands: 0 };
  let failure: { at: number; result: Partial<Result> } | undefined;
  let cut: number | undefined;
  let holder: { session: symbol; text: string } | undefined;

  function execute(argv: Argv, stdin = ''): Result {
    const named = scriptOf(argv);
    const [name, args] = named ? [named.name, named.args] : [argv[0], argv.slice(1)];
    const program = Object.hasOwn(table, name) ? table[name] : undefined;
    if (program === undefined) return failed(`sh: 1: ${name}: not found`, 127);
    return program({ state, args, stdin, run: execute });
  }

  function next(command: Command): Result {
    if (cut !== undefined && counts.commands >= cut) throw lost();
    counts.commands += 1;
    log.push(command);
    if (failure?.at !== counts.commands) return execute(command.argv, command.stdin);
    return { code: 1, stdout: '', stderr: 'injected failure\n', ...failure.result };
  }

  function connect(): Transport {
    const session = Symbol('session');
    let closed = false;
    const take = (text: string): string | undefined => {
      if (holder !== undefined && holder.session !== session) return holder.text;
      holder = { session, text };
      return undefined;
    };
    return {
      async run(batch, options: RunOptions = {}) {
        if (closed) throw lost();
        counts.batches += 1;
        const other = options.lock === undefined ? undefined : take(options.lock);
        if (other !== undefined) throw new LockHeld(other);
        const results: Result[] = [];
        for (const [index, command] of batch.entries()) {
          options.signal?.throwIfAborted();
          const result = next(command);
          results.push(result);
          options.onResult?.(index, result);
          if (result.code !== 0 && !options.keepGoing) break;
        }
        if (cut !== undefined && counts.commands >= cut) throw lost();
        return results;
      },
      async lock(text) {
        return take(text);
      },
      async close() {
        closed = true;
        if (holder?.session === session) holder = undefined;
      },
    };
  }

  return {
    ...connect(),
    state,
    log,
    counts,
    connect,
    failAt(command, result = {}) {
      failure = { at: counts.commands + command, result };
    },
    cutAfter(commands) {
      cut = counts.commands + commands;
    },
    expire: () => fire(state, execute),
    dump: () => dumpOf(state),
  };

  /** The session is gone, and with it its lock; a new connection works. */
  function lost(): Problem {
    cut = undefined;
    holder = undefined;
    return new Problem('the connection was lost', { code: exit.unreachable });
  }
}
