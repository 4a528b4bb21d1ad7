> -a always,exit -F pid=1 -F ppid!=2 -F pers&=8
rc 0
L> -a always,exit -S all -F pid=1 -F ppid!=2 -F pers&=8

> -a always,exit -F uid=root -F gid!=root -F euid>0 -F egid<=5 -F suid>=-2
rc 0
L> -a always,exit -S all -F uid=0 -F gid!=0 -F euid>0 -F egid<=5 -F suid>=-2

> -a always,exit -F uid=unset
rc 255
2> Error sending add rule data request (Invalid argument)

> -a always,exit -F auid=-1
rc 0
L> -a always,exit -S all -F auid=-1

> -a always,exit -F loginuid!=4294967295
rc 0
L> -a always,exit -S all -F auid!=-1

> -a always,exit -F auid>unset
rc 255
2> Error sending add rule data request (Invalid argument)

> -a always,exit -F gid=-1
rc 255
2> Unknown group: -1

> -a always,exit -F gid=nosuchgroup
rc 255
2> Unknown group: nosuchgroup

> -a always,exit -F sessionid=unset -F sessionid>5
rc 0
L> -a always,exit -S all -F sessionid=-1 -F sessionid>5

> -a always,exit -F sessionid=x
rc 255
2> -F value should be number for sessionid
D> Values that are no numbers

> -a always,task -F sessionid=1
rc 255
2> sessionid must be used with exclude, user, or exit filter

> -a always,exit -F msgtype=SYSCALL
rc 255
2> msgtype field can only be used with exclude or user filter list

> -a always,exclude -F msgtype=syscall
rc 0
L> -a always,exclude -F msgtype=SYSCALL

> -a always,exclude -F msgtype=UNKNOWN[1999]
rc 0
L> -a always,exclude -F msgtype=1999

> -a always,exclude -F msgtype=1327
rc 0
L> -a always,exclude -F msgtype=PROCTITLE

> -a always,exit -F exit=-EACCES -F exit!=-13
rc 0
L> -a always,exit -S all -F exit=-EACCES -F exit!=-EACCES

> -a always,exit -F exit=-eperm
rc 0
L> -a always,exit -S all -F exit=-EPERM

> -a always,exit -F exit=ENOSUCH
rc 255
2> -F unknown errno - exit

> -a always,exit -F exit>=0
rc 0
L> -a always,exit -S all -F exit>=0

> -a always,user -F exit=0
rc 255
2> exit can only be used with exit filter list

> -a always,exit -F exit&1
rc 255
2> Error sending add rule data request (Invalid argument)

> -a always,exit -F success=1
rc 0
L> -a always,exit -S all -F success=1

> -a always,exit -F success!=0
rc 0
L> -a always,exit -S all -F success!=0

> -a always,task -F success=1
rc 255
2> success can only be used with exit filter list

> -a always,exit -F a0=10 -F a1!=0x10 -F a2&07 -F a3&=-2
rc 0
L> -a always,exit -S all -F a0=0xA -F a1!=0x10 -F a2&0x7 -F a3&=0xFFFFFFFE

> -a always,exit -F a0=x
rc 255
2> -F value should be number for a0

> -a always,exit -F arch=x86_64 -S open
rc 0
L> -a always,exit -F arch=b64 -S open

> -a always,exit -F arch=i686 -S open
rc 0
L> -a always,exit -F arch=b32 -S open

> -a always,exit -F arch=B32 -S open
rc 0
L> -a always,exit -F arch=b32 -S open

> -a always,exit -F arch=c000003e -S open
rc 0
L> -a always,exit -F arch=b64 -S open

> -a always,exit -F arch=0x40000003 -S open
rc 0
L> -a always,exit -F arch=b32 -S open

> -a always,exit -F arch!=b64 -S open
rc 0
L> -a always,exit -F arch!=b64 -S open

> -a always,exit -F arch>b64
rc 255
2> arch only takes = or != operators

> -a always,exit -F arch=s390 -S open
rc 0
L> -a always,exit -F arch=b32 -S open

> -a always,exit -F arch=vax
rc 255
2> arch elf mapping not found

> -a always,exit -F devmajor=8 -F devminor=1 -F inode=42
rc 0
L> -a always,exit -S all -F devmajor=8 -F devminor=1 -F inode=42

> -a always,exit -F inode!=4294967295
rc 0
L> -a always,exit -S all -F inode!=4294967295

> -a always,task -F inode=1
rc 255
2> inode can only be used with exit filter list

> -a always,exit -F path=/x/
rc 255
2> Error sending add rule data request (Invalid argument)

> -a always,exit -F path=x
rc 255
2> Error sending add rule data request (Invalid argument)

> -a always,exit -F dir=/etc
rc 0
L> -a always,exit -S all -F dir=/etc

> -a always,exit -F path=/x -F dir=/y
rc 255
2> Error sending add rule data request (Invalid argument)

> -a always,exit -F path=/x -F inode=5
rc 255
2> Error sending add rule data request (Invalid argument)

> -a always,user -F path=/x
rc 255
2> path can only be used with exit filter list

