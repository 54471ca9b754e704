using System.IO.Compression;
using CsCheck;
using LayerShuffle.Core.Seeds;
using LayerShuffle.Datasets.Loading;
using LayerShuffle.Datasets.Tests.Support;

namespace LayerShuffle.Datasets.Tests.Mnist;

public class EmnistTests
{
    private static byte[] Images(int count, int height, int width) =>
        [0, 0, 8, 3, 0, 0, 0, (byte)count, 0, 0, 0, (byte)height, 0, 0, 0, (byte)width, .. Enumerable.Range(0, count * height * width).Select(i => (byte)i)];

    private static byte[] Labels(params byte[] labels) => [0, 0, 8, 1, 0, 0, 0, (byte)labels.Length, .. labels];

    private static byte[] Gzip(byte[] bytes)
    {
        var packed = new MemoryStream();
        using (var stream = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
            stream.Write(bytes);
        return packed.ToArray();
    }

    private static void Write(TempFolder folder, string prefix, byte[] train, byte[] test)
    {
        folder.Write($"{prefix}train-images-idx3-ubyte.gz", Gzip(Images(train.Length, 4, 4)));
        folder.Write($"{prefix}train-labels-idx1-ubyte.gz", Gzip(Labels(train)));
        folder.Write($"{prefix}test-images-idx3-ubyte.gz", Gzip(Images(test.Length, 4, 4)));
        folder.Write($"{prefix}test-labels-idx1-ubyte.gz", Gzip(Labels(test)));
    }

    private static ImageDataset Load(string path, int size = 4) =>
        DatasetLoader.Load(new() { Kind = DatasetKind.Mnist, Path = path, ImageSize = size }, SeedTree.Root(0));

    private static string Message(string path) => Should.Throw<DatasetException>(() => Load(path)).Message;

    [Fact]
    public void Images_are_turned_upright_and_letters_begin_at_1()
    {
        using var folder = new TempFolder();
        Write(folder, "emnist-letters-", [1, 26], [2]);
        ImageDataset data = Load(folder.Path);
        data.Train.ClassNames.ShouldBe("ABCDEFGHIJKLMNOPQRSTUVWXYZ".Select(c => c.ToString()));
        (data.Train.Label(0), data.Train.Label(1), data.Test.Label(0)).ShouldBe((0, 25, 1));
        Pictures.Pixels(data.Train, 0)[..16].ShouldBe([0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15]);
        data.Account.Notes.ShouldBe(["EMNIST letters: images are turned upright, labels begin at 1 in the files"]);
    }

    [Theory]
    [InlineData("digits", 10, "9")]
    [InlineData("mnist", 10, "9")]
    [InlineData("balanced", 47, "t")]
    [InlineData("bymerge", 47, "t")]
    [InlineData("byclass", 62, "z")]
    public void Every_selection_has_its_classes(string selection, int classes, string last)
    {
        using var folder = new TempFolder();
        Write(folder, $"emnist-{selection}-", [0, (byte)(classes - 1)], [3]);
        ImageDataset data = Load(folder.Path);
        (data.Train.ClassNames.Count, data.Train.ClassNames[^1], data.Train.Label(1)).ShouldBe((classes, last, classes - 1));
        Write(folder, $"emnist-{selection}-", [(byte)classes], [3]);
        Message(folder.Path).ShouldContain($"record 0 has the label {classes}, expected 0 to {classes - 1}");
    }

    [Fact]
    public void The_mapping_beside_the_files_counts()
    {
        using var folder = new TempFolder();
        Write(folder, "emnist-mine-", [5, 7], [6]);
        Message(folder.Path).ShouldContain("emnist-mine-mapping.txt");
        folder.Write("emnist-mine-mapping.txt", "5 88 120\n6 89 121\r\n7 48\n");
        ImageDataset data = Load(folder.Path);
        data.Train.ClassNames.ShouldBe(["X", "Y", "0"]);
        (data.Train.Label(0), data.Train.Label(1)).ShouldBe((0, 2));
        folder.Write("emnist-mine-mapping.txt", "5 88\n5 89\n");
        Message(folder.Path).ShouldContain("mapping.txt' line 2");
        folder.Write("emnist-mine-mapping.txt", "5 88\n7 89\n");
        Message(folder.Path).ShouldContain("leaves labels out");
    }

    [Fact]
    public void Of_several_selections_one_is_given_by_its_file()
    {
        using var folder = new TempFolder();
        Write(folder, "gzip/emnist-letters-", [1], [2]);
        Write(folder, "gzip/emnist-digits-", [4], [5]);
        Message(folder.Path).ShouldContain("emnist-digits, emnist-letters");
        Load(Path.Combine(folder.Path, "gzip", "emnist-digits-train-images-idx3-ubyte.gz")).Train.Label(0).ShouldBe(4);
        Message(Path.Combine(folder.Path, "gzip", "emnist-digits-train-labels-idx1-ubyte.gz")).ShouldContain("is no file of training images");
    }

    [Theory]
    [InlineData("train-images.idx3-ubyte", "train-labels.idx1-ubyte", "t10k-images.idx3-ubyte", "t10k-labels.idx1-ubyte")]
    [InlineData("M/raw/train-images-idx3-ubyte", "M/raw/train-labels-idx1-ubyte", "M/raw/t10k-images-idx3-ubyte", "M/raw/t10k-labels-idx1-ubyte")]
    public void Other_names_and_places_are_found(string trainImages, string trainLabels, string testImages, string testLabels)
    {
        using var folder = new TempFolder();
        folder.Write(trainImages, Images(2, 4, 4));
        folder.Write(trainLabels, Labels(7, 0));
        folder.Write(testImages, Images(1, 4, 4));
        folder.Write(testLabels, Labels(9));
        ImageDataset data = Load(folder.Path);
        (data.Train.Count, data.Train.Label(0), data.Test.Label(0)).ShouldBe((2, 7, 9));
        Pictures.Pixels(data.Train, 0)[..4].ShouldBe([0, 1, 2, 3]);
        File.Delete(Path.Combine(folder.Path, testLabels));
        Message(folder.Path).ShouldContain("t10k-labels-idx1-ubyte");
    }

    [Fact]
    public void A_device_in_place_of_a_file_is_refused()
    {
        Assert.SkipUnless(File.Exists("/dev/zero"), "There is no /dev/zero.");
        using var folder = new TempFolder();
        Write(folder, "", [1], [2]);
        File.Delete(Path.Combine(folder.Path, "train-images-idx3-ubyte.gz"));
        File.CreateSymbolicLink(Path.Combine(folder.Path, "train-images-idx3-ubyte"), "/dev/zero");
        Message(folder.Path).ShouldContain("no ordinary file");
        File.Delete(Path.Combine(folder.Path, "train-images-idx3-ubyte"));
        File.CreateSymbolicLink(Path.Combine(folder.Path, "train-images-idx3-ubyte.gz"), "/dev/zero");
        Message(folder.Path).ShouldContain("no ordinary file");
    }

    [Fact]
    public void Damaged_files_are_read_or_refused()
    {
        using var folder = new TempFolder();
        Write(folder, "emnist-letters-", [1], [2]);
        byte[][] good = [Images(2, 4, 4), Labels(3, 26)];
        Gen.Select(Gen.Int[0, 1], Gen.Select(Gen.Int[0, 47], Gen.Byte).Array[0, 4], Gen.Int[0, 60], Gen.Bool).Sample((which, edits, cut, zip) =>
        {
            byte[] images = [.. good[0]], labels = [.. good[1]];
            byte[] target = which == 0 ? images : labels;
            foreach ((int at, byte value) in edits)
                target[at % target.Length] = value;
            byte[] file = target[..Math.Min(cut + 8, target.Length)];
            folder.Write("emnist-letters-train-images-idx3-ubyte", which == 0 ? file : images);
            folder.Write("emnist-letters-train-labels-idx1-ubyte.gz", zip ? Gzip(which == 1 ? file : labels) : labels);
            try
            {
                Load(folder.Path).Train.Count.ShouldBeGreaterThan(0);
            }
            catch (DatasetException problem)
            {
                problem.Message.Length.ShouldBeGreaterThan(20);
            }
        }, iter: 300, threads: 1);
    }
}
