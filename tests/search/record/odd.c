// odd FILE-DIRECTORY: system calls whose arguments and records are seldom seen together, for recording: each is made once or
// twice, most with arguments that show how they are interpreted; many fail, which is recorded as well. What the kernel lacks fails.
// Linked statically, without position independence: i386's calls (int 0x80) need addresses below 4 GB.
#define _GNU_SOURCE
#include <sys/timex.h>
#include <time.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/audit.h>
#include <linux/bpf.h>
#include <linux/fanotify.h>
#include <linux/filter.h>
#include <linux/io_uring.h>
#include <linux/netlink.h>
#include <linux/openat2.h>
#include <linux/seccomp.h>
#include <mqueue.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <linux/capability.h>
#include <sys/epoll.h>
#include <sys/fsuid.h>
#include <sys/fanotify.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/msg.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>

static void i386(long number, long a, long b, long c, long d) {
  long result;
  __asm__ volatile("int $0x80" : "=a"(result) : "a"(number), "b"(a), "c"(b), "d"(c), "S"(d) : "memory", "r8", "r9", "r10", "r11");
}

// A child does it, and its end is waited for.
static void child(void (*work)(void)) {
  pid_t pid = fork();
  if (pid == 0) {
    work();
    _exit(0);
  }
  waitpid(pid, NULL, 0);
}

// Names that do not go into a record as they are.
static const char *const names[] = {"plain", "a space", "new\nline", "quo\"te", "\xc3\xbc\xc3\xb1\xc3\xaf\xe2\x82\xac", "\xff\xfe\x01", "tab\there", "back\\slash", "", "./up/../plain", "(null)", "semi;colon", "com,ma", "eq=ual", "\x7f"};
#define NAMES (sizeof names / sizeof names[0])

static void files(void) {
  for (unsigned i = 0; i < NAMES; i++) {
    int fd = open(names[i], O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0640);
    access(names[i], R_OK | X_OK);
    chmod(names[i], 04755);
    chown(names[i], 1000, -1);
    setxattr(names[i], "user.colour", "blue", 4, XATTR_CREATE);
    truncate(names[i], 3);
    link(names[i], "linked");
    symlink(names[i], "symbolic");
    rename("linked", "renamed");
    unlink("renamed");
    unlink("symbolic");
    close(fd);
  }
  for (unsigned i = 0; i < NAMES; i++) unlink(names[i]);
  mkdir("dir", 01777);
  mkdirat(AT_FDCWD, "dir/inner", 0700);
  mknod("fifo", S_IFIFO | 0600, 0);
  mknod("block", S_IFBLK | 0660, 0x701);
  mknodat(AT_FDCWD, "char", S_IFCHR | 0666, 0x103);
  mknod("sock", S_IFSOCK | 0755, 0);
  fchmodat(AT_FDCWD, "fifo", 02711, 0);
  fchownat(AT_FDCWD, "fifo", 33, 33, AT_SYMLINK_NOFOLLOW);
  lchown("sock", 12345, 54321);
  syscall(SYS_renameat2, AT_FDCWD, "fifo", AT_FDCWD, "sock", 2);
  syscall(SYS_renameat2, AT_FDCWD, "fifo", AT_FDCWD, "sock", 1);
  linkat(AT_FDCWD, "block", AT_FDCWD, "block2", AT_SYMLINK_FOLLOW);
  symlinkat("loop", AT_FDCWD, "loop");
  open("loop", O_RDONLY);
  open("dir", O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_PATH);
  open("dir", O_RDWR | O_TMPFILE, 0600);
  open("/no/such/file", O_WRONLY | O_APPEND | O_SYNC);
  open("plain/below", O_CREAT | O_TRUNC | O_NONBLOCK, 0);
  creat("created", 0666);
  unlink("created");
  removexattr("dir", "user.none");
  lsetxattr("dir", "trusted.overlay", "\0\1", 2, XATTR_REPLACE);
  utimensat(AT_FDCWD, "dir", NULL, 0);
  faccessat(AT_FDCWD, "dir", W_OK, AT_EACCESS);
  struct open_how how = {.flags = O_RDONLY, .resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS};
  syscall(SYS_openat2, AT_FDCWD, "dir/inner", &how, sizeof how);
  how.flags = O_WRONLY | O_CREAT, how.mode = 0604, how.resolve = RESOLVE_IN_ROOT;
  syscall(SYS_openat2, AT_FDCWD, "../../etc/shadow", &how, sizeof how);
  rmdir("dir");
  unlinkat(AT_FDCWD, "dir/inner", AT_REMOVEDIR);
  rmdir("dir");
  for (unsigned i = 0; i < 6; i++) unlink((const char *[]){"fifo", "sock", "char", "block", "block2", "loop"}[i]);
  chdir("/proc/self");
  open("status", O_RDONLY);
  chdir("/no/such");
  chroot("/tmp/none");
}

