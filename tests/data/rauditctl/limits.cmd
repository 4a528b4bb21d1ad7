# keys, and how much is too much
> -w /etc/passwd -k {k*255}
rc 0
2> Old style watch rules are slower
L> -w /etc/passwd -p rwxa -k {k*255}

> -w /etc/passwd -k {k*256}
rc 0
2> Old style watch rules are slower
L> -w /etc/passwd -p rwxa -k {k*256}

> -w /etc/passwd -k {k*257}
rc 255
2> Old style watch rules are slower
2> key option exceeds size limit

> -w /etc/passwd -k {k*127} -k {j*128}
rc 0
2> Old style watch rules are slower
L> -w /etc/passwd -p rwxa -k {k*127} -k {j*128}

> -w /etc/passwd -k {k*128} -k {j*128}
rc 255
2> Old style watch rules are slower
2> key option exceeds size limit

> -w /etc/passwd -F key={k*256}
rc 0
2> Old style watch rules are slower
L> -w /etc/passwd -p rwxa -k {k*256}

> -w /etc/passwd -F key={k*257}
rc 255
2> Old style watch rules are slower
2> key option exceeds size limit

> -w /etc/passwd -k a\ b
rc 0
2> Old style watch rules are slower
L> -w /etc/passwd -p rwxa -k a b

> -w /etc/passwd -k a\\b
rc 0
2> Old style watch rules are slower
L> -w /etc/passwd -p rwxa -k a\b

> -w /etc/passwd -k a,b
rc 0
2> Old style watch rules are slower
L> -w /etc/passwd -p rwxa -k a,b

> -w /etc/passwd -k a=b
rc 0
2> Old style watch rules are slower
L> -w /etc/passwd -p rwxa -k a=b

> -w /etc/passwd -k "a"
rc 0
2> Old style watch rules are slower
L> -w /etc/passwd -p rwxa -k "a"

> -w /etc/passwd -k é
rc 0
2> Old style watch rules are slower
L> -w /etc/passwd -p rwxa -k é

> -w /etc/passwd -k ab
rc 255
2> Old style watch rules are slower
2> key ab has illegal character
D> 4.x, control characters in keys

> -w /etc/passwd -F key=ab
rc 255
2> Old style watch rules are slower
2> key ab has illegal character
D> 4.x, control characters in keys

> -w /etc/passwd -k a -k a
rc 0
2> Old style watch rules are slower
L> -w /etc/passwd -p rwxa -k a -k a

> -w /etc/passwd -k
rc 255
2> Old style watch rules are slower
2> Option -k is invalid

> -w /etc/passwd -F key=
rc 0
2> Old style watch rules are slower
L> -w /etc/passwd -p rwxa

> -w /etc/passwd -F key!=x
rc 0
2> Old style watch rules are slower
L> -w /etc/passwd -p rwxa -k x

> -w /etc/passwd -F key>x
rc 255
2> Old style watch rules are slower
2> Error sending add rule data request (Invalid argument)

> -a always,exit -F key!=x
rc 255
2> Key field needs a watch, syscall or exe path given prior to it

> -a always,exit -S all -F key!=x
rc 0
L> -a always,exit -S all -F key=x

> -a always,exit -k a -S read
rc 255
2> key option needs a watch or syscall given prior to it

> -a always,exit -S read -k a -F uid=0 -k b -F gid=0 -F key=c
rc 0
2> WARNING - 32/64 bit syscall mismatch, you should specify an arch
L> -a always,exit -S read -F uid=0 -F gid=0 -F key=a -F key=b -F key=c

> -a always,exit -F exe=/usr/bin/id -k a
rc 0
L> -a always,exit -S all -F exe=/usr/bin/id -F key=a

> -a always,exit -F perm=x -k a
rc 0
2> perm used without an arch is slower
L>  -p x -k a
D> Lost messages

> -a always,exit -F path=/etc/passwd -k a
rc 0
L> -a always,exit -S all -F path=/etc/passwd -F key=a

> -a always,exit -F dir=/etc -k a
rc 0
L> -a always,exit -S all -F dir=/etc -F key=a

> -a never,filesystem -F fstype=debugfs -k a
rc 0
L> -a never,filesystem -F fstype=debugfs -F key=a

