import { PLACE } from '../place.ts';
import type { ErrorClass } from './types.ts';

/** What go says of go.mod, go.sum, its settings and its version: no server is to blame. */
export const GO_CLASSES: readonly ErrorClass[] = [
  { name: 'checksum-mismatch', pattern: /checksum mismatch|SECURITY ERROR/ },
  // What is wrong with go.mod and go.sum at home: no server is asked (cmd/go/internal/modload).
  {
    name: 'go-sum-entry',
    pattern:
      /updates to go\.sum needed|missing go\.sum entry(?: for module providing package (?<path>[^\s;]+))?/,
  },
  {
    name: 'toolchain-not-available',
    pattern:
      /toolchain not available|download (?<version>go[\d.]+\w*)[^:]*: .*(?:not found|404 Not Found|410 Gone)|no such toolchain|cannot find "go\d[^"]*" in PATH/,
  },
  {
    name: 'toolchain-too-old',
    pattern:
      /(?<!listed in go\.work file )requires go >= ?(?<version>[\d.]+\w*)|invalid go version '(?<version3>\d+\.\d+(?:\.\d+|rc\d+)?)'|go\.(?:mod|work):\d+: (?:usage: go 1\.23|unknown (?:directive|block type): (?:toolchain|godebug|tool|ignore)\b)|unknown directive: toolchain|toolchain upgrade needed|note: module requires Go (?<version2>[\d.]+)/,
  },
  // modload/modfile.go, modfetch/coderepo.go: a replace that leads to a folder, and the folder is not there.
  {
    name: 'no-replacement',
    pattern:
      /(?<module>[^\s@]+)@(?<version>\S+) \(replaced by (?<path>[^)]+)\): (?:reading \S+: )?open \S+: (?:no such file|The system cannot find)|replacement directory (?<path2>\S+) does not exist/,
  },
  {
    name: 'go-mod',
    pattern:
      /updates to go\.mod needed|no required module provides package (?<path>[^\s;]+)|go\.mod file not found|cannot find main module|errors parsing \S*go\.(?:mod|work)|^(?:go: )?(?:\S*\/)?go\.(?:mod|work):\d+(?::\d+)?: (?!.*(?:exit status|https?:))|package (?<path2>\S+) is not in (?:std|GOROOT)|cannot find package "(?<path3>[^"]+)" in any of|cannot find module providing package [^\s:;]+(?:$|: import lookup disabled by -mod=(?:readonly|mod))|malformed go\.sum|listed in go\.work file|workspace module \S+ is replaced at all versions/,
  },
  // cmd/go/main.go, modcmd/download.go, modget/get.go, modload/init.go: go does not understand how it was called.
  {
    name: 'command-line',
    pattern:
      /^(?:go: )?go(?: \w+)*: unknown (?:sub)?command|^flag provided but not defined: |no modules specified|named files must (?:all )?be|^go: -\w+ (?:flag|may|cannot|requires|is)\b|^go: -modfile=|accepts (?:no|at most one) arguments?|takes no arguments|^go: too many arguments|arguments must be package or module paths|path@version syntax in GOPATH mode|cannot write multiple packages|can't request explicit version/,
  },
  // work/init.go and cache/default.go: HOME is / in a container whose user has none.
  {
    name: 'build-cache',
    pattern: /failed to initialize build cache at (?<path>[^:]+): /,
  },
  // modcmd/verify.go
  {
    name: 'cache-modified',
    pattern:
      /^(?<module>\S+) (?<version>v\S+): (?:zip|dir) has been modified \((?<path>[^)]+)\)|: missing ziphash: open (?<path2>[^:]+):/,
  },
  // load/pkg.go, setBuildInfo: what the binary was built from is written into it.
  { name: 'vcs-status', pattern: /error obtaining VCS status: (?!.*executable file not)/ },
  // modfetch/sumdb.go, useSumDB and dbDial: a toolchain is looked up there in any case.
  { name: 'sumdb-off', pattern: /checksum database disabled by GOSUMDB=off/ },
  { name: 'sumdb-setting', pattern: /invalid GOSUMDB|verifier not found|malformed verifier id/ },
  // cmd/go/internal/modfetch/codehost/vcs.go and vcs/vcs.go, checkGOVCS: the policy forbids what is installed.
  { name: 'govcs', pattern: /GOVCS disallows using (?<program>\w+) for (?:public|private) (?<path>[^\s;]+)/ },
  // cmd/go/internal/cfg, modload/init.go, base/goflags.go: the environment itself is wrong.
  {
    name: 'setting',
    pattern:
      /parsing \$GOFLAGS|GOFLAGS.*(?:unknown flag|non-flag)|modules disabled by GO111MODULE|unknown environment setting|invalid toolchain|cannot find GOROOT directory|could not create module cache: ".*" is not a directory|neither GOMODCACHE nor GOPATH is set|(?:GOPATH|GOMODCACHE) entry (?:is relative|cannot)|creating work dir: (?!.*(?:no space left|quota exceeded|read-only file system|permission denied))|\$GOPATH must not be|invalid GOTOOLCHAIN|GOAUTH(?:=\S*)? (?:encountered|cannot|method requires)|GOCACHE is not (?:defined|an absolute path)/,
  },
  { name: 'proxy-off', pattern: /module lookup disabled by GOPROXY=off/ },
  {
    name: 'proxy-no-entry',
    pattern:
      /GOPROXY list is not the empty string, but contains no entries|GOPROXY.*(?:empty list|contains no entries)/,
  },
  {
    name: 'proxy-bad-url',
    pattern:
      /invalid proxy URL|GOPROXY.*(?:missing scheme|unsupported|invalid)|unsupported protocol scheme|invalid GOPROXY/,
  },
  {
    name: 'vendor',
    pattern:
      /inconsistent vendoring|cannot (?:query|find|load).*-mod=vendor|vendor\/modules\.txt|is set to vendor|build flag -mod=vendor|no such file or directory.*vendor\/|-mod=vendor/,
  },
  {
    name: 'path-mismatch',
    pattern:
      /module declares its path as|parsing go\.mod:.*unexpected module path|but was required as|module path must match major version|has (?:post|non-\.\.\.)-v\d+ module path|missing \S+\/go\.mod and \S+\/go\.mod at revision|unexpected module path "(?<path>[^"]+)"/,
  },
  {
    name: 'version-conflict',
    pattern:
      /ambiguous import|\bconflict(?:s|ing)?\b|requires \S+, but|but \S+ requires|is explicitly required to be|mismatched versions|requires \S+@\S+, not/,
  },
  // modload/import.go: the module is there, and the package is not in it.
  {
    name: 'no-package',
    pattern:
      /module (?<module>\S+?)@(?<version>\S+) found(?: \([^)]*\))?(?:, replaced by [^,]*)?, but does not contain package (?<path>\S+)/,
  },
];

/** The words of cmd/compile and go/types (internal/types/errors/codes.go lists what they complain of). */
const REFUSED = [
  'undefined: |undeclared name|declared and not used|imported and not used|is not used|no new variables|redeclared',
  'syntax error|expected .*, found |missing return|not enough arguments|too many (?:arguments|return values)',
  'cannot (?:use|assign|infer|call|convert|range over|index|take|refer to)|invalid (?:operation|argument|recursive type)',
  'mismatched types|assignment mismatch|unknown field|has no field or method|does not implement|missing method|is not a type',
];

/** What the compiler says of the code: behind what go says at a place of the code about an import. */
export const CODE_CLASSES: readonly ErrorClass[] = [
  {
    name: 'compile',
    pattern: new RegExp(
      `${PLACE}.*(?:${REFUSED.join('|')})|build constraints exclude all Go files|use of internal package \\S+ not allowed|import cycle not allowed`,
    ),
  },
];
