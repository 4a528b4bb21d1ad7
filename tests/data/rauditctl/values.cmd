# values of fields, good and bad
> -a always,exit -F uid=0
rc 0
L> -a always,exit -S all -F uid=0

> -a always,exit -F uid=root
rc 0
L> -a always,exit -S all -F uid=0

> -a always,exit -F uid=nosuch
rc 255
2> Unknown user: nosuch

> -a always,exit -F uid=-1
rc 255
2> Error sending add rule data request (Invalid argument)

> -a always,exit -F uid=unset
rc 255
2> Error sending add rule data request (Invalid argument)

> -a always,exit -F uid=4294967295
rc 255
2> Error sending add rule data request (Invalid argument)

> -a always,exit -F uid=4294967296
rc 0
L> -a always,exit -S all -F uid=0

> -a always,exit -F uid=0x10
rc 0
L> -a always,exit -S all -F uid=16

> -a always,exit -F uid=010
rc 0
L> -a always,exit -S all -F uid=8

> -a always,exit -F uid=1000x
rc 0
L> -a always,exit -S all -F uid=1000

> -a always,exit -F uid=-
rc 255
2> Unknown user: -

> -a always,exit -F uid=+5
rc 255
2> Unknown user: +5

> -a always,exit -F uid=99999999999999999999
rc 255
2> Error sending add rule data request (Invalid argument)

> -a always,exit -F uid=-2
rc 0
L> -a always,exit -S all -F uid=-2

> -a always,exit -F uid=Root
rc 255
2> Unknown user: Root

> -a always,exit -F uid=daemon
rc 0
L> -a always,exit -S all -F uid=1

> -a always,exit -F auid=0
rc 0
L> -a always,exit -S all -F auid=0

> -a always,exit -F auid=root
rc 0
L> -a always,exit -S all -F auid=0

> -a always,exit -F auid=nosuch
rc 255
2> Unknown user: nosuch

> -a always,exit -F auid=-1
rc 0
L> -a always,exit -S all -F auid=-1

> -a always,exit -F auid=unset
rc 0
L> -a always,exit -S all -F auid=-1

> -a always,exit -F auid=4294967295
rc 0
L> -a always,exit -S all -F auid=-1

> -a always,exit -F auid=4294967296
rc 0
L> -a always,exit -S all -F auid=0

> -a always,exit -F auid=0x10
rc 0
L> -a always,exit -S all -F auid=16

> -a always,exit -F auid=010
rc 0
L> -a always,exit -S all -F auid=8

> -a always,exit -F auid=1000x
rc 0
L> -a always,exit -S all -F auid=1000

> -a always,exit -F auid=-
rc 255
2> Unknown user: -

> -a always,exit -F auid=+5
rc 255
2> Unknown user: +5

> -a always,exit -F auid=99999999999999999999
rc 0
L> -a always,exit -S all -F auid=-1

> -a always,exit -F auid=-2
rc 0
L> -a always,exit -S all -F auid=-2

> -a always,exit -F auid=Root
rc 255
2> Unknown user: Root

> -a always,exit -F auid=daemon
rc 0
L> -a always,exit -S all -F auid=1

> -a always,exit -F gid=0
rc 0
L> -a always,exit -S all -F gid=0

> -a always,exit -F gid=root
rc 0
L> -a always,exit -S all -F gid=0

> -a always,exit -F gid=nosuch
rc 255
2> Unknown group: nosuch

> -a always,exit -F gid=-1
rc 255
2> Unknown group: -1

> -a always,exit -F gid=unset
rc 255
2> Unknown group: unset

> -a always,exit -F gid=4294967295
rc 255
2> Error sending add rule data request (Invalid argument)

> -a always,exit -F gid=4294967296
rc 0
L> -a always,exit -S all -F gid=0

> -a always,exit -F gid=0x10
rc 0
L> -a always,exit -S all -F gid=16

> -a always,exit -F gid=010
rc 0
L> -a always,exit -S all -F gid=8

> -a always,exit -F gid=1000x
rc 0
L> -a always,exit -S all -F gid=1000

> -a always,exit -F gid=-
rc 255
2> Unknown group: -

> -a always,exit -F gid=+5
rc 255
2> Unknown group: +5

> -a always,exit -F gid=99999999999999999999
rc 255
2> Error sending add rule data request (Invalid argument)

> -a always,exit -F gid=-2
rc 255
2> Unknown group: -2

> -a always,exit -F gid=Root
rc 255
2> Unknown group: Root

> -a always,exit -F gid=daemon
rc 0
L> -a always,exit -S all -F gid=1

> -a always,exit -F pid=0
rc 0
L> -a always,exit -S all -F pid=0

> -a always,exit -F pid=-1
rc 255
2> -F value should be number for pid

