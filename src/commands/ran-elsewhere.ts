/** The command ran to its end in another process; this one has only its exit code left to give. */
export class RanElsewhere extends Error {
  override readonly name = 'RanElsewhere';
  readonly code: number;

  constructor(code: number) {
    super('the command ran in another process');
    this.code = code;
  }
}
