namespace LayerShuffle.Results.Csv;

/// <summary>
/// The file that vouches for rows: a record per finished trial with what made it and the SHA-256 of its rows in every file. A trial whose rows are not those
/// that were written, or stand there twice, is not finished.
/// </summary>
internal static class RowSeals
{
    /// <summary>Files with rows of trials, in the order in which a trial's rows are appended.</summary>
    public static IReadOnlyList<string> Files { get; } = [ResultsFiles.Requests, ResultsFiles.Hops, ResultsFiles.Faults, ResultsFiles.Links,
        ResultsFiles.Recovery, ResultsFiles.Reliability, ResultsFiles.Importance, ResultsFiles.Conditions];

    /// <summary>The columns of the seals.</summary>
    public static IReadOnlyList<string> Columns { get; } = ["trial", "made_by", "model_made_by",
        .. Files.Select(file => Path.GetFileNameWithoutExtension(file) + "_sha256")];

    /// <summary>The seal of a trial.</summary>
    /// <param name="trial">Its number.</param>
    /// <param name="identity">What made it.</param>
    /// <param name="rows">Its rows in every file.</param>
    public static CsvBuffer Of(int trial, TrialIdentity identity, IEnumerable<CsvBuffer> rows)
    {
        var seal = new CsvBuffer().Add(trial).Add(identity.Trial).Add(identity.Model);
        foreach (var buffer in rows)
            seal.Add(buffer.Sum());
        seal.EndRow();
        return seal;
    }

    /// <summary>Looks at what a directory holds, and drops from its files what is not of a finished trial.</summary>
    /// <returns>The finished trials with what made them, and those that count as unfinished because something is wrong with them: the number and the end of a
    /// sentence.</returns>
    public static (IReadOnlyDictionary<int, TrialIdentity> Finished, IReadOnlyList<(int Trial, string Reason)> Damaged) Check(string directory)
    {
        string At(string file) => Path.Combine(directory, file);
        var seals = Read(At(ResultsFiles.Seals));
        var sums = Files.Select(file => CsvRecords.Sums(At(file))).ToArray();
        var finished = new Dictionary<int, TrialIdentity>();
        List<(int, string)> damaged = [];
        foreach (var trial in sums[^1].Keys)
        {
            if (Breach(trial, seals, sums) is { } reason)
                damaged.Add((trial, reason));
            else
                finished.Add(trial, new(seals[trial].Cells[1], seals[trial].Cells[2]));
        }

        // A run that is killed may leave the seal of one trial that it was about to finish, the last.
        damaged.AddRange(seals.Keys.SkipLast(1).Where(trial => !sums[^1].ContainsKey(trial))
            .Select(trial => (trial, $"its row in {ResultsFiles.Conditions} is gone")));
        foreach (var file in Files.Reverse()) // first the one that says what is finished
            CsvRecords.Keep(At(file), record => CsvRecords.Trial(record) is { } trial && finished.ContainsKey(trial));
        CsvRecords.Keep(At(ResultsFiles.Seals), record => CsvRecords.Trial(record) is { } trial && finished.ContainsKey(trial)
            && seals[trial].Record == record);
        return (finished, damaged);
    }

    private static string? Breach(int trial, OrderedDictionary<int, (string Record, string[] Cells)> seals, OrderedDictionary<int, string>[] sums)
    {
        if (!seals.TryGetValue(trial, out var seal) || seal.Cells.Length == 0)
            return $"{ResultsFiles.Seals} does not vouch for it";
        for (var i = 0; i < sums.Length; i++)
        {
            if (sums[i].GetValueOrDefault(trial, Nothing) != seal.Cells[3 + i])
                return $"its rows in {Files[i]} are not those that were written";
        }

        return null;
    }

    private static string Nothing { get; } = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData([]));

    /// <summary>The seals by trial. Where there are two of a trial, or none that can be read, nobody vouches for it.</summary>
    private static OrderedDictionary<int, (string Record, string[] Cells)> Read(string path)
    {
        var seals = new OrderedDictionary<int, (string, string[])>();
        if (!File.Exists(path))
            return seals;
        foreach (var record in CsvRecords.Whole(path).Skip(1))
        {
            var cells = record.TrimEnd('\n').Split(',');
            if (CsvRecords.Trial(record) is { } trial && !seals.TryAdd(trial, (record, cells.Length == Columns.Count ? cells : [])))
                seals[trial] = (record, []);
        }

        return seals;
    }
}
