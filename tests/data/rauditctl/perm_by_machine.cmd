# Rules for every machine that auditd names: the calls of a perm, by the machine's own table. Names that a machine has not are
# left out, also where auditctl has another name for the call: newfstat on aarch64, fstatat64 on ppc64.
> -a always,exit -F arch=x86_64 -F perm=r -F path=/x
rc 0
L> -a always,exit -F arch=b64 -S open,stat,fstat,lstat,readlink,quotactl,getxattr,lgetxattr,fgetxattr,listxattr,llistxattr,flistxattr,openat,newfstatat,readlinkat,statx,openat2,quotactl_fd,getxattrat,listxattrat,file_getattr -F perm=r -F path=/x
D> 4.0, calls of perm

> -a always,exit -F arch=x86_64 -F perm=w -F path=/x
rc 0
L> -a always,exit -F arch=b64 -S open,bind,truncate,ftruncate,rename,mkdir,rmdir,creat,link,unlink,symlink,mknod,acct,swapon,quotactl,openat,mkdirat,mknodat,unlinkat,renameat,linkat,symlinkat,fallocate,renameat2,openat2,quotactl_fd -F perm=w -F path=/x
D> 4.0, calls of perm

> -a always,exit -F arch=x86_64 -F perm=x -F path=/x
rc 0
L> -a always,exit -F arch=b64 -S execve,execveat -F perm=x -F path=/x
D> 4.0, calls of perm

> -a always,exit -F arch=x86_64 -F perm=a -F path=/x
rc 0
L> -a always,exit -F arch=b64 -S link,chmod,fchmod,chown,fchown,lchown,setxattr,lsetxattr,fsetxattr,removexattr,lremovexattr,fremovexattr,fchownat,linkat,fchmodat,fchmodat2,setxattrat,removexattrat,file_setattr -F perm=a -F path=/x
D> 4.0, calls of perm

> -a always,exit -F arch=x86_64 -F perm=rwxa -F path=/x
rc 0
L> -a always,exit -F arch=b64 -S open,stat,fstat,lstat,bind,execve,truncate,ftruncate,rename,mkdir,rmdir,creat,link,unlink,symlink,readlink,chmod,fchmod,chown,fchown,lchown,mknod,acct,swapon,quotactl,setxattr,lsetxattr,fsetxattr,getxattr,lgetxattr,fgetxattr,listxattr,llistxattr,flistxattr,removexattr,lremovexattr,fremovexattr,openat,mkdirat,mknodat,fchownat,newfstatat,unlinkat,renameat,linkat,symlinkat,readlinkat,fchmodat,fallocate,renameat2,execveat,statx,openat2,quotactl_fd,fchmodat2,setxattrat,getxattrat,listxattrat,removexattrat,file_getattr,file_setattr -F perm=rwxa -F path=/x
D> 4.0, calls of perm

> -a always,exit -F arch=i386 -F perm=r -F path=/x
rc 0
L> -a always,exit -F arch=b32 -S open,readlink,stat,lstat,fstat,quotactl,getxattr,lgetxattr,fgetxattr,listxattr,llistxattr,flistxattr,openat,readlinkat,statx,openat2,quotactl_fd,getxattrat,listxattrat,file_getattr -F perm=r -F path=/x
D> 4.0, calls of perm

> -a always,exit -F arch=i386 -F perm=w -F path=/x
rc 0
L> -a always,exit -F arch=b32 -S open,creat,link,unlink,mknod,rename,mkdir,rmdir,acct,symlink,swapon,truncate,ftruncate,quotactl,openat,mkdirat,mknodat,unlinkat,renameat,linkat,symlinkat,fallocate,renameat2,bind,openat2,quotactl_fd -F perm=w -F path=/x
D> 4.0, calls of perm

> -a always,exit -F arch=i386 -F perm=x -F path=/x
rc 0
L> -a always,exit -F arch=b32 -S execve,execveat -F perm=x -F path=/x
D> 4.0, calls of perm

