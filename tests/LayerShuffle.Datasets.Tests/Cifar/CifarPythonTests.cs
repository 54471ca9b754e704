using CsCheck;
using LayerShuffle.Core.Seeds;
using LayerShuffle.Datasets.Cifar;
using LayerShuffle.Datasets.Loading;
using LayerShuffle.Datasets.Tests.Support;

namespace LayerShuffle.Datasets.Tests.Cifar;

public class CifarPythonTests
{
    private static readonly string[] Names = ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"];

    private static byte[] Pixels(int images) => [.. Enumerable.Range(0, images * 3072).Select(p => (byte)(p * 7 + p / 3072))];

    private static ImageDataset Load(TempFolder folder, DatasetKind kind = DatasetKind.Cifar10, int size = 32) =>
        DatasetLoader.Load(new() { Kind = kind, Path = folder.Path, ImageSize = size }, SeedTree.Root(0));

    private static string Message(TempFolder folder, DatasetKind kind = DatasetKind.Cifar10) =>
        Should.Throw<DatasetException>(() => Load(folder, kind)).Message;

    private static TempFolder Python10(string below = "")
    {
        var folder = new TempFolder();
        for (int i = 1; i <= 5; i++)
            folder.Write($"{below}data_batch_{i}", PickleFile.Batch(Pixels(2), ("labels", [(byte)i, (byte)(i + 1)])));
        folder.Write($"{below}test_batch", PickleFile.Batch(Pixels(1), ("labels", [9])));
        folder.Write($"{below}batches.meta", PickleFile.Names("label_names", Names));
        return folder;
    }

    [Fact]
    public void The_python_version_is_read_as_the_binary_one()
    {
        using TempFolder python = Python10();
        using var binary = new TempFolder();
        for (int i = 1; i <= 5; i++)
            binary.Write($"data_batch_{i}.bin", [(byte)i, .. Pixels(2)[..3072], (byte)(i + 1), .. Pixels(2)[3072..]]);
        binary.Write("test_batch.bin", [9, .. Pixels(1)]);
        binary.Write("batches.meta.txt", string.Join('\n', Names));
        ImageDataset data = Load(python);
        data.Fingerprint.ShouldBe(Load(binary).Fingerprint);
        (data.Train.Count, data.Test.Count, data.Train.ClassNames[9]).ShouldBe((10, 1, "truck"));
        Pictures.Pixels(data.Train, 1).ShouldBe(Pixels(2)[3072..]);
        data.Account.Notes.ShouldBeEmpty();
    }