static void address(const void *address, socklen_t size, int family) {
  int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), datagram = socket(family, SOCK_DGRAM, 0);
  bind(fd, address, size);
  connect(fd, address, size);
  sendto(datagram, "x", 1, MSG_DONTWAIT | MSG_NOSIGNAL, address, size);
  close(fd);
  close(datagram);
}

static void sockets(void) {
  struct sockaddr_in v4 = {AF_INET, htons(9), {htonl(0x7f000001)}, {0}};
  struct sockaddr_in6 v6 = {AF_INET6, htons(53), 7, IN6ADDR_LOOPBACK_INIT, 2};
  struct sockaddr_un path = {AF_UNIX, "a path"}, abstract = {AF_UNIX, "\0abstract name"}, unnamed = {AF_UNIX, ""};
  struct sockaddr_un missing = {AF_UNIX, "/run/none.sock"};
  struct sockaddr_nl netlink = {.nl_family = AF_NETLINK, .nl_groups = 5};
  unsigned char packet[20] = {AF_PACKET, 0, 8, 0, 1}, odd[3] = {99, 0, 7}, vsock[16] = {AF_VSOCK, 0, 0, 0, 1, 2, 0, 0, 2};
  unsigned char unspecified[16] = {AF_UNSPEC};
  address(&v4, sizeof v4, AF_INET);
  address(&v6, sizeof v6, AF_INET6);
  address(&path, sizeof path, AF_UNIX);
  unlink("a path");
  address(&abstract, offsetof(struct sockaddr_un, sun_path) + 14, AF_UNIX);
  address(&unnamed, sizeof(sa_family_t), AF_UNIX);
  address(&missing, sizeof missing, AF_UNIX);
  address(&netlink, sizeof netlink, AF_NETLINK);
  address(packet, sizeof packet, AF_PACKET);
  address(vsock, sizeof vsock, AF_VSOCK);
  address(odd, sizeof odd, AF_INET);
  address(unspecified, sizeof unspecified, AF_INET);
  int pair[2], on = 1, server = socket(AF_INET, SOCK_STREAM, IPPROTO_TCP), client = socket(AF_INET, SOCK_STREAM, 0);
  socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair);
  pipe2(pair, O_CLOEXEC | O_NONBLOCK);
  setsockopt(server, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  setsockopt(server, IPPROTO_TCP, 1, &on, sizeof on);
  setsockopt(server, IPPROTO_IP, 1, &on, sizeof on);
  setsockopt(server, IPPROTO_IPV6, 26, &on, sizeof on);
  setsockopt(server, SOL_IP, 64, &on, sizeof on);
  getsockopt(server, SOL_SOCKET, SO_PEERCRED, &on, &(socklen_t){4});
  v4.sin_port = 0;
  bind(server, (void *)&v4, sizeof v4);
  listen(server, 5);
  getsockname(server, (void *)&v4, &(socklen_t){sizeof v4});
  connect(client, (void *)&v4, sizeof v4);
  accept4(server, (void *)&v4, &(socklen_t){sizeof v4}, SOCK_NONBLOCK);
  getpeername(client, (void *)&v4, &(socklen_t){sizeof v4});
  recvfrom(client, pair, 1, MSG_PEEK | MSG_DONTWAIT, NULL, NULL);
  shutdown(client, SHUT_RDWR);
  socket(AF_INET, SOCK_RAW, IPPROTO_ICMP);
  socket(AF_KEY, SOCK_RAW, 2);
  socket(77, 9, 300);
}

