/**
 * A class of trouble, and the texts that name it. The groups `host`, `address`, `module`, `version`, `path`, `url`,
 * `program` and `status` are taken over where a text has them; `host2` and `host3` stand for `host`, and so on.
 */
export interface ErrorClass {
  readonly name: string;
  readonly pattern: RegExp;
}