> -a always,exit -F arch=i386 -F perm=a -F path=/x
rc 0
L> -a always,exit -F arch=b32 -S link,chmod,lchown,fchmod,fchown,chown,setxattr,lsetxattr,fsetxattr,removexattr,lremovexattr,fremovexattr,fchownat,linkat,fchmodat,fchmodat2,setxattrat,removexattrat,file_setattr -F perm=a -F path=/x
D> 4.0, calls of perm

> -a always,exit -F arch=i386 -F perm=rwxa -F path=/x
rc 0
L> -a always,exit -F arch=b32 -S open,creat,link,unlink,execve,mknod,chmod,lchown,rename,mkdir,rmdir,acct,symlink,readlink,swapon,truncate,ftruncate,fchmod,fchown,stat,lstat,fstat,quotactl,chown,setxattr,lsetxattr,fsetxattr,getxattr,lgetxattr,fgetxattr,listxattr,llistxattr,flistxattr,removexattr,lremovexattr,fremovexattr,openat,mkdirat,mknodat,fchownat,unlinkat,renameat,linkat,symlinkat,readlinkat,fchmodat,fallocate,renameat2,execveat,bind,statx,openat2,quotactl_fd,fchmodat2,setxattrat,getxattrat,listxattrat,removexattrat,file_getattr,file_setattr -F perm=rwxa -F path=/x
D> 4.0, calls of perm

> -a always,exit -F arch=aarch64 -F perm=r -F path=/x
rc 0
L> -a always,exit -F arch=b64 -S getxattr,lgetxattr,fgetxattr,listxattr,llistxattr,flistxattr,openat,quotactl,readlinkat,newfstatat,statx,openat2,quotactl_fd,getxattrat,listxattrat,file_getattr -F perm=r -F path=/x
D> 4.0, calls of perm

> -a always,exit -F arch=aarch64 -F perm=w -F path=/x
rc 0
L> -a always,exit -F arch=b64 -S mknodat,mkdirat,unlinkat,symlinkat,linkat,renameat,truncate,ftruncate,fallocate,openat,quotactl,acct,bind,swapon,renameat2,openat2,quotactl_fd -F perm=w -F path=/x
D> 4.0, calls of perm

> -a always,exit -F arch=aarch64 -F perm=x -F path=/x
rc 0
L> -a always,exit -F arch=b64 -S execve,execveat -F perm=x -F path=/x
D> 4.0, calls of perm

> -a always,exit -F arch=aarch64 -F perm=a -F path=/x
rc 0
L> -a always,exit -F arch=b64 -S setxattr,lsetxattr,fsetxattr,removexattr,lremovexattr,fremovexattr,linkat,fchmod,fchmodat,fchownat,fchown,fchmodat2,setxattrat,removexattrat,file_setattr -F perm=a -F path=/x
D> 4.0, calls of perm

> -a always,exit -F arch=aarch64 -F perm=rwxa -F path=/x
rc 0
L> -a always,exit -F arch=b64 -S setxattr,lsetxattr,fsetxattr,getxattr,lgetxattr,fgetxattr,listxattr,llistxattr,flistxattr,removexattr,lremovexattr,fremovexattr,mknodat,mkdirat,unlinkat,symlinkat,linkat,renameat,truncate,ftruncate,fallocate,fchmod,fchmodat,fchownat,fchown,openat,quotactl,readlinkat,newfstatat,acct,bind,execve,swapon,renameat2,execveat,statx,openat2,quotactl_fd,fchmodat2,setxattrat,getxattrat,listxattrat,removexattrat,file_getattr,file_setattr -F perm=rwxa -F path=/x
D> 4.0, calls of perm

