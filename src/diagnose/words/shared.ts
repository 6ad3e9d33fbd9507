/** Remedies that causes of several phases have. */
export const PRIVATE = {
  text: 'Declare private modules as such: neither proxy nor checksum database is then asked for them',
  command: 'go env -w GOPRIVATE={setting}',
};
