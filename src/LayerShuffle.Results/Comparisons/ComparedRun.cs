using LayerShuffle.Core.Files;
using LayerShuffle.Results.Csv;
using LayerShuffle.Results.Summaries;

namespace LayerShuffle.Results.Comparisons;

/// <summary>A run that is compared.</summary>
/// <param name="Folder">Its folder, as the user names it.</param>
/// <param name="Groups">What it measured.</param>
/// <param name="Facts">What it was made with.</param>
public sealed record ComparedRun(string Folder, IReadOnlyList<ResultGroup> Groups, RunFacts Facts)
{
    /// <summary>
    /// What files and pages for others call it: the folder as it was named, of an absolute one its last two names, which are those of the scenario and of the
    /// time.
    /// </summary>
    public string Name => !Path.IsPathRooted(Folder) ? HomePath.Hide(Folder)
        : string.Join('/', Folder.Split(['/', '\\'], StringSplitOptions.RemoveEmptyEntries).TakeLast(2));

    /// <summary>Reads a run's folder.</summary>
    /// <exception cref="InvalidDataException">It holds no results.</exception>
    public static ComparedRun Read(string folder)
    {
        if (!File.Exists(Path.Combine(folder, ResultsFiles.Conditions)) || !File.Exists(Path.Combine(folder, ResultsFiles.Requests)))
            throw new InvalidDataException($"{folder} holds no results: {ResultsFiles.Conditions} and {ResultsFiles.Requests} are needed. Name the folder of a "
                + "run, such as results/NAME/latest.");
        IReadOnlyList<ResultGroup> groups = ResultGroup.Of(ResultsReader.Trials(folder));
        return groups.Count > 0 ? new ComparedRun(folder, groups, RunFacts.Read(folder))
            : throw new InvalidDataException($"{folder} holds no finished trial.");
    }
}
