> -a always,exit
rc 0
L> -a always,exit -S all

> -a exit,always -S all
rc 0
L> -a always,exit -S all

> -A never,exit -F uid=0
rc 0
L> -a never,exit -S all -F uid=0

> -a never,task
rc 0
L> -a never,task

> -a always,task -F pid=1
rc 0
L> -a always,task -F pid=1

> -a never,user -F uid=0
rc 0
L> -a never,user -F uid=0

> -a always,user -F msgtype=USER_LOGIN
rc 0
L> -a always,user -F msgtype=USER_LOGIN

> -a always,exclude -F msgtype=CWD
rc 0
L> -a always,exclude -F msgtype=CWD

> -a never,exclude -F auid=1000
rc 0
L> -a never,exclude -F auid=1000

> -a never,filesystem -F fstype=tracefs
rc 0
L> -a never,filesystem -F fstype=tracefs

> -a never,filesystem -F fstype=0x27e0eb -k fs
rc 0
L> -a never,filesystem -F fstype=cgroup -F key=fs
D> Newer names

> -a always,filesystem -F fstype!=cgroup2
rc 0
L> -a always,filesystem -F fstype!=cgroup2
D> Newer names

> -a always,io_uring -S openat,sendmsg
rc 0
L> -a always,io_uring -S sendmsg,openat
D> 3.1, io_uring

> -a always,io_uring -S all
rc 0
L> -a always,io_uring -S sendmsg,recvmsg,accept,connect,fallocate,openat,close,openat2,shutdown,renameat,unlinkat,mkdirat,symlinkat,linkat,msg_ring,fsetxattr,setxattr,fgetxattr,getxattr,uring_cmd,sendmsg_zc,waitid,futex_wait,futex_wake,futex_waitv,fixed_fd_install,ftruncate,bind,listen,uring_cmd128
D> 3.1, io_uring

> -a always,io_uring
rc 0
L> -a always,io_uring -S all
D> 3.1, io_uring

> -a always,io_uring -S nosuch
rc 255
2> io_uring op unknown: nosuch
D> 3.1, io_uring

> -a always,io_uring -S uring_cmd128,60
rc 0
L> -a always,io_uring -S 60,uring_cmd128
D> 3.1, io_uring

> -a ALWAYS,exit
rc 255
2> Append rule - bad keyword ALWAYS,exit

> -a always,EXIT
rc 0
L> -a always,exit -S all
D> 4.x, lists in any case

> -a always
rc 255
2> Append rule - bad keyword always

> -a always,exit,x
rc 255
2> Append rule - bad keyword always,exit,x

> -a ,
rc 255
2> Append rule - bad keyword ,

> -a exit,possible -S open
rc 0
2> Append rule - possible is deprecated

> -A bogus,exit
rc 255
2> Add rule - bad keyword bogus,exit

> -d bogus,exit
rc 255
2> Delete rule - bad keyword bogus,exit

> -a always,task -S open
rc 255
2> Error: syscall auditing being added to task list

> -a always,user -S open
rc 255
2> Error: syscall auditing being added to user list

> -a always,filesystem -S open
rc 255
2> Error: syscall auditing being added to filesystem list

> -a always,exclude -S open
rc 255
2> Error: syscall auditing cannot be put on exclude list

> -S open -a always,task
rc 255
2> Syscall auditing requested for task list

> -S open -A always,task
rc 255
2> Error: syscall auditing requested for task list

> -S open
rc 255
2> Error - no list specified

> -F uid=0
rc 255
2> List must be given before field

> -C uid=euid
rc 255
2> uid can only be used with exit filter list

> -k x
rc 255
2> key option needs a watch or syscall given prior to it

> -p wa
rc 255
2> permission option needs a watch given prior to it

> -a always,exit -S all -a never,exit
rc 255
2> Multiple rule insert/delete operations are not allowed

> -a always,exit -A never,exit
rc 255
2> Multiple rule insert/delete operations are not allowed

> -a always,exit -d never,exit
rc 255
2> Multiple rule insert/delete operations are not allowed

$ -a always,exit -F arch=b64 -S openat -k a
$ -a never,exit -F uid=0
$ -A never,exit -F uid=1
$ -a never,task
$ -a never,user -F uid=3
$ -w /etc/passwd -p r -k a
> -l
rc 0
1> -a never,user -F uid=3
1> -a never,task
1> -a never,exit -S all -F uid=1
1> -a always,exit -F arch=b64 -S openat -F key=a
1> -a never,exit -S all -F uid=0
1> -w /etc/passwd -p r -k a
L> -a never,user -F uid=3
L> -a never,task
L> -a never,exit -S all -F uid=1
L> -a always,exit -F arch=b64 -S openat -F key=a
L> -a never,exit -S all -F uid=0
L> -w /etc/passwd -p r -k a