    [Fact]
    public void Cifar_100_takes_the_fine_label()
    {
        using var folder = new TempFolder();
        folder.Write("train", PickleFile.Batch(Pixels(2), ("fine_labels", [99, 5]), ("coarse_labels", [4, 19])));
        folder.Write("test", PickleFile.Batch(Pixels(1), ("coarse_labels", [0]), ("fine_labels", [42])));
        folder.Write("meta", PickleFile.Names("fine_label_names", Enumerable.Range(0, 100).Select(i => $"fine-{i}")));
        ImageDataset data = Load(folder, DatasetKind.Cifar100);
        (data.Train.Label(0), data.Train.Label(1), data.Test.Label(0), data.Train.ClassNames[42]).ShouldBe((99, 5, 42, "fine-42"));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    public void What_newer_pythons_save_again_is_read(int protocol)
    {
        using TempFolder folder = Python10();
        folder.Write("test_batch", File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Cifar", "Fixtures", $"protocol-{protocol}.pickle")));
        ImageDataset data = Load(folder);
        (data.Test.Count, data.Test.Label(0), data.Test.Label(1)).ShouldBe((2, 6, 9));
        byte[] counting = [.. Enumerable.Range(0, 3072).Select(i => (byte)i)];
        Pictures.Pixels(data.Test, 0).ShouldBe(counting);
        Pictures.Pixels(data.Test, 1).ShouldBe([.. counting.Reverse()]);
    }

    [Fact]
    public void Names_in_the_first_protocol_are_read()
    {
        using TempFolder folder = Python10();
        string names = string.Concat(Names.Select((name, i) => $"S'{name}'\np{5 + i}\na"));
        folder.Write("batches.meta", "(dp1\nS'num_cases_per_batch'\np2\nI10000\nsS'label_names'\np3\n(lp4\n" + names + "sS'num_vis'\np15\nI3072\ns.");
        Load(folder).Train.ClassNames.ShouldBe(Names);
    }

    [Theory]
    [InlineData("cifar-10-batches-py/")]
    [InlineData("downloads/cifar-10-batches-py/")]
    public void The_folder_above_finds_its_batches(string below)
    {
        using TempFolder folder = Python10(below);
        ImageDataset data = Load(folder);
        data.Train.Count.ShouldBe(10);
        data.Account.Notes.ShouldBe([$"found in {below.TrimEnd('/')}, below the folder that was named"]);
    }

    [Fact]
    public void A_missing_batch_is_named()
    {
        using TempFolder folder = Python10();
        File.Delete(Path.Combine(folder.Path, "data_batch_4"));
        ImageDataset data = Load(folder);
        data.Train.Count.ShouldBe(8);
        data.Account.Notes.ShouldBe(["CIFAR-10: 1 of 5 training batches are missing: data_batch_4"]);
        data.Account.Train.Source.ShouldBe("data_batch_1, data_batch_2, data_batch_3, data_batch_5");
        File.Delete(Path.Combine(folder.Path, "test_batch"));
        Message(folder).ShouldContain("there is no 'test_batch'");
    }

    [Fact]
    public void A_packed_archive_is_recognised()
    {
        using var folder = new TempFolder();
        folder.Write("cifar-10-python.tar.gz", 1, 2, 3);
        Message(folder).ShouldContain("is still packed");
    }

    [Fact]
    public void Two_copies_are_a_question()
    {
        using TempFolder folder = Python10("a/");
        foreach (string name in new[] { "data_batch_1", "test_batch", "batches.meta" })
            folder.Write($"b/{name}", 1);
        Message(folder).ShouldContain("more than once");
    }

    [Theory]
    [InlineData("cos\nsystem\n(S'touch executed'\ntR.", "os.system")]
    [InlineData("cbuiltins\neval\n(S'1'\ntR.", "builtins.eval")]
    [InlineData("(ios\nsystem\n.", "unknown code")]
    [InlineData("cnumpy.core.multiarray\n_reconstruct\n(cnumpy\ndtype\nI0\ntR.", "a call of _reconstruct")]
    [InlineData("]", "bytes asked for")]
    [InlineData("(((t.", "no dictionary")]
    [InlineData("](a.", "value asked for")]
    [InlineData("].", "no dictionary")]
    public void Hostile_pickles_are_refused_and_never_executed(string pickle, string said)
    {
        using TempFolder folder = Python10();
        folder.Write("data_batch_1", pickle);
        string message = Message(folder);
        message.ShouldContain(said);
        message.ShouldContain("data_batch_1");
        message.ShouldContain("nothing in it was executed");
    }

    [Theory]
    [InlineData(255, 255, 255, 127)]
    [InlineData(255, 255, 255, 255)]
    public void A_length_that_is_not_there_reserves_nothing(byte a, byte b, byte c, byte d)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        foreach (byte opcode in "TXB"u8.ToArray())
            Should.Throw<DatasetException>(() => PickleReader.Read([opcode, a, b, c, d, 0], "x"));
        foreach (byte opcode in new byte[] { 0x8d, 0x8e, 0x96 })
            Should.Throw<DatasetException>(() => PickleReader.Read([opcode, a, b, c, d, a, b, c, d, 0], "x"));
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBeLessThan(1 << 20);
    }

    [Fact]
    public void Items_without_end_are_refused() =>
        Should.Throw<DatasetException>(() => PickleReader.Read([.. Enumerable.Repeat((byte)']', 4_100_000)], "x"))
            .Message.ShouldContain("more than 4000000 items");

    [Fact]
    public void One_string_encoded_again_and_again_is_refused()
    {
        byte[] head = [.. "c_codecs\nencode\nq\0X"u8, 0, 16, 0, 0, .. new byte[4096], .. "q\u0001"u8];
        byte[] again = [.. "h\0h\u0001"u8, 0x85, (byte)'R'];
        Should.Throw<DatasetException>(() => PickleReader.Read([.. head, .. Enumerable.Repeat(again, 1000).SelectMany(call => call)], "x"))
            .Message.ShouldContain("more encoded bytes");
    }

    [Fact]
    public void Arbitrary_and_damaged_pickles_are_read_or_refused()
    {
        byte[] good = PickleFile.Batch(Pixels(1), ("labels", [3]));
        Gen.Select(Gen.Select(Gen.Int[0, good.Length - 1], Gen.Byte).Array[1, 8], Gen.Int[0, 3]).Sample((edits, cut) =>
        {
            byte[] file = [.. good];
            foreach ((int at, byte value) in edits)
                file[at % 3 == 0 ? at : at % 260] = value;
            Tolerate(cut == 0 ? file[..edits[0].Item1] : file);
        }, iter: 3000);
        byte[] codes = [.. "().0KMJILGNUTXBSVCc]}ltdaesupqrghjRb\n'1"u8, 0x80, 0x85, 0x86, 0x87, 0x88, 0x8a, 0x8b, 0x8c, 0x8d, 0x93, 0x94, 0x95, 0, 1, 2];
        Gen.Int[0, codes.Length - 1].Select(i => codes[i]).Array[1, 60].Sample(Tolerate, iter: 20_000);
    }

    private static void Tolerate(byte[] file)
    {
        try
        {
            PickleReader.Read(file, "fuzzed");
        }
        catch (DatasetException problem)
        {
            problem.Message.ShouldContain("fuzzed");
        }
    }
}