> -a always,exit -F pid=0x10
rc 0
L> -a always,exit -S all -F pid=16

> -a always,exit -F pid=010
rc 0
L> -a always,exit -S all -F pid=8

> -a always,exit -F pid=5x
rc 0
L> -a always,exit -S all -F pid=5

> -a always,exit -F pid=x
rc 255
2> -F value should be number for pid

> -a always,exit -F pid=4294967295
rc 0
L> -a always,exit -S all -F pid=-1

> -a always,exit -F pid=4294967296
rc 0
L> -a always,exit -S all -F pid=0

> -a always,exit -F pid=unset
rc 255
2> -F value should be number for pid

> -a always,exit -F pid=+5
rc 255
2> -F value should be number for pid

> -a always,exit -F pid=99999999999999999999
rc 0
L> -a always,exit -S all -F pid=-1

> -a always,exit -F pers=0
rc 0
L> -a always,exit -S all -F pers=0

> -a always,exit -F pers=-1
rc 255
2> -F value should be number for pers

> -a always,exit -F pers=0x10
rc 0
L> -a always,exit -S all -F pers=16

> -a always,exit -F pers=010
rc 0
L> -a always,exit -S all -F pers=8

> -a always,exit -F pers=5x
rc 0
L> -a always,exit -S all -F pers=5

> -a always,exit -F pers=x
rc 255
2> -F value should be number for pers

> -a always,exit -F pers=4294967295
rc 0
L> -a always,exit -S all -F pers=-1

> -a always,exit -F pers=4294967296
rc 0
L> -a always,exit -S all -F pers=0

> -a always,exit -F pers=unset
rc 255
2> -F value should be number for pers

> -a always,exit -F pers=+5
rc 255
2> -F value should be number for pers

> -a always,exit -F pers=99999999999999999999
rc 0
L> -a always,exit -S all -F pers=-1

> -a always,exit -F exit=0
rc 0
L> -a always,exit -S all -F exit=0

> -a always,exit -F exit=-1
rc 0
L> -a always,exit -S all -F exit=-EPERM

> -a always,exit -F exit=0x10
rc 0
L> -a always,exit -S all -F exit=16

> -a always,exit -F exit=010
rc 0
L> -a always,exit -S all -F exit=8

> -a always,exit -F exit=5x
rc 0
L> -a always,exit -S all -F exit=5

> -a always,exit -F exit=x
rc 255
2> -F unknown errno - exit

> -a always,exit -F exit=4294967295
rc 0
L> -a always,exit -S all -F exit=-EPERM

> -a always,exit -F exit=4294967296
rc 0
L> -a always,exit -S all -F exit=0

> -a always,exit -F exit=unset
rc 255
2> -F unknown errno - exit

> -a always,exit -F exit=+5
rc 255
2> -F unknown errno - exit

> -a always,exit -F exit=99999999999999999999
rc 0
L> -a always,exit -S all -F exit=-EPERM

> -a always,exit -F a1=0
rc 0
L> -a always,exit -S all -F a1=0x0

> -a always,exit -F a1=-1
rc 0
L> -a always,exit -S all -F a1=0xFFFFFFFF

> -a always,exit -F a1=0x10
rc 0
L> -a always,exit -S all -F a1=0x10

> -a always,exit -F a1=010
rc 0
L> -a always,exit -S all -F a1=0x8

> -a always,exit -F a1=5x
rc 0
L> -a always,exit -S all -F a1=0x5

> -a always,exit -F a1=x
rc 255
2> -F value should be number for a1

> -a always,exit -F a1=4294967295
rc 0
L> -a always,exit -S all -F a1=0xFFFFFFFF

> -a always,exit -F a1=4294967296
rc 0
L> -a always,exit -S all -F a1=0x0

> -a always,exit -F a1=unset
rc 255
2> -F value should be number for a1

> -a always,exit -F a1=+5
rc 255
2> -F value should be number for a1

> -a always,exit -F a1=99999999999999999999
rc 0
L> -a always,exit -S all -F a1=0xFFFFFFFF

> -a always,exit -F sessionid=0
rc 0
L> -a always,exit -S all -F sessionid=0

> -a always,exit -F sessionid=-1
rc 0
L> -a always,exit -S all -F sessionid=-1

> -a always,exit -F sessionid=0x10
rc 0
L> -a always,exit -S all -F sessionid=16

> -a always,exit -F sessionid=010
rc 0
L> -a always,exit -S all -F sessionid=8

> -a always,exit -F sessionid=5x
rc 0
L> -a always,exit -S all -F sessionid=5

> -a always,exit -F sessionid=x
rc 255
2> -F value should be number for sessionid
D> Values that are no numbers

