/**
 * What -x makes `go build`, `go test`, `go run` and `go install` print: a shell script of the commands that they run
 * (cmd/go/internal/work/shell.go). Here-documents hold any text until their end mark.
 */
export class BuildOutput {
  #untilMark: string | undefined;

  /** Whether the beginning of a line may turn out to be one of the script. */
  mayBeBuildLine(partial: string): boolean {
    return (
      this.#untilMark !== undefined ||
      PROGRAM.test(partial) ||
      ASSIGNMENTS.test(partial) ||
      BEGINNINGS.some((each) => each.startsWith(partial) || partial.startsWith(each))
    );
  }

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

const BEGINNINGS = [
  ...['WORK=', 'mkdir -p ', 'cd ', 'cat >', 'echo ', 'printf ', 'cp ', 'mv ', 'rm ', 'touch '],
  ...['ln ', 'chmod ', 'go tool ', 'packagefile ', '$WORK/', 'TERM=', '# internal'],
  ...['gcc ', 'g++ ', 'clang '],
];
/** A path that goes on, or one of go's tools. */
const PROGRAM = /^\/\S*$|^\S*\/pkg\/tool\//;

/** `GOROOT='/usr/local/go' /usr/local/go/pkg/tool/linux_amd64/link …`, as far as it has come. */
const ASSIGNMENTS = /^(?:[A-Z_]+=\S* )*(?:[A-Z_]+(?:=\S*)?|\/\S*)$|^(?:[A-Z_]+=\S* )+(?:$|\S*\/pkg\/tool\/)/;

const COMMANDS: readonly RegExp[] = [
  /^WORK=\S+go-build\d+$/,
  /^(?:mkdir|rm|cp|mv|touch|chmod|ln|cat|echo|printf) .*\$WORK/,
  /^(?:TERM='dumb' )?(?:CGO_\w+='[^']*' |\w+=\S* )*\S*\/(?:pkg\/tool\/\w+|go-build)\/\S+ /,
  /^(?:TERM='dumb' )(?:\w+=\S* )*\S+ /,
  // An error of the compiler or the linker begins `$WORK/b001/x.o:12: …`.
  /^\$WORK\/[^\s:]+(?: |$)/,
  /^# \$WORK\/\S+ not created$/,
  /^(?:\S*\/)?[\w.+-]*(?:gcc|clang|cc|\+\+|gfortran|ar)(?:-[\d.]+)? .*(?:\$WORK|\|\| true$)/,
  /^cd (?:\$WORK|\/|\.)\S*$/,
  /^packagefile \S+=/,
  /(?:^|\s)# internal$/,
  /^cp \S+\/go-build\/\S+ /,
  /^mkdir -p \S+\/$/,
  /^mv \$?\S+ \S+$/,
  /^rm -rf? \S+$/,
];