> -a always,exit -F arch=arm -F perm=r -F path=/x
rc 0
L> -a always,exit -F arch=b32 -S open,readlink,stat,lstat,fstat,quotactl,getxattr,lgetxattr,fgetxattr,listxattr,llistxattr,flistxattr,openat,readlinkat,statx,openat2,quotactl_fd,getxattrat,listxattrat,file_getattr -F perm=r -F path=/x
D> 4.0, calls of perm

> -a always,exit -F arch=arm -F perm=w -F path=/x
rc 0
L> -a always,exit -F arch=b32 -S open,creat,link,unlink,mknod,rename,mkdir,rmdir,acct,symlink,swapon,truncate,ftruncate,quotactl,bind,openat,mkdirat,mknodat,unlinkat,renameat,linkat,symlinkat,fallocate,renameat2,openat2,quotactl_fd -F perm=w -F path=/x
D> 4.0, calls of perm

> -a always,exit -F arch=arm -F perm=x -F path=/x
rc 0
L> -a always,exit -F arch=b32 -S execve,execveat -F perm=x -F path=/x
D> 4.0, calls of perm

> -a always,exit -F arch=arm -F perm=a -F path=/x
rc 0
L> -a always,exit -F arch=b32 -S link,chmod,lchown,fchmod,fchown,chown,setxattr,lsetxattr,fsetxattr,removexattr,lremovexattr,fremovexattr,fchownat,linkat,fchmodat,fchmodat2,setxattrat,removexattrat,file_setattr -F perm=a -F path=/x
D> 4.0, calls of perm

> -a always,exit -F arch=arm -F perm=rwxa -F path=/x
rc 0
L> -a always,exit -F arch=b32 -S open,creat,link,unlink,execve,mknod,chmod,lchown,rename,mkdir,rmdir,acct,symlink,readlink,swapon,truncate,ftruncate,fchmod,fchown,stat,lstat,fstat,quotactl,chown,setxattr,lsetxattr,fsetxattr,getxattr,lgetxattr,fgetxattr,listxattr,llistxattr,flistxattr,removexattr,lremovexattr,fremovexattr,bind,openat,mkdirat,mknodat,fchownat,unlinkat,renameat,linkat,symlinkat,readlinkat,fchmodat,fallocate,renameat2,execveat,statx,openat2,quotactl_fd,fchmodat2,setxattrat,getxattrat,listxattrat,removexattrat,file_getattr,file_setattr -F perm=rwxa -F path=/x
D> 4.0, calls of perm

> -a always,exit -F arch=ppc64le -F perm=r -F path=/x
rc 0
L> -a always,exit -F arch=b64 -S open,readlink,stat,lstat,fstat,quotactl,getxattr,lgetxattr,fgetxattr,listxattr,llistxattr,flistxattr,openat,readlinkat,statx,openat2,quotactl_fd,getxattrat,listxattrat,file_getattr -F perm=r -F path=/x
D> 4.0, calls of perm

> -a always,exit -F arch=ppc64le -F perm=w -F path=/x
rc 0
L> -a always,exit -F arch=b64 -S open,creat,link,unlink,mknod,rename,mkdir,rmdir,acct,symlink,swapon,truncate,ftruncate,quotactl,openat,mkdirat,mknodat,unlinkat,renameat,linkat,symlinkat,fallocate,bind,renameat2,openat2,quotactl_fd -F perm=w -F path=/x
D> 4.0, calls of perm

> -a always,exit -F arch=ppc64le -F perm=x -F path=/x
rc 0
L> -a always,exit -F arch=b64 -S execve,execveat -F perm=x -F path=/x
D> 4.0, calls of perm

> -a always,exit -F arch=ppc64le -F perm=a -F path=/x
rc 0
L> -a always,exit -F arch=b64 -S link,chmod,lchown,fchmod,fchown,chown,setxattr,lsetxattr,fsetxattr,removexattr,lremovexattr,fremovexattr,fchownat,linkat,fchmodat,fchmodat2,setxattrat,removexattrat,file_setattr -F perm=a -F path=/x
D> 4.0, calls of perm

