import { readdirSync, readFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { kinds } from '../../src/kinds/index.ts';
import { type Command, scriptOf } from '../../src/model/command.ts';
import type { JsonObject } from '../../src/model/json.ts';
import { address } from '../../src/model/kind.ts';

const test = suite('from one state to another: the exact commands');

/** `fixtures/<kind>.json`: pairs of states (null is absent) and the steps between them; a script stands as its name. */
interface Move {
  readonly spec: JsonObject;
  readonly address: string;
  readonly from: JsonObject | null;
  readonly to: JsonObject | null;
  readonly effect?: string;
  readonly steps: readonly {
    readonly argv: readonly string[];
    readonly stdin?: string;
    readonly secret?: true;
  }[];
}

const folder = new URL('fixtures/', import.meta.url);
const names = readdirSync(folder).map(name => name.replace('.json', ''));

test('every kind has its table', () => {
  assert.equal(names.sort(), [...kinds.keys()].sort());
});

for (const name of names) {
  const moves = JSON.parse(readFileSync(new URL(`${name}.json`, folder), 'utf8')) as readonly Move[];
  const kind = kinds.get(name);
  if (kind === undefined) continue;
  for (const [index, { spec, address: expected, from, to, effect, steps }] of moves.entries()) {
    test(`${name} ${index}: ${JSON.stringify(from)} to ${JSON.stringify(to)}`, () => {
      const subject = kind.subject(spec);
      assert.is(address(kind, subject), expected);
      assert.equal(kind.move(subject, from ?? undefined, to ?? undefined).map(shown), steps);
      assert.is(kind.effect?.(subject, from ?? undefined, to ?? undefined), effect);
    });
  }
}

function shown({ argv, stdin, secret }: Command) {
  const named = scriptOf(argv);
  return {
    argv: named ? [named.name, ...named.args] : argv,
    ...(stdin === undefined ? {} : { stdin }),
    ...(secret === undefined ? {} : { secret }),
  };
}

test.run();
