using LayerShuffle.Datasets.Accounts;

namespace LayerShuffle.Datasets.Sources;

/// <summary>Finds the folder that holds a dataset's files: the one that was named, or one below it, as archives and other programs leave it.</summary>
internal static class DataFolder
{
    private const int Depth = 2;
    private const int MostFolders = 10_000;

    /// <summary>The nearest folder for which <paramref name="holds"/> is true, or null. Of several at the same depth none is guessed.</summary>
    public static string? Find(string folder, Func<string, bool> holds, Bookkeeper book)
    {
        string[] level = [folder];
        for (int depth = 0; depth <= Depth; depth++)
        {
            string[] found = [.. level.Where(holds)];
            if (found.Length > 1)
                throw new DatasetException($"dataset: '{folder}' holds the dataset more than once: "
                    + $"{string.Join(" and ", found.Take(3).Select(path => $"'{path}'"))}; give one of them as dataset.path.");
            if (found.Length == 1)
            {
                if (depth > 0)
                    book.Note($"found in {book.Relative(found[0])}, below the folder that was named");
                return found[0];
            }
            level = [.. level.SelectMany(Below).Take(MostFolders)];
        }
        return null;
    }

    private static string[] Below(string folder)
    {
        try
        {
            return [.. Directory.GetDirectories(folder).Where(path => Path.GetFileName(path) is not ("__MACOSX" or ['.', ..])).Order(StringComparer.Ordinal)];
        }
        catch (UnauthorizedAccessException)
        {
            return [];
        }
    }
}
