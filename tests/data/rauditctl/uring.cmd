# Every operation that auditd names, alone, together and as all; 4.2 lists none from 37 on (a wrong count in it).
> -a always,io_uring -S sendmsg -k u
rc 0
L> -a always,io_uring -S sendmsg -F key=u
D> 3.1, io_uring

> -a always,io_uring -S recvmsg -k u
rc 0
L> -a always,io_uring -S recvmsg -F key=u
D> 3.1, io_uring

> -a always,io_uring -S accept -k u
rc 0
L> -a always,io_uring -S accept -F key=u
D> 3.1, io_uring

> -a always,io_uring -S connect -k u
rc 0
L> -a always,io_uring -S connect -F key=u
D> 3.1, io_uring

> -a always,io_uring -S fallocate -k u
rc 0
L> -a always,io_uring -S fallocate -F key=u
D> 3.1, io_uring

> -a always,io_uring -S openat -k u
rc 0
L> -a always,io_uring -S openat -F key=u
D> 3.1, io_uring

> -a always,io_uring -S close -k u
rc 0
L> -a always,io_uring -S close -F key=u
D> 3.1, io_uring

> -a always,io_uring -S openat2 -k u
rc 0
L> -a always,io_uring -S openat2 -F key=u
D> 3.1, io_uring

> -a always,io_uring -S shutdown -k u
rc 0
L> -a always,io_uring -S shutdown -F key=u
D> 3.1, io_uring

> -a always,io_uring -S renameat -k u
rc 0
L> -a always,io_uring -S renameat -F key=u
D> 3.1, io_uring

> -a always,io_uring -S unlinkat -k u
rc 0
L> -a always,io_uring -S unlinkat -F key=u
D> 3.1, io_uring

> -a always,io_uring -S mkdirat -k u
rc 0
L> -a always,io_uring -S mkdirat -F key=u
D> 3.1, io_uring

> -a always,io_uring -S symlinkat -k u
rc 0
L> -a always,io_uring -S symlinkat -F key=u
D> 3.1, io_uring

> -a always,io_uring -S linkat -k u
rc 0
L> -a always,io_uring -S linkat -F key=u
D> 3.1, io_uring

> -a always,io_uring -S msg_ring -k u
rc 0
L> -a always,io_uring -S msg_ring -F key=u
D> 3.1, io_uring

> -a always,io_uring -S fsetxattr -k u
rc 0
L> -a always,io_uring -S fsetxattr -F key=u
D> 3.1, io_uring

> -a always,io_uring -S setxattr -k u
rc 0
L> -a always,io_uring -S setxattr -F key=u
D> 3.1, io_uring

> -a always,io_uring -S fgetxattr -k u
rc 0
L> -a always,io_uring -S fgetxattr -F key=u
D> 3.1, io_uring

> -a always,io_uring -S getxattr -k u
rc 0
L> -a always,io_uring -S getxattr -F key=u
D> 3.1, io_uring

> -a always,io_uring -S uring_cmd -k u
rc 0
L> -a always,io_uring -S uring_cmd -F key=u
D> 3.1, io_uring

> -a always,io_uring -S sendmsg_zc -k u
rc 0
L> -a always,io_uring -S sendmsg_zc -F key=u
D> 3.1, io_uring

> -a always,io_uring -S waitid -k u
rc 0
L> -a always,io_uring -S waitid -F key=u
D> 3.1, io_uring

> -a always,io_uring -S futex_wait -k u
rc 0
L> -a always,io_uring -S futex_wait -F key=u
D> 3.1, io_uring

> -a always,io_uring -S futex_wake -k u
rc 0
L> -a always,io_uring -S futex_wake -F key=u
D> 3.1, io_uring

> -a always,io_uring -S futex_waitv -k u
rc 0
L> -a always,io_uring -S futex_waitv -F key=u
D> 3.1, io_uring

> -a always,io_uring -S fixed_fd_install -k u
rc 0
L> -a always,io_uring -S fixed_fd_install -F key=u
D> 3.1, io_uring

> -a always,io_uring -S ftruncate -k u
rc 0
L> -a always,io_uring -S ftruncate -F key=u
D> 3.1, io_uring

> -a always,io_uring -S bind -k u
rc 0
L> -a always,io_uring -S bind -F key=u
D> 3.1, io_uring

> -a always,io_uring -S listen -k u
rc 0
L> -a always,io_uring -S listen -F key=u
D> 3.1, io_uring

> -a always,io_uring -S uring_cmd128 -k u
rc 0
L> -a always,io_uring -S uring_cmd128 -F key=u
D> 3.1, io_uring

> -a always,io_uring -S all -k u
rc 0
L> -a always,io_uring -S sendmsg,recvmsg,accept,connect,fallocate,openat,close,openat2,shutdown,renameat,unlinkat,mkdirat,symlinkat,linkat,msg_ring,fsetxattr,setxattr,fgetxattr,getxattr,uring_cmd,sendmsg_zc,waitid,futex_wait,futex_wake,futex_waitv,fixed_fd_install,ftruncate,bind,listen,uring_cmd128 -F key=u
D> 3.1, io_uring

> -a always,io_uring -k u
rc 255
2> key option needs a watch or syscall given prior to it
D> 3.1, io_uring

> -a always,io_uring -S setxattr,mkdirat -S 9 -k u
rc 0
L> -a always,io_uring -S sendmsg,mkdirat,setxattr -F key=u
D> 3.1, io_uring

> -a always,io_uring -S nop -k u
rc 255
2> io_uring op unknown: nop
D> 3.1, io_uring

> -a always,io_uring -S open -k u
rc 255
2> io_uring op unknown: open
D> 3.1, io_uring

> -a never,io_uring -S uring_cmd128,bind,listen -F uid=0
rc 0
L> -a never,io_uring -S bind,listen,uring_cmd128 -F uid=0
D> 3.1, io_uring
