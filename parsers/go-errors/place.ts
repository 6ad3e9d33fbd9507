/** `main.go:4:2: `: a place of the code, where the compiler, go, linters and tests have something to say. */
export const PLACE = String.raw`^(?:vet: )?\S+\.go:\d+:\d+: (?!warning: |note: )`;

const AT_PLACE = new RegExp(PLACE);

export function isAtPlace(text: string): boolean {
  return AT_PLACE.test(text);
}
