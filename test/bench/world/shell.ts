import { execFile, execFileSync } from 'node:child_process';

/** Runs a program of this machine to its end and gives what it printed; throws with what it said where it fails. */
export function run(argv: readonly [string, ...string[]], input = ''): string {
  const [program, ...args] = argv;
  return execFileSync(program, args, { input, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 });
}

/** The same without waiting in place. */
export function start(argv: readonly [string, ...string[]], input = ''): Promise<string> {
  const [program, ...args] = argv;
  return new Promise((resolve, reject) => {
    const child = execFile(program, args, { maxBuffer: 64 * 1024 * 1024 }, (error, stdout) => {
      if (error === null) resolve(stdout);
      else reject(error);
    });
    child.stdin?.end(input);
  });
}

/** What a program says of its version, on one line. */
export function firstLine(argv: readonly [string, ...string[]]): string {
  const [program, ...args] = argv;
  const text = execFileSync('sh', ['-c', 'exec "$@" 2>&1', 'sh', program, ...args], { encoding: 'utf8' });
  return text.split('\n', 1)[0] ?? '';
}
