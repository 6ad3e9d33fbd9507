import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { reportOfText } from './analyze.ts';

const FOLDER = 'fixtures/scenarios';

/** The recordings of one kind, by their paths: `strace.log.gz`, `stderr.ts.log`. */
export function recordings(
  file: string,
  largest = Number.POSITIVE_INFINITY,
): (readonly [path: string, text: string])[] {
  return readdirSync(FOLDER)
    .map((name) => `${FOLDER}/${name}/${file}`)
    .filter((path) => existsSync(path))
    .map((path) => {
      const bytes = readFileSync(path);
      return [path, (path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString()] as const;
    })
    .filter(([, text]) => text.length < largest);
}

/** What a log is judged to be, without what depends on where its lines stand. */
export async function verdictOf(text: string) {
  const { verdict, blockingPoint, inputs } = await reportOfText(text);
  return {
    status: verdict.status,
    cause: blockingPoint?.cause,
    culprit: blockingPoint?.culprit,
    seconds: blockingPoint?.blockedSeconds?.toFixed(1),
    format: inputs[0]?.format,
  };
}