> -a always,exit -F arch=ppc64le -F perm=rwxa -F path=/x
rc 0
L> -a always,exit -F arch=b64 -S open,creat,link,unlink,execve,mknod,chmod,lchown,rename,mkdir,rmdir,acct,symlink,readlink,swapon,truncate,ftruncate,fchmod,fchown,stat,lstat,fstat,quotactl,chown,setxattr,lsetxattr,fsetxattr,getxattr,lgetxattr,fgetxattr,listxattr,llistxattr,flistxattr,removexattr,lremovexattr,fremovexattr,openat,mkdirat,mknodat,fchownat,unlinkat,renameat,linkat,symlinkat,readlinkat,fchmodat,fallocate,bind,renameat2,execveat,statx,openat2,quotactl_fd,fchmodat2,setxattrat,getxattrat,listxattrat,removexattrat,file_getattr,file_setattr -F perm=rwxa -F path=/x
D> 4.0, calls of perm

> -a always,exit -F arch=ppc64 -F perm=r -F path=/x
rc 0
L> -a always,exit -F arch=b64 -S open,readlink,stat,lstat,fstat,quotactl,getxattr,lgetxattr,fgetxattr,listxattr,llistxattr,flistxattr,openat,readlinkat,statx,openat2,quotactl_fd,getxattrat,listxattrat,file_getattr -F perm=r -F path=/x
D> 4.0, calls of perm

> -a always,exit -F arch=ppc64 -F perm=w -F path=/x
rc 0
L> -a always,exit -F arch=b64 -S open,creat,link,unlink,mknod,rename,mkdir,rmdir,acct,symlink,swapon,truncate,ftruncate,quotactl,openat,mkdirat,mknodat,unlinkat,renameat,linkat,symlinkat,fallocate,bind,renameat2,openat2,quotactl_fd -F perm=w -F path=/x
D> 4.0, calls of perm

> -a always,exit -F arch=ppc64 -F perm=x -F path=/x
rc 0
L> -a always,exit -F arch=b64 -S execve,execveat -F perm=x -F path=/x
D> 4.0, calls of perm

> -a always,exit -F arch=ppc64 -F perm=a -F path=/x
rc 0
L> -a always,exit -F arch=b64 -S link,chmod,lchown,fchmod,fchown,chown,setxattr,lsetxattr,fsetxattr,removexattr,lremovexattr,fremovexattr,fchownat,linkat,fchmodat,fchmodat2,setxattrat,removexattrat,file_setattr -F perm=a -F path=/x
D> 4.0, calls of perm

> -a always,exit -F arch=ppc64 -F perm=rwxa -F path=/x
rc 0
L> -a always,exit -F arch=b64 -S open,creat,link,unlink,execve,mknod,chmod,lchown,rename,mkdir,rmdir,acct,symlink,readlink,swapon,truncate,ftruncate,fchmod,fchown,stat,lstat,fstat,quotactl,chown,setxattr,lsetxattr,fsetxattr,getxattr,lgetxattr,fgetxattr,listxattr,llistxattr,flistxattr,removexattr,lremovexattr,fremovexattr,openat,mkdirat,mknodat,fchownat,unlinkat,renameat,linkat,symlinkat,readlinkat,fchmodat,fallocate,bind,renameat2,execveat,statx,openat2,quotactl_fd,fchmodat2,setxattrat,getxattrat,listxattrat,removexattrat,file_getattr,file_setattr -F perm=rwxa -F path=/x
D> 4.0, calls of perm

> -a always,exit -F arch=ppc -F perm=r -F path=/x
rc 0
L> -a always,exit -F arch=b32 -S open,readlink,stat,lstat,fstat,quotactl,getxattr,lgetxattr,fgetxattr,listxattr,llistxattr,flistxattr,openat,readlinkat,statx,openat2,quotactl_fd,getxattrat,listxattrat,file_getattr -F perm=r -F path=/x
D> 4.0, calls of perm

