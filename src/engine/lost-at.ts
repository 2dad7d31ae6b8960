import { exit, Problem } from '../model/problem.ts';

/** Where the connection was lost, the same error with what is true of the host; every other error as it is. */
export function lostAt(host: string, error: unknown, truth: string | undefined): unknown {
  if (truth === undefined || !(error instanceof Problem) || error.code !== exit.unreachable) return error;
  const { message, code, where = host, why, next } = error;
  return new Problem(message, {
    code,
    where,
    why: why === undefined ? truth : `${why}; ${truth}`,
    ...(next && { next }),
    cause: error,
  });
}
