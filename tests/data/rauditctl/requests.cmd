> -t
rc 0
K> trim

> -t /a
rc 0
K> trim

> -t -l
rc 0
K> trim

> -q
rc 255
2> Option -q is invalid

> -q /mnt
rc 255
2> Error parsing equivalent parts

> -q /mnt,/a,/b
rc 255
2> Error parsing equivalent parts

> -q /mnt,
rc 255
2> Error parsing equivalent parts

> -q ,/srv
rc 255
2> Error sending make_equivalent command (Invalid argument)

> -q /mnt,/srv
rc 0
K> equivalent /mnt /srv

> -q /mnt,/nosuch
rc 255
2> Error sending make_equivalent command (No such file or directory)

> -q a,b -l
rc 0
K> equivalent a b

> -q /mnt,/srv x
rc 0
K> equivalent /mnt /srv

> --reset_backlog_wait_time_actual
rc 0
2> backlog_wait_time_actual: 7

$ --reset_backlog_wait_time_actual
> -s
rc 0
1> enabled 1
1> failure 1
1> pid 0
1> rate_limit 0
1> backlog_limit 64
1> lost 3
1> backlog 0
1> backlog_wait_time 15000
1> backlog_wait_time_actual 0
1> loginuid_immutable 0 unlocked
1> backend double

> --reset_backlog_wait_time_actual x
rc 0
2> backlog_wait_time_actual: 7

> --reset
rc 255
2> Option --reset is invalid

> --reset-lost -s
rc 0
2> lost: 3

> --loginuid-immutable
rc 0

$ --loginuid-immutable
> -s
rc 0
1> enabled 1
1> failure 1
1> pid 0
1> rate_limit 0
1> backlog_limit 64
1> lost 3
1> backlog 0
1> backlog_wait_time 15000
1> backlog_wait_time_actual 7
1> loginuid_immutable 1 locked
1> backend double

# locking what is locked and on changes nothing
$ --loginuid-immutable
> --loginuid-immutable
rc 0

> --loginuid-immutable x
rc 0

> --loginuid
rc 0

> --signal
rc 255
2> Option --signal is invalid

> --signal bogus
rc 1
2> bogus is an unsupported signal
D> 3.1.1 and 4.0, `--signal`

> --signal 15
rc 1
2> 15 is an unsupported signal
D> 3.1.1 and 4.0, `--signal`

> --signal SIGTERM
rc 1
2> SIGTERM is an unsupported signal
D> 3.1.1 and 4.0, `--signal`

> --signal KILL
rc 1
2> KILL is an unsupported signal
D> 3.1.1 and 4.0, `--signal`

> --signal TERM
rc 2
2> Auditd is not running
D> 3.1.1 and 4.0, `--signal`

> --signal stop
rc 2
2> Auditd is not running
D> 3.1.1 and 4.0, `--signal`

> --signal=CONT
rc 2
2> Auditd is not running
D> 3.1.1 and 4.0, `--signal`

> --signal term x
rc 255
2> parameter passed without an option given
D> 3.1.1 and 4.0, `--signal`

# a daemon that was killed: the kernel still names it
kernel pid=4194303
> --signal reload
rc 2
2> Auditd is not running

kernel pid=4194305
> --signal HUP
rc 2
2> Auditd is not running

> --signal HUP -l
rc 255
2> parameter passed without an option given
D> 3.1.1 and 4.0, `--signal`

> -R @/loginuid.rules
rc 0
2> Old style watch rules are slower
L> -w /etc/passwd -p rwxa

> -R @/signal.rules
rc 1
2> Auditd is not running
2> There was an error in line 1 of @/signal.rules
D> 3.1.1 and 4.0, `--signal`

> -R @/trees.rules
rc 0
2> backlog_wait_time_actual: 7
2> lost: 3
K> trim
K> equivalent /mnt /srv 1
D> Lost messages
