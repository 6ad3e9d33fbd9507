/** For a go that takes its modules from one server on loopback, and its cache from one folder. */
export function goEnvironment(proxy: string, cache: string): NodeJS.ProcessEnv {
  return {
    ...process.env,
    GOPROXY: proxy,
    GOSUMDB: 'off',
    GOTOOLCHAIN: 'local',
    GOFLAGS: '-modcacherw',
    GOMODCACHE: cache,
    NO_PROXY: '*',
  };
}
