import { readFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { expectedSeconds, orderOfSizes } from './budget.ts';
import { type Figures, median, type Sample } from './figures.ts';
import { readOptions } from './options.ts';
import { apart, axisOf } from './report/axis.ts';
import { chart } from './report/chart.ts';
import { goals, said } from './report/goals.ts';
import { page } from './report/page.ts';
import { dataOf, docsOf, publishedFigures } from './report/write.ts';
import type { Scenario, ToolName } from './tools/tool.ts';

/** What is made of figures, with figures that are made up here. */
const test = suite('figures of the benchmark');

function sample(
  tool: ToolName,
  scenario: Scenario,
  hosts: number,
  wall: number,
  more: Partial<Sample> = {},
): Sample {
  const counts = { logins: hosts, sessions: hosts, changed: 0 };
  return { part: 'fleet', tool, scenario, hosts, wall, cpu: wall / 2, memory: 50e6, ...counts, ...more };
}

const figures: Figures = {
  date: '2026-01-02',
  command: 'npm run bench',
  quick: false,
  machine: { cpu: 'a processor', cores: 2, memory: 8 * 2 ** 30, system: 'a system' },
  load: 0.1,
  minutes: 12,
  versions: { ssh: 'OpenSSH 1', lvsform: 'lvsform 1', ansible: 'Ansible 1', mitogen: 'Mitogen 1' },
  samples: [
    ...[0.9, 1.1, 1].map(wall => sample('lvsform', 'again', 50, wall)),
    sample('lvsform', 'first', 50, 1.2),
    sample('ssh', 'again', 50, 0.8),
    sample('ansible', 'again', 50, 160),
    sample('mitogen', 'again', 50, 40),
    sample('lvsform', 'again', 200, 4, { cpu: 0.9 }),
    sample('lvsform', 'again', 1, 0.5, { part: 'far', roundTrips: 8 }),
    sample('lvsform', 'again', 100, 2, { part: 'scale' }),
    sample('lvsform', 'again', 1000, 30, { part: 'scale', memory: 100e6 }),
  ],
  left: ['something: did not fit'],
  plans: [{ resources: 10_000, seconds: 0.5, memory: 60e6 }],
  lab: { date: '2026-01-02', samples: [{ hosts: 7, wall: 20, slowest: 'lvs01', own: 10 }] },
};

test('each goal is met, missed or not measured, by medians', () => {
  const told = goals(figures).map(({ goal, measured, met }) => [goal, measured, met]);
  assert.equal(told, [
    ['at least 150 ×', '160 ×', true],
    ['at least 50 ×', '40 ×', false],
    ['at least 10 ×', undefined, undefined],
    ['at most 1.15 ×', '1.25 ×', false],
    ['at most 11', '8', true],
    ['at most 5 ms', '4.50 ms', true],
    ['at most 80 MB', '50 MB', true],
    ['at most 1.25 ×', '1.20 ×', true],
    ['at most 11 ×', '15 ×', false],
    ['at most 4 ×', '2 ×', true],
    ['at most 1 s', '0.50 s', true],
    ['at most 1.5 ×', undefined, undefined],
    ['at most 1.3 ×', '2 ×', false],
  ]);
});

test('the page has the tables, what was left out, and which goals were missed', () => {
  const text = page(figures);
  assert.match(text, /\| the same, Mitogen +\| at least 50 × +\| 40 × +\| missed \|/);
  assert.match(text, /\| the same, pyinfra +\| at least 10 × +\| not measured \| +\|/);
  assert.match(text, /\| Ansible 1 +\| – +\| 160 \(1\) +\|/);
  assert.match(text, '- something: did not fit');
  assert.not.match(text, /NaN|undefined/);
});

test('the picture tells itself to those who do not see it, in light and dark', () => {
  const svg = chart(figures);
  assert.match(svg, /<title id="title">[^<]+<\/title>\s+<desc id="desc">[^<]*Ansible 1: 50 hosts 160 s/);
  assert.match(svg, 'prefers-color-scheme: dark');
  assert.not.match(svg, /NaN|undefined/);
});

test('a median is the middle one, or lies between the two in the middle', () => {
  assert.is(median([3, 1, 2]), 2);
  assert.is(median([4, 1, 2, 3]), 2.5);
  assert.ok(Number.isNaN(median([])));
  assert.is(said(Number.NaN, ' s'), undefined);
});

test('an axis holds its values in whole decades, and labels keep a distance and their order', () => {
  const axis = axisOf([0.2, 30], 300);
  assert.equal(axis.ticks, [0.1, 1, 10, 100]);
  assert.is(Math.round(axis.at(1)), 100);
  assert.equal(apart([50, 10, 12], 15), [50, 10, 25]);
});

test('the other tools run where there is time, by what was seen of them', () => {
  assert.is(expectedSeconds([], 'ansible', 'again', 50), 200);
  const seen = [sample('ansible', 'again', 1, 8), sample('ansible', 'first', 10, 30)];
  assert.is(expectedSeconds(seen, 'ansible', 'again', 20), 60);
  assert.is(expectedSeconds(seen, 'ansible', 'again', 1), 8);
  assert.is(expectedSeconds(seen.slice(0, 1), 'ansible', 'again', 50, 4), 100);
  assert.equal(orderOfSizes([200, 1, 10, 50]), [50, 1, 10, 200]);
  assert.equal(orderOfSizes([200]), [200]);
});

test('options have their defaults, and wrong ones are refused', () => {
  assert.equal(readOptions([])?.sizes, [1, 10, 50, 200]);
  assert.is(readOptions(['--quick'])?.minutes, 3);
  assert.is(readOptions(['--help']), undefined);
  assert.throws(() => readOptions(['--runs', 'many']), 'many is not a positive number');
  assert.throws(() => readOptions(['--part', 'x']), 'there is no part x');
});

test('the data can be read again', () => {
  assert.equal(JSON.parse(dataOf(figures)), figures);
});

test('docs/benchmarks.* are made of docs/benchmarks.json', () => {
  for (const [name, text] of Object.entries(docsOf(publishedFigures())))
    assert.fixture(readFileSync(new URL(`../../docs/${name}`, import.meta.url), 'utf8'), text);
});

test.run();
