import { styleText } from 'node:util';

/** The colours that reports use, by meaning. Without colour each gives its text back. */
export interface Paint {
  create(text: string): string;
  update(text: string): string;
  remove(text: string): string;
  title(text: string): string;
  faint(text: string): string;
  good(text: string): string;
  bad(text: string): string;
}

/** `always` and `never` are the user's word; `auto` asks the stream, NO_COLOR and TERM. */
export type ColorChoice = 'auto' | 'always' | 'never';

/** The colours for a stream: real ones where they are wanted and can be shown, else none. */
export function paint(
  choice: ColorChoice,
  stream: { readonly isTTY?: boolean },
  env: NodeJS.ProcessEnv,
): Paint {
  const auto = stream.isTTY === true && !env['NO_COLOR'] && env['TERM'] !== 'dumb';
  const wanted = choice === 'always' || (choice === 'auto' && auto);
  const tint = (format: Format) => (wanted ? colored(format) : plainly);
  return {
    create: tint('green'),
    update: tint('yellow'),
    remove: tint('red'),
    title: tint('bold'),
    faint: tint('dim'),
    good: tint('green'),
    bad: tint('red'),
  };
}

type Format = 'green' | 'yellow' | 'red' | 'bold' | 'dim';

/** Without validateStream node would ask its own stdout once more, and newer versions of it their own variables. */
function colored(format: Format): (text: string) => string {
  return text => styleText(format, text, { validateStream: false });
}

function plainly(text: string): string {
  return text;
}