static void messages(void) {
  struct mq_attr attributes = {.mq_maxmsg = 3, .mq_msgsize = 64}, nonblocking = {.mq_flags = O_NONBLOCK};
  struct timespec soon = {1700000000, 0};
  struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR1};
  char text[64];
  mqd_t queue = mq_open("/odd queue", O_RDWR | O_CREAT, 0620, &attributes);
  mq_open("/plain", O_RDONLY);
  mq_notify(queue, &event);
  mq_timedsend(queue, "text", 4, 7, &soon);
  mq_setattr(queue, &nonblocking, NULL);
  mq_timedreceive(queue, text, sizeof text, NULL, &soon);
  mq_unlink("/odd queue");
  int memory = shmget(IPC_PRIVATE, 4096, IPC_CREAT | 0640), semaphores = semget(4711, 2, IPC_CREAT | IPC_EXCL | 0606), box = msgget(815, IPC_CREAT | 0600);
  struct shmid_ds shared = {.shm_perm = {.uid = 1000, .gid = 33, .mode = 0666}};
  struct msqid_ds boxed = {.msg_perm = {.uid = 1, .gid = 2, .mode = 0600}, .msg_qbytes = 100};
  shmctl(memory, IPC_SET, &shared);
  shmat(memory, NULL, SHM_RDONLY);
  shmctl(memory, IPC_RMID, NULL);
  semctl(semaphores, 0, IPC_SET, &(struct semid_ds){.sem_perm = {.uid = 5, .gid = 6, .mode = 0777}});
  semctl(semaphores, 0, IPC_RMID);
  msgctl(box, IPC_SET, &boxed);
  msgctl(box, IPC_RMID, NULL);
}

static void memory(void) {
  int fd = open("/etc/passwd", O_RDONLY);
  mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, fd, 0);
  void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE | MAP_LOCKED, -1, 0);
  mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  mprotect(page, 4096, PROT_READ | PROT_EXEC);
  mprotect(page, 4096, PROT_NONE);
  mremap(page, 4096, 8192, MREMAP_MAYMOVE);
  madvise(page, 4096, MADV_DONTNEED);
  mlockall(MCL_CURRENT);
  syscall(SYS_memfd_create, "in memory", 1);
  syscall(SYS_memfd_secret, 0);
  i386(192, 0, 4096, PROT_READ, MAP_PRIVATE);
}

static void task(void) {
  struct rlimit limit = {64, 128};
  struct sched_param param = {0};
  struct timespec nothing = {0, 0};
  prctl(PR_SET_NAME, "my name");
  prctl(PR_SET_DUMPABLE, 1);
  prctl(PR_CAPBSET_DROP, 21);
  prctl(PR_SET_NO_NEW_PRIVS, 0);
  prctl(PR_SET_MM, 1, 2, 3, 4);
  personality(0xffffffff);
  personality(ADDR_NO_RANDOMIZE);
  setrlimit(RLIMIT_NOFILE, &limit);
  syscall(SYS_prlimit64, 0, RLIMIT_CORE, &limit, NULL);
  sched_setscheduler(0, SCHED_FIFO, &param);
  sched_setscheduler(0, SCHED_BATCH, &param);
  setpriority(PRIO_USER, 1000, 5);
  clock_nanosleep(CLOCK_BOOTTIME, 0, &nothing, NULL);
  clock_gettime(CLOCK_REALTIME_COARSE, &nothing);
  int poll = epoll_create1(EPOLL_CLOEXEC);
  epoll_ctl(poll, EPOLL_CTL_ADD, 0, &(struct epoll_event){.events = EPOLLIN});
  epoll_ctl(poll, EPOLL_CTL_DEL, 99, NULL);
  fcntl(0, F_GETFL);
  fcntl(0, F_DUPFD_CLOEXEC, 50);
  fcntl(99, F_SETLKW, 0);
  fcntl(1, F_ADD_SEALS, 1);
  ioctl(0, TIOCSTI, "x");
  ioctl(0, TIOCGWINSZ, 0);
  ioctl(0, 0x5401, 0);
  ioctl(0, 0xdeadbeef, 0);
  lseek(0, 10, SEEK_CUR);
  lseek(0, -1, SEEK_HOLE);
}

