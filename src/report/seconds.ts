/** `1.23 s`, `45 ms`, `12 min 3 s`. */
export function printSeconds(seconds: number): string {
  if (seconds >= 600) return `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`;
  if (seconds >= 100) return `${Math.round(seconds)} s`;
  if (seconds >= 1) return `${seconds.toFixed(2)} s`;
  return `${Math.round(seconds * 1000)} ms`;
}

/** The same for system calls, most of which take less than a millisecond: `37 µs`. */
export function printCallSeconds(seconds: number): string {
  return seconds < 0.00095 ? `${Math.round(seconds * 1e6)} µs` : printSeconds(seconds);
}
