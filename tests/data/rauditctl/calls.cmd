# names and numbers of system calls
> -a always,exit -F arch=b64 -S read
rc 0
L> -a always,exit -F arch=b64 -S read

> -a always,exit -F arch=b64 -S 0
rc 0
L> -a always,exit -F arch=b64 -S read

> -a always,exit -F arch=b64 -S read,write,close
rc 0
L> -a always,exit -F arch=b64 -S read,write,close

> -a always,exit -F arch=b64 -S close,write,read
rc 0
L> -a always,exit -F arch=b64 -S read,write,close

> -a always,exit -F arch=b64 -S read -S write
rc 0
L> -a always,exit -F arch=b64 -S read,write

> -a always,exit -F arch=b64 -S read -S read
rc 0
L> -a always,exit -F arch=b64 -S read

> -a always,exit -F arch=b64 -S 1,0x2,03
rc 0
L> -a always,exit -F arch=b64 -S write,open,close

> -a always,exit -F arch=b64 -S 010
rc 0
L> -a always,exit -F arch=b64 -S lseek

> -a always,exit -F arch=b64 -S 90-92
rc 0
L> -a always,exit -F arch=b64 -S chmod

> -a always,exit -F arch=b64 -S 90x
rc 0
L> -a always,exit -F arch=b64 -S chmod

> -a always,exit -F arch=b64 -S -1
rc 255
2> Syscall name unknown: -1

> -a always,exit -F arch=b64 -S all
rc 0
L> -a always,exit -F arch=b64 -S all

> -a always,exit -F arch=b64 -S ALL
rc 255
2> Syscall name unknown: ALL

> -a always,exit -F arch=b64 -S all,open
rc 0
L> -a always,exit -F arch=b64 -S all

> -a always,exit -F arch=b64 -S open,all
rc 0
L> -a always,exit -F arch=b64 -S all

> -a always,exit -F arch=b64 -S open -S all
rc 0
L> -a always,exit -F arch=b64 -S all

> -a always,exit -F arch=b64 -S  
rc 255
2> Option -S is invalid

> -a always,exit -F arch=b64 -S ,
rc 0
L> -a always,exit -F arch=b64

> -a always,exit -F arch=b64 -S ,,open,,
rc 0
L> -a always,exit -F arch=b64 -S open

> -a always,exit -F arch=b64 -S OPEN
rc 0
L> -a always,exit -F arch=b64 -S open

> -a always,exit -F arch=b64 -S open\ 
rc 255
2> Syscall name unknown: open 

> -a always,exit -F arch=b64 -S sys_open
rc 255
2> Syscall name unknown: sys_open

> -a always,exit -F arch=b64 -S __NR_open
rc 255
2> Syscall name unknown: __NR_open

> -a always,exit -F arch=b64 -S 334,335,336,424,450,462
rc 0
L> -a always,exit -F arch=b64 -S rseq,uretprobe,uprobe,pidfd_send_signal,set_mempolicy_home_node,mseal
D> Newer names

> -a always,exit -F arch=b64 -S 999
rc 0
L> -a always,exit -F arch=b64 -S 999

> -a always,exit -F arch=b64 -S 2015,2016
rc 0
L> -a always,exit -F arch=b64 -S 2015,2016

> -a always,exit -F arch=b64 -S 2047
rc 0
L> -a always,exit -F arch=b64

> -a always,exit -F arch=b64 -S 4294967295
rc 255
2> Syscall name unknown: 4294967295

> -a always,exit -F arch=b64 -S 99999999999999999999
rc 255
2> Syscall name unknown: 99999999999999999999

> -a always,exit -F arch=b64 -S clone3,openat2,pidfd_open,statx
rc 0
L> -a always,exit -F arch=b64 -S statx,pidfd_open,clone3,openat2

> -a always,exit -F arch=b64 -S umount2,umount
rc 255
2> Syscall name unknown: umount

> -a always,exit -F arch=b32 -S umount,umount2,stime,socketcall
rc 0
L> -a always,exit -F arch=b32 -S umount,stime,umount2,socketcall

> -a always,exit -F arch=b32 -S chown32,lchown,lchown32,fchown32
rc 0
L> -a always,exit -F arch=b32 -S lchown,lchown32,fchown32,chown32

> -a always,exit -F arch=b64 -S chown32
rc 255
2> Syscall name unknown: chown32

> -a always,exit -F arch=b32 -S open,creat,truncate,truncate64,ftruncate64,mmap2
rc 0
L> -a always,exit -F arch=b32 -S open,creat,truncate,mmap2,truncate64,ftruncate64

> -a always,exit -F arch=b64 -S mmap2
rc 255
2> Syscall name unknown: mmap2

> -a always,exit -F arch=b64 -S newfstatat,fstatat64
rc 255
2> Syscall name unknown: fstatat64

> -a always,exit -F arch=b32 -S fstatat64,statfs64,clock_settime64
rc 0
L> -a always,exit -F arch=b32 -S statfs64,fstatat64,clock_settime64

> -a always,exit -F arch=b64 -S pread64,pwrite64
rc 0
L> -a always,exit -F arch=b64 -S pread,pwrite
D> Names of system calls

> -a always,exit -F arch=b64 -S _sysctl,uselib,create_module
rc 0
L> -a always,exit -F arch=b64 -S uselib,_sysctl,create_module

> -a always,exit -F arch=b32 -S clock_settime,settimeofday,adjtimex,stime
rc 0
L> -a always,exit -F arch=b32 -S stime,settimeofday,adjtimex,clock_settime

> -a always,exit -S adjtimex,settimeofday,clock_settime
rc 0
2> WARNING - 32/64 bit syscall mismatch, you should specify an arch
L> -a always,exit -S adjtimex,settimeofday,clock_settime

