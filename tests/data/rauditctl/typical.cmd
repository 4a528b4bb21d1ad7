# rules of every kind, added and deleted
> -a always,exit -F arch=b64 -S openat,open,creat -F exit=-EACCES -F auid>=1000 -F auid!=unset -k denied
rc 0
L> -a always,exit -F arch=b64 -S open,creat,openat -F exit=-EACCES -F auid>=1000 -F auid!=-1 -F key=denied

$ -a always,exit -F arch=b64 -S openat,open,creat -F exit=-EACCES -F auid>=1000 -F auid!=unset -k denied
> -d always,exit -F arch=b64 -S openat,open,creat -F exit=-EACCES -F auid>=1000 -F auid!=unset -k denied
rc 0

> -a always,exit -F arch=b32 -S open -S 5 -F exit=-EPERM -F success=0 -k denied
rc 0
L> -a always,exit -F arch=b32 -S open -F exit=-EPERM -F success=0 -F key=denied

$ -a always,exit -F arch=b32 -S open -S 5 -F exit=-EPERM -F success=0 -k denied
> -d always,exit -F arch=b32 -S open -S 5 -F exit=-EPERM -F success=0 -k denied
rc 0

> -A never,exit -F uid=0 -F gid!=0 -F euid>1 -F egid<=5 -F suid>=6 -F sgid<9 -F fsuid=3 -F fsgid=4
rc 0
L> -a never,exit -S all -F uid=0 -F gid!=0 -F euid>1 -F egid<=5 -F suid>=6 -F sgid<9 -F fsuid=3 -F fsgid=4

$ -A never,exit -F uid=0 -F gid!=0 -F euid>1 -F egid<=5 -F suid>=6 -F sgid<9 -F fsuid=3 -F fsgid=4
> -d never,exit -F uid=0 -F gid!=0 -F euid>1 -F egid<=5 -F suid>=6 -F sgid<9 -F fsuid=3 -F fsgid=4
rc 0

> -a always,exit -S all -F pid=1 -F ppid!=2 -F pers=0
rc 0
L> -a always,exit -S all -F pid=1 -F ppid!=2 -F pers=0

$ -a always,exit -S all -F pid=1 -F ppid!=2 -F pers=0
> -d always,exit -S all -F pid=1 -F ppid!=2 -F pers=0
rc 0

> -a always,exit -F arch=b64 -S ioctl -F a0=1 -F a1!=0x10 -F a2&07 -F a3&=-2
rc 0
L> -a always,exit -F arch=b64 -S ioctl -F a0=0x1 -F a1!=0x10 -F a2&0x7 -F a3&=0xFFFFFFFE

$ -a always,exit -F arch=b64 -S ioctl -F a0=1 -F a1!=0x10 -F a2&07 -F a3&=-2
> -d always,exit -F arch=b64 -S ioctl -F a0=1 -F a1!=0x10 -F a2&07 -F a3&=-2
rc 0

> -a always,exit -F arch!=b32 -S execve,execveat -F exe=/usr/bin/id -k run
rc 0
L> -a always,exit -F arch!=b32 -S execve,execveat -F exe=/usr/bin/id -F key=run

$ -a always,exit -F arch!=b32 -S execve,execveat -F exe=/usr/bin/id -k run
> -d always,exit -F arch!=b32 -S execve,execveat -F exe=/usr/bin/id -k run
rc 0

> -a always,exit -F arch=b64 -S chmod -C uid!=euid -C obj_gid=fsgid
rc 0
L> -a always,exit -F arch=b64 -S chmod -C uid!=euid -C fsgid=obj_gid

$ -a always,exit -F arch=b64 -S chmod -C uid!=euid -C obj_gid=fsgid
> -d always,exit -F arch=b64 -S chmod -C uid!=euid -C obj_gid=fsgid
rc 0

> -a always,exit -F dir=/etc -F uid!=0 -k nothing
rc 0
L> -a always,exit -S all -F dir=/etc -F uid!=0 -F key=nothing

