#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { helpOf, overview } from './commands/help.ts';
import { type ExitCode, exit } from './model/problem.ts';

/** Runs a command line and answers its exit code. What only prints a text loads nothing that a command would need. */
async function main(argv: readonly string[]): Promise<ExitCode> {
  const [name, ...rest] = argv;
  if (name === undefined) return say(process.stderr, overview(), exit.usage);
  if (name === '--help' || name === '-h' || name === 'help') {
    return say(process.stdout, (rest[0] && helpOf(rest[0])) || overview(), exit.ok);
  }
  if (name === '--version' || name === '-V') return say(process.stdout, `lvsform ${version()}\n`, exit.ok);
  const help = asksForHelp(rest) ? helpOf(name) : undefined;
  if (help !== undefined) return say(process.stdout, help, exit.ok);
  const { perform } = await import('./commands/perform.ts');
  return perform(name, rest);
}

/** What stands after `--` is no option. */
function asksForHelp(words: readonly string[]): boolean {
  const end = words.indexOf('--');
  return words.slice(0, end < 0 ? words.length : end).some(word => word === '--help' || word === '-h');
}

function say(stream: NodeJS.WriteStream, text: string, code: ExitCode): ExitCode {
  stream.write(text);
  return code;
}

function version(): string {
  const file = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  return (JSON.parse(file) as { version: string }).version;
}

// A reader that has gone (a pager, a terminal) must not end a run that is changing hosts.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
process.exitCode = await main(process.argv.slice(2));
