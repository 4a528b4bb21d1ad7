# rules that are there: listed, in words too, found by key, deleted, given again
$ -a always,exit -F arch=b64 -S openat -F a2=0x42 -F a0=-100 -F a1=5 -F a3=0600
> -l -i
rc 0
1> -a always,exit -F arch=x86_64 -S openat -F a2=O_RDWR|O_CREAT -F a0=AT_FDCWD -F a1=0x5 -F a3=0x180
L> -a always,exit -F arch=b64 -S openat -F a2=0x42 -F a0=0xFFFFFF9C -F a1=0x5 -F a3=0x180

$ -a always,exit -F arch=b64 -S open -F a1&03
> -l -i
rc 0
1> -a always,exit -F arch=x86_64 -S open -F a1&O_WRONLY|O_RDWR
L> -a always,exit -F arch=b64 -S open -F a1&0x3

$ -a always,exit -F arch=b64 -S socket -F a0=2 -F a1=1 -F a2=6
> -l -i
rc 0
1> -a always,exit -F arch=x86_64 -S socket -F a0=inet -F a1=SOCK_STREAM -F a2=tcp
L> -a always,exit -F arch=b64 -S socket -F a0=0x2 -F a1=0x1 -F a2=0x6

$ -a always,exit -F arch=b64 -S socket -F a0=999
> -l -i
rc 0
1> -a always,exit -F arch=x86_64 -S socket -F a0=unknown-family(0x3e7)
L> -a always,exit -F arch=b64 -S socket -F a0=0x3E7

$ -a always,exit -F arch=b64 -S kill -F a1=9 -F a0=1
> -l -i
rc 0
1> -a always,exit -F arch=x86_64 -S kill -F a1=SIGKILL -F a0=0x1
L> -a always,exit -F arch=b64 -S kill -F a1=0x9 -F a0=0x1

$ -a always,exit -F arch=b64 -S kill,tkill -F a1=9 -F a0=1
> -l -i
rc 0
1> -a always,exit -F arch=x86_64 -S kill,tkill -F a1=0x9 -F a0=0x1
L> -a always,exit -F arch=b64 -S kill,tkill -F a1=0x9 -F a0=0x1

$ -a always,exit -F arch=b32 -S open -F a1=0x241
> -l -i
rc 0
1> -a always,exit -F arch=i386 -S open -F a1=O_WRONLY|O_CREAT|O_TRUNC
L> -a always,exit -F arch=b32 -S open -F a1=0x241

$ -a always,exit -S open -F a1=0x241
> -l -i
rc 0
1> -a always,exit -S open -F a1=0x241
L> -a always,exit -S open -F a1=0x241

$ -a always,exit -F arch=b64 -S setuid -F a0=0 -F auid=-1 -F sessionid=-1 -F uid=0 -F gid=0
> -l -i
rc 0
1> -a always,exit -F arch=x86_64 -S setuid -F a0=root -F auid=unset -F sessionid=unset -F uid=0 -F gid=0
L> -a always,exit -F arch=b64 -S setuid -F a0=0x0 -F auid=-1 -F sessionid=-1 -F uid=0 -F gid=0

$ -a always,exit -F arch=b64 -S setsockopt -F a1=1 -F a2=2
> -l -i
rc 0
1> -a always,exit -F arch=x86_64 -S setsockopt -F a1=SOL_SOCKET -F a2=SO_REUSEADDR
L> -a always,exit -F arch=b64 -S setsockopt -F a1=0x1 -F a2=0x2

$ -a always,exit -F arch=b64 -S setsockopt -F a2=2 -F a1=1
> -l -i
rc 0
1> -a always,exit -F arch=x86_64 -S setsockopt -F a2=SO_REUSEADDR -F a1=SOL_SOCKET
L> -a always,exit -F arch=b64 -S setsockopt -F a2=0x2 -F a1=0x1
D> Words of `-l -i`

$ -a always,exit -F arch=b64 -S fcntl -F a1=2 -F a2=1
> -l -i
rc 0
1> -a always,exit -F arch=x86_64 -S fcntl -F a1=F_SETFD -F a2=FD_CLOEXEC
L> -a always,exit -F arch=b64 -S fcntl -F a1=0x2 -F a2=0x1

$ -a always,exit -F arch=b64 -S prctl -F a0=1 -F a1=9
> -l -i
rc 0
1> -a always,exit -F arch=x86_64 -S prctl -F a0=PR_SET_PDEATHSIG -F a1=SIGKILL
L> -a always,exit -F arch=b64 -S prctl -F a0=0x1 -F a1=0x9

