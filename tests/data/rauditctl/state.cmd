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
1> loginuid_immutable 0 unlocked
1> backend double

> -s -i
rc 0
1> enabled enabled
1> failure printk
1> pid 0
1> rate_limit 0
1> backlog_limit 64
1> lost 3
1> backlog 0
1> backlog_wait_time 15000
1> backlog_wait_time_actual 7
1> loginuid_immutable 0 unlocked
1> backend double

> -e 0
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

> -e 1
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

> -e 2
rc 0
1> enabled 2
1> failure 1
1> pid 0
1> rate_limit 0
1> backlog_limit 64
1> lost 3
1> backlog 0
1> backlog_wait_time 15000
1> backlog_wait_time_actual 7

> -e 01
rc 255
2> Enable must be 0, 1, or 2 was 01

> -e
rc 255
2> Option -e is invalid

> -f 0
rc 0
1> enabled 1
1> failure 0
1> pid 0
1> rate_limit 0
1> backlog_limit 64
1> lost 3
1> backlog 0
1> backlog_wait_time 15000
1> backlog_wait_time_actual 7

> -f 3
rc 255
2> Failure must be 0, 1, or 2 was 3

> -b 8192
rc 0
1> enabled 1
1> failure 1
1> pid 0
1> rate_limit 0
1> backlog_limit 8192
1> lost 3
1> backlog 0
1> backlog_wait_time 15000
1> backlog_wait_time_actual 7

> -b 0x20
rc 0
1> enabled 1
1> failure 1
1> pid 0
1> rate_limit 0
1> backlog_limit 32
1> lost 3
1> backlog 0
1> backlog_wait_time 15000
1> backlog_wait_time_actual 7

> -b 8k
rc 0
1> enabled 1
1> failure 1
1> pid 0
1> rate_limit 0
1> backlog_limit 8
1> lost 3
1> backlog 0
1> backlog_wait_time 15000
1> backlog_wait_time_actual 7

> -b x
rc 255
2> Backlog must be a numeric value was x

> -r 100
rc 0
1> enabled 1
1> failure 1
1> pid 0
1> rate_limit 100
1> backlog_limit 64
1> lost 3
1> backlog 0
1> backlog_wait_time 15000
1> backlog_wait_time_actual 7

> -r -5
rc 255
2> Rate must be a numeric value was -5

> --backlog_wait_time 60000
rc 0
1> enabled 1
1> failure 1
1> pid 0
1> rate_limit 0
1> backlog_limit 64
1> lost 3
1> backlog 0
1> backlog_wait_time 60000
1> backlog_wait_time_actual 7

> --backlog_wait_time=0
rc 0
1> enabled 1
1> failure 1
1> pid 0
1> rate_limit 0
1> backlog_limit 64
1> lost 3
1> backlog 0
1> backlog_wait_time 0
1> backlog_wait_time_actual 7

> --backlog_wait_time x
rc 255
2> Backlog_wait_time must be a numeric value was x

> --backlog_wait_time 150001
rc 255
2> Error sending backlog wait time request (Invalid argument)
D> Requests refused

> --backlog 5
rc 0
1> enabled 1
1> failure 1
1> pid 0
1> rate_limit 0
1> backlog_limit 64
1> lost 3
1> backlog 0
1> backlog_wait_time 5
1> backlog_wait_time_actual 7

> -e 1 -b 320 -f 0 -r 7
rc 0
1> enabled 1
1> failure 0
1> pid 0
1> rate_limit 7
1> backlog_limit 320
1> lost 3
1> backlog 0
1> backlog_wait_time 15000
1> backlog_wait_time_actual 7
D> Several settings on a line

> -b 99999999999999999999
rc 255
2> Error converting backlog

> --reset-lost
rc 0
2> lost: 3

kernel features=0
> --reset-lost
rc 255
2> Field option not supported by kernel: reset-lost

kernel enabled=2
> -e 0
rc 255
2> Error sending enable request (Operation not permitted)

kernel enabled=2
> -b 1
rc 255
2> Error sending backlog limit request (Operation not permitted)

> --reset
rc 255
2> Option --reset is invalid

> -s -i x
rc 255
2> Too many options for status command

> -e 1 -s
rc 255
2> Too many options for status command
D> The whole line first

> -si
rc 255
2> parameter passed without an option given
D> The whole line first

> -m hello
rc 0
M> text=hello

> -m hello\ world
rc 0
M> text=hello world

> -m a	b
rc 255
2> Illegal character in audit event

> -m
rc 255
2> Option -m is invalid

> -e 1 -m x
rc 255
2> The -m option must be only the only option and takes 1 parameter
D> The whole line first

>
rc 1
1> usage: rauditctl [options]
D> Version and usage

> -i
rc 0

> -c
rc 0

> -
rc 255

> --
rc 0

> -ll
rc 255
2> parameter passed without an option given
D> The whole line first

> foo -e 0
rc 255
2> parameter passed without an option given
D> The whole line first

# an argument too many
> -v x
rc 255
2> parameter passed without an option given
D> The whole line first

> -h
rc 0
1> usage: rauditctl [options]
D> 4.x, `--help`

> --help
rc 0
1> usage: rauditctl [options]
D> 4.x, `--help`

> --he
rc 0
1> usage: rauditctl [options]
D> 4.x, `--help`
