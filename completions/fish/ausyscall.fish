# fish completion for ausyscall; made of its --help: make completions

complete -c ausyscall -f
complete -c ausyscall -l dump -d 'all calls'
complete -c ausyscall -l exact -d 'NAME is a whole name'
complete -c ausyscall -l help -d 'this text'
complete -c ausyscall -a 'b64 b32 x86_64 i386 aarch64 armeb ppc64le ppc64 ppc s390x s390 riscv64 riscv32 (ausyscall --dump 2>/dev/null | sed -n \'s/^[0-9]*\\t//p\')'
