using LayerShuffle.Core.Seeds;
using LayerShuffle.Datasets.Accounts;
using LayerShuffle.Datasets.Images;
using LayerShuffle.Datasets.Sources;

namespace LayerShuffle.Datasets.Folders;

/// <summary>
/// Reads PATH/train/CLASS/… with PATH/test, PATH/val, PATH/valid or PATH/validation beside it; without a train folder PATH/CLASS/…, of which a fifth of every
/// class, drawn from the seed, is the test split. Where several are there, the first in this order with class folders is the test split. Classes and files
/// are sorted by their names' UTF-16 code units, so that every system sees the same order.
/// </summary>
internal sealed class ImageFolderReader(string folder, SeedTree seed, Bookkeeper book)
{
    private const int DeepestWrapper = 3;
    private static readonly string[] TrainNames = ["train", "training"];
    private static readonly string[] TestNames = ["test", "testing", "val", "valid", "validation"];
    private readonly FolderWalker walker = new(book);

    /// <summary>Opens the folder at <paramref name="folder"/>.</summary>
    public static (ImageSplit Train, ImageSplit Test) Open(string folder, SeedTree seed, Bookkeeper book)
    {
        string inner = Unwrap(folder, book);
        var reader = new ImageFolderReader(inner, seed, book);
        (ImageSplit, ImageSplit) splits = reader.Open();
        reader.walker.NoteNested();
        return splits;
    }

    private (ImageSplit Train, ImageSplit Test) Open()
    {
        string[] folders = walker.Subfolders(folder) ?? throw new DatasetException($"image folder: '{folder}' cannot be read; check its permissions.");
        string? train = Named(folders, TrainNames).FirstOrDefault();
        string[] tests = [.. Named(folders, TestNames)];
        if (train is null && tests.Length > 0)
            throw new DatasetException(
                $"image folder: '{tests[0]}' has no '{Path.Combine(folder, "train")}' beside it; add it, or keep the class folders directly in "
                    + $"'{folder}' for an automatic split.");
        if (train is null)
            return SplitOff(List(folder, Labelled(folder)), book.Relative(folder));
        foreach (string other in folders.Where(path => path != train && !tests.Contains(path)))
            book.Skip("folders beside the splits", other);
        walker.SkipLoose(folder);
        ClassFolder[] classes = Labelled(train);
        string[] names = [.. classes.Select(found => found.Name)];
        (string Path, ClassFolder[] Classes)? test = Test(tests, train, names);
        book.TrainSource = book.Relative(train) + "/";
        if (test is not { } chosen)
            return SplitOff(List(train, classes), book.Relative(train) + "/");
        if (chosen.Classes.FirstOrDefault(found => !names.Contains(found.Name, StringComparer.Ordinal)) is { } unknown)
            throw new DatasetException($"image folder: the class '{unknown.Name}' in '{chosen.Path}' has no images in '{train}'; both must have the "
                + "same class folders.");
        book.TestSource = book.Relative(chosen.Path) + "/";
        string[] absent = [.. names.Except(chosen.Classes.Select(found => found.Name), StringComparer.Ordinal)];
        if (absent.Length > 0)
            book.Note($"{absent.Length} of {names.Length} classes have no images in {book.TestSource}, such as {absent[0]}");
        return (List(train, classes), List(chosen.Path, chosen.Classes, names));
    }

    // The folders of these names, in the names' order; capitals do not count, but two folders that differ in nothing else are a question.
    private IEnumerable<string> Named(string[] folders, string[] names)
    {
        foreach (string name in names)
        {
            string[] found = [.. folders.Where(path => Path.GetFileName(path).Equals(name, StringComparison.OrdinalIgnoreCase))];
            if (found.Length > 1)
                throw new DatasetException($"image folder: '{folder}' has both '{Path.GetFileName(found[0])}' and '{Path.GetFileName(found[1])}'; "
                    + "keep one of them.");
            if (found.Length == 1)
                yield return found[0];
        }
    }

