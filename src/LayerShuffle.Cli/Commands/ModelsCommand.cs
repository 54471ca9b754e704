using System.CommandLine;
using System.Globalization;
using LayerShuffle.Runs.Failures;
using LayerShuffle.Runs.Models;
using LayerShuffle.Runs.Telling;

namespace LayerShuffle.Cli.Commands;

/// <summary><c>models</c>: the trained models that are kept; lists them and removes some.</summary>
internal static class ModelsCommand
{
    public static Command Create(TextWriter output, TimeProvider time)
    {
        var command = new Command("models", "Lists the trained models that are kept for later runs.");
        command.SetAction(_ =>
        {
            List(output, new ModelStore(time: time), time.GetUtcNow());
            return ExitCodes.Done;
        });

        var olderThan = new Option<string?>("--older-than") { Description = "Those that no run has used for so long: 30d, 12h.", HelpName = "TIME" };
        var keep = new Option<int?>("--keep") { Description = "All but the N that were used last.", HelpName = "N" };
        var all = new Option<bool>("--all") { Description = "All of them." };
        var dryRun = new Option<bool>("--dry-run") { Description = "Lists what would go; removes nothing." };
        var prune = new Command("prune", "Removes trained models. Those that a run is making or reading right now stay.") { olderThan, keep, all, dryRun };
        prune.Validators.Add(result =>
        {
            int said = new[] { result.GetResult(olderThan) is { Implicit: false }, result.GetResult(keep) is { Implicit: false }, result.GetValue(all) }
                .Count(given => given);
            if (said != 1)
                result.AddError("Say which to remove, in one way: --older-than TIME, --keep N or --all.");
        });
        prune.SetAction(parsed =>
        {
            var store = new ModelStore(time: time);
            DateTimeOffset now = time.GetUtcNow();
            IReadOnlyList<StoreEntry> chosen = Choose(store.Entries(), parsed.GetValue(olderThan) is { } age ? Age(age) : null, parsed.GetValue(keep), now);
            return Prune(output, store, chosen, parsed.GetValue(dryRun), now);
        });
        command.Add(prune);
        return command;
    }

    private static void List(TextWriter output, ModelStore store, DateTimeOffset now)
    {
        StoreEntry[] entries = [.. store.Entries().OrderByDescending(entry => entry.LastUse).ThenBy(entry => entry.Hash, StringComparer.Ordinal)];
        if (entries.Length == 0)
        {
            output.WriteLine($"No trained models are kept in {store.Root}.");
            return;
        }

        Print(output, entries, now);
        output.WriteLine($"{entries.Length} model(s), {Size(entries.Sum(entry => entry.Bytes))}, in {store.Root}");
    }

    private static int Prune(TextWriter output, ModelStore store, IReadOnlyList<StoreEntry> chosen, bool dryRun, DateTimeOffset now)
    {
        if (dryRun)
        {
            Print(output, chosen, now);
            output.WriteLine($"{chosen.Count} model(s), {Size(chosen.Sum(entry => entry.Bytes))}, would be removed.");
            return ExitCodes.Done;
        }

        (IReadOnlyList<StoreEntry> removed, IReadOnlyList<StoreEntry> inUse) = store.Remove(chosen);
        output.WriteLine($"{removed.Count} model(s), {Size(removed.Sum(entry => entry.Bytes))}, removed from {store.Root}.");
        foreach (StoreEntry entry in inUse)
            output.WriteLine($"{entry.Hash[..8]} stays: a run is at it.");
        return ExitCodes.Done;
    }

    private static StoreEntry[] Choose(IReadOnlyList<StoreEntry> entries, TimeSpan? olderThan, int? keep, DateTimeOffset now)
    {
        if (keep is < 0)
            throw new UsageException(FormattableString.Invariant($"--keep {keep}: expected a number of models, 0 or more."));
        IEnumerable<StoreEntry> byUse = entries.OrderByDescending(entry => entry.LastUse).ThenBy(entry => entry.Hash, StringComparer.Ordinal);
        return [.. keep is { } number ? byUse.Skip(number) : olderThan is { } age ? byUse.Where(entry => now - entry.LastUse > age) : byUse];
    }

    /// <summary>A time in days, hours or minutes.</summary>
    private static TimeSpan Age(string text)
    {
        TimeSpan? unit = text.Length == 0 ? null : text[^1] switch
        {
            'd' => TimeSpan.FromDays(1),
            'h' => TimeSpan.FromHours(1),
            'm' => TimeSpan.FromMinutes(1),
            _ => null,
        };
        if (unit is not { } one
            || !double.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double number)
            || number > 100_000)
            throw new UsageException($"--older-than {text}: expected a time such as 30d, 12h or 90m.");
        return one * number;
    }

    private static void Print(TextWriter output, IReadOnlyList<StoreEntry> entries, DateTimeOffset now)
    {
        string[] heads = ["hash", "model", "variant", "data", "seed", "size", "age", "last use", "top-1 (in order / any)"];
        string[][] rows = [heads, .. entries.Select(entry => Row(entry, now))];
        int[] widths = [.. heads.Select((_, column) => rows.Max(row => row[column].Length))];
        foreach (string[] row in rows)
            output.WriteLine(string.Join("  ", row.Select((cell, column) => cell.PadRight(widths[column]))).TrimEnd());
    }

    private static string[] Row(StoreEntry entry, DateTimeOffset now)
    {
        KeptModel? about = entry.About;
        string state = entry.Key is null && !entry.Finished && about is null ? "(unfinished, or of an earlier version)" : about is null ? "?" : about.Name
            + (!entry.Finished ? " (unfinished)" : entry.Key?.Parts.ContainsKey(TrainingKey.RunPart) == true ? " (disturbed, for one run)" : "");
        return
        [
            entry.Hash[..8], state, about?.Variant ?? "-", about?.Dataset ?? "-", about is null ? "-"
                : FormattableString.Invariant($"{about.Seed}.{about.TrainingSeed}"), Size(entry.Bytes),
            about is null ? "-" : Ago(now - about.Finished), Ago(now - entry.LastUse), about is null ? "-"
                : $"{Percent.Of(about.Top1Sequential)} / {Percent.Of(about.Top1Arbitrary)}",
        ];
    }

    private static string Size(long bytes) => bytes < 1_000_000 ? FormattableString.Invariant($"{bytes / 1e3:0} kB") : bytes < 1_000_000_000
        ? FormattableString.Invariant($"{bytes / 1e6:0.0} MB") : FormattableString.Invariant($"{bytes / 1e9:0.0} GB");

    private static string Ago(TimeSpan span) => span.TotalMinutes < 1 ? "now" : span.TotalHours < 1 ? FormattableString.Invariant($"{span.TotalMinutes:0} min")
        : span.TotalDays < 2 ? FormattableString.Invariant($"{span.TotalHours:0} h") : FormattableString.Invariant($"{span.TotalDays:0} d");
}