> -a always,exit -F sessionid=4294967295
rc 0
L> -a always,exit -S all -F sessionid=-1

> -a always,exit -F sessionid=4294967296
rc 0
L> -a always,exit -S all -F sessionid=0

> -a always,exit -F sessionid=unset
rc 0
L> -a always,exit -S all -F sessionid=-1

> -a always,exit -F sessionid=+5
rc 255
2> -F value should be number for sessionid
D> Values that are no numbers

> -a always,exit -F sessionid=99999999999999999999
rc 0
L> -a always,exit -S all -F sessionid=-1

> -a always,exit -F saddr_fam=0
rc 0
L> -a always,exit -S all -F saddr_fam=0

> -a always,exit -F saddr_fam=-1
rc 255
2> -F value should be number for saddr_fam
D> Values that are no numbers

> -a always,exit -F saddr_fam=0x10
rc 0
L> -a always,exit -S all -F saddr_fam=16

> -a always,exit -F saddr_fam=010
rc 0
L> -a always,exit -S all -F saddr_fam=8

> -a always,exit -F saddr_fam=5x
rc 0
L> -a always,exit -S all -F saddr_fam=5

> -a always,exit -F saddr_fam=x
rc 255
2> -F value should be number for saddr_fam
D> Values that are no numbers

> -a always,exit -F saddr_fam=4294967295
rc 255
2> value is too large for field: saddr_fam

> -a always,exit -F saddr_fam=4294967296
rc 0
L> -a always,exit -S all -F saddr_fam=0

> -a always,exit -F saddr_fam=unset
rc 255
2> -F value should be number for saddr_fam
D> Values that are no numbers

> -a always,exit -F saddr_fam=+5
rc 255
2> -F value should be number for saddr_fam
D> Values that are no numbers

> -a always,exit -F saddr_fam=99999999999999999999
rc 255
2> value is too large for field: saddr_fam

> -a always,exit -F inode=0
rc 0
L> -a always,exit -S all -F inode=0

> -a always,exit -F inode=-1
rc 255
2> -F value should be number for inode

> -a always,exit -F inode=0x10
rc 0
L> -a always,exit -S all -F inode=16

> -a always,exit -F inode=010
rc 0
L> -a always,exit -S all -F inode=8

> -a always,exit -F inode=5x
rc 0
L> -a always,exit -S all -F inode=5

> -a always,exit -F inode=x
rc 255
2> -F value should be number for inode

> -a always,exit -F inode=4294967295
rc 0
L> -a always,exit -S all -F inode=4294967295

> -a always,exit -F inode=4294967296
rc 0
L> -a always,exit -S all -F inode=0

> -a always,exit -F inode=unset
rc 255
2> -F value should be number for inode

> -a always,exit -F inode=+5
rc 255
2> -F value should be number for inode

> -a always,exit -F inode=99999999999999999999
rc 0
L> -a always,exit -S all -F inode=4294967295

> -a always,exit -F devmajor=0
rc 0
L> -a always,exit -S all -F devmajor=0

> -a always,exit -F devmajor=-1
rc 255
2> -F value should be number for devmajor

> -a always,exit -F devmajor=0x10
rc 0
L> -a always,exit -S all -F devmajor=16

> -a always,exit -F devmajor=010
rc 0
L> -a always,exit -S all -F devmajor=8

> -a always,exit -F devmajor=5x
rc 0
L> -a always,exit -S all -F devmajor=5

> -a always,exit -F devmajor=x
rc 255
2> -F value should be number for devmajor

> -a always,exit -F devmajor=4294967295
rc 0
L> -a always,exit -S all -F devmajor=-1

> -a always,exit -F devmajor=4294967296
rc 0
L> -a always,exit -S all -F devmajor=0

> -a always,exit -F devmajor=unset
rc 255
2> -F value should be number for devmajor

> -a always,exit -F devmajor=+5
rc 255
2> -F value should be number for devmajor

> -a always,exit -F devmajor=99999999999999999999
rc 0
L> -a always,exit -S all -F devmajor=-1

> -a always,exit -F success=0
rc 0
L> -a always,exit -S all -F success=0

> -a always,exit -F success=-1
rc 255
2> -F value should be number for success

> -a always,exit -F success=0x10
rc 0
L> -a always,exit -S all -F success=16

> -a always,exit -F success=010
rc 0
L> -a always,exit -S all -F success=8

> -a always,exit -F success=5x
rc 0
L> -a always,exit -S all -F success=5

> -a always,exit -F success=x
rc 255
2> -F value should be number for success

> -a always,exit -F success=4294967295
rc 0
L> -a always,exit -S all -F success=-1

> -a always,exit -F success=4294967296
rc 0
L> -a always,exit -S all -F success=0

