using CsCheck;
using LayerShuffle.Core.Seeds;
using LayerShuffle.Datasets.Accounts;
using LayerShuffle.Datasets.Loading;
using LayerShuffle.Datasets.Tests.Support;

namespace LayerShuffle.Datasets.Tests.Folders;

public class FolderAccountTests
{
    private static byte[] Plain(byte red) => PngFile.Encode(4, 4, (_, _) => (red, 20, 30));

    private static TempFolder Split(string test = "test")
    {
        var folder = new TempFolder();
        folder.Write("train/cat/1.png", Plain(1));
        folder.Write("train/dog/1.png", Plain(2));
        folder.Write($"{test}/cat/1.png", Plain(3));
        folder.Write($"{test}/dog/1.png", Plain(4));
        return folder;
    }

    private static SkippedFiles Skipped(ImageDataset data, string kind) => data.Account.Skipped.Single(skipped => skipped.Kind == kind);

    [Theory]
    [InlineData(".ipynb_checkpoints", "hidden folders")]
    [InlineData("__MACOSX", "system folders")]
    [InlineData("@eaDir", "system folders")]
    [InlineData(".git", "hidden folders")]
    public void Folders_that_programs_leave_behind_are_no_classes(string name, string kind)
    {
        using TempFolder folder = Split();
        folder.Write($"train/{name}/1-checkpoint.png", Plain(9));
        folder.Write($"test/{name}/1-checkpoint.png", Plain(9));
        ImageDataset data = ImageFolders.Load(folder);
        data.Train.ClassNames.ShouldBe(["cat", "dog"]);
        Skipped(data, kind).ShouldBe(new(kind, 2, $"train/{name}"));
    }

    [Fact]
    public void Folders_without_images_are_no_classes()
    {
        using TempFolder folder = Split();
        folder.Write("train/empty-but-for/notes.txt", "none");
        Directory.CreateDirectory(Path.Combine(folder.Path, "train", "bare"));
        ImageDataset data = ImageFolders.Load(folder);
        data.Train.ClassNames.ShouldBe(["cat", "dog"]);
        Skipped(data, "folders without images").ShouldBe(new("folders without images", 2, "train/bare"));
    }