$ -a always,exit -F arch=b64 -S prctl -F a0=0xF -F a1=9
> -l -i
rc 0
1> -a always,exit -F arch=x86_64 -S prctl -F a0=PR_SET_NAME -F a1=0x9
L> -a always,exit -F arch=b64 -S prctl -F a0=0xF -F a1=0x9

$ -a always,exit -F arch=b64 -S mmap -F a2&4 -F a3=0x22
> -l -i
rc 0
1> -a always,exit -F arch=x86_64 -S mmap -F a2&PROT_EXEC -F a3=MAP_PRIVATE|MAP_ANONYMOUS
L> -a always,exit -F arch=b64 -S mmap -F a2&0x4 -F a3=0x22

$ -a always,exit -F arch=b64 -S clone -F a0&0x10000000
> -l -i
rc 0
1> -a always,exit -F arch=x86_64 -S clone -F a0&CLONE_NEWUSER
L> -a always,exit -F arch=b64 -S clone -F a0&0x10000000
D> Words of `-l -i`

$ -a always,exit -F arch=b64 -S chmod -F a1=0755
> -l -i
rc 0
1> -a always,exit -F arch=x86_64 -S chmod -F a1=0755
L> -a always,exit -F arch=b64 -S chmod -F a1=0x1ED

$ -a always,exit -F arch=b64 -S fchmodat -F a2=0755
> -l -i
rc 0
1> -a always,exit -F arch=x86_64 -S fchmodat -F a2=0755
L> -a always,exit -F arch=b64 -S fchmodat -F a2=0x1ED

$ -a always,exit -F arch=b64 -S open -F a1=0x40 -F a2=0755
> -l -i
rc 0
1> -a always,exit -F arch=x86_64 -S open -F a1=O_RDONLY|O_CREAT -F a2=0755
L> -a always,exit -F arch=b64 -S open -F a1=0x40 -F a2=0x1ED

$ -a always,exit -F arch=b64 -S open -F a2=0755 -F a1=0x40
> -l -i
rc 0
1> -a always,exit -F arch=x86_64 -S open -F a2=0755 -F a1=O_RDONLY|O_CREAT
L> -a always,exit -F arch=b64 -S open -F a2=0x1ED -F a1=0x40
D> Words of `-l -i`

$ -a always,exit -F arch=b64 -S ptrace -F a0=0x4 -F a0!=5
> -l -i
rc 0
1> -a always,exit -F arch=x86_64 -S ptrace -F a0=PTRACE_POKETEXT -F a0!=PTRACE_POKEDATA
L> -a always,exit -F arch=b64 -S ptrace -F a0=0x4 -F a0!=0x5

$ -a always,exit -F arch=b64 -S 2000 -F a0=5
> -l -i
rc 0
1> -a always,exit -F arch=x86_64 -S 2000 -F a0=0x5
L> -a always,exit -F arch=b64 -S 2000 -F a0=0x5

$ -a always,exit -F arch!=b32 -S open -F a1=1
> -l -i
rc 0
1> -a always,exit -F arch!=i386 -S open -F a1=O_WRONLY
L> -a always,exit -F arch!=b32 -S open -F a1=0x1

$ -a always,exit -F arch=b64 -S personality -F a0=0xffffffff
> -l -i
rc 0
1> -a always,exit -F arch=x86_64 -S personality -F a0=unknown-personality(0xffffffff)
L> -a always,exit -F arch=b64 -S personality -F a0=0xFFFFFFFF

$ -a always,exit -F arch=b64 -S openat -F a0=0xffffff9c
> -l -i
rc 0
1> -a always,exit -F arch=x86_64 -S openat -F a0=AT_FDCWD
L> -a always,exit -F arch=b64 -S openat -F a0=0xFFFFFF9C

$ -a always,exit -F arch=b64 -S exit_group -F a0=0
> -l -i
rc 0
1> -a always,exit -F arch=x86_64 -S exit_group -F a0=EXIT_SUCCESS
L> -a always,exit -F arch=b64 -S exit_group -F a0=0x0

$ -a always,exit -F arch=b64 -S unshare -F a0=0x10000000
> -l -i
rc 0
1> -a always,exit -F arch=x86_64 -S unshare -F a0=CLONE_NEWUSER
L> -a always,exit -F arch=b64 -S unshare -F a0=0x10000000

$ -a always,exit -F arch=b32 -S socketcall -F a0=4
> -l -i
rc 0
1> -a always,exit -F arch=i386 -S socketcall -F a0=listen
L> -a always,exit -F arch=b32 -S socketcall -F a0=0x4

$ -a always,user -F a0=1
> -l -i
rc 0
1> -a always,user -F a0=0x1
L> -a always,user -F a0=0x1