> -a always,exit -F success=unset
rc 255
2> -F value should be number for success

> -a always,exit -F success=+5
rc 255
2> -F value should be number for success

> -a always,exit -F success=99999999999999999999
rc 0
L> -a always,exit -S all -F success=-1

> -a always,exit -F arch=b64 -S openat -F exit=EPERM
rc 0
L> -a always,exit -F arch=b64 -S openat -F exit=1

> -a always,exit -F arch=b64 -S openat -F exit=-EPERM
rc 0
L> -a always,exit -F arch=b64 -S openat -F exit=-EPERM

> -a always,exit -F arch=b64 -S openat -F exit=eperm
rc 0
L> -a always,exit -F arch=b64 -S openat -F exit=1

> -a always,exit -F arch=b64 -S openat -F exit=-13
rc 0
L> -a always,exit -F arch=b64 -S openat -F exit=-EACCES

> -a always,exit -F arch=b64 -S openat -F exit=EAGAIN
rc 0
L> -a always,exit -F arch=b64 -S openat -F exit=11

> -a always,exit -F arch=b64 -S openat -F exit=EWOULDBLOCK
rc 0
L> -a always,exit -F arch=b64 -S openat -F exit=11

> -a always,exit -F arch=b64 -S openat -F exit=-EDEADLOCK
rc 0
L> -a always,exit -F arch=b64 -S openat -F exit=-EDEADLK

> -a always,exit -F arch=b64 -S openat -F exit=ENOTSUP
rc 255
2> -F unknown errno - exit

> -a always,exit -F arch=b64 -S openat -F exit=-ENOTSUPP
rc 255
2> -F unknown errno - exit

> -a always,exit -F arch=b64 -S openat -F exit=-ERESTARTSYS
rc 255
2> -F unknown errno - exit

> -a always,exit -F arch=b64 -S openat -F exit=-512
rc 0
L> -a always,exit -F arch=b64 -S openat -F exit=-512

> -a always,exit -F arch=b64 -S openat -F exit=-4095
rc 0
L> -a always,exit -F arch=b64 -S openat -F exit=-4095

> -a always,exit -F arch=b64 -S openat -F exit=EHWPOISON
rc 0
L> -a always,exit -F arch=b64 -S openat -F exit=133

> -a always,exit -F arch=b64 -S openat -F exit=--EPERM
rc 255
2> -F unknown errno - exit

> -a always,exit -F arch=b64 -S openat -F exit=0
rc 0
L> -a always,exit -F arch=b64 -S openat -F exit=0

> -a always,exit -F arch=b64 -S openat -F exit=13
rc 0
L> -a always,exit -F arch=b64 -S openat -F exit=13

> -a always,exit -F arch=b64 -S openat -F exit=-EPERMX
rc 255
2> -F unknown errno - exit

> -a always,exclude -F msgtype=USER
rc 0
L> -a always,exclude -F msgtype=USER

> -a always,exclude -F msgtype=user_login
rc 0
L> -a always,exclude -F msgtype=USER_LOGIN

> -a always,exclude -F msgtype=LOGIN
rc 0
L> -a always,exclude -F msgtype=LOGIN

> -a always,exclude -F msgtype=AVC
rc 0
L> -a always,exclude -F msgtype=AVC

> -a always,exclude -F msgtype=1400
rc 0
L> -a always,exclude -F msgtype=AVC

> -a always,exclude -F msgtype=0
rc 0
L> -a always,exclude -F msgtype=0

> -a always,exclude -F msgtype=UNKNOWN[2500]
rc 0
L> -a always,exclude -F msgtype=VIRT_CONTROL

> -a always,exclude -F msgtype=UNKNOWN[x]
rc 255
2> -F unknown message type - msgtype

