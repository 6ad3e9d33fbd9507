/** `1.23 s`, `45 ms`, `12 min 3 s`. */
export function printSeconds(seconds: number): string {
  if (seconds >= 600) return `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`;
  if (seconds >= 100) return `${Math.round(seconds)} s`;
  if (seconds >= 1) return `${seconds.toFixed(2)} s`;
  return `${Math.round(seconds * 1000)} ms`;
}