> -a always,exit -F arch=ppc -F perm=w -F path=/x
rc 0
L> -a always,exit -F arch=b32 -S open,creat,link,unlink,mknod,rename,mkdir,rmdir,acct,symlink,swapon,truncate,ftruncate,quotactl,openat,mkdirat,mknodat,unlinkat,renameat,linkat,symlinkat,fallocate,bind,renameat2,openat2,quotactl_fd -F perm=w -F path=/x
D> 4.0, calls of perm

> -a always,exit -F arch=ppc -F perm=x -F path=/x
rc 0
L> -a always,exit -F arch=b32 -S execve,execveat -F perm=x -F path=/x
D> 4.0, calls of perm

> -a always,exit -F arch=ppc -F perm=a -F path=/x
rc 0
L> -a always,exit -F arch=b32 -S link,chmod,lchown,fchmod,fchown,chown,setxattr,lsetxattr,fsetxattr,removexattr,lremovexattr,fremovexattr,fchownat,linkat,fchmodat,fchmodat2,setxattrat,removexattrat,file_setattr -F perm=a -F path=/x
D> 4.0, calls of perm

> -a always,exit -F arch=ppc -F perm=rwxa -F path=/x
rc 0
L> -a always,exit -F arch=b32 -S open,creat,link,unlink,execve,mknod,chmod,lchown,rename,mkdir,rmdir,acct,symlink,readlink,swapon,truncate,ftruncate,fchmod,fchown,stat,lstat,fstat,quotactl,chown,setxattr,lsetxattr,fsetxattr,getxattr,lgetxattr,fgetxattr,listxattr,llistxattr,flistxattr,removexattr,lremovexattr,fremovexattr,openat,mkdirat,mknodat,fchownat,unlinkat,renameat,linkat,symlinkat,readlinkat,fchmodat,fallocate,bind,renameat2,execveat,statx,openat2,quotactl_fd,fchmodat2,setxattrat,getxattrat,listxattrat,removexattrat,file_getattr,file_setattr -F perm=rwxa -F path=/x
D> 4.0, calls of perm

> -a always,exit -F arch=s390x -F perm=r -F path=/x
rc 0
L> -a always,exit -F arch=b64 -S open,readlink,stat,lstat,fstat,quotactl,getxattr,lgetxattr,fgetxattr,listxattr,llistxattr,flistxattr,openat,newfstatat,readlinkat,statx,openat2,quotactl_fd,getxattrat,listxattrat,file_getattr -F perm=r -F path=/x
D> 4.0, calls of perm

> -a always,exit -F arch=s390x -F perm=w -F path=/x
rc 0
L> -a always,exit -F arch=b64 -S open,creat,link,unlink,mknod,rename,mkdir,rmdir,acct,symlink,swapon,truncate,ftruncate,quotactl,openat,mkdirat,mknodat,unlinkat,renameat,linkat,symlinkat,fallocate,renameat2,bind,openat2,quotactl_fd -F perm=w -F path=/x
D> 4.0, calls of perm

> -a always,exit -F arch=s390x -F perm=x -F path=/x
rc 0
L> -a always,exit -F arch=b64 -S execve,execveat -F perm=x -F path=/x
D> 4.0, calls of perm

> -a always,exit -F arch=s390x -F perm=a -F path=/x
rc 0
L> -a always,exit -F arch=b64 -S link,chmod,fchmod,lchown,fchown,chown,setxattr,lsetxattr,fsetxattr,removexattr,lremovexattr,fremovexattr,fchownat,linkat,fchmodat,fchmodat2,setxattrat,removexattrat,file_setattr -F perm=a -F path=/x
D> 4.0, calls of perm