> -a never,filesystem -k a
rc 255
2> key option needs a watch or syscall given prior to it

> -a always,user -F uid=0 -k a
rc 255
2> key option needs a watch or syscall given prior to it

> -a always,exclude -F msgtype=CWD -k a
rc 255
2> key option needs a watch or syscall given prior to it

> -a never,task -k a
rc 255
2> key option needs a watch or syscall given prior to it

> -a never,task -F key=a
rc 255
2> Key field needs a watch, syscall or exe path given prior to it

> -a never,exclude -F key=a
rc 255
2> Key field needs a watch, syscall or exe path given prior to it
D> 4.x, exclude

> -a always,exit{ -F pid=1*62}
rc 0
L> -a always,exit -S all{ -F pid=1*62}

> -a always,exit{ -F pid=1*63}
rc 0
L> -a always,exit -S all{ -F pid=1*63}

> -a always,exit{ -F pid=1*64}
rc 255
2> Too many fields in rule: pid=1

> -a always,exit{ -F pid=1*65}
rc 255
2> Too many fields in rule: pid=1

> -a always,exit -S read{ -F pid=1*62} -k a
rc 0
2> WARNING - 32/64 bit syscall mismatch, you should specify an arch
L> -a always,exit -S read{ -F pid=1*62} -F key=a

> -a always,exit -S read{ -F pid=1*63} -k a
rc 255
2> WARNING - 32/64 bit syscall mismatch, you should specify an arch
2> Too many fields in rule: key=a

> -a always,exit{ -F uid=0*62} -p wa
rc 0
L> -a always,exit -S all{ -F uid=0*62} -F perm=wa

> -a always,exit{ -F pid=1*62} -C uid!=euid
rc 0
L> -a always,exit -S all{ -F pid=1*62} -C uid!=euid

> -a always,exit{ -F pid=1*63} -C uid!=euid
rc 255
2> Too many fields in rule: uid!=euid

> -w /etc/passwd{ -F pid=1*61}
rc 0
2> Old style watch rules are slower
L> -a always,exit -S all -F path=/etc/passwd -F perm=rwxa{ -F pid=1*61}

> -w /etc/passwd{ -F pid=1*62}
rc 255
2> Old style watch rules are slower
2> Too many fields in rule: pid=1

> -w /etc/passwd{ -F pid=1*60} -k a
rc 0
2> Old style watch rules are slower
L> -a always,exit -S all -F path=/etc/passwd -F perm=rwxa{ -F pid=1*60} -F key=a

> -w /etc/passwd{ -F pid=1*61} -k a
rc 255
2> Old style watch rules are slower
2> Too many fields in rule: key=a

> -w /{a*254}
rc 0
2> Old style watch rules are slower
L> -w /{a*254} -p rwxa

> -w /{a*255}
rc 0
2> Old style watch rules are slower
L> -w /{a*255} -p rwxa

> -w /{a*256}
rc 255
2> The base name of the path is too big

> -w /{abcdefg/*510}x
rc 0
2> Old style watch rules are slower
L> -w /{abcdefg/*510}x -p rwxa

> -w /{abcdefg/*520}x
rc 255
2> The path passed for the watch is too big

> -a always,exit -F path=/{a*4095}
rc 0
L> -a always,exit -S all -F path=/{a*4095}

> -a always,exit -F path=/{a*4096}
rc 255
2> String value too long

> -a always,exit -F exe=/{a*4095}
rc 0
L> -a always,exit -S all -F exe=/{a*4095}

> -a always,exit -F exe=/{a*4096}
rc 255
2> String value too long

> -a always,exit -F subj_type={t*4096}
rc 0
L> -a always,exit -S all -F subj_type={t*4096}

> -a always,exit -F subj_type={t*4097}
rc 255
2> String value too long

> -a always,exit -F path=/{abcdefg/*510}x
rc 0
L> -a always,exit -S all -F path=/{abcdefg/*510}x

> -a always,exit -F dir=/{a*5000}
rc 255
2> String value too long

> -W /{a*256}
rc 255
2> The base name of the path is too big

> -m {m*100}
rc 0
M> text=mmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmm

> -m ab
rc 255
2> Illegal character in audit event

> -m \ 
rc 0
M> text= 

> -m é
rc 0
M> text=é
D> `-m` takes text beyond ASCII
