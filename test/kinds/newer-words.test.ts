import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { newerWords } from '../../src/kinds/newer-words.ts';

/** Which words of a configuration are newer than the program that shall read it. */
const test = suite('newer words');

const since = {
  package: 'daemon',
  words: { track: '2.0.11', 'group/track_all': '2.1', 'sched mh': '2.0.7', PING: '2.1.0' },
};
const text = `
# PING { is a comment
global {
    sched rr # mh, and PING
    track_all
}
group one {
    track {
        PING
    }
    track_all
    sched mh
}
track_all
PING {
}
`;

const cases: readonly (readonly [version: string, words: readonly string[]])[] = [
  ['2.0.6', ['track 2.0.11', 'PING 2.1.0', 'track_all 2.1', 'sched mh 2.0.7']],
  ['2.0.7', ['track 2.0.11', 'PING 2.1.0', 'track_all 2.1']],
  ['1:2.0.11-1+b2', ['PING 2.1.0', 'track_all 2.1']],
  ['2.1', []],
  ['2.10.0', []],
  ['no version', []],
];
for (const [version, words] of cases) {
  test(`of ${version}: ${words.join(', ') || 'none'}`, () => {
    assert.equal(
      newerWords(text, since, version).map(({ word, needs }) => `${word} ${needs}`),
      words,
    );
  });
}

test('what objects inherit is no word', () => {
  assert.equal(newerWords('constructor\ntoString {\n}\n', since, '1.0'), []);
});

test.run();
