using LayerShuffle.Datasets.Accounts;
using LayerShuffle.Datasets.Images;

namespace LayerShuffle.Datasets.Folders;

/// <summary>Lists folders and files in one order on every system (by UTF-16 code units), and takes down what it leaves aside.</summary>
internal sealed class FolderWalker(Bookkeeper book)
{
    private const int DeepestFolder = 16;
    private static readonly string[] SystemFolders =
        ["__MACOSX", "__pycache__", "@eaDir", "#recycle", "$RECYCLE.BIN", "System Volume Information", "lost+found"];
    private static readonly string[] SystemFiles = ["Thumbs.db", "desktop.ini"];
    private static readonly string[] OtherImages =
        [".heic", ".heif", ".avif", ".jxl", ".jp2", ".svg", ".ppm", ".pgm", ".pbm", ".pnm", ".tga", ".ico", ".psd", ".npy", ".npz",
        ".exr", ".hdr", ".dcm", ".raw", ".dng"];

    private readonly HashSet<string> nested = [];

    /// <summary>The folders in a folder that may hold images; null where it cannot be read.</summary>
    public string[]? Subfolders(string folder) => Entries(folder, Directory.GetDirectories)?.Where(IsOfInterest).ToArray();

    /// <summary>The classes of a split: the folders in it that hold images. Images beside them belong to no class.</summary>
    public ClassFolder[] Classes(string folder)
    {
        var classes = new List<ClassFolder>();
        foreach (string path in Subfolders(folder) ?? [])
        {
            var files = new List<string>();
            if (!Collect(path, path, 0, files))
                continue;
            if (files.Count > 0)
                classes.Add(new(Path.GetFileName(path), files));
            else
                book.Skip("folders without images", path);
        }
        SkipLoose(folder);
        return [.. classes];
    }

    /// <summary>Takes down the files that lie directly in a folder of class folders.</summary>
    public void SkipLoose(string folder)
    {
        foreach (string file in Images(folder))
            book.Skip("images outside the class folders", file);
    }

    /// <summary>How many images lie directly in a folder.</summary>
    public static int LooseImages(string folder) => Entries(folder, Directory.GetFiles)?.Count(path => !IsHidden(path) && ImageFormats.IsImage(path)) ?? 0;

    /// <summary>Whether a folder cannot be read.</summary>
    public static bool IsClosed(string folder) => Entries(folder, Directory.GetFileSystemEntries) is null;

    /// <summary>Notes folders within class folders, whose images count to the class.</summary>
    public void NoteNested()
    {
        if (nested.Count > 0)
            book.Note($"{nested.Count} folder(s) lie within class folders, such as {book.Relative(nested.Order(StringComparer.Ordinal).First())}; "
                + "their images count to the class folder");
    }

    private static string[]? Entries(string folder, Func<string, string[]> list)
    {
        try
        {
            return [.. list(folder).OrderBy(path => Path.GetFileName(path), StringComparer.Ordinal)];
        }
        catch (UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static bool IsHidden(string path) =>
        Path.GetFileName(path).StartsWith('.') || SystemFiles.Contains(Path.GetFileName(path), StringComparer.OrdinalIgnoreCase);

    private bool IsOfInterest(string folder)
    {
        string name = Path.GetFileName(folder);
        bool system = SystemFolders.Contains(name, StringComparer.OrdinalIgnoreCase);
        if (system || name.StartsWith('.'))
            book.Skip(system ? "system folders" : "hidden folders", folder);
        return !system && !name.StartsWith('.');
    }

    // The images of a folder, then those of the folders in it. False where the class folder itself cannot be read.
    private bool Collect(string top, string folder, int depth, List<string> files)
    {
        if (IsClosed(folder))
        {
            book.Skip("unreadable folders", folder);
            return false;
        }
        string[] images = Images(folder);
        files.AddRange(images);
        if (folder != top && images.Length > 0)
            nested.Add(folder);
        foreach (string inner in Subfolders(folder) ?? [])
        {
            if (new DirectoryInfo(inner).LinkTarget is not null)
                book.Skip("links to folders within class folders", inner);
            else if (depth == DeepestFolder)
                book.Skip($"folders nested deeper than {DeepestFolder}", inner);
            else
                Collect(top, inner, depth + 1, files);
        }
        return true;
    }

    private string[] Images(string folder)
    {
        var images = new List<string>();
        foreach (string file in Entries(folder, Directory.GetFiles) ?? [])
        {
            string extension = Path.GetExtension(file);
            if (IsHidden(file))
                book.Skip("hidden and system files", file);
            else if (ImageFormats.IsImage(file))
                images.Add(file);
            else if (OtherImages.Contains(extension, StringComparer.OrdinalIgnoreCase))
                book.Skip($"images of formats that are not read ({extension.ToLowerInvariant()})", file);
            else
                book.Skip("other files", file);
        }
        return [.. images];
    }
}
