namespace LayerShuffle.Datasets.Tests.Support;

/// <summary>Finds real datasets that lie in a <c>shared/data</c> folder beside one of the folders above the tests.</summary>
public static class SharedData
{
    public static string Require(string name)
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            string candidate = Path.Combine(folder.FullName, "shared", "data", name);
            if (Directory.Exists(candidate))
                return candidate;
        }
        Assert.Skip($"There is no shared/data/{name} above the tests.");
        return "";
    }
}