> -a always,exclude -F msgtype=UNKNOWN[5
rc 255
2> -F unknown message type - msgtype

> -a always,exclude -F msgtype=4294967295
rc 0
L> -a always,exclude -F msgtype=-1

> -a always,exclude -F msgtype=-1
rc 255
2> -F unknown message type - msgtype

> -a always,exclude -F msgtype=DAEMON_START
rc 0
L> -a always,exclude -F msgtype=DAEMON_START

> -a always,exclude -F msgtype=SYSCALL
rc 0
L> -a always,exclude -F msgtype=SYSCALL

> -a always,exclude -F msgtype=EOE
rc 0
L> -a always,exclude -F msgtype=EOE

> -a always,exclude -F msgtype=KERNEL
rc 0
L> -a always,exclude -F msgtype=KERNEL

> -a always,exclude -F msgtype=URINGOP
rc 0
L> -a always,exclude -F msgtype=URINGOP

> -a always,exclude -F msgtype=OPENAT2
rc 0
L> -a always,exclude -F msgtype=OPENAT2

> -a always,exclude -F msgtype=DM_CTRL
rc 0
L> -a always,exclude -F msgtype=DM_CTRL
D> Newer names

> -a always,exclude -F msgtype=SOFTWARE_UPDATE
rc 0
L> -a always,exclude -F msgtype=SOFTWARE_UPDATE

> -a always,exclude -F msgtype=BPRM_FCAPS
rc 0
L> -a always,exclude -F msgtype=BPRM_FCAPS

> -a always,exclude -F msgtype= 
rc 255
2> -F missing value after operation for msgtype

> -a always,exit -F filetype=file
rc 0
L> -a always,exit -S all -F filetype=32768

> -a always,exit -F filetype=FILE
rc 0
L> -a always,exit -S all -F filetype=32768

> -a always,exit -F filetype=dir
rc 0
L> -a always,exit -S all -F filetype=16384

> -a always,exit -F filetype=socket
rc 0
L> -a always,exit -S all -F filetype=49152

> -a always,exit -F filetype=link
rc 0
L> -a always,exit -S all -F filetype=40960

> -a always,exit -F filetype=block
rc 0
L> -a always,exit -S all -F filetype=24576

> -a always,exit -F filetype=character
rc 0
L> -a always,exit -S all -F filetype=8192

> -a always,exit -F filetype=fifo
rc 0
L> -a always,exit -S all -F filetype=4096

> -a always,exit -F filetype=char
rc 255
2> -F unknown file type -  filetype

> -a always,exit -F filetype=reg
rc 255
2> -F unknown file type -  filetype

> -a always,exit -F filetype=32768
rc 0
L> -a always,exit -S all -F filetype=32768
D> What `-l` prints is read

> -a always,exit -F filetype=0
rc 0
L> -a always,exit -S all -F filetype=0
D> What `-l` prints is read

> -a never,filesystem -F fstype=tracefs
rc 0
L> -a never,filesystem -F fstype=tracefs

> -a never,filesystem -F fstype=DEBUGFS
rc 0
L> -a never,filesystem -F fstype=debugfs

> -a never,filesystem -F fstype=cgroup
rc 0
L> -a never,filesystem -F fstype=cgroup
D> Newer names

> -a never,filesystem -F fstype=cgroup2
rc 0
L> -a never,filesystem -F fstype=cgroup2
D> Newer names

> -a never,filesystem -F fstype=ext4
rc 255
2> file system type is unknown for field: fstype

> -a never,filesystem -F fstype=0x01021994
rc 0
L> -a never,filesystem -F fstype=16914836

> -a never,filesystem -F fstype=-1
rc 0
L> -a never,filesystem -F fstype=-1
D> What `-l` prints is read

> -a never,filesystem -F fstype=5x
rc 0
L> -a never,filesystem -F fstype=5

> -a always,exit -F arch=b64
rc 0
L> -a always,exit -F arch=b64 -S all

> -a always,exit -F arch=b32
rc 0
L> -a always,exit -F arch=b32 -S all

> -a always,exit -F arch=B64
rc 0
L> -a always,exit -F arch=b64 -S all

> -a always,exit -F arch=x86_64
rc 0
L> -a always,exit -F arch=b64 -S all

> -a always,exit -F arch=X86_64
rc 0
L> -a always,exit -F arch=b64 -S all

> -a always,exit -F arch=i386
rc 0
L> -a always,exit -F arch=b32 -S all

> -a always,exit -F arch=i486
rc 0
L> -a always,exit -F arch=b32 -S all

> -a always,exit -F arch=i586
rc 0
L> -a always,exit -F arch=b32 -S all

> -a always,exit -F arch=i686
rc 0
L> -a always,exit -F arch=b32 -S all

> -a always,exit -F arch=arm
rc 0
L> -a always,exit -F arch=b32 -S all

> -a always,exit -F arch=aarch64
rc 0
L> -a always,exit -F arch=b64 -S all

> -a always,exit -F arch=ppc64
rc 0
L> -a always,exit -F arch=b64 -S all

> -a always,exit -F arch=s390x
rc 0
L> -a always,exit -F arch=b64 -S all

> -a always,exit -F arch=riscv64
rc 0
L> -a always,exit -F arch=b64 -S all
D> 4.x, riscv

> -a always,exit -F arch=c000003e
rc 0
L> -a always,exit -F arch=b64 -S all

> -a always,exit -F arch=C000003E
rc 0
L> -a always,exit -F arch=b64 -S all

> -a always,exit -F arch=0xc000003e
rc 0
L> -a always,exit -F arch=b64 -S all

> -a always,exit -F arch=3221225534
rc 0
L> -a always,exit -F arch=b64 -S all

> -a always,exit -F arch=40000003
rc 255
2> arch elf mapping not found

> -a always,exit -F arch=1
rc 255
2> arch elf mapping not found

> -a always,exit -F arch=0
rc 255
2> arch elf mapping not found

> -a always,exit -F arch=deadbeef
rc 255
2> arch elf mapping not found

> -a always,exit -F arch=b65
rc 255
2> arch elf mapping not found

> -a always,exit -F arch=64
rc 255
2> arch elf mapping not found

> -a always,exit -F arch=x86-64
rc 255
2> arch elf mapping not found

> -a always,exit -F arch= 
rc 255
2> -F missing value after operation for arch

> -a always,exit -F path=/etc/passwd -F perm=r
rc 0
2> perm used without an arch is slower
L> -w /etc/passwd -p r
D> Lost messages

> -a always,exit -F path=/etc/passwd -F perm=w
rc 0
2> perm used without an arch is slower
L> -w /etc/passwd -p w
D> Lost messages

> -a always,exit -F path=/etc/passwd -F perm=x
rc 0
2> perm used without an arch is slower
L> -w /etc/passwd -p x
D> Lost messages

> -a always,exit -F path=/etc/passwd -F perm=a
rc 0
2> perm used without an arch is slower
L> -w /etc/passwd -p a
D> Lost messages

> -a always,exit -F path=/etc/passwd -F perm=rw
rc 0
2> perm used without an arch is slower
L> -w /etc/passwd -p rw
D> Lost messages

> -a always,exit -F path=/etc/passwd -F perm=wa
rc 0
2> perm used without an arch is slower
L> -w /etc/passwd -p wa
D> Lost messages

> -a always,exit -F path=/etc/passwd -F perm=rwxa
rc 0
2> perm used without an arch is slower
L> -w /etc/passwd -p rwxa
D> Lost messages

> -a always,exit -F path=/etc/passwd -F perm=axwr
rc 0
2> perm used without an arch is slower
L> -w /etc/passwd -p rwxa
D> Lost messages

> -a always,exit -F path=/etc/passwd -F perm=RWXA
rc 0
2> perm used without an arch is slower
L> -w /etc/passwd -p rwxa
D> Lost messages

> -a always,exit -F path=/etc/passwd -F perm=rr
rc 0
2> perm used without an arch is slower
L> -w /etc/passwd -p r
D> Lost messages

> -a always,exit -F path=/etc/passwd -F perm=rwxar
rc 255
2> String value too long

> -a always,exit -F path=/etc/passwd -F perm=q
rc 255
2> Permission can only contain  'rwxa'

> -a always,exit -F path=/etc/passwd -F perm=rq
rc 255
2> Permission can only contain  'rwxa'

> -a always,exit -F path=/etc/passwd -F perm=1
rc 255
2> Permission can only contain  'rwxa'

> -a always,exit -F arch=b64 -F path=/etc/passwd -F perm=r -k p
rc 0
L> -a always,exit -F arch=b64 -S open,stat,fstat,lstat,readlink,quotactl,getxattr,lgetxattr,fgetxattr,listxattr,llistxattr,flistxattr,openat,newfstatat,readlinkat,statx,openat2,quotactl_fd,getxattrat,listxattrat,file_getattr -F path=/etc/passwd -F perm=r -F key=p
D> 4.0, calls of perm

> -a always,exit -F arch=b32 -F dir=/etc -F perm=r -F auid>=1000 -F auid!=unset -F key=p
rc 0
L> -a always,exit -F arch=b32 -S open,readlink,stat,lstat,fstat,quotactl,getxattr,lgetxattr,fgetxattr,listxattr,llistxattr,flistxattr,openat,readlinkat,statx,openat2,quotactl_fd,getxattrat,listxattrat,file_getattr -F dir=/etc -F perm=r -F auid>=1000 -F auid!=-1 -F key=p
D> 4.0, calls of perm

> -a always,exit -F arch=b64 -F path=/etc/passwd -F perm=w -k p
rc 0
L> -a always,exit -F arch=b64 -S open,bind,truncate,ftruncate,rename,mkdir,rmdir,creat,link,unlink,symlink,mknod,acct,swapon,quotactl,openat,mkdirat,mknodat,unlinkat,renameat,linkat,symlinkat,fallocate,renameat2,openat2,quotactl_fd -F path=/etc/passwd -F perm=w -F key=p
D> 4.0, calls of perm

> -a always,exit -F arch=b32 -F dir=/etc -F perm=w -F auid>=1000 -F auid!=unset -F key=p
rc 0
L> -a always,exit -F arch=b32 -S open,creat,link,unlink,mknod,rename,mkdir,rmdir,acct,symlink,swapon,truncate,ftruncate,quotactl,openat,mkdirat,mknodat,unlinkat,renameat,linkat,symlinkat,fallocate,renameat2,bind,openat2,quotactl_fd -F dir=/etc -F perm=w -F auid>=1000 -F auid!=-1 -F key=p
D> 4.0, calls of perm

> -a always,exit -F arch=b64 -F path=/etc/passwd -F perm=x -k p
rc 0
L> -a always,exit -F arch=b64 -S execve,execveat -F path=/etc/passwd -F perm=x -F key=p
D> 4.0, calls of perm

> -a always,exit -F arch=b32 -F dir=/etc -F perm=x -F auid>=1000 -F auid!=unset -F key=p
rc 0
L> -a always,exit -F arch=b32 -S execve,execveat -F dir=/etc -F perm=x -F auid>=1000 -F auid!=-1 -F key=p
D> 4.0, calls of perm

> -a always,exit -F arch=b64 -F path=/etc/passwd -F perm=a -k p
rc 0
L> -a always,exit -F arch=b64 -S link,chmod,fchmod,chown,fchown,lchown,setxattr,lsetxattr,fsetxattr,removexattr,lremovexattr,fremovexattr,fchownat,linkat,fchmodat,fchmodat2,setxattrat,removexattrat,file_setattr -F path=/etc/passwd -F perm=a -F key=p
D> 4.0, calls of perm

> -a always,exit -F arch=b32 -F dir=/etc -F perm=a -F auid>=1000 -F auid!=unset -F key=p
rc 0
L> -a always,exit -F arch=b32 -S link,chmod,lchown,fchmod,fchown,chown,setxattr,lsetxattr,fsetxattr,removexattr,lremovexattr,fremovexattr,fchownat,linkat,fchmodat,fchmodat2,setxattrat,removexattrat,file_setattr -F dir=/etc -F perm=a -F auid>=1000 -F auid!=-1 -F key=p
D> 4.0, calls of perm

> -a always,exit -F arch=b64 -S read -F perm=x -F path=/etc/passwd
rc 0
L> -a always,exit -F arch=b64 -S read,execve,execveat -F perm=x -F path=/etc/passwd
D> 4.0, calls of perm

> -a always,exit -F arch=b64 -F perm=wa -S execve
rc 0
L> -a always,exit -F arch=b64 -S open,bind,execve,truncate,ftruncate,rename,mkdir,rmdir,creat,link,unlink,symlink,chmod,fchmod,chown,fchown,lchown,mknod,acct,swapon,quotactl,setxattr,lsetxattr,fsetxattr,removexattr,lremovexattr,fremovexattr,openat,mkdirat,mknodat,fchownat,unlinkat,renameat,linkat,symlinkat,fchmodat,fallocate,renameat2,openat2,quotactl_fd,fchmodat2,setxattrat,removexattrat,file_setattr -F perm=wa
D> 4.0, calls of perm

> -a always,exit -F perm=wa -F path=/etc/passwd -F perm=r
rc 0
2> perm used without an arch is slower
2> perm used without an arch is slower
L> -w /etc/passwd -p wa -p r
D> Watches in any order

> -a always,exit -F perm=r
rc 0
2> perm used without an arch is slower
L>  -p r
D> Lost messages

> -a always,exit -F perm=r -F uid=0 -k k
rc 0
2> perm used without an arch is slower
L> -a always,exit -S all -F perm=r -F uid=0 -F key=k
D> Lost messages

> -a never,exit -F path=/etc/passwd -F perm=wa -k never
rc 0
2> perm used without an arch is slower
L> -w /etc/passwd -p wa -k never
D> Lost messages

> -a always,exit -F dir=/etc -F perm=wa
rc 0
2> perm used without an arch is slower
L> -w /etc -p wa
D> Lost messages

> -a always,exit -F dir=/etc/ -F perm=wa
rc 0
2> perm used without an arch is slower
L> -w /etc/ -p wa
D> Lost messages

> -a always,exit -F dir=/
rc 0
L> -a always,exit -S all -F dir=/

> -a always,exit -F path=/
rc 255
2> Error sending add rule data request (Invalid argument)

> -a always,exit -F dir=/nosuchdirectory -F perm=wa
rc 0
2> perm used without an arch is slower
L> -w /nosuchdirectory -p wa
D> Lost messages

> -a always,exit -F path=/nosuchdirectory/file -F perm=wa
rc 0
2> perm used without an arch is slower
L> -w /nosuchdirectory/file -p wa
D> Lost messages

> -a always,exit -F path=/etc/nosuchfile -F perm=wa
rc 0
2> perm used without an arch is slower
L> -w /etc/nosuchfile -p wa
D> Lost messages

> -a always,exit -F dir=etc
rc 255
2> Error sending add rule data request (Invalid argument)

> -a always,exit -F path=/etc/passwd -F path=/etc/group
rc 255
2> Error sending add rule data request (Invalid argument)

> -a always,exit -F dir=/etc -F dir=/usr
rc 255
2> Error sending add rule data request (Invalid argument)

> -a always,exit -F path=/etc/passwd/
rc 255
2> Error sending add rule data request (Invalid argument)

> -a always,exit -F path=/etc/
rc 255
2> Error sending add rule data request (Invalid argument)

> -a always,exit -F exe=/usr/bin/id
rc 0
L> -a always,exit -S all -F exe=/usr/bin/id

> -a always,exit -F exe!=/usr/bin/id
rc 0
L> -a always,exit -S all -F exe!=/usr/bin/id
D> `exe!=` is listed

> -a always,exit -F exe=id
rc 255
2> Error sending add rule data request (Invalid argument)

> -a always,exit -F exe=/nosuchdirectory/id
rc 0
L> -a always,exit -S all -F exe=/nosuchdirectory/id

> -a always,exit -F exe=/usr/bin/id -F exe=/usr/bin/ls
rc 255
2> Error sending add rule data request (Invalid argument)

> -a always,exit -F exe=/usr/bin/id -S execve -F arch=b64
rc 255
2> WARNING - 32/64 bit syscall mismatch, you should specify an arch
2> arch must be before -S

> -a always,user -F exe=/usr/bin/id
rc 0
L> -a always,user -F exe=/usr/bin/id

> -a always,exclude -F exe=/usr/bin/id
rc 0
L> -a always,exclude -F exe=/usr/bin/id

> -a always,exit -F path=/tmp/a\ b -F perm=r
rc 0
2> perm used without an arch is slower
L> -w /tmp/a b -p r
D> Lost messages

> -a always,exit -F path=/tmp/a\\b
rc 0
L> -a always,exit -S all -F path=/tmp/a\b

> -a always,exit -F path=/tmp/a=b
rc 0
L> -a always,exit -S all -F path=/tmp/a=b

> -a always,exit -F path=/tmp/a>b
rc 0
L> -a always,exit -S all -F path=/tmp/a>b

> -a always,exit -F path=/tmp/a&b
rc 0
L> -a always,exit -S all -F path=/tmp/a&b

> -a always,exit -F path=/tmp/a<b
rc 0
L> -a always,exit -S all -F path=/tmp/a<b

> -a always,exit -F a1&=0x40
rc 0
L> -a always,exit -S all -F a1&=0x40

> -a always,exit -F a1&0100
rc 0
L> -a always,exit -S all -F a1&0x40

> -a always,exit -F a2=0xffffffff
rc 0
L> -a always,exit -S all -F a2=0xFFFFFFFF

> -a always,exit -F a2=-2
rc 0
L> -a always,exit -S all -F a2=0xFFFFFFFE

> -a always,exit -F  =0
rc 255
2> -F missing field name before operator for 

> -a always,exit -F uid=\ 0
rc 255
2> Unknown user:  0

> -a always,exit -F uid\ =0
rc 255
2> -F unknown field: uid 

> -a always,exit -F uid=0\ 
rc 0
L> -a always,exit -S all -F uid=0

> -a always,exit -F uid==0
rc 255
2> Unknown user: =0

> -a always,exit -F uid=>0
rc 255
2> Unknown user: >0

> -a always,exit -F uid=<0
rc 255
2> Unknown user: <0

> -a always,exit -F uid!0
rc 255
2> -F missing operation for uid!0

> -a always,exit -F uid!=!0
rc 255
2> Unknown user: !0

> -a always,exit -F !=0
rc 255
2> -F missing field name before operator for 

> -a always,exit -F >
rc 255
2> -F missing field name before operator for 

> -a always,exit -F =
rc 255
2> -F missing field name before operator for 

> -a always,exit -F uid&=
rc 255
2> -F missing value after operation for uid

> -a always,exit -F nosuch
rc 255
2> -F missing operation for nosuch

> -a always,exit -F a4=1
rc 255
2> -F unknown field: a4

> -a always,exit -F entry=1
rc 255
2> -F unknown field: entry

> -a always,exit -F watch=/x
rc 255
2> -F unknown field: watch

> -a always,exit -F dev=5
rc 255
2> -F unknown field: dev

> -a always,exit -F loginuid_set=1
rc 255
2> -F unknown field: loginuid_set

> -a always,exit -F auid_set=1
rc 255
2> -F unknown field: auid_set

> -a always,exit -F list=1
rc 255
2> -F unknown field: list

> -a always,exit -F subj=x
rc 255
2> -F unknown field: subj