> -a always,exit -S execve
rc 0
2> WARNING - 32/64 bit syscall mismatch, you should specify an arch
L> -a always,exit -S execve

> -a always,exit -S 59
rc 0
L> -a always,exit -S execve

> -a always,exit -S 59,execve
rc 0
2> WARNING - 32/64 bit syscall mismatch, you should specify an arch
L> -a always,exit -S execve

> -a always,exit -S all
rc 0
L> -a always,exit -S all

> -a always,exit -S getpid
rc 0
2> WARNING - 32/64 bit syscall mismatch, you should specify an arch
L> -a always,exit -S getpid

> -a always,exit -S read,write
rc 0
2> WARNING - 32/64 bit syscall mismatch, you should specify an arch
L> -a always,exit -S read,write

> -a always,exit -S nosuch
rc 255
2> Syscall name unknown: nosuch

> -a always,exit -S mmap2
rc 255
2> Syscall name unknown: mmap2

> -d always,exit -S read
rc 255
2> Error sending delete rule data request (No such file or directory)

> -d always,exit -S nosuch
rc 255
2> Syscall name unknown: nosuch

> -A always,exit -S read
rc 0
2> WARNING - 32/64 bit syscall mismatch, you should specify an arch
L> -a always,exit -S read

> -S read -a always,exit
rc 0
L> -a always,exit -S read

> -S read -A never,exit
rc 0
L> -a never,exit -S read

> -S read -F arch=b64 -a always,exit
rc 255
2> List must be given before field

> -S read -a always,user
rc 0
L> -a always,user

> -S read -a always,exclude
rc 0
L> -a always,exclude

> -S read -a always,filesystem
rc 0
L> -a always,filesystem

> -S read -d always,task
rc 255
2> Error sending delete rule data request (No such file or directory)

> -S read -d always,user
rc 255
2> Error sending delete rule data request (No such file or directory)

> -a never,exit -S all -F pid=1 -S read
rc 0
L> -a never,exit -S all -F pid=1

> -a always,exit -F uid=0 -F arch=b64 -S read
rc 0
L> -a always,exit -F arch=b64 -S read -F uid=0

> -a always,exit -F arch=b64 -F arch=b32 -S read
rc 0
L> -a always,exit -F arch=b64 -F arch=b32 -S read

> -a always,exit -F arch=b32 -F arch=b64 -S read
rc 0
L> -a always,exit -F arch=b32 -F arch=b64 -S read

> -a always,exit -F arch!=b32 -S read
rc 0
L> -a always,exit -F arch!=b32 -S read

> -a always,exit -F arch=b64 -S read -F arch=b32 -S write
rc 255
2> arch must be before -S

> -a always,exit -F arch=x86_64 -S read
rc 0
L> -a always,exit -F arch=b64 -S read

> -a always,exit -F arch=i386 -S read
rc 0
L> -a always,exit -F arch=b32 -S read

> -a always,exit -F arch=i586 -S read
rc 0
L> -a always,exit -F arch=b32 -S read

> -a always,exit -F arch=aarch64 -S openat,renameat
rc 0
L> -a always,exit -F arch=b64 -S renameat,openat

> -a always,exit -F arch=aarch64 -S open
rc 255
2> Syscall name unknown: open

> -a always,exit -F arch=arm -S open
rc 0
L> -a always,exit -F arch=b32 -S open

> -a always,exit -F arch=armv7l -S open
rc 0
L> -a always,exit -F arch=b32 -S open

> -a always,exit -F arch=armeb -S open
rc 0
L> -a always,exit -F arch=b32 -S open

> -a always,exit -F arch=ppc -S open
rc 0
L> -a always,exit -F arch=b32 -S open

> -a always,exit -F arch=ppc64 -S open
rc 0
L> -a always,exit -F arch=b64 -S open

> -a always,exit -F arch=ppc64le -S open,swapcontext
rc 0
L> -a always,exit -F arch=b64 -S open,swapcontext

> -a always,exit -F arch=s390x -S open,s390_pci_mmio_read
rc 0
L> -a always,exit -F arch=b64 -S open,s390_pci_mmio_read

> -a always,exit -F arch=s390 -S open
rc 0
L> -a always,exit -F arch=b32 -S open

> -a always,exit -F arch=riscv64 -S openat
rc 0
L> -a always,exit -F arch=b64 -S openat
D> 4.x, riscv

> -a always,exit -F arch=ia64 -S open
rc 255
2> arch elf mapping not found

> -a always,exit -F arch=alpha -S open
rc 255
2> arch elf mapping not found

> -a always,exit -F arch=b64 -S open,openat,creat,truncate,ftruncate,open_by_handle_at,openat2 -F exit=-EACCES -F auid>=1000 -F auid!=unset -F key=access
rc 0
L> -a always,exit -F arch=b64 -S open,truncate,ftruncate,creat,openat,open_by_handle_at,openat2 -F exit=-EACCES -F auid>=1000 -F auid!=-1 -F key=access

> -a always,exit -F arch=b64 -S open -S {read,*300}write
rc 0
L> -a always,exit -F arch=b64 -S read,write,open

> -d always,io_uring -S openat
rc 255
2> Error sending delete rule data request (No such file or directory)
D> 3.1, io_uring

> -a always,io_uring -F uid=0 -S openat,connect -k u
rc 0
L> -a always,io_uring -S connect,openat -F uid=0 -F key=u
D> 3.1, io_uring

> -a always,io_uring -S 18
rc 0
L> -a always,io_uring -S openat
D> 3.1, io_uring

> -a always,io_uring -S openat -S nosuch
rc 255
2> io_uring op unknown: nosuch
D> 3.1, io_uring
