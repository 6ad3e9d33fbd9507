import { lookup } from 'node:dns/promises';
import { readFileSync } from 'node:fs';
import { readGoSettings } from './settings.ts';

/** A resolver that is itself the trouble must not hold up the look. */
const MOST_MS = 1000;
/** A go.mod names many modules of few hosts. */
const MOST_HOSTS = 20;

/**
 * `host NAME ADDRESS` for each host that the settings or the commands of a snapshot name, and for those of the modules that
 * go gets itself: /proc has addresses only.
 */
export async function hostLines(snapshot: readonly string[]): Promise<string[]> {
  const named = snapshot.filter((line) => /^(?:env|proc) /.test(line));
  const isSet = named.some((line) => /^env \d+ GOPROXY=/.test(line));
  const settings = isSet ? {} : await readGoSettings(process.cwd());
  const values = Object.entries(settings).map(([name, value]) =>
    name === 'GOSUMDB' ? `https://${value}` : value,
  );
  const texts = [...named, ...values].join('\n');
  const urls = [...texts.matchAll(/https?:\/\/(?:[^\s/@]*@)?([\w.-]+)/g)].map((match) => match[1] ?? '');
  const goes = named.flatMap((line) => /^proc (\d+) .* go(?:\t|$)/.exec(line)?.[1] ?? []);
  const modules = /^env \d+ GOPROXY=.*\bdirect\b|^env \d+ GO(?:NOPROXY|PRIVATE)=/m.test(texts)
    ? goes.flatMap(moduleHosts)
    : [];
  const hosts = [...new Set([...urls, ...modules])].slice(0, MOST_HOSTS);
  const lines = await Promise.all(hosts.map(addressesOf));
  return lines.flat();
}

/** go asks the hosts of module paths themselves, where it goes to their repositories: those that its go.mod names. */
function moduleHosts(pid: string): string[] {
  let goMod: string;
  try {
    goMod = readFileSync(`/proc/${pid}/cwd/go.mod`, 'utf8');
  } catch {
    return [];
  }
  return [...goMod.matchAll(/^\s*(?:require\s+)?([\w-]+(?:\.[\w-]+)+)\/\S+ v\d/gm)].map(
    (match) => match[1] ?? '',
  );
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
