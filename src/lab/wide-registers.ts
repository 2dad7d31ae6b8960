import { randomBytes } from 'node:crypto';
import { readFile, rename, stat } from 'node:fs/promises';
import { run } from './run.ts';

/*
 * User Mode Linux before 6.13 hands the registers of its processes to ptrace(2) in a buffer of 2696 bytes, which ends
 * with PKRU; the kernel of this machine takes nothing less than all that the processor has (xstateregs_set in
 * arch/x86/kernel/fpu/regset.c). On a processor with AMX that is 11008 bytes: the guest's init dies of its first return
 * to user space. This library, loaded before libc, gives ptrace what it wants: the guest's part, and the rest as it is
 * in a process that never used it. It includes no header, so that a compiler alone builds it.
 */
const source = `
typedef unsigned long size;
struct vector { unsigned char *base; size length; };
extern long syscall(long, ...);
extern int *__errno_location(void);
extern void *memcpy(void *, const void *, size);
enum { ptraceCall = 101, getRegisters = 0x4204, setRegisters = 0x4205, extendedState = 0x202, header = 512 };

/* What was got, and what is set: there nothing but the guest's part is ever written. */
static unsigned char whole[65536], wanted[65536];
static size length;

/* Components that the buffer has no room for are in their first state: their bits are off. */
static void keepKnown(unsigned char *state) {
  state[header + 1] &= 3;
  for (int i = 2; i < 8; i++) state[header + i] = 0;
}

static long get(long process) {
  struct vector ours = { whole, sizeof whole };
  long code = syscall(ptraceCall, getRegisters, process, extendedState, &ours);
  if (code >= 0) length = ours.length;
  return code;
}

static long registers(long request, long process, struct vector *theirs) {
  if (request == getRegisters || length == 0) {
    long code = get(process);
    if (code < 0) return code;
  }
  size known = theirs->length < length ? theirs->length : length;
  if (request == getRegisters) {
    keepKnown(whole);
    memcpy(theirs->base, whole, known);
    theirs->length = known;
    return 0;
  }
  memcpy(wanted, theirs->base, known);
  keepKnown(wanted);
  struct vector ours = { wanted, length };
  return syscall(ptraceCall, request, process, extendedState, &ours);
}

/* As the one of glibc: what a peek (1 to 3) finds is its value, and errno tells it from a failure. */
long ptrace(long request, long process, long address, void *data) {
  request = (int)request;
  process = (int)process;
  if ((request == getRegisters || request == setRegisters) && address == extendedState)
    return registers(request, process, data);
  long word = 0;
  int peeks = request > 0 && request < 4;
  long code = syscall(ptraceCall, request, process, address, peeks ? (void *)&word : data);
  if (code < 0 || !peeks) return code;
  *__errno_location() = 0;
  return word;
}
`;

/** Whether the processor has registers that User Mode Linux has no room for, by the text of /proc/cpuinfo. */
export function hasWideRegisters(cpuinfo: string): boolean {
  return /^flags\s*:.*\bamx_tile\b/m.test(cpuinfo);
}

/** The same of this machine. */
export async function needsWideRegisters(): Promise<boolean> {
  return hasWideRegisters(await readFile('/proc/cpuinfo', 'utf8').catch(() => ''));
}

/** Builds the library for LD_PRELOAD at `path`, unless it is there, with Debian's smallest compiler. */
export async function buildWideRegisters(path: string): Promise<void> {
  if (await stat(path).catch(() => undefined)) return;
  const draft = `${path}.${randomBytes(4).toString('hex')}`;
  await run(['tcc', '-shared', '-nostdlib', '-o', draft, '-'], { input: source });
  await rename(draft, path);
}