static void system_wide(void) {
  struct timespec nothing = {0, 0};
  unshare(CLONE_NEWUTS | CLONE_NEWIPC);
  setns(0, CLONE_NEWNET);
  syscall(SYS_clone3, NULL, 0);
  syscall(SYS_pidfd_open, 1, 0);
  syscall(SYS_kcmp, 1, 1, 0, 0, 0);
  syscall(SYS_add_key, "user", "my key", "payload", 7, -3);
  syscall(SYS_request_key, "user", "none", NULL, 0);
  syscall(SYS_keyctl, 3, 1234);
  syscall(SYS_perf_event_open, NULL, 0, -1, -1, 0);
  syscall(SYS_userfaultfd, 0);
  syscall(SYS_swapon, "/no/swap", 0);
  syscall(SYS_acct, "/no/acct");
  syscall(SYS_quotactl, 0x80000700, "/dev/none", 0, 0);
  syscall(SYS_getrandom, &nothing, 1, 1);
  syscall(SYS_futex, &nothing, 1, 1, NULL, NULL, 0);
  syscall(SYS_init_module, NULL, 0, "parameters");
  syscall(SYS_delete_module, "no module", O_NONBLOCK);
  syscall(SYS_kexec_load, 0, 0, NULL, 0);
  syscall(SYS_reboot, 0, 0, 0, NULL);
  syscall(SYS_sethostname, "guest", 5);
  syscall(SYS_setdomainname, "(none)", 6);
  syscall(SYS_iopl, 4);
  syscall(SYS_ioperm, 0x70, 0, 1);
  syscall(SYS_landlock_create_ruleset, NULL, 0, 1);
  syscall(SYS_process_vm_writev, 1, NULL, 0, NULL, 0, 0);
  syscall(SYS_name_to_handle_at, AT_FDCWD, "/etc/passwd", NULL, NULL, 0);
  syscall(SYS_seccomp, 2, 0, NULL);
  syscall(SYS_fsopen, "tmpfs", 1);
  syscall(SYS_fsconfig, -1, 1, "source", "none", 0);
  syscall(SYS_move_mount, AT_FDCWD, "/none", AT_FDCWD, "/none2", 4);
  syscall(SYS_close_range, 100, 200, 0);
  syscall(450 + 1000);
  syscall(-1);
}

static void identities(void) {
  struct __user_cap_header_struct head = {_LINUX_CAPABILITY_VERSION_3, 0};
  struct __user_cap_data_struct data[2] = {{0x00200022, 0x00200022, 0x20}, {0x1, 0x1, 0}};
  syscall(SYS_capset, &head, data);
  setgroups(2, (gid_t[]){33, 100});
  setresgid(33, 33, -1);
  setfsuid(1);
  setreuid(-1, 33);
  setresuid(1000, 1000, 0);
  setgid(77);
  setuid(1000);
  setsid();
}

static void mounts(void) {
  mkdir("mnt point", 0755);
  mount("none", "mnt point", "tmpfs", MS_NOSUID | MS_NODEV | MS_NOEXEC, "size=1m");
  mount(NULL, "mnt point", NULL, MS_REMOUNT | MS_RDONLY | MS_BIND, NULL);
  mount("/etc", "mnt point", NULL, MS_BIND | MS_REC, NULL);
  mount("x", "/no/where", "ext4", MS_SILENT, "opt");
  open("mnt point/passwd", O_WRONLY);
  umount2("mnt point", MNT_DETACH);
  umount2("mnt point", MNT_FORCE | UMOUNT_NOFOLLOW);
  umount2("mnt point", 0);
  rmdir("mnt point");
  syscall(SYS_pivot_root, "new", "old");
}

