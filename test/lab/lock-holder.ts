import { lock } from '../../src/lab/lock.ts';

/** Takes the lock on the file in its argument, says so, and keeps it until it is killed. */
await lock(process.argv[2] ?? '', () => {});
process.stdout.write('held\n');
setInterval(() => {}, 1000);