$ -a always,exit -F dir=/etc -F uid!=0 -k nothing
> -d always,exit -F dir=/etc -F uid!=0 -k nothing
rc 0

> -a always,exit -S all -F devmajor=8 -F devminor!=1 -F inode=42 -F filetype=file -k inode
rc 0
L> -a always,exit -S all -F devmajor=8 -F devminor!=1 -F inode=42 -F filetype=32768 -F key=inode

$ -a always,exit -S all -F devmajor=8 -F devminor!=1 -F inode=42 -F filetype=file -k inode
> -d always,exit -S all -F devmajor=8 -F devminor!=1 -F inode=42 -F filetype=file -k inode
rc 0

> -a always,exit -F path=/etc/passwd -F sessionid!=unset
rc 0
L> -a always,exit -S all -F path=/etc/passwd -F sessionid!=-1

$ -a always,exit -F path=/etc/passwd -F sessionid!=unset
> -d always,exit -F path=/etc/passwd -F sessionid!=unset
rc 0

> -a always,exit -F obj_uid=0 -F obj_gid=5 -F saddr_fam=10
rc 0
L> -a always,exit -S all -F obj_uid=0 -F obj_gid=5 -F saddr_fam=10

$ -a always,exit -F obj_uid=0 -F obj_gid=5 -F saddr_fam=10
> -d always,exit -F obj_uid=0 -F obj_gid=5 -F saddr_fam=10
rc 0

> -a always,exit -F arch=b64 -S kill -F subj_type=x_t -F obj_lev_low>s0
rc 0
L> -a always,exit -F arch=b64 -S kill -F subj_type=x_t -F obj_lev_low>s0

$ -a always,exit -F arch=b64 -S kill -F subj_type=x_t -F obj_lev_low>s0
> -d always,exit -F arch=b64 -S kill -F subj_type=x_t -F obj_lev_low>s0
rc 0

> -a always,exit -F arch=b64 -S 400,447,2000 -F exit=17
rc 0
L> -a always,exit -F arch=b64 -S 400,memfd_secret,2000 -F exit=17

$ -a always,exit -F arch=b64 -S 400,447,2000 -F exit=17
> -d always,exit -F arch=b64 -S 400,447,2000 -F exit=17
rc 0

> -w /etc/passwd -p wa -k identity
rc 0
2> Old style watch rules are slower
L> -w /etc/passwd -p wa -k identity

$ -w /etc/passwd -p wa -k identity
> -W /etc/passwd -p wa -k identity
rc 0

> -w /etc/ -p x
rc 0
2> Old style watch rules are slower
L> -w /etc -p x

$ -w /etc/ -p x
> -W /etc/ -p x
rc 0

> -w /no-such-file-here -k a -k b
rc 0
2> Old style watch rules are slower
L> -w /no-such-file-here -p rwxa -k a -k b

$ -w /no-such-file-here -k a -k b
> -W /no-such-file-here -k a -k b
rc 0

> -a never,task -F uid=12345
rc 0
L> -a never,task -F uid=12345

$ -a never,task -F uid=12345
> -d never,task -F uid=12345
rc 0

> -a always,user -F msgtype=USER_LOGIN -F auid=1
rc 0
L> -a always,user -F msgtype=USER_LOGIN -F auid=1

$ -a always,user -F msgtype=USER_LOGIN -F auid=1
> -d always,user -F msgtype=USER_LOGIN -F auid=1
rc 0

> -a never,exclude -F msgtype>=AVC -F msgtype<=1499
rc 0
L> -a never,exclude -F msgtype>=AVC -F msgtype<=1499

$ -a never,exclude -F msgtype>=AVC -F msgtype<=1499
> -d never,exclude -F msgtype>=AVC -F msgtype<=1499
rc 0

> -a never,filesystem -F fstype=debugfs -k fs
rc 0
L> -a never,filesystem -F fstype=debugfs -F key=fs

$ -a never,filesystem -F fstype=debugfs -k fs
> -d never,filesystem -F fstype=debugfs -k fs
rc 0
