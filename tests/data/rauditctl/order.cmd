# options in every order, joined, without what they need, and after the end
> -F uid=0 -a always,exit
rc 255
2> List must be given before field

> -k x -a always,exit -S read
rc 255
2> key option needs a watch or syscall given prior to it

> -p wa -w /etc/passwd
rc 255
2> permission option needs a watch given prior to it

> -k x -w /etc/passwd
rc 255
2> key option needs a watch or syscall given prior to it

> -F uid=0 -w /etc/passwd
rc 255
2> List must be given before field

> -S read -w /etc/passwd
rc 0
2> Old style watch rules are slower
L> -w /etc/passwd -p rwxa

> -C uid!=euid -w /etc/passwd
rc 255
2> uid can only be used with exit filter list

> -w /etc/passwd -p r -p w
rc 0
2> Old style watch rules are slower
L> -w /etc/passwd -p w

> -w /etc/passwd -p r -k a -p x
rc 0
2> Old style watch rules are slower
L> -w /etc/passwd -p x -k a

> -w /etc/passwd -F perm=r
rc 0
2> Old style watch rules are slower
2> perm used without an arch is slower
L> -w /etc/passwd -p rwxa -p r
D> Lost messages

> -w /etc/passwd -p r -F perm=w
rc 0
2> Old style watch rules are slower
2> perm used without an arch is slower
L> -w /etc/passwd -p r -p w
D> Lost messages

> -w /etc/passwd -F path=/etc/group
rc 255
2> Old style watch rules are slower
2> Error sending add rule data request (Invalid argument)

> -w /etc/passwd -F dir=/etc
rc 255
2> Old style watch rules are slower
2> Error sending add rule data request (Invalid argument)

> -w /etc/passwd -F inode=5
rc 255
2> Old style watch rules are slower
2> Error sending add rule data request (Invalid argument)

> -w /etc/passwd -F arch=b64 -S read
rc 255
2> Old style watch rules are slower
2> arch must be before -S

> -w /etc/passwd -S read -k a
rc 0
2> Old style watch rules are slower
2> WARNING - 32/64 bit syscall mismatch, you should specify an arch
L> -w /etc/passwd -p rwxa -k a

> -w /etc/passwd -d always,exit
rc 255
2> Old style watch rules are slower
2> Delete rule - bad keyword always,exit
D> Adding and deleting in one line

> -w /etc/passwd -W /etc/passwd
rc 255
2> Old style watch rules are slower
2> Rule is not empty

> -W /etc/passwd -w /etc/passwd
rc 255
2> watch option can't be given with a syscall

> -w /etc/passwd -F uid=0
rc 0
2> Old style watch rules are slower
L> -a always,exit -S all -F path=/etc/passwd -F perm=rwxa -F uid=0

> -w /etc/passwd -C uid!=euid -F exit=-EACCES -F success=0
rc 0
2> Old style watch rules are slower
L> -a always,exit -S all -F path=/etc/passwd -F perm=rwxa -C uid!=euid -F exit=-EACCES -F success=0

> -w /etc/passwd -p wa -k a -F auid=0
rc 0
2> Old style watch rules are slower
L> -a always,exit -S all -F path=/etc/passwd -F perm=wa -F auid=0 -F key=a

> -w /etc/passwd -e 1
rc 0
2> Old style watch rules are slower
L> -w /etc/passwd -p rwxa

> -e 1 -w /etc/passwd
rc 0
2> Old style watch rules are slower
L> -w /etc/passwd -p rwxa

> -b 100 -a always,exit -S getpid
rc 0
2> WARNING - 32/64 bit syscall mismatch, you should specify an arch
L> -a always,exit -S getpid

> -a always,exit -S getpid -b 100
rc 0
2> WARNING - 32/64 bit syscall mismatch, you should specify an arch
L> -a always,exit -S getpid

> -a always,exit -w /etc/passwd
rc 255
2> watch option can't be given with a syscall

> -a always,exit -W /etc/passwd
rc 255
2> watch option can't be given with a syscall
D> Adding and deleting in one line

> -d always,exit -w /etc/passwd
rc 255
2> watch option can't be given with a syscall