> -a always,exit -F arch=s390x -F perm=rwxa -F path=/x
rc 0
L> -a always,exit -F arch=b64 -S open,creat,link,unlink,execve,mknod,chmod,rename,mkdir,rmdir,acct,symlink,readlink,swapon,truncate,ftruncate,fchmod,stat,lstat,fstat,quotactl,lchown,fchown,chown,setxattr,lsetxattr,fsetxattr,getxattr,lgetxattr,fgetxattr,listxattr,llistxattr,flistxattr,removexattr,lremovexattr,fremovexattr,openat,mkdirat,mknodat,fchownat,newfstatat,unlinkat,renameat,linkat,symlinkat,readlinkat,fchmodat,fallocate,renameat2,execveat,bind,statx,openat2,quotactl_fd,fchmodat2,setxattrat,getxattrat,listxattrat,removexattrat,file_getattr,file_setattr -F perm=rwxa -F path=/x
D> 4.0, calls of perm

> -a always,exit -F arch=s390 -F perm=r -F path=/x
rc 0
L> -a always,exit -F arch=b32 -S open,readlink,stat,lstat,fstat,quotactl,getxattr,lgetxattr,fgetxattr,listxattr,llistxattr,flistxattr,openat,readlinkat,statx,openat2,quotactl_fd,getxattrat,listxattrat,file_getattr -F perm=r -F path=/x
D> 4.0, calls of perm

> -a always,exit -F arch=s390 -F perm=w -F path=/x
rc 0
L> -a always,exit -F arch=b32 -S open,creat,link,unlink,mknod,rename,mkdir,rmdir,acct,symlink,swapon,truncate,ftruncate,quotactl,openat,mkdirat,mknodat,unlinkat,renameat,linkat,symlinkat,fallocate,renameat2,bind,openat2,quotactl_fd -F perm=w -F path=/x
D> 4.0, calls of perm

> -a always,exit -F arch=s390 -F perm=x -F path=/x
rc 0
L> -a always,exit -F arch=b32 -S execve,execveat -F perm=x -F path=/x
D> 4.0, calls of perm

> -a always,exit -F arch=s390 -F perm=a -F path=/x
rc 0
L> -a always,exit -F arch=b32 -S link,chmod,lchown,fchmod,fchown,chown,setxattr,lsetxattr,fsetxattr,removexattr,lremovexattr,fremovexattr,fchownat,linkat,fchmodat,fchmodat2,setxattrat,removexattrat,file_setattr -F perm=a -F path=/x
D> 4.0, calls of perm

> -a always,exit -F arch=s390 -F perm=rwxa -F path=/x
rc 0
L> -a always,exit -F arch=b32 -S open,creat,link,unlink,execve,mknod,chmod,lchown,rename,mkdir,rmdir,acct,symlink,readlink,swapon,truncate,ftruncate,fchmod,fchown,stat,lstat,fstat,quotactl,chown,setxattr,lsetxattr,fsetxattr,getxattr,lgetxattr,fgetxattr,listxattr,llistxattr,flistxattr,removexattr,lremovexattr,fremovexattr,openat,mkdirat,mknodat,fchownat,unlinkat,renameat,linkat,symlinkat,readlinkat,fchmodat,fallocate,renameat2,execveat,bind,statx,openat2,quotactl_fd,fchmodat2,setxattrat,getxattrat,listxattrat,removexattrat,file_getattr,file_setattr -F perm=rwxa -F path=/x
D> 4.0, calls of perm

> -a always,exit -F arch=riscv64 -F perm=r -F path=/x
rc 0
L> -a always,exit -F arch=b64 -S getxattr,lgetxattr,fgetxattr,listxattr,llistxattr,flistxattr,openat,quotactl,readlinkat,newfstatat,fstat,statx,openat2,quotactl_fd,getxattrat,listxattrat,file_getattr -F perm=r -F path=/x
D> 4.x, riscv

