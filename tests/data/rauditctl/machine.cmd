# Machine names: each means one architecture; listed as its word size, its names by its own table.
> -a always,exit -F arch=x86_64 -S openat,execve,ftruncate,rseq_slice_yield
rc 0
L> -a always,exit -F arch=b64 -S execve,ftruncate,openat,rseq_slice_yield
D> Newer names

> -a always,exit -F arch=i386 -S openat,execve,ftruncate,rseq_slice_yield
rc 0
L> -a always,exit -F arch=b32 -S execve,ftruncate,openat,rseq_slice_yield
D> Newer names

> -a always,exit -F arch=i486 -S openat,execve,ftruncate,rseq_slice_yield
rc 0
L> -a always,exit -F arch=b32 -S execve,ftruncate,openat,rseq_slice_yield
D> Newer names

> -a always,exit -F arch=i586 -S openat,execve,ftruncate,rseq_slice_yield
rc 0
L> -a always,exit -F arch=b32 -S execve,ftruncate,openat,rseq_slice_yield
D> Newer names

> -a always,exit -F arch=i686 -S openat,execve,ftruncate,rseq_slice_yield
rc 0
L> -a always,exit -F arch=b32 -S execve,ftruncate,openat,rseq_slice_yield
D> Newer names

> -a always,exit -F arch=aarch64 -S openat,execve,ftruncate,rseq_slice_yield
rc 0
L> -a always,exit -F arch=b64 -S ftruncate,openat,execve,rseq_slice_yield
D> Newer names

> -a always,exit -F arch=armv8l -S openat,execve,ftruncate,rseq_slice_yield
rc 0
L> -a always,exit -F arch=b64 -S ftruncate,openat,execve,rseq_slice_yield
D> Newer names

> -a always,exit -F arch=arm -S openat,execve,ftruncate,rseq_slice_yield
rc 0
L> -a always,exit -F arch=b32 -S execve,ftruncate,openat,rseq_slice_yield
D> Newer names

> -a always,exit -F arch=armeb -S openat,execve,ftruncate,rseq_slice_yield
rc 0
L> -a always,exit -F arch=b32 -S execve,ftruncate,openat,rseq_slice_yield
D> Newer names

> -a always,exit -F arch=armv5tejl -S openat,execve,ftruncate,rseq_slice_yield
rc 0
L> -a always,exit -F arch=b32 -S execve,ftruncate,openat,rseq_slice_yield
D> Newer names

> -a always,exit -F arch=armv5tel -S openat,execve,ftruncate,rseq_slice_yield
rc 0
L> -a always,exit -F arch=b32 -S execve,ftruncate,openat,rseq_slice_yield
D> Newer names

> -a always,exit -F arch=armv6l -S openat,execve,ftruncate,rseq_slice_yield
rc 0
L> -a always,exit -F arch=b32 -S execve,ftruncate,openat,rseq_slice_yield
D> Newer names

> -a always,exit -F arch=armv7l -S openat,execve,ftruncate,rseq_slice_yield
rc 0
L> -a always,exit -F arch=b32 -S execve,ftruncate,openat,rseq_slice_yield
D> Newer names

> -a always,exit -F arch=ppc64le -S openat,execve,ftruncate,rseq_slice_yield
rc 0
L> -a always,exit -F arch=b64 -S execve,ftruncate,openat,rseq_slice_yield
D> Newer names

> -a always,exit -F arch=ppc64 -S openat,execve,ftruncate,rseq_slice_yield
rc 0
L> -a always,exit -F arch=b64 -S execve,ftruncate,openat,rseq_slice_yield
D> Newer names

> -a always,exit -F arch=ppc -S openat,execve,ftruncate,rseq_slice_yield
rc 0
L> -a always,exit -F arch=b32 -S execve,ftruncate,openat,rseq_slice_yield
D> Newer names

> -a always,exit -F arch=s390x -S openat,execve,ftruncate,rseq_slice_yield
rc 0
L> -a always,exit -F arch=b64 -S execve,ftruncate,openat,rseq_slice_yield
D> Newer names

> -a always,exit -F arch=s390 -S openat,execve,ftruncate,rseq_slice_yield
rc 0
L> -a always,exit -F arch=b32 -S execve,ftruncate,openat,rseq_slice_yield
D> Newer names

> -a always,exit -F arch=riscv64 -S openat,execve,ftruncate,rseq_slice_yield
rc 0
L> -a always,exit -F arch=b64 -S ftruncate,openat,execve,rseq_slice_yield
D> 4.x, riscv

> -a always,exit -F arch=riscv32 -S openat,execve,ftruncate,rseq_slice_yield
rc 255
2> Syscall name unknown: ftruncate
D> 4.x, riscv

> -a always,exit -F arch=RISCV64 -S openat,execve,ftruncate,rseq_slice_yield
rc 0
L> -a always,exit -F arch=b64 -S ftruncate,openat,execve,rseq_slice_yield
D> 4.x, riscv

> -a always,exit -F arch=c00000f3 -S openat,execve,ftruncate,rseq_slice_yield
rc 0
L> -a always,exit -F arch=b64 -S ftruncate,openat,execve,rseq_slice_yield
D> 4.x, riscv

> -a always,exit -F arch=0x400000f3 -S openat,execve,ftruncate,rseq_slice_yield
rc 255
2> Syscall name unknown: ftruncate
D> 4.x, riscv

# names only other machines have
> -a always,exit -F arch=riscv64 -S open
rc 255
2> Syscall name unknown: open
D> 4.x, riscv

> -a always,exit -F arch=aarch64 -S rename
rc 255
2> Syscall name unknown: rename

> -a always,exit -F arch=arm -S newfstatat
rc 255
2> Syscall name unknown: newfstatat

# the kernel's name and auditd's
> -a always,exit -F arch=s390x -S pread64,pwrite
rc 0
L> -a always,exit -F arch=b64 -S pread,pwrite
D> Names of system calls

> -a always,exit -F arch=arm -S _newselect,llseek,mmap,mmap2,time
rc 0
L> -a always,exit -F arch=b32 -S time,mmap,llseek,newselect,mmap2
D> Names of system calls

> -a always,exit -F arch=ppc64le -S stat64,newfstatat,perf_event_open
rc 0
L> -a always,exit -F arch=b64 -S stat64,fstatat64,perf_counter_open
D> Names of system calls

> -a always,exit -F arch=i386 -S madvise1
rc 0
L> -a always,exit -F arch=b32 -S madvise

# private calls of arm are beyond the mask
> -a always,exit -F arch=arm -S 983045
rc 255
2> Syscall name unknown: 983045

> -a always,exit -F arch=arm -S cacheflush
rc 255
2> Syscall name unknown: cacheflush

# machines auditd does not know
> -a always,exit -F arch=mips -S open
rc 255
2> arch elf mapping not found

> -a always,exit -F arch=uring -S open
rc 255
2> arch elf mapping not found

> -a always,exit -F arch=80000016 -S open
rc 255
2> arch elf mapping not found