> -a always,exit -F path=/etc/passwd -w /etc/group
rc 255
2> watch option can't be given with a syscall

> -a always,exit -l
rc 255
2> Only -k or -i options are allowed

> -a always,exit -D
rc 255
2> Only the -k option is allowed
D> Where auditctl crashes

> -a always,exit -s
rc 255
2> Too many options for status command

> -a always,exit -v
rc 0
1> rauditctl version 0.1.0
D> Version and usage

> -a always,exit -h
rc 0
1> usage: rauditctl [options]
D> 4.x, `--help`

> -a always,exit -t
rc 0
K> trim

> -a always,exit -m x
rc 255
2> The -m option must be only the only option and takes 1 parameter

> -a always,exit -i
rc 0

> -a always,exit -R @/good.rules
rc 255
2> Error - nested rule files not supported

> -a always,exit -S getpid x
rc 255
2> WARNING - 32/64 bit syscall mismatch, you should specify an arch
2> parameter passed without an option given

> x -a always,exit -S getpid
rc 255
2> WARNING - 32/64 bit syscall mismatch, you should specify an arch
2> parameter passed without an option given

> -a always,exit x -S getpid
rc 255
2> WARNING - 32/64 bit syscall mismatch, you should specify an arch
2> parameter passed without an option given

> -a always,exit -- -S getpid
rc 255
2> parameter passed without an option given

> -a always,exit -S getpid --
rc 0
2> WARNING - 32/64 bit syscall mismatch, you should specify an arch
L> -a always,exit -S getpid

> -aalways,exit -Sgetpid -Fuid=0
rc 0
2> WARNING - 32/64 bit syscall mismatch, you should specify an arch
L> -a always,exit -S getpid -F uid=0

> -a always,exit -S getpid -Fkey=a
rc 0
2> WARNING - 32/64 bit syscall mismatch, you should specify an arch
L> -a always,exit -S getpid -F key=a

> -a=always,exit -S getpid
rc 255
2> Append rule - bad keyword =always,exit

> --a always,exit
rc 255
2> Option --a is invalid

> -a always,exit -S
rc 255
2> Option -S is invalid

> -a
rc 255
2> Option -a is invalid

> -A
rc 255
2> Option -A is invalid

> -d
rc 255
2> Option -d is invalid

> -F
rc 255
2> Option -F is invalid

> -C
rc 255
2> Option -C is invalid

> -S
rc 255
2> Option -S is invalid

> -w
rc 255
2> Option -w is invalid

> -W
rc 255
2> Option -W is invalid

> -p
rc 255
2> Option -p is invalid

> -k
rc 255
2> Option -k is invalid

> -m
rc 255
2> Option -m is invalid

> -q
rc 255
2> Option -q is invalid

> -R
rc 255
2> Option -R is invalid

> -b
rc 255
2> Option -b is invalid

> -r
rc 255
2> Option -r is invalid

> -f
rc 255
2> Option -f is invalid

> -e
rc 255
2> Option -e is invalid

> -a always,exit -F
rc 255
2> Option -F is invalid

> -a always,exit -C
rc 255
2> Option -C is invalid

> -a  
rc 255
2> Option -a is invalid

> -F  
rc 255
2> Option -F is invalid

> -w  
rc 255
2> Option -w is invalid

> -W  
rc 255
2> Option -W is invalid

> -k  
rc 255
2> Option -k is invalid

> -a always,exit -A always,exit
rc 255
2> Multiple rule insert/delete operations are not allowed

> -A always,exit -a always,exit
rc 255
2> Multiple rule insert/delete operations are not allowed

> -d always,exit -a always,exit
rc 255
2> Multiple rule insert/delete operations are not allowed

> -d always,exit -d always,exit
rc 255
2> Multiple rule insert/delete operations are not allowed

> -a always,exit -a
rc 255
2> Option -a is invalid

> -a exit,always -F uid=0
rc 0
L> -a always,exit -S all -F uid=0

> -a task,never
rc 0
L> -a never,task

> -a never,task -F uid=0 -F gid=0
rc 0
L> -a never,task -F uid=0 -F gid=0