    [Fact]
    public void Folders_that_cannot_be_read_are_no_classes()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Folders have other permissions here.");
        if (OperatingSystem.IsWindows())
            return;
        using TempFolder folder = Split();
        folder.Write("train/closed/1.png", Plain(9));
        string closed = Path.Combine(folder.Path, "train", "closed");
        File.SetUnixFileMode(closed, UnixFileMode.None);
        try
        {
            Assert.SkipWhen(CanList(closed), "Whoever runs the tests may read every folder.");
            ImageDataset data = ImageFolders.Load(folder);
            data.Train.ClassNames.ShouldBe(["cat", "dog"]);
            Skipped(data, "unreadable folders").ShouldBe(new("unreadable folders", 1, "train/closed"));
        }
        finally
        {
            File.SetUnixFileMode(closed, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    private static bool CanList(string folder)
    {
        try
        {
            return Directory.GetFiles(folder).Length >= 0;
        }
        catch (UnauthorizedAccessException)
        {
            return false;
        }
    }

    [Fact]
    public void Everything_that_is_not_used_is_accounted_for_by_kind()
    {
        using TempFolder folder = Split();
        folder.Write("train/cat/._1.png", "AppleDouble");
        folder.Write("train/cat/Thumbs.db", "thumbs");
        folder.Write("train/cat/phone.HEIC", "photo");
        folder.Write("train/cat/labels.txt", "text");
        folder.Write("train/stray.png", Plain(9));
        folder.Write("extra/cat/1.png", Plain(9));
        folder.Write("README.md", "text");
        ImageDataset data = ImageFolders.Load(folder);
        data.Account.Skipped.ShouldBe(
        [
            new("folders beside the splits", 1, "extra"),
            new("hidden and system files", 2, "train/cat/._1.png"),
            new("images of formats that are not read (.heic)", 1, "train/cat/phone.HEIC"),
            new("images outside the class folders", 1, "train/stray.png"),
            new("other files", 2, "README.md"),
        ]);
        data.Account.Train.ShouldBe(new("train/", 2, 2));
        data.Account.Test.ShouldBe(new("test/", 2, 2));
        data.Account.Lines().ShouldBe(
        [
            $"dataset: image-folder in {folder.Path}: 2 classes (cat, dog); train: 2 images, train/; test: 2 images, test/",
            "dataset: skipped: folders beside the splits: 1, such as extra; hidden and system files: 2, such as train/cat/._1.png; "
                + "images of formats that are not read (.heic): 1, such as train/cat/phone.HEIC; "
                + "images outside the class folders: 1, such as train/stray.png; other files: 2, such as README.md",
        ]);
    }

    [Fact]
    public void Images_in_folders_within_a_class_folder_count_to_the_class()
    {
        using TempFolder folder = Split();
        folder.Write("train/cat/images/a/2.png", Plain(5));
        folder.Write("train/cat/.cache/3.png", Plain(6));
        ImageDataset data = ImageFolders.Load(folder);
        Enumerable.Range(0, data.Train.Count).Select(i => ((int)Pictures.Pixels(data.Train, i)[0], data.Train.Label(i))).ShouldBe([(1, 0), (5, 0), (2, 1)]);
        data.Account.Notes.ShouldHaveSingleItem().ShouldContain("train/cat/images/a; their images count to the class folder");
    }

    [Fact]
    public void A_link_back_up_is_not_followed()
    {
        using TempFolder folder = Split();
        Directory.CreateSymbolicLink(Path.Combine(folder.Path, "train", "cat", "again"), Path.Combine(folder.Path, "train"));
        ImageDataset data = ImageFolders.Load(folder);
        data.Train.Count.ShouldBe(2);
        Skipped(data, "links to folders within class folders").Example.ShouldBe("train/cat/again");
    }

    [Theory]
    [InlineData("valid")]
    [InlineData("validation")]
    [InlineData("val")]
    [InlineData("Test")]
    [InlineData("testing")]
    public void The_split_beside_train_is_used_whatever_it_is_called(string name)
    {
        using TempFolder folder = Split(name);
        ImageDataset data = ImageFolders.Load(folder);
        (data.Train.Count, data.Test.Count).ShouldBe((2, 2));
        data.Account.Test.Source.ShouldBe(name + "/");
    }

    [Fact]
    public void A_labelled_split_is_preferred_to_a_flat_one()
    {
        using TempFolder folder = Split("val");
        folder.Write("test/1.png", Plain(9));
        folder.Write("test/2.png", Plain(9));
        ImageDataset data = ImageFolders.Load(folder);
        data.Account.Test.Source.ShouldBe("val/");
        data.Account.Notes.ShouldHaveSingleItem().ShouldBe("test/ is not used: its 2 images are not in class folders, so they have no labels");
    }

    [Fact]
    public void A_test_folder_with_one_folder_around_its_images_is_flat_too()
    {
        using TempFolder folder = Split("val");
        folder.Write("test/images/1.png", Plain(9));
        ImageDataset data = ImageFolders.Load(folder);
        data.Account.Test.Source.ShouldBe("val/");
        data.Account.Notes.ShouldContain("test/ is not used: none of its folders, such as images, is a class of train/");
    }

    [Fact]
    public void Of_two_labelled_splits_the_other_is_named()
    {
        using TempFolder folder = Split();
        folder.Write("val/cat/1.png", Plain(9));
        ImageFolders.Load(folder).Account.Notes.ShouldBe(["val/ is not used: test/ is the test split"]);
    }

    [Fact]
    public void With_no_labelled_split_a_fifth_of_train_is_taken_and_said()
    {
        using var folder = new TempFolder();
        for (byte i = 0; i < 10; i++)
            folder.Write($"train/{(i % 2 == 0 ? "cat" : "dog")}/{i}.png", Plain(i));
        folder.Write("test/1.png", Plain(9));
        ImageDataset data = ImageFolders.Load(folder);
        (data.Train.Count, data.Test.Count).ShouldBe((8, 2));
        data.Account.Test.Source.ShouldBe("a fifth of train/, drawn from the seed");
    }

    [Fact]
    public void An_empty_split_is_refused()
    {
        using var folder = new TempFolder();
        folder.Write("train/cat/1.png", Plain(1));
        Directory.CreateDirectory(Path.Combine(folder.Path, "val", "cat"));
        ImageFolders.Message(folder).ShouldContain("no class folders with images");
    }

    [Fact]
    public void A_class_without_test_images_is_noted()
    {
        using TempFolder folder = Split();
        File.Delete(Path.Combine(folder.Path, "test", "dog", "1.png"));
        ImageFolders.Load(folder).Account.Notes.ShouldBe(["1 of 2 classes have no images in test/, such as dog"]);
    }

    [Fact]
    public void The_only_folder_in_the_one_that_was_named_is_looked_into()
    {
        using var folder = new TempFolder();
        foreach (string file in new[] { "train/cat/1.png", "train/dog/1.png", "test/dog/1.png" })
            folder.Write("pets-v2/" + file, Plain(1));
        folder.Write("__MACOSX/pets-v2/train/cat/._1.png", Plain(1));
        ImageDataset data = ImageFolders.Load(folder);
        data.Train.ClassNames.ShouldBe(["cat", "dog"]);
        data.Account.Train.Source.ShouldBe("pets-v2/train/");
    }

    [Fact]
    public void A_dataset_among_others_is_not_taken_for_a_class()
    {
        using var folder = new TempFolder();
        folder.Write("pets/train/cat/1.png", Plain(1));
        folder.Write("cars/train/bus/1.png", Plain(1));
        ImageFolders.Message(folder).ShouldContain("holds a train folder, so it is no class");
    }

    [Fact]
    public void Splits_that_differ_in_capitals_alone_are_a_question()
    {
        using TempFolder folder = Split();
        folder.Write("Train/cat/1.png", Plain(1));
        Assert.SkipUnless(Directory.GetDirectories(folder.Path).Length == 3, "This file system does not tell capitals apart.");
        ImageFolders.Message(folder).ShouldContain("has both 'Train' and 'train'");
    }

    [Fact]
    public void Inspecting_says_what_loading_says()
    {
        using TempFolder folder = Split();
        folder.Write("train/.hidden/1.png", Plain(1));
        DatasetAccount account = DatasetLoader.Inspect(ImageFolders.Options(folder), SeedTree.Root(0));
        account.Lines().ShouldBe(ImageFolders.Load(folder).Account.Lines());
    }

    [Fact]
    public void Inspecting_finds_what_loading_would_fail_at()
    {
        using TempFolder folder = Split();
        folder.Write("train/cat/1.png", "no image");
        Should.Throw<DatasetException>(() => DatasetLoader.Inspect(ImageFolders.Options(folder), SeedTree.Root(0))).Message.ShouldContain("1.png");
        Should.Throw<DatasetException>(() => DatasetLoader.Inspect(ImageFolders.Options(folder) with { Test = 7 }, SeedTree.Root(0)))
            .Message.ShouldContain("7 images are asked for");
    }

    // Whatever lies there: every image is used or accounted for, every class has images, and nothing but a sentence is thrown.
    [Fact]
    public void Any_tree_is_loaded_or_refused_with_a_sentence()
    {
        string[] names = ["train", "test", "val", "cat", "dog", ".hidden", "__MACOSX", "Train"];
        string[] files = ["1.png", "2.PNG", "._x.png", "notes.txt", "y.heic"];
        Gen<string[]> above = Gen.Int[0, names.Length - 1].Select(i => names[i]).Array[0, 3];
        Gen.Select(above, Gen.Int[0, files.Length - 1].Select(i => files[i])).Array[1, 12].Sample(tree =>
        {
            using var folder = new TempFolder();
            foreach ((string[] folders, string file) in tree)
                folder.Write(string.Join('/', [.. folders, file]), Plain(1));
            try
            {
                ImageDataset data = ImageFolders.Load(folder);
                int[] used = [.. Enumerable.Range(0, data.Train.Count).Select(data.Train.Label)];
                data.Account.Classes.ShouldNotContain(name => name.StartsWith('.') || name == "__MACOSX");
                data.Account.Train.Used.ShouldBe(used.Length);
            }
            catch (DatasetException problem)
            {
                problem.Message.Length.ShouldBeGreaterThan(20);
            }
        }, iter: 150);
    }
}
