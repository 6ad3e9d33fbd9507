import { zipSync } from 'fflate';

/** A module that the demo makes itself, as a proxy serves it. */
export interface DemoModule {
  readonly path: string;
  readonly version: string;
  readonly info: string;
  readonly mod: string;
  readonly zip: Uint8Array;
}

const NAMES = ['anchor', 'beacon', 'compass', 'davit', 'ensign', 'fathom'];
const VERSION = 'v1.0.0';
/** Large enough that a body can stop in its middle. */
const BULK_BYTES = 300_000;

/** Made when they are asked for: the zips take a moment. */
export function demoModules(): readonly DemoModule[] {
  return NAMES.map((name, index) => demoModule(`demo.example/${name}`, index));
}

function demoModule(path: string, index: number): DemoModule {
  const name = path.split('/').pop() ?? '';
  const mod = `module ${path}\n\ngo 1.20\n`;
  const prefix = `${path}@${VERSION}`;
  // Bytes that do not compress, the same on each run.
  const bulk = Uint8Array.from({ length: BULK_BYTES }, (_, at) => ((at + index) * 2_654_435_761) >>> 24);
  const zip = zipSync({
    [`${prefix}/go.mod`]: Buffer.from(mod),
    [`${prefix}/${name}.go`]: Buffer.from(`// Package ${name} is part of gotrace's demo.\npackage ${name}\n`),
    [`${prefix}/bulk.bin`]: [bulk, { level: 0 }],
  });
  return {
    path,
    version: VERSION,
    info: JSON.stringify({ Version: VERSION, Time: '2024-01-02T03:04:05Z' }),
    mod,
    zip,
  };
}

/** The go.mod of the program whose dependencies the demo downloads. */
export function demoGoMod(): string {
  const requires = NAMES.map((name) => ({ path: `demo.example/${name}`, version: VERSION }))
    .map((module) => `\t${module.path} ${module.version}`)
    .join('\n');
  return `module demo.example/app\n\ngo 1.20\n\nrequire (\n${requires}\n)\n`;
}
