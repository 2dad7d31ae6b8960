import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type Frame, FrameReader } from '../../src/transport/frames.ts';

const frames = suite('frames');
const marker = '123e4567-e89b-42d3-a456-426614174000';

function read(chunks: readonly Buffer[]): {
  reader: FrameReader;
  frames: readonly Frame[];
  uid: number | undefined;
} {
  const found: Frame[] = [];
  let uid: number | undefined;
  const reader = new FrameReader('hello', {
    onGreeting: greeting => {
      uid = greeting.uid;
    },
    onFrame: frame => found.push(frame),
  });
  for (const chunk of chunks) reader.push(chunk);
  return { reader, frames: found, uid };
}

/** Cuts bytes at any places: a network may do so. */
function cut(data: Buffer, at: readonly number[]): readonly Buffer[] {
  const places = [...new Set(at.map(n => n % (data.length + 1)))].sort((a, b) => a - b);
  return [...places, data.length].map((to, i) => data.subarray(i === 0 ? 0 : places[i - 1], to));
}

/** Output that would fool a reader that only looks for the marker. */
const output = fc.oneof(
  fc.uint8Array().map(bytes => Buffer.from(bytes)),
  fc
    .array(fc.constantFrom(marker, marker.slice(0, 20), ' ', '0', '7', '\n', ` 99 0\n`, 'x'), {
      maxLength: 12,
    })
    .map(parts => Buffer.from(parts.join('')))
    // Only a real edge is `marker index code`, and nothing but the session's shell knows the marker.
    .filter(bytes => !new RegExp(`${marker} [0-9]+ [0-9]+\n`).test(bytes.toString())),
);

frames('output comes back to the byte, wherever the stream is cut', () => {
  fc.assert(
    fc.property(
      fc.array(fc.record({ body: output, code: fc.integer({ min: 0, max: 255 }) }), { maxLength: 8 }),
      fc.array(fc.nat(), { maxLength: 30 }),
      fc.constantFrom('', 'Welcome!\n', 'no newline', 'hello', 'hello x\n'),
      (results, at, noise) => {
        const edges = results.map(({ body, code }, i) =>
          Buffer.concat([body, Buffer.from(`${marker} ${i} ${code}\n`)]),
        );
        // A greeting is followed by a blank: noise that has one is a greeting.
        const start = Buffer.from(`${noise.replace('hello x', 'hell0')}hello ${marker} 0\n`);
        const seen = read(cut(Buffer.concat([start, ...edges]), at));
        assert.is(seen.uid, 0);
        assert.equal(
          seen.frames,
          results.map(({ body, code }, index) => ({ index, code, body })),
        );
      },
    ),
  );
});

frames('an edge with another index is output: the marker may be known, the place is not', () => {
  const seen = read([Buffer.from(`hello ${marker} 0\n${marker} 5 0\n${marker} 0 0\n`)]);
  assert.equal(seen.frames, [{ index: 0, code: 0, body: Buffer.from(`${marker} 5 0\n`) }]);
});

frames('before the greeting all is noise, of which the end is kept', () => {
  const { reader, frames: found } = read([
    Buffer.from('x'.repeat(100_000)),
    Buffer.from('Permission denied\n'),
  ]);
  assert.is(found.length, 0);
  assert.ok(reader.noise.endsWith('Permission denied\n'));
  assert.ok(reader.noise.length <= 4096);
});

frames('200 MB in small pieces take seconds, not minutes', () => {
  const piece = Buffer.alloc(32_000, 'a1-');
  const from = performance.now();
  const chunks = [
    Buffer.from(`hello ${marker} 0\n`),
    ...Array<Buffer>(6_250).fill(piece),
    Buffer.from(`${marker} 0 0\n`),
  ];
  const { frames: found } = read(chunks);
  assert.is(found[0]?.body.length, 200_000_000);
  assert.ok(performance.now() - from < 20_000);
});

frames.run();
