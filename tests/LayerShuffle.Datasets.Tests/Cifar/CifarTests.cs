using LayerShuffle.Core.Seeds;
using LayerShuffle.Datasets.Loading;
using LayerShuffle.Datasets.Tests.Support;

namespace LayerShuffle.Datasets.Tests.Cifar;

public class CifarTests
{
    private const string Names10 = "airplane\nautomobile\nbird\ncat\ndeer\ndog\nfrog\nhorse\nship\ntruck\n\n";

    private static ImageDataset Load(DatasetKind kind, string path, int? train = null, int? test = null, long seed = 0, int size = 32) =>
        DatasetLoader.Load(new() { Kind = kind, Path = path, Train = train, Test = test, ImageSize = size }, SeedTree.Root(seed));

    private static byte[] Records(params byte[][] labels) =>
        [.. labels.SelectMany((label, i) => label.Concat(Enumerable.Range(0, 3072).Select(p => (byte)(p + i))))];

    private static TempFolder Tiny10(byte[]? batch = null)
    {
        var folder = new TempFolder();
        folder.Write("batches.meta.txt", Names10);
        folder.Write("data_batch_1.bin", batch ?? Records([3], [9], [0]));
        folder.Write("test_batch.bin", Records([1]));
        return folder;
    }

    [Fact]
    public void Real_records_are_read_byte_for_byte()
    {
        string folder = SharedData.Require("cifar-10-batches-bin");
        byte[] file = File.ReadAllBytes(Path.Combine(folder, "data_batch_1.bin"));
        ImageDataset data = Load(DatasetKind.Cifar10, folder);
        data.Train.ClassNames.ShouldBe(["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"]);
        foreach (int i in new[] { 0, 1, 777, file.Length / 3073 - 1 })
        {
            data.Train.Label(i).ShouldBe(file[i * 3073]);
            Pictures.Pixels(data.Train, i).ShouldBe(file[(i * 3073 + 1)..((i + 1) * 3073)]);
        }
    }

    [Fact]
    public void Subsets_of_real_data_are_stratified_and_drawn_from_the_seed()
    {
        string folder = SharedData.Require("cifar-10-batches-bin");
        ImageDataset one = Load(DatasetKind.Cifar10, folder, 500, 100, seed: 1), other = Load(DatasetKind.Cifar10, folder, 500, 100, seed: 2);
        Enumerable.Range(0, 500).CountBy(one.Train.Label).ShouldAllBe(pair => pair.Value >= 40 && pair.Value <= 60);
        Load(DatasetKind.Cifar10, folder, 500, 100, seed: 1).Fingerprint.ShouldBe(one.Fingerprint);
        other.Fingerprint.ShouldNotBe(one.Fingerprint);
    }

    [Fact]
    public void All_batches_that_are_there_are_read_in_order()
    {
        using TempFolder folder = Tiny10();
        folder.Write("data_batch_3.bin", Records([7]));
        ImageDataset data = Load(DatasetKind.Cifar10, folder.Path);
        Enumerable.Range(0, data.Train.Count).Select(data.Train.Label).ShouldBe([3, 9, 0, 7]);
        data.Normalization.ShouldBe(NormalizationStats.Cifar10);
        data.Test.Count.ShouldBe(1);
    }

    [Fact]
    public void Cifar_100_takes_the_fine_label()
    {
        using var folder = new TempFolder();
        folder.Write("fine_label_names.txt", string.Concat(Enumerable.Range(0, 100).Select(i => $"fine-{i}\n")));
        folder.Write("train.bin", Records([4, 99], [19, 5]));
        folder.Write("test.bin", Records([0, 42]));
        ImageDataset data = Load(DatasetKind.Cifar100, folder.Path);
        (data.Train.Label(0), data.Train.Label(1), data.Test.Label(0)).ShouldBe((99, 5, 42));
        Pictures.Pixels(data.Train, 1)[..3].ShouldBe([1, 2, 3]);
        data.Train.ClassNames[99].ShouldBe("fine-99");
    }

    [Fact]
    public void Other_sizes_are_resized()
    {
        using TempFolder folder = Tiny10();
        ImageDataset data = Load(DatasetKind.Cifar10, folder.Path, size: 16);
        (data.Train.Height, Pictures.Pixels(data.Train, 0).Length).ShouldBe((16, 768));
    }

    [Fact]
    public void A_truncated_batch_is_refused()
    {
        using TempFolder folder = Tiny10(Records([1])[..3000]);
        Message(() => Load(DatasetKind.Cifar10, folder.Path)).ShouldContain("data_batch_1.bin' has 3000 bytes");
    }

    [Fact]
    public void A_label_out_of_range_is_refused()
    {
        using TempFolder folder = Tiny10(Records([1], [10]));
        Message(() => Load(DatasetKind.Cifar10, folder.Path)).ShouldContain("record 1 has the label 10, expected 0 to 9");
    }

    [Fact]
    public void Asking_for_too_many_says_how_many_there_are()
    {
        using TempFolder folder = Tiny10();
        Message(() => Load(DatasetKind.Cifar10, folder.Path, train: 4)).ShouldContain("has 3; ask for at most 3");
    }

    [Theory]
    [InlineData("batches.meta.txt")]
    [InlineData("test_batch.bin")]
    [InlineData("data_batch_1.bin")]
    public void A_missing_file_is_named(string name)
    {
        using TempFolder folder = Tiny10();
        File.Delete(Path.Combine(folder.Path, name));
        Message(() => Load(DatasetKind.Cifar10, folder.Path)).ShouldContain(name);
    }

    [Fact]
    public void A_missing_folder_is_named() =>
        Message(() => Load(DatasetKind.Cifar10, "no-such-folder")).ShouldContain("'no-such-folder'");

    private static string Message(Action load) => Should.Throw<DatasetException>(load).Message;
}
