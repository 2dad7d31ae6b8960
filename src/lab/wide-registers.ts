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
extern void *memset(void *, int, size);
extern int memcmp(const void *, const void *, size);
enum { ptraceCall = 101, getOthers = 12, setOthers = 13 };
enum { getRegisters = 0x4204, setRegisters = 0x4205, extendedState = 0x202, header = 512 };

/* The registers of one process as they were read or set last, the part of the guest; and what is set, whole. */
static unsigned char last[4096], wanted[65536];
static long known;
static size length;

/* Components that the guest's part has no room for are in their first state: their bits are off. */
static void keepKnown(unsigned char *state) {
  state[header + 1] &= 3;
  for (int i = 2; i < 8; i++) state[header + i] = 0;
}

static long get(long process, struct vector *theirs) {
  long code = syscall(ptraceCall, getRegisters, process, extendedState, theirs);
  if (code < 0) return code;
  keepKnown(theirs->base);
  if (theirs->length <= sizeof last) {
    memcpy(last, theirs->base, theirs->length);
    known = process;
  }
  return code;
}

/* Setting takes the kernel some memory each time, so what a system call of the guest left alone is not set again. */
static long set(long process, struct vector *theirs) {
  int small = theirs->length <= sizeof last;
  if (small && known == process && memcmp(last, theirs->base, theirs->length) == 0) return 0;
  if (length == 0) {
    struct vector all = { wanted, sizeof wanted };
    long code = syscall(ptraceCall, getRegisters, process, extendedState, &all);
    if (code < 0) return code;
    length = all.length;
    memset(wanted, 0, length);
  }
  memcpy(wanted, theirs->base, theirs->length < length ? theirs->length : length);
  keepKnown(wanted);
  known = 0;
  struct vector ours = { wanted, length };
  return syscall(ptraceCall, setRegisters, process, extendedState, &ours);
}

/* As the one of glibc: what a peek (1 to 3) finds is its value, and errno tells it from a failure. */
long ptrace(long request, long process, long address, void *data) {
  request = (int)request;
  process = (int)process;
  if (address == extendedState && request == getRegisters) return get(process, data);
  if (address == extendedState && request == setRegisters) return set(process, data);
  /* All but reading and setting the other registers may let the process run. */
  if (request != getOthers && request != setOthers) known = 0;
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
