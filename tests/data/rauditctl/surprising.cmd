> -a always,exit -S open
rc 0
2> WARNING - 32/64 bit syscall mismatch, you should specify an arch
L> -a always,exit -S open

> -a always,exit -F arch=b64 -S 90-92
rc 0
L> -a always,exit -F arch=b64 -S chmod

> -a always,exit -S open -F arch=b64
rc 255
2> WARNING - 32/64 bit syscall mismatch, you should specify an arch
2> arch must be before -S

> -a always,exit -F arch=b99 -S open
rc 255
2> arch elf mapping not found

# differs: libaudit has this notice but loses it
> -a always,exit -F path=/etc/passwd -F perm=wa -k pw
rc 0
2> perm used without an arch is slower
L> -w /etc/passwd -p wa -k pw
D> Lost messages

# differs: libaudit has this notice but loses it
> -a always,exit -F perm=wa -F arch=b64 -F path=/etc/passwd -k pw
rc 0
2> perm used without an arch is slower
L> -a always,exit -F arch=b64 -S all -F perm=wa -F path=/etc/passwd -F key=pw
D> Lost messages

> -a always,exit -F arch=b64 -F dir=/etc/ -F perm=x
rc 0
L> -a always,exit -F arch=b64 -S execve,execveat -F dir=/etc/ -F perm=x
D> 4.0, calls of perm

> -a always,exit -F path=/etc/passwd -F perm=z
rc 255
2> Permission can only contain  'rwxa'

> -a always,exit -F path!=/etc/passwd
rc 255
2> Error sending add rule data request (Invalid argument)

> -w /etc/
rc 0
2> Old style watch rules are slower
L> -w /etc -p rwxa

> -w /etc/pass* -p w
rc 0
2> Warning - wildcard notation is not supported
2> Old style watch rules are slower
L> -w /etc/pass* -p w

> -w /etc/passwd -p q
rc 255
2> Old style watch rules are slower
2> Permission q isn't supported

> -w /etc/passwd -p wa -F auid>=1000 -k u
rc 0
2> Old style watch rules are slower
L> -a always,exit -S all -F path=/etc/passwd -F perm=wa -F auid>=1000 -F key=u

> -w /etc/passwd -S open
rc 0
2> Old style watch rules are slower
2> WARNING - 32/64 bit syscall mismatch, you should specify an arch
L> -w /etc/passwd -p rwxa

> -w /etc/passwd -a always,exit
rc 255
2> Old style watch rules are slower
2> Append rule - bad keyword always,exit

> -a always,exit -S open -w /etc/passwd
rc 255
2> WARNING - 32/64 bit syscall mismatch, you should specify an arch
2> watch option can't be given with a syscall

# differs: libaudit has this notice but loses it
> -a never,exit -F path=/tmp/x -F perm=r
rc 0
2> perm used without an arch is slower
L> -w /tmp/x -p r
D> Lost messages

> -a always,exit -F arch=b64 -S openat -F auid>=1000 -F auid!=unset -k a
rc 0
L> -a always,exit -F arch=b64 -S openat -F auid>=1000 -F auid!=-1 -F key=a

# differs: libaudit has this message but loses it
> -a always,exit -F arch=b64 -S openat -F uid=nosuchuser
rc 255
2> Unknown user: nosuchuser

> -a always,exit -F arch=b64 -S openat -F a1&0100
rc 0
L> -a always,exit -F arch=b64 -S openat -F a1&0x40

> -a always,exit -F arch=b64 -S kill -F a1=-1
rc 0
L> -a always,exit -F arch=b64 -S kill -F a1=0xFFFFFFFF

> -a always,exit -F arch=b64 -S openat -F exit=EPERM
rc 0
L> -a always,exit -F arch=b64 -S openat -F exit=1

> -a always,exit -F arch=b64 -S openat -F success=no
rc 255
2> -F value should be number for success

> -a always,exit -F arch=b64 -S openat -F filetype=socket
rc 0
L> -a always,exit -F arch=b64 -S openat -F filetype=49152

> -a always,exit -F arch=b64 -S openat -F inode>5
rc 255
2> inode only takes = or != operators

> -a always,exit -F arch=b64 -S openat -F key=k1 -F key=k2
rc 0
L> -a always,exit -F arch=b64 -S openat -F key=k1 -F key=k2

> -a always,exit -F arch=b64 -S openat -C obj_uid=uid
rc 0
L> -a always,exit -F arch=b64 -S openat -C uid=obj_uid

> -a always,exit -F arch=b64 -S openat -C uid>euid
rc 255
2> uid>euid only takes = or != operators

> -a always,user -C uid!=euid
rc 255
2> uid can only be used with exit filter list

> -a always,task -F uid=0 -k t
rc 255
2> key option needs a watch or syscall given prior to it

> -a always,exclude -F msgtype>=1300 -F msgtype<=1399
rc 0
L> -a always,exclude -F msgtype>=SYSCALL -F msgtype<=1399

> -a always,exclude -F msgtype=NOSUCH
rc 255
2> -F unknown message type - msgtype

> -a always,exclude -F a0=1
rc 0
L> -a always,exclude -F a0=0x1
D> 4.x, exclude

# differs: libaudit has this notice but loses it
> -a always,exclude -F perm=wa
rc 0
2> perm used without an arch is slower
L>  -p wa
D> 4.x, exclude

> -a never,filesystem -F fstype=ext4
rc 255
2> file system type is unknown for field: fstype

> -a never,filesystem -F uid=0
rc 255
2> Error sending add rule data request (Invalid argument)

> -a always,io_uring -S openat -k u
rc 0
L> -a always,io_uring -S openat -F key=u
D> 3.1, io_uring

> -a always,io_uring -F perm=wa -F path=/etc/passwd
rc 255
2> perm can only be used with exit filter list
D> 3.1, io_uring

# differs: auditctl 4.2 sends list 0xffffffff and shows the kernel's EINVAL; 3.0.9 says this
> -a always,entry -S open
rc 255
2> Append rule - bad keyword always,entry

> -a possible,exit -S open
rc 255
2> Append rule - bad keyword possible,exit

# differs: auditctl 4.2 takes an empty list name for a list; 3.0.9 says this
> -a always, exit
rc 255
2> Append rule - bad keyword always,

> -a always,exit -k key
rc 255
2> key option needs a watch or syscall given prior to it

> -a always,exit -F arch=aarch64 -S openat
rc 0
L> -a always,exit -F arch=b64 -S openat

> -a always,exit -F arch=b64 -F arch=b32 -S openat
rc 0
L> -a always,exit -F arch=b64 -F arch=b32 -S openat

> -D x
rc 255
2> Wrong number of options for Delete all request

> -s x
rc 255
2> Only -i option is allowed

> -l foo
rc 255
2> Only -k or -i options are allowed

> -i -l
rc 255
2> parameter passed without an option given

> -m a b
rc 255
2> The -m option must be only the only option and takes 1 parameter

> -t /a
rc 0
K> trim

> -q a,b
rc 0
K> equivalent a b

# the double has lost 3
> --reset-lost
rc 0
2> lost: 3

> --signal bogus
rc 1
2> bogus is an unsupported signal
D> 3.1.1 and 4.0, `--signal`

# differs: auditctl says this to the system log only
> -R /nosuch
rc 1
2> audit rules file /nosuch doesn't exist
D> Lost messages

> foo
rc 255

> -z
rc 255
2> Option -z is invalid

> -e 3
rc 255
2> Enable must be 0, 1, or 2 was 3

> -b -1
rc 255
2> Backlog must be a numeric value was -1