$ -a always,exit -F a0=1
> -l -i
rc 0
1> -a always,exit -S all -F a0=0x1
L> -a always,exit -S all -F a0=0x1

$ -a always,exit -F arch=b64 -S ioctl -F a1=0x5401 -F a0=0 -F a2=5
> -l -i
rc 0
1> -a always,exit -F arch=x86_64 -S ioctl -F a1=TCGETS -F a0=0x0 -F a2=0x5
L> -a always,exit -F arch=b64 -S ioctl -F a1=0x5401 -F a0=0x0 -F a2=0x5

$ -a always,exit -F arch=b64 -S lseek -F a2=2
> -l -i
rc 0
1> -a always,exit -F arch=x86_64 -S lseek -F a2=SEEK_END
L> -a always,exit -F arch=b64 -S lseek -F a2=0x2

$ -a always,exit -F arch=b64 -S access -F a1=4
> -l -i
rc 0
1> -a always,exit -F arch=x86_64 -S access -F a1=R_OK
L> -a always,exit -F arch=b64 -S access -F a1=0x4

$ -a always,exit -F arch=b64 -S rt_sigaction -F a0=9
> -l -i
rc 0
1> -a always,exit -F arch=x86_64 -S rt_sigaction -F a0=SIGKILL
L> -a always,exit -F arch=b64 -S rt_sigaction -F a0=0x9

$ -a always,exit -F arch=b64 -S setreuid -F a0=0 -F a1=4294967295
> -l -i
rc 0
1> -a always,exit -F arch=x86_64 -S setreuid -F a0=root -F a1=unset
L> -a always,exit -F arch=b64 -S setreuid -F a0=0x0 -F a1=0xFFFFFFFF

$ -a always,exit -F arch=b64 -S delete_module -F exit=-1 -F success=1 -F a1=2
> -l -i
rc 0
1> -a always,exit -F arch=x86_64 -S delete_module -F exit=-EPERM -F success=1 -F a1=0x2
L> -a always,exit -F arch=b64 -S delete_module -F exit=-EPERM -F success=1 -F a1=0x2

$ -a always,exit -F arch=b64 -S sched_setscheduler -F a1=1
> -l -i
rc 0
1> -a always,exit -F arch=x86_64 -S sched_setscheduler -F a1=SCHED_FIFO
L> -a always,exit -F arch=b64 -S sched_setscheduler -F a1=0x1

$ -a always,exit -F arch=b64 -S setrlimit -F a0=7
> -l -i
rc 0
1> -a always,exit -F arch=x86_64 -S setrlimit -F a0=RLIMIT_NOFILE
L> -a always,exit -F arch=b64 -S setrlimit -F a0=0x7

$ -a always,exit -F arch=b64 -S mount -F a3=1
> -l -i
rc 0
1> -a always,exit -F arch=x86_64 -S mount -F a3=MS_RDONLY
L> -a always,exit -F arch=b64 -S mount -F a3=0x1

$ -a always,exit -F arch=b64 -S umount2 -F a1=1
> -l -i
rc 0
1> -a always,exit -F arch=x86_64 -S umount2 -F a1=MNT_FORCE
L> -a always,exit -F arch=b64 -S umount2 -F a1=0x1

$ -a always,exit -F arch=b64 -S clock_settime -F a0=0
> -l -i
rc 0
1> -a always,exit -F arch=x86_64 -S clock_settime -F a0=CLOCK_REALTIME
L> -a always,exit -F arch=b64 -S clock_settime -F a0=0x0

$ -a always,exit -F arch=b64 -S bpf -F a0=5
> -l -i
rc 0
1> -a always,exit -F arch=x86_64 -S bpf -F a0=BPF_PROG_LOAD
L> -a always,exit -F arch=b64 -S bpf -F a0=0x5

$ -a always,exit -F arch=b64 -S shmget -F a2=0x3ff
> -l -i
rc 0
1> -a always,exit -F arch=x86_64 -S shmget -F a2=IPC_CREAT|0777
L> -a always,exit -F arch=b64 -S shmget -F a2=0x3FF

$ -a always,exit -F arch=b64 -S epoll_ctl -F a1=1
> -l -i
rc 0
1> -a always,exit -F arch=x86_64 -S epoll_ctl -F a1=EPOLL_CTL_ADD
L> -a always,exit -F arch=b64 -S epoll_ctl -F a1=0x1

$ -a always,exit -F arch=b64 -S getsockopt -F a1=6 -F a2=1
> -l -i
rc 0
1> -a always,exit -F arch=x86_64 -S getsockopt -F a1=tcp -F a2=TCP_NODELAY
L> -a always,exit -F arch=b64 -S getsockopt -F a1=0x6 -F a2=0x1

