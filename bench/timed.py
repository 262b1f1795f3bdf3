# timed.py COMMAND…: runs it with its output thrown away; prints what it took: wall ms, processor ms, largest memory in KiB, exit status.
import os, sys, time

start = time.perf_counter()
pid = os.fork()
if pid == 0:
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, 1)
    try:
        os.execvp(sys.argv[1], sys.argv[1:])
    except FileNotFoundError:
        sys.exit(f'there is no {sys.argv[1]}: ETCDCTL_BIN and ETCDUTL_BIN say where the peers are')
_, status, usage = os.wait4(pid, 0)
wall = time.perf_counter() - start
print(wall * 1e3, (usage.ru_utime + usage.ru_stime) * 1e3, usage.ru_maxrss, os.waitstatus_to_exitcode(status))
