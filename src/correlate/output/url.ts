import type { Attributes, Phase } from '../../model/span.ts';
import { hostOf, purposeOf, readModuleUrl } from '../files/modcache.ts';

/** What a request waits for: it is the checksum database's or a toolchain's where it exists for those only. */
export function phaseOfUrl(url: string, otherwise: Phase): Phase {
  const purpose = purposeOf(url);
  return purpose === 'sumdb' || purpose === 'toolchain' ? purpose : otherwise;
}

/** What a URL tells of the request: host, module, version, purpose. */
export function attributesOfUrl(url: string, pid: number | undefined): Attributes {
  const host = hostOf(url);
  const module = readModuleUrl(url);
  const purpose = purposeOf(url);
  return {
    'url.full': url,
    ...(host === undefined ? {} : { 'server.address': host }),
    ...(pid === undefined ? {} : { 'process.pid': pid }),
    ...(module === undefined ? {} : { 'gotrace.module': module.module }),
    ...(module?.version === undefined ? {} : { 'gotrace.version': module.version }),
    ...(purpose === undefined ? {} : { 'gotrace.purpose': purpose }),
  };
}