> -a always,exit -F arch=riscv64 -F perm=w -F path=/x
rc 0
L> -a always,exit -F arch=b64 -S mknodat,mkdirat,unlinkat,symlinkat,linkat,truncate,ftruncate,fallocate,openat,quotactl,acct,bind,swapon,renameat2,openat2,quotactl_fd -F perm=w -F path=/x
D> 4.x, riscv

> -a always,exit -F arch=riscv64 -F perm=x -F path=/x
rc 0
L> -a always,exit -F arch=b64 -S execve,execveat -F perm=x -F path=/x
D> 4.x, riscv

> -a always,exit -F arch=riscv64 -F perm=a -F path=/x
rc 0
L> -a always,exit -F arch=b64 -S setxattr,lsetxattr,fsetxattr,removexattr,lremovexattr,fremovexattr,linkat,fchmod,fchmodat,fchownat,fchown,fchmodat2,setxattrat,removexattrat,file_setattr -F perm=a -F path=/x
D> 4.x, riscv

> -a always,exit -F arch=riscv64 -F perm=rwxa -F path=/x
rc 0
L> -a always,exit -F arch=b64 -S setxattr,lsetxattr,fsetxattr,getxattr,lgetxattr,fgetxattr,listxattr,llistxattr,flistxattr,removexattr,lremovexattr,fremovexattr,mknodat,mkdirat,unlinkat,symlinkat,linkat,truncate,ftruncate,fallocate,fchmod,fchmodat,fchownat,fchown,openat,quotactl,readlinkat,newfstatat,fstat,acct,bind,execve,swapon,renameat2,execveat,statx,openat2,quotactl_fd,fchmodat2,setxattrat,getxattrat,listxattrat,removexattrat,file_getattr,file_setattr -F perm=rwxa -F path=/x
D> 4.x, riscv

> -a always,exit -F arch=riscv32 -F perm=r -F path=/x
rc 0
L> -a always,exit -F arch=b32 -S getxattr,lgetxattr,fgetxattr,listxattr,llistxattr,flistxattr,openat,quotactl,readlinkat,statx,openat2,quotactl_fd,getxattrat,listxattrat,file_getattr -F perm=r -F path=/x
D> 4.x, riscv

> -a always,exit -F arch=riscv32 -F perm=w -F path=/x
rc 0
L> -a always,exit -F arch=b32 -S mknodat,mkdirat,unlinkat,symlinkat,linkat,fallocate,openat,quotactl,acct,bind,swapon,renameat2,openat2,quotactl_fd -F perm=w -F path=/x
D> 4.x, riscv

> -a always,exit -F arch=riscv32 -F perm=x -F path=/x
rc 0
L> -a always,exit -F arch=b32 -S execve,execveat -F perm=x -F path=/x
D> 4.x, riscv

> -a always,exit -F arch=riscv32 -F perm=a -F path=/x
rc 0
L> -a always,exit -F arch=b32 -S setxattr,lsetxattr,fsetxattr,removexattr,lremovexattr,fremovexattr,linkat,fchmod,fchmodat,fchownat,fchown,fchmodat2,setxattrat,removexattrat,file_setattr -F perm=a -F path=/x
D> 4.x, riscv

> -a always,exit -F arch=riscv32 -F perm=rwxa -F path=/x
rc 0
L> -a always,exit -F arch=b32 -S setxattr,lsetxattr,fsetxattr,getxattr,lgetxattr,fgetxattr,listxattr,llistxattr,flistxattr,removexattr,lremovexattr,fremovexattr,mknodat,mkdirat,unlinkat,symlinkat,linkat,fallocate,fchmod,fchmodat,fchownat,fchown,openat,quotactl,readlinkat,acct,bind,execve,swapon,renameat2,execveat,statx,openat2,quotactl_fd,fchmodat2,setxattrat,getxattrat,listxattrat,removexattrat,file_getattr,file_setattr -F perm=rwxa -F path=/x
D> 4.x, riscv