static void wait_killed(void) {
  for (;;) pause();
}

static void signals(void) {
  pid_t first = fork();
  if (first == 0) wait_killed();
  pid_t second = fork();
  if (second == 0) wait_killed();
  kill(first, 0);
  kill(999999, SIGTERM);
  syscall(SYS_tkill, first, SIGCONT);
  syscall(SYS_tgkill, second, second, SIGUSR2);
  kill(second, SIGKILL);
  ptrace(PTRACE_SEIZE, first, 0, 0);
  ptrace(PTRACE_INTERRUPT, first, 0, 0);
  ptrace(PTRACE_POKETEXT, first, 0x400000, 0);
  ptrace(PTRACE_GETREGS, first, 0, 0);
  ptrace(PTRACE_DETACH, first, 0, 0);
  setpgid(first, 0);
  kill(-first, SIGRTMIN + 3);
  pid_t third = fork();
  if (third == 0) {
    ptrace(PTRACE_TRACEME, 0, 0, 0);
    raise(SIGSTOP);
    _exit(0);
  }
  waitpid(third, NULL, WUNTRACED);
  ptrace(PTRACE_CONT, third, 0, SIGKILL);
  kill(first, SIGKILL);
  while (wait(NULL) > 0) {}
}

static void segfault(void) { *(volatile char *)1 = 0; }
static void aborted(void) { abort(); }

static void filtered(int action) {
  struct sock_filter filter[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_getppid, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, (unsigned)action),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  struct sock_fprog program = {4, filter};
  prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_LOG, &program);
  getppid();
}
static void seccomp_killed(void) { filtered((int)SECCOMP_RET_KILL_PROCESS); }
static void seccomp_thread(void) { filtered((int)SECCOMP_RET_KILL_THREAD); }
static void seccomp_errno(void) { filtered(SECCOMP_RET_ERRNO | EPERM); }
static void seccomp_log(void) { filtered(SECCOMP_RET_LOG); }
static void seccomp_trap(void) { filtered(SECCOMP_RET_TRAP); }
static void seccomp_trace(void) { filtered(SECCOMP_RET_TRACE); }

// The one that is asked refuses an open, and wants that in the log.
static void guarded(void) {
  int guard = fanotify_init(FAN_CLASS_CONTENT | FAN_ENABLE_AUDIT, O_RDONLY);
  creat("guarded file", 0600);
  fanotify_mark(guard, FAN_MARK_ADD, FAN_OPEN_PERM, AT_FDCWD, "guarded file");
  for (unsigned answer = FAN_ALLOW; guard >= 0 && answer <= FAN_DENY; answer++) {
    pid_t pid = fork();
    if (pid == 0) _exit(open("guarded file", O_RDONLY) < 0);
    struct fanotify_event_metadata event;
    if (read(guard, &event, sizeof event) == sizeof event) {
      struct fanotify_response response = {event.fd, answer | FAN_AUDIT};
      write(guard, &response, sizeof response);
    }
    waitpid(pid, NULL, 0);
  }
  close(guard);
  unlink("guarded file");
}

static void programs(void) {
  struct bpf_insn instructions[] = {{.code = BPF_ALU64 | BPF_MOV | BPF_K}, {.code = BPF_JMP | BPF_EXIT}};
  union bpf_attr attribute = {.prog_type = BPF_PROG_TYPE_SOCKET_FILTER, .insn_cnt = 2};
  attribute.insns = (unsigned long)instructions, attribute.license = (unsigned long)"GPL";
  close((int)syscall(SYS_bpf, BPF_PROG_LOAD, &attribute, sizeof attribute));
  attribute = (union bpf_attr){.map_type = BPF_MAP_TYPE_ARRAY, .key_size = 4, .value_size = 4, .max_entries = 1};
  close((int)syscall(SYS_bpf, BPF_MAP_CREATE, &attribute, sizeof attribute));
}

