using System.Diagnostics;

namespace LayerShuffle.EndToEnd.Tests.Kills;

/// <summary>
/// A library that the system loads into the program before all others: it counts what the program does to files below some folders, and kills it at the n-th of
/// these operations. A write is torn: its first half is done.
/// </summary>
internal static class KillShim
{
    private const string Source = """
        #define _GNU_SOURCE
        #include <dlfcn.h>
        #include <fcntl.h>
        #include <limits.h>
        #include <signal.h>
        #include <stdarg.h>
        #include <stdio.h>
        #include <stdlib.h>
        #include <string.h>
        #include <sys/stat.h>
        #include <sys/uio.h>
        #include <unistd.h>

        static int at, done;
        static char roots[4096], cwd[PATH_MAX];

        __attribute__((constructor)) static void begin(void)
        {
            const char *number = getenv("KILL_AT"), *where = getenv("KILL_BELOW");
            if (!number || !where || !getcwd(cwd, sizeof cwd))
                return;
            snprintf(roots, sizeof roots, "%s", where);
            at = atoi(number);
            unsetenv("KILL_AT"); /* not for children */
        }

        static int ours(const char *path)
        {
            char full[2 * PATH_MAX], list[sizeof roots];
            if (!at || !path)
                return 0;
            if (path[0] == '/')
                snprintf(full, sizeof full, "%s", path);
            else
                snprintf(full, sizeof full, "%s/%s", cwd, path);
            strcpy(list, roots);
            for (char *state, *root = strtok_r(list, ":", &state); root; root = strtok_r(NULL, ":", &state))
                if (strncmp(full, root, strlen(root)) == 0)
                    return 1;
            return 0;
        }

        static int now(const char *path) { return ours(path) && __sync_add_and_fetch(&done, 1) == at; }

        static int now_fd(int fd)
        {
            char link[64], path[PATH_MAX];
            if (!at)
                return 0;
            snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
            ssize_t length = readlink(link, path, sizeof path - 1);
            if (length < 0)
                return 0;
            path[length] = 0;
            return now(path);
        }

        static void end(void) { kill(getpid(), SIGKILL); for (;;) pause(); }

        #define REAL(type, name, ...) static type (*real)(__VA_ARGS__); if (!real) real = (type (*)(__VA_ARGS__))dlsym(RTLD_NEXT, name)

        static mode_t mode_of(int flags, va_list more) { return flags & (O_CREAT | O_TMPFILE) ? va_arg(more, mode_t) : 0; }

        int open(const char *path, int flags, ...)
        {
            va_list more; va_start(more, flags); mode_t mode = mode_of(flags, more); va_end(more);
            REAL(int, "open", const char *, int, ...);
            if ((flags & (O_CREAT | O_TRUNC)) && now(path)) end();
            return real(path, flags, mode);
        }

        int open64(const char *path, int flags, ...)
        {
            va_list more; va_start(more, flags); mode_t mode = mode_of(flags, more); va_end(more);
            REAL(int, "open64", const char *, int, ...);
            if ((flags & (O_CREAT | O_TRUNC)) && now(path)) end();
            return real(path, flags, mode);
        }

        FILE *fopen(const char *path, const char *mode)
        {
            REAL(FILE *, "fopen", const char *, const char *);
            if (mode[0] != 'r' && now(path)) end();
            return real(path, mode);
        }

        FILE *fopen64(const char *path, const char *mode)
        {
            REAL(FILE *, "fopen64", const char *, const char *);
            if (mode[0] != 'r' && now(path)) end();
            return real(path, mode);
        }

        ssize_t write(int fd, const void *bytes, size_t length)
        {
            REAL(ssize_t, "write", int, const void *, size_t);
            if (now_fd(fd)) { real(fd, bytes, length / 2); end(); }
            return real(fd, bytes, length);
        }

        ssize_t pwrite(int fd, const void *bytes, size_t length, off_t where)
        {
            REAL(ssize_t, "pwrite", int, const void *, size_t, off_t);
            if (now_fd(fd)) { real(fd, bytes, length / 2, where); end(); }
            return real(fd, bytes, length, where);
        }

        ssize_t pwrite64(int fd, const void *bytes, size_t length, off64_t where)
        {
            REAL(ssize_t, "pwrite64", int, const void *, size_t, off64_t);
            if (now_fd(fd)) { real(fd, bytes, length / 2, where); end(); }
            return real(fd, bytes, length, where);
        }

        ssize_t writev(int fd, const struct iovec *parts, int count)
        {
            REAL(ssize_t, "writev", int, const struct iovec *, int);
            if (now_fd(fd)) end();
            return real(fd, parts, count);
        }

        int ftruncate(int fd, off_t length) { REAL(int, "ftruncate", int, off_t); if (now_fd(fd)) end(); return real(fd, length); }
        int ftruncate64(int fd, off64_t length) { REAL(int, "ftruncate64", int, off64_t); if (now_fd(fd)) end(); return real(fd, length); }
        int fsync(int fd) { REAL(int, "fsync", int); if (now_fd(fd)) end(); return real(fd); }
        int rename(const char *from, const char *to) { REAL(int, "rename", const char *, const char *); if (now(to)) end(); return real(from, to); }
        int link(const char *from, const char *to) { REAL(int, "link", const char *, const char *); if (now(to)) end(); return real(from, to); }
        int symlink(const char *from, const char *to) { REAL(int, "symlink", const char *, const char *); if (now(to)) end(); return real(from, to); }
        int unlink(const char *path) { REAL(int, "unlink", const char *); if (now(path)) end(); return real(path); }
        int mkdir(const char *path, mode_t mode) { REAL(int, "mkdir", const char *, mode_t); if (now(path)) end(); return real(path, mode); }
        int rmdir(const char *path) { REAL(int, "rmdir", const char *); if (now(path)) end(); return real(path); }
        """;

    /// <summary>Compiles it in a folder, or skips the test where that cannot be done.</summary>
    /// <returns>The library.</returns>
    public static string Build(string folder)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "LD_PRELOAD is Linux's.");
        string source = Path.Combine(folder, "shim.c"), library = Path.Combine(folder, "shim.so");
        File.WriteAllText(source, Source);
        try
        {
            using Process compiler = Process.Start(new ProcessStartInfo("cc",
                ["-shared", "-fPIC", "-O1", "-w", "-o", library, source, "-ldl"])
            { RedirectStandardError = true })!;
            string said = compiler.StandardError.ReadToEnd();
            compiler.WaitForExit();
            compiler.ExitCode.ShouldBe(0, said);
        }
        catch (System.ComponentModel.Win32Exception)
        {
            Assert.Skip("There is no C compiler here (cc) to build the library that kills.");
        }

        return library;
    }
}
