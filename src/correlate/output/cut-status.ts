/** What net/http/status.go calls them; those that proxies and repositories answer with. */
const STATUSES: readonly (readonly [code: number, text: string])[] = [
  [200, 'OK'],
  [400, 'Bad Request'],
  [401, 'Unauthorized'],
  [403, 'Forbidden'],
  [404, 'Not Found'],
  [410, 'Gone'],
  [429, 'Too Many Requests'],
  [500, 'Internal Server Error'],
  [502, 'Bad Gateway'],
  [503, 'Service Unavailable'],
  [504, 'Gateway Timeout'],
];

/**
 * The statuses that may stand in the end of a fetch, `: 404 Not Found (1.204s)`, of which only `shown` is left, by how long
 * it was. `durationNs` is how long the fetch took, which is printed with three decimals.
 */
export function statusesOfLength(length: number, durationNs: number, shown: string): readonly number[] {
  const duration = (durationNs / 1e9).toFixed(3);
  return STATUSES.filter(([code, text]) => {
    const end = `: ${code} ${text} (${duration}s)`;
    return end.length === length && end.startsWith(shown);
  }).map(([code]) => code);
}