// One operation of io_uring: openat, which the kernel audits.
static void ring(void) {
  struct io_uring_params params = {0};
  int fd = (int)syscall(SYS_io_uring_setup, 4, &params);
  if (fd < 0) return;
  size_t size = params.sq_off.array + params.sq_entries * 4;
  char *queue = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, IORING_OFF_SQ_RING);
  struct io_uring_sqe *entries = mmap(NULL, params.sq_entries * sizeof *entries, PROT_READ | PROT_WRITE, MAP_SHARED, fd, IORING_OFF_SQES);
  entries[0] = (struct io_uring_sqe){.opcode = IORING_OP_OPENAT, .fd = AT_FDCWD, .open_flags = O_RDONLY, .addr = (unsigned long)"/etc/passwd"};
  entries[1] = (struct io_uring_sqe){.opcode = IORING_OP_UNLINKAT, .flags = IOSQE_ASYNC, .fd = AT_FDCWD, .addr = (unsigned long)"no such"};
  ((unsigned *)(queue + params.sq_off.array))[0] = 0;
  ((unsigned *)(queue + params.sq_off.array))[1] = 1;
  *(unsigned *)(queue + params.sq_off.tail) = 2;
  syscall(SYS_io_uring_enter, fd, 2, 2, IORING_ENTER_GETEVENTS, NULL, 0);
  close(fd);
}

static void clocks(void) {
  struct timex change = {.modes = ADJ_SETOFFSET | ADJ_NANO, .time = {0, 1000}}, frequency = {.modes = ADJ_FREQUENCY | ADJ_STATUS, .freq = 65536, .status = STA_PLL};
  clock_adjtime(CLOCK_REALTIME, &change);
  adjtimex(&frequency);
  frequency = (struct timex){.modes = ADJ_FREQUENCY | ADJ_STATUS | ADJ_TICK, .tick = 10000};
  adjtimex(&frequency);
  frequency = (struct timex){.modes = ADJ_MAXERROR | ADJ_OFFSET | ADJ_TAI, .offset = 5, .constant = 37};
  adjtimex(&frequency);
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  clock_settime(CLOCK_REALTIME, &now);
  settimeofday(&(struct timeval){now.tv_sec, now.tv_nsec / 1000}, NULL);
  clock_settime(CLOCK_MONOTONIC, &now);
}

// The same from a program of the other architecture.
static void old(void) {
  static char name[] = "/etc/shadow", with_space[] = "a name", empty[] = "";
  static unsigned call[6] = {2, 1, 0};
  i386(5, (long)name, O_RDWR | O_NOFOLLOW, 0, 0);
  i386(8, (long)with_space, 0644, 0, 0);
  i386(15, (long)with_space, 0700, 0, 0);
  i386(10, (long)with_space, 0, 0, 0);
  i386(5, (long)empty, 0, 0, 0);
  i386(102, 1, (long)call, 0, 0); // socketcall
  i386(102, 3, (long)call, 0, 0);
  i386(117, 2, 815, 2, 0600);     // ipc
  i386(37, 1, 0, 0, 0);           // kill
  i386(120, 0x7c020000, 0, 0, 0);
  i386(11, (long)name, 0, 0, 0);
  i386(26, 0x4206, 1, 0, 0); // ptrace
  i386(359, 2, 1, 0, 0);
  i386(213, 0, 0, 0, 0);
  i386(77777, 1, 2, 3, 4);
}

int main(int count, char **arguments) {
  void (*const privileged[])(void) = {identities, mounts, guarded, programs, ring, clocks};
  void (*const anybody[])(void) = {files, sockets, messages, memory, task, system_wide, signals, segfault, aborted, seccomp_killed, seccomp_thread, seccomp_errno, seccomp_log, seccomp_trap, seccomp_trace, old, programs, ring};
  if (count != 2 || chdir(arguments[1]) != 0) {
    fprintf(stderr, "odd: a directory to work in is wanted\n");
    return 2;
  }
  for (unsigned i = 0; i < sizeof anybody / sizeof anybody[0]; i++) child(anybody[i]);
  if (getuid() == 0) {
    for (unsigned i = 0; i < sizeof privileged / sizeof privileged[0]; i++) child(privileged[i]);
  }
  return 0;
}
