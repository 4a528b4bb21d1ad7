# every pair of -C, both orders, and what is none
> -a always,exit -F arch=b64 -S openat -C auid!=uid
rc 0
L> -a always,exit -F arch=b64 -S openat -C uid!=auid

> -a always,exit -F arch=b64 -S openat -C uid=euid
rc 0
L> -a always,exit -F arch=b64 -S openat -C uid=euid

> -a always,exit -F arch=b64 -S openat -C uid!=suid
rc 0
L> -a always,exit -F arch=b64 -S openat -C uid!=suid

> -a always,exit -F arch=b64 -S openat -C fsuid=uid
rc 0
L> -a always,exit -F arch=b64 -S openat -C uid=fsuid

> -a always,exit -F arch=b64 -S openat -C uid!=obj_uid
rc 0
L> -a always,exit -F arch=b64 -S openat -C uid!=obj_uid

> -a always,exit -F arch=b64 -S openat -C auid=euid
rc 0
L> -a always,exit -F arch=b64 -S openat -C auid=euid

> -a always,exit -F arch=b64 -S openat -C suid!=auid
rc 0
L> -a always,exit -F arch=b64 -S openat -C auid!=suid

> -a always,exit -F arch=b64 -S openat -C auid=fsuid
rc 0
L> -a always,exit -F arch=b64 -S openat -C auid=fsuid

> -a always,exit -F arch=b64 -S openat -C auid!=obj_uid
rc 0
L> -a always,exit -F arch=b64 -S openat -C auid!=obj_uid

> -a always,exit -F arch=b64 -S openat -C suid=euid
rc 0
L> -a always,exit -F arch=b64 -S openat -C euid=suid

> -a always,exit -F arch=b64 -S openat -C euid!=fsuid
rc 0
L> -a always,exit -F arch=b64 -S openat -C euid!=fsuid

> -a always,exit -F arch=b64 -S openat -C euid=obj_uid
rc 0
L> -a always,exit -F arch=b64 -S openat -C euid=obj_uid

> -a always,exit -F arch=b64 -S openat -C fsuid!=suid
rc 0
L> -a always,exit -F arch=b64 -S openat -C suid!=fsuid

> -a always,exit -F arch=b64 -S openat -C suid=obj_uid
rc 0
L> -a always,exit -F arch=b64 -S openat -C suid=obj_uid

> -a always,exit -F arch=b64 -S openat -C fsuid!=obj_uid
rc 0
L> -a always,exit -F arch=b64 -S openat -C fsuid!=obj_uid

> -a always,exit -F arch=b64 -S openat -C egid=gid
rc 0
L> -a always,exit -F arch=b64 -S openat -C gid=egid

> -a always,exit -F arch=b64 -S openat -C gid!=sgid
rc 0
L> -a always,exit -F arch=b64 -S openat -C gid!=sgid

> -a always,exit -F arch=b64 -S openat -C gid=fsgid
rc 0
L> -a always,exit -F arch=b64 -S openat -C gid=fsgid

> -a always,exit -F arch=b64 -S openat -C obj_gid!=gid
rc 0
L> -a always,exit -F arch=b64 -S openat -C gid!=obj_gid

> -a always,exit -F arch=b64 -S openat -C egid=sgid
rc 0
L> -a always,exit -F arch=b64 -S openat -C egid=sgid

> -a always,exit -F arch=b64 -S openat -C egid!=fsgid
rc 0
L> -a always,exit -F arch=b64 -S openat -C egid!=fsgid

> -a always,exit -F arch=b64 -S openat -C obj_gid=egid
rc 0
L> -a always,exit -F arch=b64 -S openat -C egid=obj_gid

> -a always,exit -F arch=b64 -S openat -C sgid!=fsgid
rc 0
L> -a always,exit -F arch=b64 -S openat -C sgid!=fsgid

> -a always,exit -F arch=b64 -S openat -C sgid=obj_gid
rc 0
L> -a always,exit -F arch=b64 -S openat -C sgid=obj_gid

> -a always,exit -F arch=b64 -S openat -C obj_gid!=fsgid
rc 0
L> -a always,exit -F arch=b64 -S openat -C fsgid!=obj_gid

> -a always,exit -C uid=uid
rc 255
2> -C incompatible comparison uid

> -a always,exit -C uid!=gid
rc 255
2> -C incompatible comparison uid

> -a always,exit -C obj_uid=obj_gid
rc 255
2> -C incompatible comparison obj_uid

> -a always,exit -C loginuid=uid
rc 0
L> -a always,exit -S all -C uid=auid

> -a always,exit -C uid=loginuid
rc 0
L> -a always,exit -S all -C uid=auid

> -a always,exit -C auid=auid
rc 255
2> -C incompatible comparison auid

> -a always,exit -C uid>euid
rc 255
2> uid>euid only takes = or != operators

> -a always,exit -C uid<=euid
rc 255
2> -C unknown field: uid<

> -a always,exit -C uid&euid
rc 255
2> uid&euid only takes = or != operators

> -a always,exit -C uid==euid
rc 255
2> -C unknown right hand value for comparison with: uid

> -a always,exit -C uid=!euid
rc 255
2> -C unknown right hand value for comparison with: uid

> -a always,exit -C UID=euid
rc 0
L> -a always,exit -S all -C uid=euid

> -a always,exit -C uid=0
rc 255
2> -C unknown right hand value for comparison with: uid

> -a always,exit -C 0=uid
rc 255
2> -C unknown field: 0

> -a always,exit -C a0=a1
rc 255
2> -C incompatible comparison a0

> -a always,exit -C exe=path
rc 255
2> -C incompatible comparison exe

> -a always,exit -C key=uid
rc 255
2> -C incompatible comparison key

> -a always,user -C uid!=euid
rc 255
2> uid can only be used with exit filter list

> -a always,exclude -C uid!=euid
rc 255
2> uid can only be used with exit filter list

> -a always,filesystem -C uid!=euid
rc 255
2> uid can only be used with exit filter list

> -a always,io_uring -C uid!=euid
rc 255
2> uid can only be used with exit filter list
D> 3.1, io_uring

> -C uid!=euid -a always,exit
rc 255
2> uid can only be used with exit filter list

> -a always,exit -F arch=b64 -S chmod -C uid!=euid -C auid!=uid -F key=c
rc 0
L> -a always,exit -F arch=b64 -S chmod -C uid!=euid -C uid!=auid -F key=c

> -a always,exit -F arch=b64 -S chmod -F key=c -C uid!=euid -k d
rc 0
L> -a always,exit -F arch=b64 -S chmod -C uid!=euid -F key=c -F key=d

> -a always,exit -C uid!=euid -k k
rc 255
2> key option needs a watch or syscall given prior to it

> -a always,exit -C  
rc 255
2> Option -C is invalid

> -a always,exit -C uid!=euid{ -C uid!=euid*61}
rc 0
L> -a always,exit -S all{ -C uid!=euid*61} -C uid!=euid

> -a always,exit -C uid!=euid{ -C uid!=euid*62}
rc 0
L> -a always,exit -S all{ -C uid!=euid*62} -C uid!=euid

> -a always,exit -C uid!=euid{ -C uid!=euid*63}
rc 255
2> Too many fields in rule: uid!=euid

> -a always,exit -F uid=0 -C uid!=euid=gid
rc 255
2> -C unknown right hand value for comparison with: uid
