import pico from 'picocolors';

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
  const colors = pico.createColors(choice === 'always' || (choice === 'auto' && auto));
  return {
    create: colors.green,
    update: colors.yellow,
    remove: colors.red,
    title: colors.bold,
    faint: colors.dim,
    good: colors.green,
    bad: colors.red,
  };
}
