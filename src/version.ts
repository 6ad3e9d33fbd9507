/** Of package.json; the build replaces it. */
declare const GOTRACE_VERSION: string | undefined;
export const VERSION: string = typeof GOTRACE_VERSION === 'string' ? GOTRACE_VERSION : '0.0.0-source';
