using LayerShuffle.Results.Csv;

namespace LayerShuffle.Results.Tests.Csv;

/// <summary>Rows reach a file whole or not at all.</summary>
public sealed class CsvFileTests
{
    [Fact]
    public void Of_rows_that_do_not_fit_nothing_stays()
    {
        using var disk = new SmallDisk(10);
        using var file = new CsvFile(disk);
        using var fits = CsvBuffer.WithHeader(["a", "b"]);
        using var tooMuch = CsvBuffer.WithHeader(["cccccccc", "dddddddd"]);
        file.Append(fits);
        Should.Throw<IOException>(() => file.Append(tooMuch)).Message.ShouldBe("full");
        System.Text.Encoding.UTF8.GetString(disk.ToArray()).ShouldBe("a,b\n");
        file.Append(fits);
        System.Text.Encoding.UTF8.GetString(disk.ToArray()).ShouldBe("a,b\na,b\n");
    }

    [Fact]
    public void The_first_failure_is_told_even_if_taking_back_fails_too()
    {
        using var disk = new SmallDisk(3) { Stuck = true };
        using var file = new CsvFile(disk);
        using var rows = CsvBuffer.WithHeader(["aaa", "bbb"]);
        Should.Throw<IOException>(() => file.Append(rows)).Message.ShouldBe("full");
    }

    private sealed class SmallDisk(int size) : MemoryStream
    {
        public bool Stuck { get; init; }

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            int room = (int)Math.Min(size - Length, buffer.Length);
            base.Write(buffer[..room]); // as a real disk does: some of it
            if (room < buffer.Length)
                throw new IOException("full", 28);
        }

        public override void SetLength(long value)
        {
            if (Stuck)
                throw new IOException("stuck");
            base.SetLength(value);
        }
    }
}