> -A task,never -F uid=0
rc 0
L> -a never,task -F uid=0

> -d task,never
rc 255
2> Error sending delete rule data request (No such file or directory)

> -a exclude,always -F msgtype=CWD
rc 0
L> -a always,exclude -F msgtype=CWD

> -a user,never -F uid=0
rc 0
L> -a never,user -F uid=0

> -a filesystem,never -F fstype=tracefs
rc 0
L> -a never,filesystem -F fstype=tracefs

> -a exit,never,x
rc 255
2> Append rule - bad keyword exit,never,x

> -a exit
rc 255
2> Append rule - bad keyword exit

> -a always,
rc 255
2> Append rule - bad keyword always,

> -a ,exit
rc 255
2> Append rule - bad keyword ,exit

> -a always,always
rc 255
2> Append rule - bad keyword always,always

> -a exit,exit
rc 255
2> Append rule - bad keyword exit,exit

> -a always,exit\ 
rc 255
2> Append rule - bad keyword always,exit 

> -a Always,exit
rc 255
2> Append rule - bad keyword Always,exit

> -a always,Exit
rc 0
L> -a always,exit -S all
D> 4.x, lists in any case

> -a never,TASK
rc 0
L> -a never,task
D> 4.x, lists in any case

> -a always;exit
rc 255
2> Append rule - bad keyword always;exit

> -a possible,task
rc 255
2> Append rule - bad keyword possible,task

> -a task,possible
rc 0
2> Append rule - possible is deprecated

> -a exit,possible
rc 0
2> Append rule - possible is deprecated

> -A possible,exit -S read
rc 255
2> Add rule - bad keyword possible,exit

> -d possible,exit -S read
rc 255
2> Delete rule - bad keyword possible,exit

> -a always,entry -S read
rc 255
2> Append rule - bad keyword always,entry

> -a entry,always -S read
rc 255
2> Append rule - bad keyword entry,always

> -a always,watch -S read
rc 255
2> Append rule - bad keyword always,watch

> -a always,filter -S read
rc 255
2> Append rule - bad keyword always,filter

> -a 4,always -S read
rc 255
2> Append rule - bad keyword 4,always

> -F arch=b64 -a always,exit
rc 255
2> List must be given before field

> -a always,exit -S read -F arch=b64
rc 255
2> WARNING - 32/64 bit syscall mismatch, you should specify an arch
2> arch must be before -S

> -a always,exit -F perm=x -F arch=b64
rc 0
2> perm used without an arch is slower
L> -a always,exit -F arch=b64 -S all -F perm=x
D> Lost messages

> -a always,exit -F arch=b64 -F perm=x -F arch=b32
rc 255
2> arch must be before -S
D> A second `-F arch` after `-F perm`

> -a always,exit -F arch=b32 -F perm=x -F arch=b64 -F perm=w
rc 255
2> arch must be before -S
D> A second `-F arch` after `-F perm`

> -lx
rc 255
2> parameter passed without an option given
D> The whole line first

> -ls
rc 255
2> parameter passed without an option given
D> The whole line first

> -sl
rc 255
2> parameter passed without an option given
D> The whole line first

> -l -s
rc 255
2> Only -k or -i options are allowed

> -s -l
rc 255
2> Only -i option is allowed

> -D -l
rc 255
2> Wrong number of options for Delete all request

> -l -l
rc 255
2> Only -k or -i options are allowed

> -i -s
rc 255
2> parameter passed without an option given

> -c -s
rc 255
2> parameter passed without an option given

> -l -k
rc 255
2> Only -k or -i options are allowed

> -l -k a -i
rc 255
2> Wrong number of options for list request

> -l -i -i
rc 255
2> Only -k or -i options are allowed

> -s -i -i
rc 255
2> Too many options for status command

> -s -k a
rc 255
2> Too many options for status command

> -D -k
rc 255
2> Wrong number of options for Delete all request

> -vh
rc 255
2> parameter passed without an option given
D> The whole line first

> -hv
rc 255
2> parameter passed without an option given
D> The whole line first

> -v -v
rc 255
2> parameter passed without an option given
D> The whole line first

