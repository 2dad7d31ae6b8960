import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A file of tests and what it needs from the runner. */
export interface TestFile {
  /** Relative to the root of the repository, with forward slashes. */
  readonly path: string;
  /** Takes the one lab slot: it starts real hosts or is heavy in some other way. */
  readonly lab: boolean;
  /** Runs only with `--all` or by a filter: a scene that would make the usual run too long. */
  readonly asked: boolean;
  readonly timeoutSeconds: number;
  /** What its cleanup gets between SIGTERM and SIGKILL. */
  readonly graceSeconds: number;
}

const head = 10;
const directive = /^\/\/ (timeout|grace|needs|runs): *(.*?) *$/;

/**
 * Reads a file's needs from comments in its first lines: `// timeout: 300 s`, `// grace: 60 s`,
 * `// needs: lab`, `// runs: asked`. A file under test/lab/ needs the lab without saying so.
 */
export function testFile(root: string, path: string): TestFile {
  let file: TestFile = {
    path,
    lab: path.startsWith('test/lab/'),
    asked: false,
    timeoutSeconds: 60,
    graceSeconds: 20,
  };
  for (const line of readFileSync(join(root, path), 'utf8').split('\n', head)) {
    const [, name, value = ''] = directive.exec(line) ?? [];
    if (name === 'needs' && value === 'lab') file = { ...file, lab: true };
    else if (name === 'runs' && value === 'asked') file = { ...file, asked: true };
    else if (name === 'timeout') file = { ...file, timeoutSeconds: seconds(path, line, value) };
    else if (name === 'grace') file = { ...file, graceSeconds: seconds(path, line, value) };
    else if (name !== undefined) throw misread(path, line);
  }
  return file;
}

function seconds(path: string, line: string, value: string): number {
  const [, digits] = /^([1-9]\d{0,4}) s$/.exec(value) ?? [];
  if (digits === undefined) throw misread(path, line);
  return Number(digits);
}

// A directive that is passed over would give the file the defaults, and nobody would know why.
function misread(path: string, line: string): Error {
  return new Error(`${path}: cannot read "${line}"; write "// timeout: 300 s" or "// needs: lab"`);
}