> -a always,exit -F path=/tmp/a!=b
rc 255
2> -F unknown field: path=/tmp/a

> -a always,exit -F path=/tmp/with\ blank -F perm=r -F arch=b64
rc 0
2> perm used without an arch is slower
L> -a always,exit -F arch=b64 -S all -F path=/tmp/with blank -F perm=r
D> Lost messages

> -a always,exit -F perm!=r
rc 255
2> perm only takes = operator

> -a always,exit -F perm=rwxar
rc 255
2> String value too long

> -a always,exit -F arch=b64 -F perm=x
rc 0
L> -a always,exit -F arch=b64 -S execve,execveat -F perm=x
D> 4.0, calls of perm

> -a always,exit -F arch=b32 -F perm=x
rc 0
L> -a always,exit -F arch=b32 -S execve,execveat -F perm=x
D> 4.0, calls of perm

> -a always,exit -F arch=aarch64 -F perm=wa
rc 0
L> -a always,exit -F arch=b64 -S setxattr,lsetxattr,fsetxattr,removexattr,lremovexattr,fremovexattr,mknodat,mkdirat,unlinkat,symlinkat,linkat,renameat,truncate,ftruncate,fallocate,fchmod,fchmodat,fchownat,fchown,openat,quotactl,acct,bind,swapon,renameat2,openat2,quotactl_fd,fchmodat2,setxattrat,removexattrat,file_setattr -F perm=wa
D> 4.0, calls of perm

> -a always,exit -F arch=b64 -F perm=r
rc 0
L> -a always,exit -F arch=b64 -S open,stat,fstat,lstat,readlink,quotactl,getxattr,lgetxattr,fgetxattr,listxattr,llistxattr,flistxattr,openat,newfstatat,readlinkat,statx,openat2,quotactl_fd,getxattrat,listxattrat,file_getattr -F perm=r
D> 4.0, calls of perm

> -a always,exit -F arch=b64 -F perm=AXWR
rc 0
L> -a always,exit -F arch=b64 -S open,stat,fstat,lstat,bind,execve,truncate,ftruncate,rename,mkdir,rmdir,creat,link,unlink,symlink,readlink,chmod,fchmod,chown,fchown,lchown,mknod,acct,swapon,quotactl,setxattr,lsetxattr,fsetxattr,getxattr,lgetxattr,fgetxattr,listxattr,llistxattr,flistxattr,removexattr,lremovexattr,fremovexattr,openat,mkdirat,mknodat,fchownat,newfstatat,unlinkat,renameat,linkat,symlinkat,readlinkat,fchmodat,fallocate,renameat2,execveat,statx,openat2,quotactl_fd,fchmodat2,setxattrat,getxattrat,listxattrat,removexattrat,file_getattr,file_setattr -F perm=rwxa
D> 4.0, calls of perm

> -a always,exit -S open -F perm=x
rc 0
2> WARNING - 32/64 bit syscall mismatch, you should specify an arch
L> -a always,exit -S open,execve,execveat -F perm=x
D> 4.0, calls of perm

> -a always,exit -F arch=b64 -S kill -F perm=x
rc 0
L> -a always,exit -F arch=b64 -S execve,kill,execveat -F perm=x
D> 4.0, calls of perm

> -a always,exit -F arch=s390 -F perm=x
rc 0
L> -a always,exit -F arch=b32 -S execve,execveat -F perm=x
D> 4.0, calls of perm

> -a always,task -F perm=x
rc 255
2> perm can only be used with exit filter list

> -a always,exit -F filetype=file
rc 0
L> -a always,exit -S all -F filetype=32768

> -a always,exit -F filetype!=FIFO
rc 0
L> -a always,exit -S all -F filetype!=4096

> -a always,exit -F filetype=door
rc 255
2> -F unknown file type -  filetype

> -a always,exit -F fstype=debugfs
rc 255
2> fstype field is not valid for the filter

> -a always,exit -F exe=/usr/bin/id -k e
rc 0
L> -a always,exit -S all -F exe=/usr/bin/id -F key=e

> -a always,exit -F exe>/x
rc 255
2> exe only takes = or != operators

> -a always,exit -F exe=/a -F exe=/b
rc 255
2> Error sending add rule data request (Invalid argument)

kernel features=0
> -a always,exit -F exe=/x
rc 255
2> Field option not supported by kernel: exe

kernel features=0
> -a always,exit -F sessionid=1
rc 255
2> Field option not supported by kernel: sessionid

kernel features=0
> -a always,exclude -F a0=1
rc 255
2> Only msgtype, *uid, *gid, pid, and subj* fields can be used with exclude filter

kernel features=0
> -a always,exclude -F auid=1
rc 0
L> -a always,exclude -F auid=1

kernel features=0
> -a never,filesystem -F fstype=cgroup
rc 255
2> fstype filter is not supported by the kernel

> -a always,exit -F subj_user=u -F subj_role!=r -F subj_type=t -F subj_sen>=s0 -F subj_clr<s1
rc 0
L> -a always,exit -S all -F subj_user=u -F subj_role!=r -F subj_type=t -F subj_sen>=s0 -F subj_clr<s1

