import { lookup } from 'node:dns/promises';
import { readGoSettings } from './settings.ts';

/** A resolver that is itself the trouble must not hold up the look. */
const MOST_MS = 1000;

/** `host NAME ADDRESS` for each host that the settings or the commands of a snapshot name: /proc has addresses only. */
export async function hostLines(snapshot: readonly string[]): Promise<string[]> {
  const named = snapshot.filter((line) => /^(?:env|proc) /.test(line));
  const isSet = named.some((line) => /^env \d+ GOPROXY=/.test(line));
  const settings = isSet ? {} : await readGoSettings(process.cwd());
  const values = Object.entries(settings).map(([name, value]) =>
    name === 'GOSUMDB' ? `https://${value}` : value,
  );
  const texts = [...named, ...values].join('\n');
  const hosts = new Set(
    [...texts.matchAll(/https?:\/\/(?:[^\s/@]*@)?([\w.-]+)/g)].map((match) => match[1] ?? ''),
  );
  const lines = await Promise.all([...hosts].map(addressesOf));
  return lines.flat();
}

async function addressesOf(host: string): Promise<string[]> {
  const late = new Promise<never[]>((resolve) => {
    setTimeout(() => resolve([]), MOST_MS).unref();
  });
  try {
    const found = await Promise.race([lookup(host, { all: true }), late]);
    return found.filter(({ address }) => address !== host).map(({ address }) => `host ${host} ${address}`);
  } catch {
    return [];
  }
}
