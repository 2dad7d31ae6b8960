import { figureLine, figuresIn } from '../faults/figure.ts';
import type { Outcome } from './run-file.ts';

/** A line for a file that passed, with the figures that it measured; its whole output besides for one that failed. */
export function fileReport(outcome: Outcome): string {
  const seconds = `${outcome.seconds.toFixed(1)} s`;
  if (outcome.why === undefined) {
    const figures = figuresIn(outcome.output).map(one => `      ${figureLine(one)}\n`);
    return `ok    ${outcome.file.path}  ${counts(outcome)}  ${seconds}\n${figures.join('')}`;
  }
  const output = outcome.output.trim();
  const shown = output === '' ? '' : `\n${output}\n\n`;
  return `FAIL  ${outcome.file.path}  ${seconds}: ${outcome.why}\n${shown}`;
}

/** Names again what failed, then ends with `N passed, N failed` alone on the last line. */
export function summary(outcomes: readonly Outcome[]): string {
  const failures = outcomes.filter(outcome => outcome.why !== undefined);
  const recap = failures.map(({ file, why }) => `FAIL  ${file.path}: ${why}\n`).join('');
  return `\n${recap}${sum(outcomes, 'passed')} passed, ${sum(outcomes, 'failed')} failed${skips(outcomes)}\n`;
}

function counts({ passed, skipped }: Outcome): string {
  return skipped === 0 ? `${passed} passed` : `${passed} passed, ${skipped} skipped`;
}

function skips(outcomes: readonly Outcome[]): string {
  const skipped = sum(outcomes, 'skipped');
  return skipped === 0 ? '' : `, ${skipped} skipped`;
}

function sum(outcomes: readonly Outcome[], count: 'passed' | 'failed' | 'skipped'): number {
  return outcomes.reduce((total, outcome) => total + outcome[count], 0);
}
