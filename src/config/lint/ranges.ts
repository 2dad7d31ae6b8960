import { parseNet, showNet, showNetwork } from '../address.ts';
import { rangedTexts } from '../expand.ts';
import { hasRange, spread } from '../range.ts';
import { hostName } from '../schema/text.ts';
import { type Rule, wrong, wrongAtKey } from './rule.ts';

/** Ranges of names: that they can be, and make names that nobody else has. */
const names: Rule = {
  reads: ['hosts'],
  *check({ yaml }) {
    const owners = new Map<string, string>();
    for (const key of Object.keys(yaml.hosts)) {
      const { texts, why } = spread(key);
      if (why !== undefined) {
        yield wrongAtKey(['hosts', key], why, 'write the first number, then the last: web[01:20]');
        continue;
      }
      const long = texts.find(name => !new RegExp(hostName.pattern, 'u').test(name));
      if (long !== undefined) yield wrongAtKey(['hosts', key], `${long} ${hostName.patternErrorMessage}`);
      const twice = texts.find(name => owners.has(name));
      if (twice !== undefined) {
        yield wrongAtKey(['hosts', key], `${twice} is one of the hosts ${owners.get(twice)} already`);
      }
      for (const name of texts) owners.set(name, key);
    }
  },
};

/** Ranges of addresses: one for each of the names, all of them addresses, in one subnet. */
const addresses: Rule = {
  reads: ['hosts'],
  *check({ yaml }) {
    for (const [key, host] of Object.entries(yaml.hosts)) {
      const { texts: hosts, why: broken } = spread(key);
      if (broken !== undefined) continue;
      for (const { path, text } of rangedTexts(host)) {
        const at = ['hosts', key, ...path];
        const { texts, why } = spread(text);
        if (why !== undefined)
          yield wrong(at, why, 'write the first number, then the last: 10.0.1.[1:200]/24');
        else if (texts.length !== hosts.length)
          yield wrong(at, ...unequal(key, hosts.length, text, texts.length));
        else if (path[0] === 'interfaces') {
          const stray = outside(text);
          if (stray !== undefined) yield wrong(at, ...stray);
        }
      }
    }
  },
};

function unequal(key: string, hosts: number, text: string, count: number): readonly [string, string] {
  if (!hasRange(key)) return [`${count} addresses for one host`, 'write a range of names too: web[01:20]'];
  if (!hasRange(text))
    return [`${hosts} hosts cannot share ${text}`, 'write a range here too: 10.0.1.[1:200]/24'];
  return [
    `${count} for ${hosts} hosts: ${key} and ${text} do not have the same length`,
    'make the ranges equally long',
  ];
}

/** The first address of a range that is none, or that the numbers before the last range do not put into its own subnet. */
function outside(text: string): readonly [string, string] | undefined {
  if (!hasRange(text)) return undefined;
  const { texts, run } = spread(text);
  for (const [index, one] of texts.entries()) {
    const [net, first] = [parseNet(one), parseNet(texts[index - (index % run)] ?? '')];
    if (net === undefined)
      return [`${one} is no address`, `${texts[index - 1] ?? 'none'} is the last that is one`];
    if (first !== undefined && showNetwork(net) !== showNetwork(first)) {
      return [
        `${showNet(net)} is out of the subnet of ${showNet(first)}, where the range begins`,
        'make the range shorter, or the subnet larger',
      ];
    }
  }
  return undefined;
}

export const rangeRules: readonly Rule[] = [names, addresses];