$ -a always,exit -F uid=7 -S all -k one
$ -a always,exit -F uid=8 -S all -k two
> -l -k w
rc 0
1> -a always,exit -S all -F uid=8 -F key=two
L> -a always,exit -S all -F uid=7 -F key=one
L> -a always,exit -S all -F uid=8 -F key=two

$ -a always,exit -F uid=8 -S all -k two
> -l -k nosuch
rc 0
L> -a always,exit -S all -F uid=8 -F key=two

$ -a always,exit -F arch=b64 -F auid=unset -F auid>=1000
> -l -i
rc 0
1> -a always,exit -F arch=x86_64 -S all -F auid=unset -F auid>=1000
L> -a always,exit -F arch=b64 -S all -F auid=-1 -F auid>=1000

$ -a always,exit -F arch=b32 -S open -F a0=1
> -l -i
rc 0
1> -a always,exit -F arch=i386 -S open -F a0=0x1
L> -a always,exit -F arch=b32 -S open -F a0=0x1

> -l
rc 0
1> No rules

> -l -k
rc 255
2> Only -k or -i options are allowed

> -l -k a b
rc 255
2> Wrong number of options for list request

> -l -i -k x
rc 255
2> Wrong number of options for list request

> -l x
rc 255
2> Only -k or -i options are allowed

$ -a always,exit -F uid=7
> -a always,exit -F uid=7
rc 255
2> Error sending add rule data request (Rule exists)
L> -a always,exit -S all -F uid=7

$ -a always,exit -F uid=7
> -d always,exit -F uid=7
rc 0

$ -a always,exit -F uid=7
> -d always,exit -F uid=8
rc 255
2> Error sending delete rule data request (No such file or directory)
L> -a always,exit -S all -F uid=7

$ -w /etc/passwd -p wa
> -W /etc/passwd -p wa
rc 0

$ -w /etc/passwd -p wa
> -W /etc/passwd
rc 255
2> Error sending delete rule data request (No such file or directory)
L> -w /etc/passwd -p wa

> -W etc
rc 255
2> The path must start with '/'

$ -a always,exit -F uid=7
$ -w /etc/passwd
> -D
rc 0
1> No rules

> -D
rc 0
1> No rules

$ -w /etc/passwd -k x
$ -w /etc/group -k y
> -D -k x
rc 0
L> -w /etc/group -p rwxa -k y

> -D -k
rc 255
2> Wrong number of options for Delete all request

> -D -i x
rc 255
2> Only the -k option is allowed

> -D -k a b
rc 255
2> Wrong number of options for Delete all request

kernel enabled=2
> -a always,exit -S all
rc 1
2> The audit system is in immutable mode, no rule changes allowed

kernel enabled=2
> -d always,exit -S all
rc 1
2> The audit system is in immutable mode, no rule changes allowed

kernel enabled=2
> -w /etc/passwd
rc 1
2> Old style watch rules are slower
2> The audit system is in immutable mode, no rule changes allowed

kernel enabled=2
> -D
rc 0
1> No rules

kernel enabled=2
> -a bogus
rc 255
2> Append rule - bad keyword bogus

$ -w /etc/passwd
kernel enabled=2
> -D
rc 255
2> Error deleting rule (Operation not permitted)
L> -w /etc/passwd -p rwxa

# rules of another list do not count as the same
$ -a always,exit -F uid=7
> -a always,user -F uid=7
rc 0
L> -a always,user -F uid=7
L> -a always,exit -S all -F uid=7

$ -a always,exit -F uid=7
> -a never,exit -F uid=7
rc 0
L> -a always,exit -S all -F uid=7
L> -a never,exit -S all -F uid=7

# the order of fields counts
$ -a always,exit -F uid=7 -F gid=7
> -a always,exit -F gid=7 -F uid=7
rc 0
L> -a always,exit -S all -F uid=7 -F gid=7
L> -a always,exit -S all -F gid=7 -F uid=7

# the kernel does not notice a rule that is there already when it goes to the front
$ -a always,exit -F uid=7
> -A always,exit -F uid=7
rc 0
L> -a always,exit -S all -F uid=7
L> -a always,exit -S all -F uid=7
