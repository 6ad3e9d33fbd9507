/** The last bytes of what was read: those of every thread that is at work have a line of it among them. */
export class Tail {
  static readonly LENGTH = 32 * 1024;
  #bytes: Uint8Array = new Uint8Array(0);

  push(chunk: Uint8Array): void {
    const last = chunk.subarray(-Tail.LENGTH);
    if (last.length === Tail.LENGTH && this.#bytes.length === Tail.LENGTH) {
      this.#bytes.set(last);
      return;
    }
    const rest = this.#bytes.subarray(Math.max(0, this.#bytes.length - (Tail.LENGTH - last.length)));
    // The chunk's memory is used again for the next.
    this.#bytes = last.length === Tail.LENGTH ? Buffer.from(last) : Buffer.concat([rest, last]);
  }

  /** Gives them away: there may be thousands of logs. */
  take(): Uint8Array {
    const bytes = this.#bytes;
    this.#bytes = new Uint8Array(0);
    return bytes;
  }
}
