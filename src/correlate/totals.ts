import type { SyscallTotals } from '../../parsers/strace/statistics.ts';
import type { SyscallTotalRecord } from '../../parsers/strace-summary/format.ts';

/** A row of `strace -c`: how many failed is told, how they did is not. */
export function totalsOf({ name, count, failed, totalNs }: SyscallTotalRecord): SyscallTotals {
  return {
    name,
    count,
    errors: failed > 0 ? { errors: failed } : {},
    ...(totalNs === undefined ? {} : { totalNs }),
  };
}
