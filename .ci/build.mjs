// Bundles dist/cli.js and dist/index.js, their types, and the report's JSON Schema.
import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { build } from 'esbuild';

const { version } = JSON.parse(readFileSync('package.json', 'utf8'));
rmSync('dist', { recursive: true, force: true });
mkdirSync('dist');
const common = {
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node20.19',
  define: { GOTRACE_VERSION: JSON.stringify(version) },
  legalComments: 'none',
  minifySyntax: true,
  logLevel: 'warning',
  alias: { 'string-width': './.ci/string-width.cjs' },
  // Bundled CommonJS packages ask for Node's modules through require.
  banner: {
    js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
  },
};
await build({
  ...common,
  entryPoints: ['src/cli.ts'],
  outdir: 'dist',
  splitting: true,
  chunkNames: 'chunks/[name]-[hash]',
  banner: { js: `#!/usr/bin/env node\n${common.banner.js}` },
});
await build({ ...common, entryPoints: ['src/index.ts'], outfile: 'dist/index.js' });
await build({ ...common, entryPoints: ['src/ingest/segment-worker.ts'], outdir: 'dist/chunks' });
chmodSync('dist/cli.js', 0o755);
cpSync('fixtures/demo/recording.strace.log.gz', 'dist/recording.strace.log.gz');
const { reportSchema } = await import('../dist/index.js');
const { z } = await import('zod');
writeFileSync(
  'dist/report.schema.json',
  `${JSON.stringify(z.toJSONSchema(reportSchema, { target: 'draft-2020-12' }), null, 2)}\n`,
);

const types = spawnSync('npx', ['tsc', '-p', '.ci/tsconfig.build.json'], { stdio: 'inherit' });
process.exitCode = types.status ?? 1;