$ -a always,exit -F arch=b64 -S mknodat -F a2=0100644
> -l -i
rc 0
1> -a always,exit -F arch=x86_64 -S mknodat -F a2=0644
L> -a always,exit -F arch=b64 -S mknodat -F a2=0x81A4

$ -a always,exit -F arch=b64 -S sendmsg -F a2=0x40
> -l -i
rc 0
1> -a always,exit -F arch=x86_64 -S sendmsg -F a2=MSG_DONTWAIT
L> -a always,exit -F arch=b64 -S sendmsg -F a2=0x40

$ -a always,exit -F arch=b64 -S mprotect -F a2=7
> -l -i
rc 0
1> -a always,exit -F arch=x86_64 -S mprotect -F a2=PROT_READ|PROT_WRITE|PROT_EXEC
L> -a always,exit -F arch=b64 -S mprotect -F a2=0x7

$ -w /etc/passwd -p wa -k k
> -l -i
rc 0
1> -w /etc/passwd -p wa -k k
L> -w /etc/passwd -p wa -k k

$ -a always,exit -F path=/etc/passwd -F perm=x -F auid=unset
> -l -i
rc 0
1> -a always,exit -S all -F path=/etc/passwd -F perm=x -F auid=unset
L> -a always,exit -S all -F path=/etc/passwd -F perm=x -F auid=-1

$ -a never,user -F auid!=unset
> -l -i
rc 0
1> -a never,user -F auid!=unset
L> -a never,user -F auid!=-1

$ -a always,exit -F arch=aarch64 -S openat -F a2=0x242
> -l -i
rc 0
1> -a always,exit -F arch=aarch64 -S openat -F a2=O_RDWR|O_CREAT|O_TRUNC
L> -a always,exit -F arch=b64 -S openat -F a2=0x242

$ -a always,exit -F arch=b64 -S open -F a1!=0x40 -F a2=0755
> -l -i
rc 0
1> -a always,exit -F arch=x86_64 -S open -F a1!=O_RDONLY|O_CREAT -F a2=0755
L> -a always,exit -F arch=b64 -S open -F a1!=0x40 -F a2=0x1ED

$ -a always,exit -S open -F a1=0x24a
> -l -i
rc 0
1> -a always,exit -S open -F a1=0x24a
L> -a always,exit -S open -F a1=0x24A

$ -a always,exit -F arch=b64 -S read,write -F a1=0x24a
> -l -i
rc 0
1> -a always,exit -F arch=x86_64 -S read,write -F a1=0x24A
L> -a always,exit -F arch=b64 -S read,write -F a1=0x24A

$ -a always,exclude -F msgtype>=1300 -F msgtype<=1399
> -l -i
rc 0
1> -a always,exclude -F msgtype>=SYSCALL -F msgtype<=1399
L> -a always,exclude -F msgtype>=SYSCALL -F msgtype<=1399

$ -a always,exit -F arch!=b64 -S all -F exit=-13 -F success!=1
> -l -i
rc 0
1> -a always,exit -F arch!=x86_64 -S all -F exit=-EACCES -F success!=1
L> -a always,exit -F arch!=b64 -S all -F exit=-EACCES -F success!=1

$ -w /etc/passwd -k alpha
$ -w /etc/group -k beta
$ -w /etc/shadow -k alphabet
> -l -k alpha
rc 0
1> -w /etc/passwd -p rwxa -k alpha
1> -w /etc/shadow -p rwxa -k alphabet
L> -w /etc/passwd -p rwxa -k alpha
L> -w /etc/group -p rwxa -k beta
L> -w /etc/shadow -p rwxa -k alphabet

$ -w /etc/passwd -k alpha -k beta
> -l -k beta
rc 0
1> -w /etc/passwd -p rwxa -k alpha -k beta
L> -w /etc/passwd -p rwxa -k alpha -k beta

$ -w /etc/passwd -k alpha
> -l -k ALPHA
rc 0
L> -w /etc/passwd -p rwxa -k alpha

$ -w /etc/passwd
> -l -k a
rc 0
L> -w /etc/passwd -p rwxa

$ -w /etc/passwd -k alpha
$ -w /etc/group -k beta
$ -w /etc/shadow -k alphabet
> -D -k alpha
rc 0
L> -w /etc/group -p rwxa -k beta

$ -w /etc/passwd -k alpha
$ -w /etc/group
> -D -k beta
rc 0
L> -w /etc/passwd -p rwxa -k alpha
L> -w /etc/group -p rwxa

