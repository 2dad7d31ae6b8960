import { spawnSync } from 'node:child_process';

/**
 * `npm run audit`: asks the registry for advisories against the locked versions, tests' tools included. Exit code 0: it
 * knows of none; 1: there are some; 2: it does not answer, so nothing is known, which is not the same as none.
 */
interface Report {
  readonly metadata?: { readonly vulnerabilities: Readonly<Record<string, number>> };
  readonly message?: string;
  readonly error?: { readonly summary?: string; readonly detail?: string };
}

const { stdout, stderr } = spawnSync('npm', ['audit', '--json'], { encoding: 'utf8' });
const report = parsed(stdout);
const counts = report?.metadata?.vulnerabilities;

if (counts === undefined) {
  const why = report?.message ?? report?.error?.summary ?? stderr.trim().split('\n').at(-1) ?? '';
  process.stdout.write(
    `Not audited: the package registry does not answer npm audit (${why.trim()}).\nWhether there are advisories is not known; run it where the registry does.\n`,
  );
  process.exitCode = 2;
} else {
  const all = Object.entries(counts).filter(([severity, count]) => severity !== 'total' && count > 0);
  process.stdout.write(
    all.length === 0
      ? 'Audited: no advisory against a locked version.\n'
      : `Audited: ${all.map(([severity, count]) => `${count} ${severity}`).join(', ')}; npm audit tells which.\n`,
  );
  process.exitCode = all.length === 0 ? 0 : 1;
}

function parsed(text: string): Report | undefined {
  try {
    return JSON.parse(text) as Report;
  } catch {
    return undefined;
  }
}
