> -w /etc/passwd
rc 0
2> Old style watch rules are slower
L> -w /etc/passwd -p rwxa

> -w /etc/passwd -p x -k run
rc 0
2> Old style watch rules are slower
L> -w /etc/passwd -p x -k run

> -w /no/such/file -p r
rc 0
2> Old style watch rules are slower
L> -w /no/such/file -p r

> -w /etc/ -p wa
rc 0
2> Old style watch rules are slower
L> -w /etc -p wa

> -w /etc///
rc 0
2> Old style watch rules are slower
L> -w /etc -p rwxa

> -w /
rc 0
2> Old style watch rules are slower
L> -w / -p rwxa

> -w //
rc 0
2> Old style watch rules are slower
L> -w / -p rwxa
D> `-w //` is `-w /`

> -w etc/passwd
rc 255
2> The path must start with '/'

> -w /etc/../etc/passwd
rc 0
2> Warning - relative path notation is not supported
2> Old style watch rules are slower
L> -w /etc/../etc/passwd -p rwxa

> -w /etc/p?sswd
rc 0
2> Warning - wildcard notation is not supported
2> Old style watch rules are slower
L> -w /etc/p?sswd -p rwxa

> -w /etc/passwd -p rwxaa
rc 255
2> Old style watch rules are slower
2> permission rwxaa is too long

> -w /etc/passwd -p WA
rc 0
2> Old style watch rules are slower
L> -w /etc/passwd -p wa

> -w /etc/passwd -p
rc 255
2> Old style watch rules are slower
2> Option -p is invalid

> -w
rc 255
2> Option -w is invalid

> -w /etc/passwd -w /etc/group
rc 255
2> Old style watch rules are slower
2> watch option can't be given with a syscall

> -w /etc/passwd -A always,exit
rc 255
2> Old style watch rules are slower
2> Add rule - bad keyword always,exit

> -w /etc/passwd -a exit,always
rc 0
2> Old style watch rules are slower
L> -w /etc/passwd -p rwxa

> -w /etc/passwd -k a -k b
rc 0
2> Old style watch rules are slower
L> -w /etc/passwd -p rwxa -k a -k b

> -w /etc/passwd -F auid!=unset
rc 0
2> Old style watch rules are slower
L> -a always,exit -S all -F path=/etc/passwd -F perm=rwxa -F auid!=-1

> -w /etc/passwd -F arch=b64
rc 255
2> Old style watch rules are slower
2> arch must be before -S

> -w /etc/passwd -F key=k
rc 0
2> Old style watch rules are slower
L> -w /etc/passwd -p rwxa -k k

> -w /etc/passwd -C uid!=euid
rc 0
2> Old style watch rules are slower
L> -a always,exit -S all -F path=/etc/passwd -F perm=rwxa -C uid!=euid

> -a always,exit -F path=/x -p wa
rc 0
L> -w /x -p wa

> -a always,exit -p wa
rc 255
2> Permissions should be preceeded by other fields

> -a always,exit -F path=/x -w /y
rc 255
2> watch option can't be given with a syscall
