using System.Runtime.InteropServices;
using System.Text;

namespace LayerShuffle.Cli.Terminal;

/// <summary>
/// Standard output or error without .NET's console between: that one takes a reader that has left for success, and ends the program where the stream is closed.
/// POSIX only.
/// </summary>
internal sealed class StandardStream : Stream
{
    private const int Eintr = 4, Ebadf = 9, Eagain = 11, EagainMac = 35, Epipe = 32, GetFlags = 1, CloseOnExec = 1, ReadWrite = 2;
    private const short PollOut = 4;
    private const uint WindowSize = 0x5413;
    private readonly int descriptor;
    private readonly bool closed;

    private StandardStream(int descriptor, bool closed) => (this.descriptor, this.closed) = (descriptor, closed);

    /// <inheritdoc/>
    public override bool CanRead => false;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => true;

    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    /// <summary>
    /// Opens the three at once. A closed one is given to <c>/dev/null</c>, lest the next file that is opened takes its number and receives what was meant for
    /// it.
    /// </summary>
    public static (StandardStream Output, StandardStream Error) Open()
    {
        var closed = new bool[3];
        for (int number = 0; number < closed.Length; number++)
        {
            int flags = Fcntl(number, GetFlags);
            closed[number] = flags < 0 || (flags & CloseOnExec) != 0; // what a process inherits never has that flag: the runtime has taken the number already
            if (flags < 0 && OpenFile("/dev/null", ReadWrite) is var other && other >= 0 && other != number)
            {
                _ = Duplicate(other, number);
                _ = Close(other);
            }
        }

        return (new StandardStream(1, closed[1]), new StandardStream(2, closed[2]));
    }

    /// <summary>Says something on standard error with the least that it takes; if it cannot be said, nothing happens.</summary>
    public static void Say(string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        _ = WriteSome(2, ref bytes[0], bytes.Length);
    }

    /// <summary>How wide a terminal is; null where it is none, or does not say. Not asked of .NET's console: that one writes to the terminal first.</summary>
    public static int? Columns(int descriptor) => OperatingSystem.IsLinux() && Ask(descriptor, WindowSize, out Size size) == 0 && size.Columns > 0
        ? size.Columns : null;

    /// <summary>How many lines a terminal has; null where it is none, or does not say.</summary>
    public static int? Rows(int descriptor) => OperatingSystem.IsLinux() && Ask(descriptor, WindowSize, out Size size) == 0 && size.Rows > 0 ? size.Rows : null;

    /// <summary>Whether a write failed because the reader has left.</summary>
    public static bool IsBrokenPipe(Exception e) => e is IOException && e.HResult == Epipe;

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    /// <inheritdoc/>
    public override void Write(ReadOnlySpan<byte> buffer)
    {
        if (closed)
            throw new IOException("it is closed", Ebadf);
        while (buffer.Length > 0)
        {
            nint written = WriteSome(descriptor, ref MemoryMarshal.GetReference(buffer), buffer.Length);
            if (written >= 0)
            {
                buffer = buffer[(int)written..];
                continue;
            }

            int error = Marshal.GetLastPInvokeError();
            if (error is Eagain or EagainMac)
                Wait();
            else if (error != Eintr)
                throw new IOException(Marshal.GetPInvokeErrorMessage(error), error);
        }
    }

    /// <inheritdoc/>
    public override void Flush()
    {
    }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <summary>Waits until it takes more: somebody has made it non-blocking.</summary>
    private void Wait()
    {
        var one = new Polled { Descriptor = descriptor, Events = PollOut };
        _ = Poll(ref one, 1, -1);
    }

    [DllImport("libc", EntryPoint = "write", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern nint WriteSome(int descriptor, ref byte buffer, nint count);

    [DllImport("libc", EntryPoint = "ioctl")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Ask(int descriptor, nuint request, out Size size);

    [DllImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Fcntl(int descriptor, int command);

    [DllImport("libc", EntryPoint = "open", CharSet = CharSet.Ansi, BestFitMapping = false, ThrowOnUnmappableChar = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int OpenFile(string path, int flags);

    [DllImport("libc", EntryPoint = "dup2")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Duplicate(int from, int to);

    [DllImport("libc", EntryPoint = "close")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Close(int descriptor);

    [DllImport("libc", EntryPoint = "poll")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Poll(ref Polled polled, nuint count, int milliseconds);

    [StructLayout(LayoutKind.Sequential)]
    private struct Size
    {
        public ushort Rows;
        public ushort Columns;
        public ushort Width;
        public ushort Height;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct Polled
    {
        public int Descriptor;
        public short Events;
        public short Happened;
    }
}
