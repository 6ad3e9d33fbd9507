/**
 * What -x makes `go build`, `go test`, `go run` and `go install` print: a shell script of the commands that they run
 * (cmd/go/internal/work/shell.go). Here-documents hold any text until their end mark.
 */
export class BuildOutput {
  #untilMark: string | undefined;

  isBuildLine(text: string): boolean {
    if (this.#untilMark !== undefined) {
      if (text.trimEnd() === this.#untilMark) this.#untilMark = undefined;
      return true;
    }
    const mark = /^cat >\S+ << '(\w+)'/.exec(text)?.[1];
    if (mark !== undefined) {
      this.#untilMark = mark;
      return true;
    }
    return COMMANDS.some((pattern) => pattern.test(text));
  }
}

const COMMANDS: readonly RegExp[] = [
  /^WORK=\S+go-build\d+$/,
  /^(?:mkdir|rm|cp|mv|touch|chmod|ln|cat|echo|printf) .*\$WORK/,
  /^(?:TERM='dumb' )?(?:CGO_\w+='[^']*' |\w+=\S* )*\S*\/(?:pkg\/tool\/\w+|go-build)\/\S+ /,
  /^(?:TERM='dumb' )(?:\w+=\S* )*\S+ /,
  /^\$WORK\/\S+/,
  /^cd (?:\$WORK|\/)\S*$/,
  /^packagefile \S+=/,
  /\s# internal$|^# internal$/,
  /^cp \S+\/go-build\/\S+ /,
  /^mkdir -p \S+\/$/,
  /^mv \$?\S+ \S+$/,
  /^rm -rf? \S+$/,
];