> -h -h
rc 255
2> parameter passed without an option given
D> The whole line first

> -z
rc 255
2> Option -z is invalid

> -l -z
rc 255
2> Only -k or -i options are allowed

> --nosuch
rc 255
2> Option --nosuch is invalid

> --list
rc 255
2> Option --list is invalid

> --h
rc 0
1> usage: rauditctl [options]
D> 4.x, `--help`

> --hel
rc 0
1> usage: rauditctl [options]
D> 4.x, `--help`

> --help x
rc 255
2> parameter passed without an option given
D> 4.x, `--help`

> --help -l
rc 255
2> parameter passed without an option given
D> 4.x, `--help`

> --reset-lost=1
rc 255
2> Option --reset-lost=1 is invalid

> --help=1
rc 255
2> Option --help=1 is invalid

> --backlog_wait_time
rc 255
2> Option --backlog_wait_time is invalid

> --backlog_wait_time=
rc 255
2> Backlog_wait_time must be a numeric value was 

> --backlog_wait_time -1
rc 255
2> Backlog_wait_time must be a numeric value was -1

> --backlog_wait_time 10 x
rc 255
2> parameter passed without an option given
D> The whole line first

> -e 1 -e 0
rc 0
1> enabled 0
1> failure 1
1> pid 0
1> rate_limit 0
1> backlog_limit 64
1> lost 3
1> backlog 0
1> backlog_wait_time 15000
1> backlog_wait_time_actual 7
D> Several settings on a line

> -e 1 -b 70 -r 5 -f 0
rc 0
1> enabled 1
1> failure 0
1> pid 0
1> rate_limit 5
1> backlog_limit 70
1> lost 3
1> backlog 0
1> backlog_wait_time 15000
1> backlog_wait_time_actual 7
D> Several settings on a line

> -b 70 -b 80
rc 0
1> enabled 1
1> failure 1
1> pid 0
1> rate_limit 0
1> backlog_limit 80
1> lost 3
1> backlog 0
1> backlog_wait_time 15000
1> backlog_wait_time_actual 7
D> Several settings on a line

> -e 1 -l
rc 255
2> Only -k or -i options are allowed
D> The whole line first

> -e 1 -s
rc 255
2> Too many options for status command
D> The whole line first

> -b 70 x
rc 255
2> parameter passed without an option given
D> The whole line first

> -r 0x10
rc 0
1> enabled 1
1> failure 1
1> pid 0
1> rate_limit 16
1> backlog_limit 64
1> lost 3
1> backlog 0
1> backlog_wait_time 15000
1> backlog_wait_time_actual 7

> -r 010
rc 0
1> enabled 1
1> failure 1
1> pid 0
1> rate_limit 8
1> backlog_limit 64
1> lost 3
1> backlog 0
1> backlog_wait_time 15000
1> backlog_wait_time_actual 7

> -b 08
rc 0
1> enabled 1
1> failure 1
1> pid 0
1> rate_limit 0
1> backlog_limit 0
1> lost 3
1> backlog 0
1> backlog_wait_time 15000
1> backlog_wait_time_actual 7

> -b  
rc 255
2> Option -b is invalid

> -r 99999999999
rc 0
1> enabled 1
1> failure 1
1> pid 0
1> rate_limit 1215752191
1> backlog_limit 64
1> lost 3
1> backlog 0
1> backlog_wait_time 15000
1> backlog_wait_time_actual 7

> -b 4294967296
rc 0
1> enabled 1
1> failure 1
1> pid 0
1> rate_limit 0
1> backlog_limit 0
1> lost 3
1> backlog 0
1> backlog_wait_time 15000
1> backlog_wait_time_actual 7

> -f  
rc 255
2> Option -f is invalid

> -f 1x
rc 255
2> Failure must be 0, 1, or 2 was 1x

> -f -1
rc 255
2> Failure must be 0, 1, or 2 was -1

> -e -1
rc 255
2> Enable must be 0, 1, or 2 was -1

> -e yes
rc 255
2> Enable must be 0, 1, or 2 was yes

> -e 0x1
rc 255
2> Enable must be 0, 1, or 2 was 0x1
