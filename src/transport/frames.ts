/** What one command wrote to one stream, and the code with which it ended. */
export interface Frame {
  readonly index: number;
  readonly code: number;
  readonly body: Buffer;
}

/** The first line of a session. */
export interface Greeting {
  readonly uid: number;
}

/** Told of what a stream brings, in order. */
export interface FrameListener {
  onGreeting(greeting: Greeting): void;
  onFrame(frame: Frame): void;
}

const uuidLength = 36;
const longestEdge = uuidLength + ' 1000000000 255\n'.length;
const mostNoise = 4096;

/**
 * Reads one output stream of a session: anything (a .bashrc may print), the line `greeting marker
 * uid`, then for each command its output followed by the edge `marker index code` and a newline.
 * Output is exact to the byte, with or without a last newline. An edge counts only if it is whole
 * and carries the index that is due, so marker-like text within output stays output.
 */
export class FrameReader {
  readonly #greeting: string;
  readonly #listener: FrameListener;
  #noise = '';
  #marker: Buffer | undefined;
  #body: Buffer[] = [];
  /** Bytes at the end of what has come that may be the beginning of an edge. */
  #rest: Buffer = Buffer.alloc(0);
  #due = 0;
  /** Bytes of output held for the command that runs. */
  held = 0;

  constructor(greeting: string, listener: FrameListener) {
    this.#greeting = greeting;
    this.#listener = listener;
  }

  /** What came before the greeting, its last few kilobytes: the words of a login that failed. */
  get noise(): string {
    return Buffer.from(this.#noise, 'latin1').toString();
  }

  /** A new batch: its first command has index 0 again. */
  restart(): void {
    this.#due = 0;
  }

  push(chunk: Buffer): void {
    if (this.#marker === undefined) this.#seek(chunk);
    else this.#cut(this.#marker, chunk);
  }

  #seek(chunk: Buffer): void {
    // latin1 keeps every byte, so that what follows the greeting can be given back as it came.
    const seen = this.#noise + chunk.toString('latin1');
    const at = seen.indexOf(`${this.#greeting} `);
    const end = seen.indexOf('\n', at);
    if (at < 0 || end < 0) {
      this.#noise = seen.slice(at < 0 ? -mostNoise : at);
      return;
    }
    const [marker = '', uid = ''] = seen.slice(at + this.#greeting.length + 1, end).split(' ');
    this.#noise = seen.slice(0, at).slice(-mostNoise);
    this.#marker = Buffer.from(marker);
    this.#listener.onGreeting({ uid: Number(uid) });
    this.#cut(this.#marker, Buffer.from(seen.slice(end + 1), 'latin1'));
  }

  #cut(marker: Buffer, chunk: Buffer): void {
    let data = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    let from = 0;
    for (;;) {
      const at = data.indexOf(marker, from);
      if (at < 0) {
        // All but what could be the first bytes of a marker is output.
        this.#keep(data, Math.max(from, data.length - marker.length + 1));
        return;
      }
      const tail = data.toString('latin1', at + marker.length, at + longestEdge);
      const edge = /^ (\d+) (\d+)\n/.exec(tail);
      if (edge !== null && Number(edge[1]) === this.#due) {
        this.#finish(data.subarray(0, at), Number(edge[2]));
        data = data.subarray(at + marker.length + edge[0].length);
        from = 0;
      } else if (/^(?: (?:\d+(?: \d*)?)?)?$/.test(tail) && data.length < at + longestEdge) {
        this.#keep(data, at);
        return;
      } else {
        from = at + 1;
      }
    }
  }

  #keep(data: Buffer, upTo: number): void {
    if (upTo > 0) this.#body.push(data.subarray(0, upTo));
    this.held += upTo;
    this.#rest = data.subarray(upTo);
  }

  #finish(last: Buffer, code: number): void {
    const body = this.#body.length === 0 ? last : Buffer.concat([...this.#body, last]);
    const index = this.#due;
    this.#body = [];
    this.#rest = Buffer.alloc(0);
    this.held = 0;
    this.#due += 1;
    this.#listener.onFrame({ index, code, body });
  }
}