> -a always,exit -F subj_type>t
rc 255
2> Error sending add rule data request (Invalid argument)

> -a always,exit -F obj_user=u -F obj_role=r -F obj_type=t -F obj_lev_low>s0 -F obj_lev_high=s1
rc 0
L> -a always,exit -S all -F obj_user=u -F obj_role=r -F obj_type=t -F obj_lev_low>s0 -F obj_lev_high=s1

> -a always,user -F obj_type=t
rc 255
2> obj_type can only be used with exit filter list

> -a always,exit -F obj_uid=0 -F obj_gid=5
rc 0
L> -a always,exit -S all -F obj_uid=0 -F obj_gid=5

> -a always,exit -F saddr_fam=2
rc 0
L> -a always,exit -S all -F saddr_fam=2

> -a always,exit -F saddr_fam=99
rc 255
2> value is too large for field: saddr_fam

> -a always,exit -F field_compare=11
rc 0
L> -a always,exit -S all -C uid=euid

# the kernel takes any number here; auditctl would list a rule without the condition
> -a always,exit -F field_compare=26
rc 0
L> -a always,exit -S all -F field_compare=26
D> `-C` without a name

> -a always,exit -F filetype=32768 -F fstype=1
rc 255
2> fstype field is not valid for the filter
D> What `-l` prints is read

# differs: auditctl prints numbers here that it does not read
> -a always,exit -F filetype=32768
rc 0
L> -a always,exit -S all -F filetype=32768
D> What `-l` prints is read

# differs: auditctl prints numbers here that it does not read
> -a never,filesystem -F fstype=-1859950530
rc 0
L> -a never,filesystem -F fstype=-1859950530
D> What `-l` prints is read

> -a always,exit -C uid!=euid -C euid=auid
rc 0
L> -a always,exit -S all -C uid!=euid -C auid=euid

> -a always,exit -C gid=egid -C obj_gid!=fsgid
rc 0
L> -a always,exit -S all -C gid=egid -C fsgid!=obj_gid

> -a always,exit -C uid=gid
rc 255
2> -C incompatible comparison uid

> -a always,exit -C uid=
rc 255
2> -C missing value after operation for  uid

> -a always,exit -C =uid
rc 255
2> -C missing field name before operator for 

> -a always,exit -C foo=uid
rc 255
2> -C unknown field: foo

> -a always,exit -C uid=foo
rc 255
2> -C unknown right hand value for comparison with: uid

> -a always,exit -C uid
rc 255
2> uid only takes = or != operators

> -a always,exit -C pid=ppid
rc 255
2> -C incompatible comparison pid

> -a always,task -C uid=euid
rc 255
2> uid can only be used with exit filter list

> -a always,exit -F nosuch=1
rc 255
2> -F unknown field: nosuch

> -a always,exit -F uid
rc 255
2> -F missing operation for uid

> -a always,exit -F =0
rc 255
2> -F missing field name before operator for 

> -a always,exit -F uid=
rc 255
2> -F missing value after operation for uid

> -a always,exit -F UID=0
rc 0
L> -a always,exit -S all -F uid=0

> -a always,exit -F key=only
rc 255
2> Key field needs a watch, syscall or exe path given prior to it

> -a always,exit -F uid=0 -F key=only
rc 255
2> Key field needs a watch, syscall or exe path given prior to it

> -a always,exit -S all -k a -k b -F key=c
rc 0
L> -a always,exit -S all -F key=a -F key=b -F key=c

> -a always,exit -S all -k a!=b
rc 255
2> -F unknown field: key=a

> -a always,exit -F arch=b64 -S nosuch
rc 255
2> Syscall name unknown: nosuch

> -a always,exit -F arch=b64 -S open,nosuch,close
rc 255
2> Syscall name unknown: nosuch

> -a always,exit -F arch=b64 -S open, -S ,close
rc 0
L> -a always,exit -F arch=b64 -S open,close

> -a always,exit -F arch=b64 -S 0x101
rc 0
L> -a always,exit -F arch=b64 -S openat

> -a always,exit -F arch=b64 -S 2047
rc 0
L> -a always,exit -F arch=b64

> -a always,exit -F arch=b64 -S 2048
rc 255
2> Syscall name unknown: 2048

> -a always,exit -F arch=b64 -S OpenAt
rc 0
L> -a always,exit -F arch=b64 -S openat

> -a always,exit -F arch=b64 -S all -S open
rc 0
L> -a always,exit -F arch=b64 -S all

> -a always,exit -S execve -S open
rc 0
2> WARNING - 32/64 bit syscall mismatch, you should specify an arch
L> -a always,exit -S open,execve

> -a always,exit -S getuid32
rc 255
2> Syscall name unknown: getuid32

> -d always,exit -S open
rc 255
2> Error sending delete rule data request (No such file or directory)

> -a always,exit -F arch=b64 -S pread64,pread
rc 0
L> -a always,exit -F arch=b64 -S pread
D> Names of system calls
