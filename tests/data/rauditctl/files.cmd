> -R @/good.rules
rc 0
1> No rules
1> enabled 1
1> failure 1
1> pid 0
1> rate_limit 0
1> backlog_limit 320
1> lost 3
1> backlog 0
1> backlog_wait_time 15000
1> backlog_wait_time_actual 7
1> enabled 1
1> failure 1
1> pid 0
1> rate_limit 0
1> backlog_limit 320
1> lost 3
1> backlog 0
1> backlog_wait_time 15000
1> backlog_wait_time_actual 7
2> Old style watch rules are slower
2> Old style watch rules are slower
L> -w /etc/passwd -p wa -k identity
L> -a always,exit -F arch=b64 -S execve -F auid>=1000 -F auid!=-1 -F key=exec
L> -w /tmp/with blank\x -p r -k a b

> -R @/stops.rules
rc 1
2> Old style watch rules are slower
2> -F unknown field: nosuch
2> There was an error in line 2 of @/stops.rules
L> -w /etc/passwd -p wa

> -R @/ignores.rules
rc 0
2> Old style watch rules are slower
2> -F unknown field: nosuch
2> There was an error in line 3 of @/ignores.rules
2> Old style watch rules are slower
L> -w /etc/passwd -p wa
L> -w /etc/group -p wa

> -R @/continues.rules
rc 1
2> Old style watch rules are slower
2> -F unknown field: nosuch
2> There was an error in line 3 of @/continues.rules
2> Old style watch rules are slower
L> -w /etc/passwd -p wa
L> -w /etc/group -p wa

> -R @/tab.rules
rc 1
2> WARNING - 32/64 bit syscall mismatch in line 1, you should specify an arch
2> Append rule - bad keyword always,exit	-S
2> There was an error in line 2 of @/tab.rules
L> -a always,exit -S open
D> Lost messages

> -R @/trailing.rules
rc 1
2> parameter passed without an option given
2> There was an error in line 1 of @/trailing.rules
D> Lost messages

> -R @/nested.rules
rc 1
2> Error - nested rule files not supported
2> There was an error in line 1 of @/nested.rules
D> Lost messages

> -R @/option.rules
rc 1
2> WARNING - 32/64 bit syscall mismatch in line 1, you should specify an arch
2> Option -z on line 1 is invalid
2> There was an error in line 1 of @/option.rules
D> Lost messages

> -R @/twice.rules
rc 1
2> Error sending add rule data request (Rule exists)
2> There was an error in line 2 of @/twice.rules
L> -a always,exit -S all -F uid=5

> -R @/locks.rules
rc 1
1> enabled 2
1> failure 1
1> pid 0
1> rate_limit 0
1> backlog_limit 64
1> lost 3
1> backlog 0
1> backlog_wait_time 15000
1> backlog_wait_time_actual 7
2> Old style watch rules are slower
2> Old style watch rules are slower
2> Error sending add rule data request (Operation not permitted)
2> There was an error in line 3 of @/locks.rules
L> -w /etc/passwd -p wa

> -R @/empty.rules
rc 0

> -R @/long.rules
rc 1
2> Old style watch rules are slower
2> Line 2 of @/long.rules is longer than 6143 bytes
L> -w /etc/passwd -p wa
D> Long lines of a file

> -R @
rc 1
2> Error - @ is not a regular file
D> Lost messages

> -R
rc 255
2> Option -R is invalid

> -R @/good.rules x
rc 255
2> Error - nested rule files not supported

> -i -R @/good.rules
rc 255
2> parameter passed without an option given

kernel enabled=2
> -R @/good.rules
rc 1
2> The audit system is in immutable mode, no rule changes allowed

kernel features=0
> -R @/good.rules
rc 0
1> No rules
1> enabled 1
1> failure 1
1> pid 0
1> rate_limit 0
1> backlog_limit 320
1> lost 3
1> backlog 0
1> backlog_wait_time 15000
1> backlog_wait_time_actual 7
1> enabled 1
1> failure 1
1> pid 0
1> rate_limit 0
1> backlog_limit 320
1> lost 3
1> backlog 0
1> backlog_wait_time 15000
1> backlog_wait_time_actual 7
2> Old style watch rules are slower
2> Old style watch rules are slower
L> -w /etc/passwd -p wa -k identity
L> -a always,exit -F arch=b64 -S execve -F auid>=1000 -F auid!=-1 -F key=exec
L> -w /tmp/with blank\x -p r -k a b