    // The first with folders of known classes. A folder of bare images, or with one folder around them, is a test split without labels, as contests hand it
    // out; one with nothing in it is damage.
    private (string Path, ClassFolder[] Classes)? Test(string[] tests, string train, string[] names)
    {
        (string Path, ClassFolder[] Classes)? strange = null;
        foreach (string path in tests)
        {
            ClassFolder[] classes = Readable(path);
            if (classes.Length > 0 && !classes.Any(found => names.Contains(found.Name, StringComparer.Ordinal)))
            {
                strange ??= (path, classes);
                book.Note($"{book.Relative(path)}/ is not used: none of its folders, such as {classes[0].Name}, is a class of {book.Relative(train)}/");
                continue;
            }
            if (classes.Length > 0)
            {
                foreach (string other in tests.SkipWhile(other => other != path).Skip(1))
                    book.Note($"{book.Relative(other)}/ is not used: {book.Relative(path)}/ is the test split");
                return (path, classes);
            }
            int loose = FolderWalker.LooseImages(path);
            if (loose == 0)
                throw new DatasetException($"image folder: there are no class folders with images in '{path}'; expected the same as in '{train}'. "
                    + "Fill it, or remove it.");
            book.Note($"{book.Relative(path)}/ is not used: its {loose} images are not in class folders, so they have no labels");
        }
        return strange;
    }

    private ClassFolder[] Labelled(string path)
    {
        ClassFolder[] classes = Readable(path);
        string? inner = classes.Length == 0
            ? null
            : (walker.Subfolders(path) ?? []).FirstOrDefault(sub => TrainNames.Any(name => Directory.Exists(Path.Combine(sub, name))));
        if (inner is not null)
            throw new DatasetException($"image folder: '{inner}' holds a train folder, so it is no class; give it as dataset.path.");
        return classes.Length > 0 ? classes : throw new DatasetException($"image folder: there are no class folders with images in '{path}'; expected "
            + $"{path}/CLASS/*.png ({ImageFormats.Names}).");
    }

    private ClassFolder[] Readable(string path) =>
        FolderWalker.IsClosed(path) ? throw new DatasetException($"image folder: '{path}' cannot be read; check its permissions.") : walker.Classes(path);

    private static FileSplit List(string path, ClassFolder[] classes, string[]? names = null)
    {
        names ??= [.. classes.Select(found => found.Name)];
        return new([.. classes.SelectMany(found => found.Files.Select(file => (file, Array.IndexOf(names, found.Name))))], names);
    }

    private (ImageSplit Train, ImageSplit Test) SplitOff(FileSplit all, string source)
    {
        int[] labels = [.. Enumerable.Range(0, all.Count).Select(all.Label)];
        int testCount = all.Count / 5;
        if (testCount == 0)
            throw new DatasetException($"image folder: {all.Count} images are too few to set a fifth aside as the test split; add images, or a train and a "
                + "test folder.");
        HashSet<int> test = [.. StratifiedSample.Draw(labels, all.ClassNames.Count, testCount, seed)];
        (book.TrainSource, book.TestSource) = ($"four fifths of {source}", $"a fifth of {source}, drawn from the seed");
        return (all.Select(Enumerable.Range(0, all.Count).Where(index => !test.Contains(index))), all.Select(test.Order()));
    }

    // Archives often unpack to one folder around all others.
    private static string Unwrap(string folder, Bookkeeper book)
    {
        string inner = folder;
        for (int depth = 0; depth < DeepestWrapper; depth++)
        {
            string[] below = Below(inner);
            if (below.Length != 1 || FolderWalker.LooseImages(below[0]) > 0
                || TrainNames.Concat(TestNames).Contains(Path.GetFileName(below[0]), StringComparer.OrdinalIgnoreCase))
                break;
            inner = below[0];
            if (Below(inner).Length < 2)
                continue;
            book.Note($"found in {book.Relative(inner)}/, the only folder in the one that was named");
            return inner;
        }
        return folder;
    }

    // What is left aside on the way is taken down by whoever reads the folder.
    private static string[] Below(string folder) => new FolderWalker(new Bookkeeper(DatasetKind.ImageFolder, folder)).Subfolders(folder) ?? [];
}