$ -w /etc/passwd -k alpha
$ -a never,task
$ -a always,exclude -F msgtype=CWD
> -D
rc 0
1> No rules

$ -a never,user -F uid=1
$ -a never,task -F uid=2
$ -a always,exit -F uid=3
$ -a always,exclude -F uid=4
$ -a never,filesystem -F fstype=tracefs
$ -A always,exit -F uid=5
> -l
rc 0
1> -a never,user -F uid=1
1> -a never,task -F uid=2
1> -a always,exit -S all -F uid=5
1> -a always,exit -S all -F uid=3
1> -a always,exclude -F uid=4
1> -a never,filesystem -F fstype=tracefs
L> -a never,user -F uid=1
L> -a never,task -F uid=2
L> -a always,exit -S all -F uid=5
L> -a always,exit -S all -F uid=3
L> -a always,exclude -F uid=4
L> -a never,filesystem -F fstype=tracefs

$ -w /etc/passwd
> -W /etc/passwd
rc 0

$ -w /etc/passwd -p wa
> -W /etc/passwd -p wa
rc 0

$ -w /etc/passwd -p wa -k k
> -W /etc/passwd -p wa -k k
rc 0

$ -w /etc/passwd -p wa -k k
> -W /etc/passwd -p wa
rc 255
2> Error sending delete rule data request (No such file or directory)
L> -w /etc/passwd -p wa -k k

$ -a always,exit -F path=/etc/passwd -F perm=wa -F key=k
> -W /etc/passwd -p wa -k k
rc 0

$ -w /etc/passwd -p wa -k k
> -d always,exit -F path=/etc/passwd -F perm=wa -F key=k
rc 0
2> perm used without an arch is slower
D> Lost messages

$ -w /etc -p wa
> -W /etc/ -p wa
rc 0

$ -a always,exit -F arch=b64 -S read -k k
> -d always,exit -F arch=b64 -S read -k k
rc 0

$ -a always,exit -F arch=b64 -S read -k k
> -d never,exit -F arch=b64 -S read -k k
rc 255
2> Error sending delete rule data request (No such file or directory)
L> -a always,exit -F arch=b64 -S read -F key=k

$ -a always,exit -F arch=b64 -S read -k k
> -d always,exit -F arch=b64 -S read
rc 255
2> Error sending delete rule data request (No such file or directory)
L> -a always,exit -F arch=b64 -S read -F key=k

$ -a always,exit -F arch=b64 -S read
> -d exit,always -F arch=b64 -S 0
rc 0

$ -a always,exit -F uid=0 -F gid=0
> -d always,exit -F gid=0 -F uid=0
rc 255
2> Error sending delete rule data request (No such file or directory)
L> -a always,exit -S all -F uid=0 -F gid=0

$ -a always,exit -F auid=unset
> -d always,exit -F auid=-1
rc 0

$ -a never,task
> -d never,task
rc 0

$ -a never,task
> -d task,never
rc 0

$ -a always,exit -F uid=1
> -a always,exit -F uid=1
rc 255
2> Error sending add rule data request (Rule exists)
L> -a always,exit -S all -F uid=1

$ -a always,exit -F uid=1
> -A always,exit -F uid=1
rc 0
L> -a always,exit -S all -F uid=1
L> -a always,exit -S all -F uid=1

$ -a always,exit -F uid=1
> -a never,exit -F uid=1
rc 0
L> -a always,exit -S all -F uid=1
L> -a never,exit -S all -F uid=1

$ -w /etc/passwd
> -w /etc/passwd
rc 255
2> Old style watch rules are slower
2> Error sending add rule data request (Rule exists)
L> -w /etc/passwd -p rwxa

$ -w /etc/passwd
> -w /etc/passwd -p wa
rc 0
2> Old style watch rules are slower
L> -w /etc/passwd -p rwxa
L> -w /etc/passwd -p wa

$ -w /etc/passwd -k a
> -a always,exit -F path=/etc/passwd -F perm=rwxa -k a
rc 255
2> perm used without an arch is slower
2> Error sending add rule data request (Rule exists)
L> -w /etc/passwd -p rwxa -k a
D> Lost messages

> -W /etc/passwd -k k
rc 255
2> Error sending delete rule data request (No such file or directory)

> -d always,exit -F path=/etc/passwd
rc 255
2> Error sending delete rule data request (No such file or directory)

> -d always,exit -S nosuch -F uid=0
rc 255
2> Syscall name unknown: nosuch

> -d bogus
rc 255
2> Delete rule - bad keyword bogus

> -d always,exit -F dir=/nosuchdirectory
rc 255
2> Error sending delete rule data request (No such file or directory)
